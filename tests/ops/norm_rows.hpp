// Gradcheck rows: normalisation of each example by itself, and vectors by their length.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/normalization.hpp>
#include <adafuse/ops/normalize.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> norm_rows() {
  const auto x = in_range({2, 3, 4}, -2, 2), image = in_range({2, 4, 3, 2}, -2, 2);
  const auto weight = in_range({4}, 0.5, 2, 1), bias = in_range({4}, -1, 1, 2);
  const auto both = in_range({3, 4}, 0.5, 2, 1), bias_of_both = in_range({3, 4}, -1, 1, 2);
  const auto away_from_0 = distinct({3, 4, 2}, 3);
  const auto unit = [](const NormalizeOptions& options) {
    return [=](const Inputs& in) { return normalize(in[0], options); };
  };
  return {
      {"layer_norm",
       [](const Inputs& in) { return layer_norm(in[0], {4}, in[1], in[2]); },
       {x, weight, bias}},
      {"layer_norm, two dimensions, eps 0.1",
       [](const Inputs& in) {
         return layer_norm(in[0], {3, 4}, in[1], in[2], 0.1);
       },
       {x, both, bias_of_both}},
      {"layer_norm, not affine", [](const Inputs& in) { return layer_norm(in[0], {4}); }, {x}},
      {"rms_norm", [](const Inputs& in) { return rms_norm(in[0], {4}, in[1]); }, {x, weight}},
      {"rms_norm, two dimensions, eps 0.1",
       [](const Inputs& in) {
         return rms_norm(in[0], {3, 4}, {}, 0.1);
       },
       {x}},
      {"group_norm",
       [](const Inputs& in) { return group_norm(in[0], 2, in[1], in[2]); },
       {image, weight, bias}},
      {"group_norm, of rows, not affine",
       [](const Inputs& in) { return group_norm(in[0], 2, {}, {}, 0.1); },
       {in_range({3, 4}, -2, 2)}},
      {"instance_norm",
       [](const Inputs& in) { return instance_norm(in[0], in[1], in[2]); },
       {image, weight, bias}},
      {"instance_norm, with length, not affine",
       [](const Inputs& in) { return instance_norm(in[0], {}, {}, 0.1); },
       {x}},
      {"normalize", unit({}), {x}},
      {"normalize, p 1, last dim", unit({.p = 1, .dim = -1}), {away_from_0}},
      {"normalize, p 3, first dim", unit({.p = 3, .dim = 0}), {away_from_0}},
      {"normalize, p 1.5", unit({.p = 1.5}), {away_from_0}},
      {"normalize, largest", unit({.p = std::numeric_limits<double>::infinity()}), {away_from_0}},
      {"normalize, shorter than eps", unit({.eps = 10}), {x}},
      {"cosine_similarity",
       [](const Inputs& in) { return cosine_similarity(in[0], in[1]); },
       {x, in_range({2, 3, 4}, -2, 2, 3)}},
      {"cosine_similarity, broadcast",
       [](const Inputs& in) { return cosine_similarity(in[0], in[1], {.dim = -1}); },
       {x, in_range({3, 4}, 0.5, 2, 3)}},
  };
}

/// Vectors of length 0, whose gradient is 0 by choice: for PyTorch alone.
inline std::vector<GradcheckRow> norm_kink_rows() {
  const auto x = Tensor<double>::of({{0, 0, 0}, {1, 0, -2}, {0, 0, 1}});
  return {
      {"normalize, of 0", [](const Inputs& in) { return normalize(in[0]); }, {x}},
      {"normalize, of 0, p 1", [](const Inputs& in) { return normalize(in[0], {.p = 1}); }, {x}},
      {"cosine_similarity, of 0",
       [x](const Inputs& in) { return cosine_similarity(in[0], in[1]); },
       {x, Tensor<double>::of({{1, 2, 3}, {1, 0, 1}, {0, 0, 0}})}},
  };
}

}  // namespace adafuse
