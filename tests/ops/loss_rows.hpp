// Gradcheck rows: losses.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/loss.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

/// Losses of classes: cross-entropy beyond what a classifier of rows needs, and nll_loss.
inline std::vector<GradcheckRow> class_loss_rows() {
  const auto rows = in_range({5, 3}, -2, 2), image = in_range({2, 3, 2, 2}, -2, 2);
  const auto weight = in_range({3}, 0.5, 2, 1);
  const auto labels = Tensor<std::int64_t>::of({2, 0, 1, 2, 2});
  const auto pixels = Tensor<std::int64_t>::of({{{2, 0}, {1, 1}}, {{0, 2}, {2, 2}}});
  const auto one = Tensor<std::int64_t>::scalar(1);
  const auto shares = in_range({5, 3}, 0.1, 1, 2), image_shares = in_range({2, 3, 2, 2}, 0.1, 1, 2);
  const auto entropy = [](const Tensor<std::int64_t>& of, const CrossEntropyOptions& options) {
    return [=](const Inputs& x) { return cross_entropy(x[0], of, options); };
  };
  const auto soft = [](const CrossEntropyOptions& options) {
    return [=](const Inputs& x) { return cross_entropy(x[0], x[1], options); };
  };
  const auto nll = [](const Tensor<std::int64_t>& of, const NllOptions& options) {
    return [=](const Inputs& x) { return nll_loss(x[0] * x[0], of, options); };
  };
  return {
      {"cross_entropy, sum", entropy(labels, {.reduction = Reduction::sum}), {rows}},
      {"cross_entropy, none", entropy(labels, {.reduction = Reduction::none}), {rows}},
      {"cross_entropy, ignoring 0", entropy(labels, {.ignore_index = 0}), {rows}},
      {"cross_entropy, weighted", entropy(labels, {.weight = weight}), {rows}, {weight}},
      {"cross_entropy, weighted, smoothed and ignoring 2",
       entropy(labels, {.weight = weight, .ignore_index = 2, .label_smoothing = 0.3}),
       {rows},
       {weight}},
      {"cross_entropy, pixels", entropy(pixels, {}), {image}},
      {"cross_entropy, pixels, weighted and smoothed",
       entropy(pixels, {.weight = weight, .label_smoothing = 0.2}),
       {image},
       {weight}},
      {"cross_entropy, pixels, weighted, ignoring 1, none",
       entropy(pixels, {.weight = weight, .ignore_index = 1, .reduction = Reduction::none}),
       {image},
       {weight}},
      {"cross_entropy, one row", entropy(one, {.label_smoothing = 0.1}), {in_range({3}, -2, 2)}},
      {"cross_entropy, distributions", soft({}), {rows, shares}},
      {"cross_entropy, distributions, weighted, smoothed, none",
       soft({.weight = weight, .reduction = Reduction::none, .label_smoothing = 0.1}),
       {rows, shares},
       {weight}},
      {"cross_entropy, distributions of pixels, weighted",
       soft({.weight = weight}),
       {image, image_shares},
       {weight}},
      {"cross_entropy, one distribution",
       soft({.reduction = Reduction::sum}),
       {in_range({3}, -2, 2), in_range({3}, 0.1, 1, 2)}},
      {"nll_loss", nll(labels, {}), {rows}},
      {"nll_loss, weighted and ignoring 0",
       nll(labels, {.weight = weight, .ignore_index = 0}),
       {rows},
       {weight}},
      {"nll_loss, pixels, ignoring 2, none",
       nll(pixels, {.ignore_index = 2, .reduction = Reduction::none}),
       {image}},
      {"nll_loss, one row, sum", nll(one, {.reduction = Reduction::sum}), {in_range({3}, -2, 2)}},
  };
}

