// Along dimensions: sums, extremes, orders.
// SPDX-License-Identifier: MIT
#include <adafuse/ops/cumulative.hpp>
#include <adafuse/ops/logsumexp.hpp>
#include <adafuse/ops/norm.hpp>
#include <adafuse/ops/peers.hpp>
#include <adafuse/ops/prod.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/sort.hpp>
#include <adafuse/ops/straight_through.hpp>
#include <adafuse/ops/var.hpp>

#include "rows.hpp"

namespace bench {

OpsRows reduction_rows() {
  using namespace adafuse;
  static const Alone alone;
  const Shape table{4096, 1000}, images{16, 256, 32, 32};
  const std::vector<Input> rows{x(table)}, few{x({64, 1000})}, constants{constant(table)};
  return {
      {"broadcast_to",
       {x({1, 1000})},
       [=](const Values& v) { return broadcast_to(v.x[0], table); }},
      {"sum_to", rows, [](const Values& v) { return sum_to(v.x[0], {1000}); }},
      {"sum", rows, [](const Values& v) { return sum(v.x[0]); }},
      {"sum, last dim", rows, [](const Values& v) { return sum(v.x[0], 1); }},
      {"sum, first dim", rows, [](const Values& v) { return sum(v.x[0], 0); }},
      {"sum, channels",
       {x(images)},
       [](const Values& v) {
         return sum(v.x[0], {0, 2, 3});
       }},
      {"mean", rows, [](const Values& v) { return mean(v.x[0]); }},
      {"mean, last dim", rows, [](const Values& v) { return mean(v.x[0], 1); }},
      {"max", rows, [](const Values& v) { return max(v.x[0]); }},
      {"max, last dim", rows, [](const Values& v) { return max(v.x[0], 1); }},
      {"max, first dim", rows, [](const Values& v) { return max(v.x[0], 0); }},
      {"max, last dim of 64 rows", few, [](const Values& v) { return max(v.x[0], 1); }},
      {"min", rows, [](const Values& v) { return min(v.x[0]); }},
      {"min, last dim", rows, [](const Values& v) { return min(v.x[0], 1); }},
      {"argmax", constants, [](const Values& v) { return argmax(v.c[0], 1); }},
      {"argmax, first dim", constants, [](const Values& v) { return argmax(v.c[0], 0); }},
      {"argmin", constants, [](const Values& v) { return argmin(v.c[0], 1); }},
      {"hard_one_hot", constants, [](const Values& v) { return hard_one_hot(v.c[0], 1); }},
      {"prod", {x(table, 0.9999, 1.0001)}, [](const Values& v) { return prod(v.x[0]); }},
      {"prod, last dim", {x(table, 0.5, 1.5)}, [](const Values& v) { return prod(v.x[0], 1); }},
      {"var", rows, [](const Values& v) { return var(v.x[0], 1); }},
      {"stddev", rows, [](const Values& v) { return stddev(v.x[0], 1); }},
      {"sum_over", rows, [](const Values& v) { return sum_over(alone, v.x[0]); }},
      {"mean_over", rows, [](const Values& v) { return mean_over(alone, v.x[0]); }},
      {"logsumexp", rows, [](const Values& v) { return logsumexp(v.x[0], 1); }},
      {"norm", rows, [](const Values& v) { return norm(v.x[0]); }},
      {"norm, last dim", rows, [](const Values& v) { return norm(v.x[0], 1); }},
      {"norm, 1", rows, [](const Values& v) { return norm(v.x[0], 1, {.p = 1}); }},
      {"cumsum", rows, [](const Values& v) { return cumsum(v.x[0], 1); }},
      {"cumsum, first dim", rows, [](const Values& v) { return cumsum(v.x[0], 0); }},
      {"cumprod", {x({64, 1000}, 0.9, 1.1)}, [](const Values& v) { return cumprod(v.x[0], 1); }},
      {"sort", few, [](const Values& v) { return sort(v.x[0], 1).values; }},
      {"argsort", {constant({64, 1000})}, [](const Values& v) { return argsort(v.c[0], 1); }},
      {"topk", few, [](const Values& v) { return topk(v.x[0], 5, 1).values; }},
  };
}

}  // namespace bench
