// Two files of one program, compiled for different vector paths, share folded layers: what one
// folds, the other runs.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/simd.hpp>
#include <string>

#include "../models/lively_model.hpp"
#include "folded_linear_plain.hpp"

namespace folded_linear_paths_test {

using namespace adafuse;
using namespace adafuse::infer;

namespace {

FoldedLinear<float> fold_here(const nn::Linear<float>& layer) {
  return fold_linear(layer.weight, layer.bias);
}

void run_here(const FoldedLinear<float>& linear, Index rows, const float* x, float* y) {
  linear(rows, x, y);
}

}  // namespace

TEST_CASE("folded linear: a file runs what a file of another vector path has folded") {
  CHECK(std::string(testing::path_of_plain_linear()) == "plain");
  const NoGrad guard;
  for (const Index out : {5, 16, 33, 64, 100, 150})
    for (const Index rows : {1, 8, 11}) {
      const nn::Linear<float> layer({.in = 37, .out = out}, Key(1));
      const Variable<float> x(Tensor<float>::randn({rows, 37}, Key(2)));
      const auto expected = layer(x).value();
      Tensor<float> y({rows, out}), z({rows, out});
      run_here(testing::fold_in_plain_file(layer), rows, x.value().data(), y.data());
      CHECK(models::largest_difference(y, expected) < 1e-5);
      testing::run_in_plain_file(fold_here(layer), rows, x.value().data(), z.data());
      CHECK(models::largest_difference(z, expected) < 1e-5);
    }
}

}  // namespace folded_linear_paths_test
