// Gradcheck rows: what scales its input (batch normalisation, softmax, dropout), and what a
// classifier and a policy end with (cross-entropy, straight-through).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/batch_norm.hpp>
#include <adafuse/ops/cross_entropy.hpp>
#include <adafuse/ops/dropout.hpp>
#include <adafuse/ops/straight_through.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> normalization_rows() {
  const auto rows2 = in_range({5, 3}, -2, 2), image = in_range({2, 3, 3, 2}, -2, 2);
  const auto weight = in_range({3}, 0.5, 2, 1), bias = in_range({3}, -1, 1, 2);
  const auto mean = in_range({3}, -1, 1, 3), variance = in_range({3}, 0.5, 2, 4);
  const auto train = [](const Inputs& x) { return batch_norm_train(x[0], x[1], x[2], 0.01).y; };
  const auto evaluate = [=](const Inputs& x) {
    return batch_norm(x[0], x[1], x[2], mean, variance, 0.01);
  };
  // Positive and negative values of y, none near the kink of the ReLU.
  const auto relu_train = [](const Inputs& x) {
    return batch_norm_relu_train(x[0], x[1], x[2], 0.01).y;
  };
  const auto add_relu_train = [](const Inputs& x) {
    return batch_norm_relu_train(x[0], x[1], x[2], 0.01, x[3]).y;
  };
  const auto relu_evaluate = [=](const Inputs& x) {
    return batch_norm_relu(x[0], x[1], x[2], mean, variance, 0.01);
  };
  const auto add_relu_evaluate = [=](const Inputs& x) {
    return batch_norm_relu(x[0], x[1], x[2], mean, variance, 0.01, x[3]);
  };
  static const Mirror mirror;
  const auto labels = Tensor<std::int64_t>::of({2, 0, 1, 2, 2});
  return {
      {"batch_norm_train, 1d", train, {rows2, weight, bias}},
      {"batch_norm_train, 1d with length", train, {in_range({3, 3, 4}, -2, 2), weight, bias}},
      {"batch_norm_train, 2d", train, {image, weight, bias}},
      {"batch_norm_train, with peers",
       [](const Inputs& x) { return batch_norm_train(x[0], x[1], x[2], 0.01, &mirror).y; },
       {image, weight, bias}},
      {"batch_norm_train, not affine",
       [](const Inputs& x) { return batch_norm_train(x[0]).y; },
       {image}},
      {"batch_norm_train, weight only",
       [](const Inputs& x) { return batch_norm_train(x[0], x[1]).y; },
       {image, weight}},
      {"batch_norm_relu_train", relu_train, {image, weight, bias}},
      {"batch_norm_relu_train, residual",
       add_relu_train,
       {image, weight, bias, in_range({2, 3, 3, 2}, -2, 2, 5)}},
      {"batch_norm_relu_train, residual and not affine",
       [](const Inputs& x) { return batch_norm_relu_train(x[0], {}, {}, 0.01, x[1]).y; },
       {image, in_range({2, 3, 3, 2}, -2, 2, 5)}},
      {"batch_norm_relu_train, with peers",
       [](const Inputs& x) {
         return batch_norm_relu_train(x[0], x[1], x[2], 0.01, x[3], &mirror).y;
       },
       {image, weight, bias, in_range({2, 3, 3, 2}, -2, 2, 5)}},
      {"batch_norm, 1d", evaluate, {rows2, weight, bias}, {mean, variance}},
      {"batch_norm, 2d", evaluate, {image, weight, bias}, {mean, variance}},
      {"batch_norm_relu", relu_evaluate, {image, weight, bias}, {mean, variance}},
      {"batch_norm_relu, residual",
       add_relu_evaluate,
       {image, weight, bias, in_range({2, 3, 3, 2}, -2, 2, 5)},
       {mean, variance}},
      {"batch_norm, not affine",
       [=](const Inputs& x) { return batch_norm(x[0] * x[0], {}, {}, mean, variance); },
       {image},
       {mean, variance}},
      {"softmax", [](const Inputs& x) { return softmax(x[0], -1); }, {rows2}},
      {"softmax, middle dim", [](const Inputs& x) { return softmax(x[0], 1); }, {image}},
      {"log_softmax", [](const Inputs& x) { return log_softmax(x[0], -1); }, {rows2}},
      {"log_softmax, first dim", [](const Inputs& x) { return log_softmax(x[0], 0); }, {image}},
      {"cross_entropy", [=](const Inputs& x) { return cross_entropy(x[0], labels); }, {rows2}},
      {"cross_entropy, smoothed",
       [=](const Inputs& x) { return cross_entropy(x[0], labels, {.label_smoothing = 0.1}); },
       {rows2}},
      {"cross_entropy, of the smoothing alone",
       [=](const Inputs& x) { return cross_entropy(x[0], labels, {.label_smoothing = 1}); },
       {rows2}},
      {"dropout",
       [](const Inputs& x) { return dropout(x[0] * x[0], 0.4, Key(7)); },
       {image},
       {Tensor<double>::uniform(image.shape(), Key(7))}},
      // Of a hard value that equals the soft one, the derivative is the true one.
      {"straight_through",
       [](const Inputs& x) {
         const auto soft = x[0] * x[0];
         return straight_through(soft.value(), soft);
       },
       {rows2}},
  };
}

}  // namespace adafuse
