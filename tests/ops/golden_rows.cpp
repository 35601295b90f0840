// Rows for PyTorch alone, and what is compared with it.
// SPDX-License-Identifier: MIT
#include "golden_rows.hpp"

#include "elementwise_rows.hpp"
#include "fusion_rows.hpp"
#include "gradcheck_table.hpp"
#include "indexing_rows.hpp"
#include "loss_rows.hpp"
#include "norm_rows.hpp"
#include "pool_nd_rows.hpp"
#include "reduction_rows.hpp"

namespace adafuse {

namespace {

/// Where two derivatives meet: which of them is taken.
std::vector<GradcheckRow> kink_rows() {
  const auto ends = Tensor<double>::of({-2, -0.5, 0, 0.25, 0.5, 3});
  const auto equals = Tensor<double>::of({{1, 3, 3}, {2, 2, 2}, {4, 0, 4}});
  const auto zeros = Tensor<double>::of({0, 0, 0, 2}), powers = Tensor<double>::of({0, 1, 2, 0});
  return {
      {"relu, at 0", [](const Inputs& x) { return relu(x[0]); }, {ends}},
      {"abs, at 0", [](const Inputs& x) { return abs(x[0]); }, {ends}},
      {"clamp, at the ends", [](const Inputs& x) { return clamp(x[0], -0.5, 0.5); }, {ends}},
      {"clamp_min, at the end", [](const Inputs& x) { return clamp_min(x[0], 0.25); }, {ends}},
      {"gate, by 0", [ends](const Inputs& x) { return gate(x[0], ends); }, {ends}, {ends}},
      {"max, dim of equals", [](const Inputs& x) { return max(x[0], 1); }, {equals}},
      {"max_pool2d, of equals",
       [](const Inputs& x) {
         return max_pool2d(reshape(x[0], {1, 1, 3, 3}), {.kernel = 2, .stride = 1});
       },
       {equals}},
      {"pow, 1 of 0", [](const Inputs& x) { return pow(x[0], 1); }, {ends}},
      {"pow, 2 of 0", [](const Inputs& x) { return pow(x[0], 2); }, {ends}},
      {"pow, of zeros", [](const Inputs& x) { return pow(x[0], x[1]); }, {zeros, powers}},
  };
}

/// Gradients that are not the derivative: straight through, or cut off.
std::vector<GradcheckRow> surrogate_rows() {
  const auto logits = in_range({2, 3, 3}, -1, 1, 4), spread = in_range({2, 3, 3}, -25, 25, 6);
  const auto noise = gumbel_noise<double>({2, 3, 3}, Key(5));
  const auto hard = in_range({2, 3, 3}, 0, 1, 7);
  const auto draw = [noise](Estimator estimator) {
    return [=](const Inputs& x) { return draw_choices(estimator, x[0], noise, 0.5); };
  };
  return {
      {"straight_through, of another value",
       [hard](const Inputs& x) { return straight_through(hard, x[0] * x[0]); },
       {logits},
       {hard}},
      {"gumbel_softmax, hard",
       [noise](const Inputs& x) { return gumbel_softmax(x[0], noise); },
       {logits},
       {noise}},
      // Some probabilities are below 1e-8.
      {"gumbel_softmax, hardly possible",
       [noise](const Inputs& x) { return gumbel_softmax(x[0], noise, {.hard = false}); },
       {spread},
       {noise}},
      {"draw_choices, gumbel", draw(Estimator::gumbel), {logits}, {noise}},
      {"draw_choices, straight-through", draw(Estimator::straight_through), {logits}, {noise}},
      {"draw_choices, reinforce", draw(Estimator::reinforce), {logits}, {noise}},
      {"fuse, detached history",
       [](const Inputs& x) { return fuse(x[0], x[1], 3, {.detach_history = true}); },
       {in_range({6, 3, 2, 5}, -1, 1), in_range({6, 3, 3}, 0, 1, 1)}},
  };
}

}  // namespace

std::vector<GradcheckRow> golden_rows() {
  auto rows = all_rows();
  for (auto& family : {kink_rows(), special_rows(), surrogate_rows(), reduction_kink_rows(),
                       padding_rows(), loss_kink_rows(), norm_kink_rows(), pool_nd_kink_rows()})
    rows.insert(rows.end(), family.begin(), family.end());
  return rows;
}

}  // namespace adafuse