inline std::vector<GradcheckRow> loss_rows() {
  // Their differences are 0.03 away from multiples of 0.1, where kinks are.
  const auto x = distinct({3, 4}, 1);
  auto t = distinct({3, 4}, 2);
  for (double& v : t) v += 0.03;
  const auto p = in_range({3, 4}, 0.1, 0.9, 1), q = in_range({3, 4}, 0.1, 0.9, 2);
  const auto weight = in_range({4}, 0.5, 2, 3), pos_weight = in_range({3, 1}, 0.5, 2, 4);
  const auto a = in_range({4, 3}, -1, 1, 5), b = in_range({4, 3}, -1, 1, 6);
  const auto c = in_range({4, 3}, -1, 1, 7);
  const auto y = Tensor<double>::of({1, -1, 1, -1});
  const auto triplet = [](const TripletMarginOptions& options) {
    return [=](const Inputs& in) { return triplet_margin_loss(in[0], in[1], in[2], options); };
  };
  const auto kl = [](const KlDivOptions& options) {
    return [=](const Inputs& in) { return kl_div(in[0], in[1], options); };
  };
  return {
      {"mse_loss", [](const Inputs& in) { return mse_loss(in[0], in[1]); }, {x, t}},
      {"mse_loss, none",
       [](const Inputs& in) { return mse_loss(in[0], in[1], {.reduction = Reduction::none}); },
       {x, t}},
      {"l1_loss", [](const Inputs& in) { return l1_loss(in[0], in[1] * in[1]); }, {x, q}},
      {"l1_loss, sum",
       [](const Inputs& in) {
         return l1_loss(in[0] * in[0], in[1], {.reduction = Reduction::sum});
       },
       {q, x}},
      {"smooth_l1_loss", [](const Inputs& in) { return smooth_l1_loss(in[0], in[1]); }, {x, t}},
      {"smooth_l1_loss, beta 0.5",
       [](const Inputs& in) {
         return smooth_l1_loss(in[0], in[1], {.reduction = Reduction::none, .beta = 0.5});
       },
       {x, t}},
      {"huber_loss", [](const Inputs& in) { return huber_loss(in[0], in[1]); }, {x, t}},
      {"huber_loss, delta 0.3",
       [](const Inputs& in) {
         return huber_loss(in[0], in[1], {.reduction = Reduction::sum, .delta = 0.3});
       },
       {x, t}},
      {"binary_cross_entropy",
       [](const Inputs& in) { return binary_cross_entropy(in[0], in[1]); },
       {p, q}},
      {"binary_cross_entropy, weighted, none",
       [=](const Inputs& in) {
         return binary_cross_entropy(in[0], in[1],
                                     {.weight = weight, .reduction = Reduction::none});
       },
       {p, q},
       {weight}},
      {"binary_cross_entropy_with_logits",
       [](const Inputs& in) { return binary_cross_entropy_with_logits(in[0], in[1]); },
       {x, q}},
      {"binary_cross_entropy_with_logits, weighted",
       [=](const Inputs& in) {
         return binary_cross_entropy_with_logits(
             in[0], in[1],
             {.weight = weight, .reduction = Reduction::sum, .pos_weight = pos_weight});
       },
       {x, q},
       {weight, pos_weight}},
      {"kl_div", kl({}), {x, q}},
      {"kl_div, batchmean", kl({.reduction = Reduction::batchmean}), {x, q}},
      {"kl_div, log_target", kl({.reduction = Reduction::none, .log_target = true}), {x, t}},
      {"triplet_margin_loss", triplet({}), {a, b, c}},
      {"triplet_margin_loss, swap, p 3",
       triplet({.margin = 0.7, .p = 3, .swap = true, .reduction = Reduction::none}),
       {a, b, c}},
      {"triplet_margin_loss, p 1.5", triplet({.p = 1.5, .reduction = Reduction::sum}), {a, b, c}},
      {"cosine_embedding_loss",
       [=](const Inputs& in) { return cosine_embedding_loss(in[0], in[1], y); },
       {a, b}},
      {"cosine_embedding_loss, margin 0.2, none",
       [=](const Inputs& in) {
         return cosine_embedding_loss(in[0], in[1], y,
                                      {.margin = 0.2, .reduction = Reduction::none});
       },
       {a, b}},
  };
}

/// Losses at their kinks, for PyTorch alone.
inline std::vector<GradcheckRow> loss_kink_rows() {
  const auto x = Tensor<double>::of({-1, -0.5, 0, 0.5, 1, 3}), zeros = Tensor<double>({6});
  const auto p = Tensor<double>::of({0, 1, 0, 1, 0.5, 1e-30});
  const auto q = Tensor<double>::of({0, 1, 1, 0, 0.5, 1});
  return {
      {"l1_loss, of equals", [](const Inputs& in) { return l1_loss(in[0], in[1]); }, {x, zeros}},
      {"smooth_l1_loss, at beta",
       [](const Inputs& in) { return smooth_l1_loss(in[0], in[1], {.beta = 0.5}); },
       {x, zeros}},
      {"huber_loss, at delta",
       [](const Inputs& in) { return huber_loss(in[0], in[1], {.delta = 0.5}); },
       {x, zeros}},
      {"binary_cross_entropy, of certainties",
       [q](const Inputs& in) { return binary_cross_entropy(in[0], q); },
       {p},
       {q}},
      {"kl_div, of what cannot be", [q](const Inputs& in) { return kl_div(in[0], q); }, {x}, {q}},
  };
}

}  // namespace adafuse
