// SPDX-License-Identifier: MIT
#include <adafuse/ops/batch_norm.hpp>
#include <adafuse/ops/normalization.hpp>
#include <adafuse/ops/normalize.hpp>
#include <adafuse/ops/softmax.hpp>

#include "rows.hpp"

namespace bench {

OpsRows normalization_rows() {
  using namespace adafuse;
  const Shape table{4096, 1000}, few{64, 1000}, images{16, 64, 56, 56}, channels{64};
  const std::vector<Input> rows{x(table)}, affine_rows{x(table), x({1000}), x({1000})};
  const std::vector<Input> affine{x(images), x(channels), x(channels)};
  auto given = affine;  // a mean and a variance
  given.insert(given.end(), {constant(channels), constant(channels, 0.5, 2)});
  return {
      {"batch_norm_train", affine,
       [](const Values& v) { return batch_norm_train(v.x[0], v.x[1], v.x[2]).y; }},
      {"batch_norm_relu_train", affine,
       [](const Values& v) { return batch_norm_relu_train(v.x[0], v.x[1], v.x[2]).y; }},
      {"batch_norm", given,
       [](const Values& v) { return batch_norm(v.x[0], v.x[1], v.x[2], v.c[0], v.c[1]); }},
      {"batch_norm_relu", given,
       [](const Values& v) { return batch_norm_relu(v.x[0], v.x[1], v.x[2], v.c[0], v.c[1]); }},
      {"layer_norm", affine_rows,
       [](const Values& v) { return layer_norm(v.x[0], {1000}, v.x[1], v.x[2]); }},
      {"layer_norm, 64 rows",
       {x(few), x({1000}), x({1000})},
       [](const Values& v) { return layer_norm(v.x[0], {1000}, v.x[1], v.x[2]); }},
      {"group_norm", affine, [](const Values& v) { return group_norm(v.x[0], 8, v.x[1], v.x[2]); }},
      {"instance_norm", affine,
       [](const Values& v) { return instance_norm(v.x[0], v.x[1], v.x[2]); }},
      {"rms_norm",
       {x(table), x({1000})},
       [](const Values& v) { return rms_norm(v.x[0], {1000}, v.x[1]); }},
      {"normalize", rows, [](const Values& v) { return normalize(v.x[0]); }},
      {"cosine_similarity",
       {x(table), x(table)},
       [](const Values& v) { return cosine_similarity(v.x[0], v.x[1]); }},
      {"softmax", rows, [](const Values& v) { return softmax(v.x[0], 1); }},
      {"softmax, 64 rows", {x(few)}, [](const Values& v) { return softmax(v.x[0], 1); }},
      {"log_softmax", rows, [](const Values& v) { return log_softmax(v.x[0], 1); }},
  };
}

}  // namespace bench
