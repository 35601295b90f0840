// Linear layers with what follows them, against the ops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/fold/folded_linear.hpp>
#include <adafuse/ops/pointwise.hpp>

#include "../models/lively_model.hpp"

namespace folded_linear_test {

using namespace adafuse;
using namespace adafuse::infer;

TEST_CASE_TEMPLATE("folded linear: plain, and with norm and ReLU, for one row and many", T, float,
                   double) {
  const double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-12;
  const nn::Linear<T> layer({.in = 7, .out = 5}, Key(1));
  const nn::BatchNorm1d<T> norm({5});
  models::enliven(norm);
  const NoGrad guard;
  nn::Context<T> ctx;
  for (const Index rows : {1, 3, 20}) {
    const Variable<T> x(Tensor<T>::randn({rows, 7}, Key(2)));
    Tensor<T> y({rows, 5});
    fold_linear(layer.weight, layer.bias)(rows, x.value().data(), y.data());
    CHECK(models::largest_difference(y, layer(x).value()) < tolerance);
    fold_linear(layer, norm)(rows, x.value().data(), y.data());
    CHECK(models::largest_difference(y, relu(norm.forward(layer(x), ctx)).value()) < tolerance);
  }
}

TEST_CASE("affine: a norm after a layer without bias has no bias to add") {
  const auto one = Tensor<double>::ones({2}), two = Tensor<double>::full({2}, 2);
  const auto affine = Affine<double>::of_norm(two, one, two, Tensor<double>::full({2}, 4), 0, {});
  CHECK(affine.scale(0) == 1);   // 2 / sqrt(4)
  CHECK(affine.shift(1) == -1);  // 1 - 2 * 1
}

}  // namespace folded_linear_test
