// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/ops/tensor_like.hpp>

namespace tensor_like_test {

using namespace adafuse;

TEST_CASE("TensorLike and IntegerTensor: what they are") {
  static_assert(TensorLike<Tensor<std::uint8_t>> && TensorLike<Variable<float>>);
  static_assert(!TensorLike<double> && !TensorLike<Shape>);
  static_assert(IntegerTensor<Tensor<std::int64_t>> && IntegerTensor<Tensor<std::uint8_t>>);
  static_assert(!IntegerTensor<Tensor<float>> && !IntegerTensor<Variable<float>>);
}

TEST_CASE("elements_of: of a tensor itself, of a variable its value") {
  const auto x = Tensor<float>::of({1, 2});
  CHECK(elements_of(x, "op").data() == x.data());
  CHECK(elements_of(Variable<float>(x), "op").data() == x.data());
  CHECK_THROWS_WITH_AS(elements_of(Tensor<float>(), "op"), "op: needs a tensor that is defined",
                       ValueError);
  CHECK_THROWS_AS(elements_of(Variable<float>(), "op"), ValueError);
}

}  // namespace tensor_like_test
