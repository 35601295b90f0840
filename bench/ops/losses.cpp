// SPDX-License-Identifier: MIT
#include <adafuse/ops/loss.hpp>

#include "rows.hpp"

namespace bench {

OpsRows loss_rows() {
  using namespace adafuse;
  const Shape many{4 << 20}, table{4096, 1000}, vectors{4096, 256};
  const std::vector<Input> two{x(many), constant(many)};
  const std::vector<Input> chances{x(many, 0.01, 0.99), constant(many, 0, 1)};
  return {
      {"cross_entropy",
       {x(table), index({4096}, 1000)},
       [](const Values& v) { return cross_entropy(v.x[0], v.i[0]); }},
      {"cross_entropy, 64 rows",
       {x({64, 1000}), index({64}, 1000)},
       [](const Values& v) { return cross_entropy(v.x[0], v.i[0]); }},
      {"cross_entropy, smoothed",
       {x(table), index({4096}, 1000)},
       [](const Values& v) { return cross_entropy(v.x[0], v.i[0], {.label_smoothing = 0.1}); }},
      {"cross_entropy, pixels",
       {x({8, 21, 128, 128}), index({8, 128, 128}, 21)},
       [](const Values& v) { return cross_entropy(v.x[0], v.i[0]); }},
      {"label_distribution",
       {index({4096}, 1000)},
       [](const Values& v) { return label_distribution<float>(v.i[0], 1000, 0.1); }},
      {"nll_loss",
       {x(table), index({4096}, 1000)},
       [](const Values& v) { return nll_loss(v.x[0], v.i[0]); }},
      {"mse_loss", two, [](const Values& v) { return mse_loss(v.x[0], v.c[0]); }},
      {"l1_loss", two, [](const Values& v) { return l1_loss(v.x[0], v.c[0]); }},
      {"smooth_l1_loss", two, [](const Values& v) { return smooth_l1_loss(v.x[0], v.c[0]); }},
      {"huber_loss", two, [](const Values& v) { return huber_loss(v.x[0], v.c[0]); }},
      {"binary_cross_entropy", chances,
       [](const Values& v) { return binary_cross_entropy(v.x[0], v.c[0]); }},
      {"binary_cross_entropy_with_logits",
       {x(many, -4, 4), constant(many, 0, 1)},
       [](const Values& v) { return binary_cross_entropy_with_logits(v.x[0], v.c[0]); }},
      {"kl_div",
       {x(table, -8, -1), constant(table, 0.001, 0.1)},
       [](const Values& v) { return kl_div(v.x[0], v.c[0]); }},
      {"triplet_margin_loss",
       {x(vectors), x(vectors), x(vectors)},
       [](const Values& v) { return triplet_margin_loss(v.x[0], v.x[1], v.x[2]); }},
      {"cosine_embedding_loss",
       {x(vectors), x(vectors)},
       [y = Tensor<float>::ones({4096})](const Values& v) {
         return cosine_embedding_loss(v.x[0], v.x[1], y);
       }},
  };
}

}  // namespace bench
