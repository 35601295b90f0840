// Gradcheck rows: extremes, products, spreads, norms, running sums, order.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/cumulative.hpp>
#include <adafuse/ops/logsumexp.hpp>
#include <adafuse/ops/norm.hpp>
#include <adafuse/ops/peers.hpp>
#include <adafuse/ops/prod.hpp>
#include <adafuse/ops/sort.hpp>
#include <adafuse/ops/var.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> reduction_rows() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const auto x3 = in_range({2, 3, 5}, 0.5, 2), spread = distinct({3, 5, 4});
  const auto zeros = Tensor<double>::of({{0, 2, 3}, {0, 0, 5}, {1, -2, 4}});
  // Squares of distinct numbers: +-0.05, +-0.15, ... would coincide without the shift.
  const auto square = [](const Variable<double>& x) { return (x + 20) * (x + 20); };
  const auto times = [](const Variable<double>& x) { return x * x; };
  static const Mirror mirror;
  return {
      {"sum_over", [=](const Inputs& x) { return sum_over(mirror, times(x[0])); }, {x3}},
      {"mean_over", [=](const Inputs& x) { return mean_over(mirror, times(x[0])); }, {x3}},
      {"max, several dims",
       [=](const Inputs& x) {
         return max(square(x[0]), {0, 2}, {.keepdim = true});
       },
       {spread}},
      {"max, neighbouring dims",
       [=](const Inputs& x) {
         return max(square(x[0]), {2, 1});
       },
       {spread}},
      {"min", [=](const Inputs& x) { return min(square(x[0])); }, {spread}},
      {"min, middle dim",
       [=](const Inputs& x) { return min(square(x[0]), 1, {.keepdim = true}); },
       {spread}},
      {"min, several dims",
       [=](const Inputs& x) {
         return min(square(x[0]), {-1, 0});
       },
       {spread}},
      {"prod", [](const Inputs& x) { return prod(x[0]); }, {x3}},
      {"prod, middle dim", [](const Inputs& x) { return prod(x[0], 1, {.keepdim = true}); }, {x3}},
      {"prod, several dims",
       [](const Inputs& x) {
         return prod(x[0], {0, 2});
       },
       {x3}},
      {"prod, of zeros", [](const Inputs& x) { return prod(x[0], 1); }, {zeros}},
      {"var", [=](const Inputs& x) { return var(times(x[0])); }, {x3}},
      {"var, dims",
       [=](const Inputs& x) {
         return var(times(x[0]), {0, 2}, {.keepdim = true});
       },
       {x3}},
      {"var, no correction",
       [=](const Inputs& x) { return var(times(x[0]), 1, {.correction = 0}); },
       {x3}},
      {"var, all and keepdim",
       [=](const Inputs& x) { return var(times(x[0]), {.correction = 2, .keepdim = true}); },
       {x3}},
      {"stddev", [=](const Inputs& x) { return stddev(times(x[0])); }, {x3}},
      {"stddev, dims",
       [=](const Inputs& x) {
         return stddev(times(x[0]), {0, 1}, {.correction = 0, .keepdim = true});
       },
       {x3}},
      {"logsumexp", [](const Inputs& x) { return logsumexp(x[0], 1); }, {spread}},
      {"logsumexp, several dims",
       [](const Inputs& x) {
         return logsumexp(x[0], {0, -1}, {.keepdim = true});
       },
       {spread}},
      {"norm", [](const Inputs& x) { return norm(x[0]); }, {spread}},
      {"norm, dims",
       [](const Inputs& x) {
         return norm(x[0], {0, 2}, {.keepdim = true});
       },
       {spread}},
      {"norm, 1", [=](const Inputs& x) { return norm(times(x[0]), {.p = 1}); }, {x3}},
      {"norm, 3", [](const Inputs& x) { return norm(x[0], 1, {.p = 3}); }, {spread}},
      {"norm, 1.5", [](const Inputs& x) { return norm(-x[0], 1, {.p = 1.5}); }, {x3}},
      {"norm, 0.5", [](const Inputs& x) { return norm(x[0], -1, {.p = 0.5}); }, {x3}},
      {"norm, -1", [](const Inputs& x) { return norm(-x[0], -1, {.p = -1}); }, {x3}},
      {"norm, inf",
       [=](const Inputs& x) {
         return norm(square(x[0]), {0, 2}, {.p = inf});
       },
       {spread}},
      {"norm, -inf",
       [=](const Inputs& x) { return norm(-square(x[0]), 1, {.p = -inf}); },
       {spread}},
      {"cumsum", [=](const Inputs& x) { return cumsum(times(x[0]), 1); }, {x3}},
      {"cumsum, last dim", [=](const Inputs& x) { return cumsum(times(x[0]), -1); }, {x3}},
      {"cumprod", [](const Inputs& x) { return cumprod(x[0], 1); }, {x3}},
      {"cumprod, last dim", [](const Inputs& x) { return cumprod(x[0], -1); }, {x3}},
      {"cumprod, of zeros", [](const Inputs& x) { return cumprod(x[0], 1); }, {zeros}},
      {"sort", [=](const Inputs& x) { return sort(square(x[0])).values; }, {spread}},
      {"sort, descending",
       [=](const Inputs& x) { return sort(square(x[0]), 0, {.descending = true}).values; },
       {spread}},
      {"topk", [=](const Inputs& x) { return topk(square(x[0]), 2).values; }, {spread}},
      {"topk, smallest",
       [=](const Inputs& x) { return topk(square(x[0]), 3, 1, {.largest = false}).values; },
       {spread}},
  };
}

/// Where norms, spreads and orders have no derivative.
inline std::vector<GradcheckRow> reduction_kink_rows() {
  const auto zeros = Tensor<double>::of({{0, 0, 0}, {0, 3, -4}, {2, 0, 0}});
  const auto equals = Tensor<double>::of({{3, 1, 1}, {2, 2, 2}, {0, 4, 0}});
  return {
      {"min, dim of equals", [](const Inputs& x) { return min(x[0], 1); }, {equals}},
      {"stddev, of equals", [](const Inputs& x) { return stddev(x[0], 1); }, {equals}},
      {"sort, of equals", [](const Inputs& x) { return sort(x[0]).values; }, {equals}},
      {"norm, of zeros", [](const Inputs& x) { return norm(x[0], 1); }, {zeros}},
      {"norm, 0 of zeros", [](const Inputs& x) { return norm(x[0], 1, {.p = 0}); }, {zeros}},
      {"norm, 1 of zeros", [](const Inputs& x) { return norm(x[0], 1, {.p = 1}); }, {zeros}},
      {"norm, 1.5 of zeros", [](const Inputs& x) { return norm(x[0], 1, {.p = 1.5}); }, {zeros}},
      {"norm, 3 of zeros", [](const Inputs& x) { return norm(x[0], 1, {.p = 3}); }, {zeros}},
  };
}

}  // namespace adafuse
