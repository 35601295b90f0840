// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/arithmetic.hpp>

namespace node_test {

using namespace adafuse;

namespace {

/// y = x, which holds on to `alive` for as long as its history lives.
Variable<float> step(const Variable<float>& x, const std::shared_ptr<int>& alive) {
  return record("step", x.value(), {x},
                [alive](const Variable<float>& dy) -> Gradients<float> { return {dy}; });
}

constexpr long million = 1'000'000;

}  // namespace

TEST_CASE("node: is made after its inputs, and numbered so") {
  const auto x = parameter(Tensor<float>::scalar(1));
  const auto y = x + 1, z = y * x;
  CHECK(x.node()->order < y.node()->order);
  CHECK(y.node()->order < z.node()->order);
  CHECK(z.node()->inputs[0] == y.node());
  CHECK(z.node()->inputs[1] == x.node());
  CHECK_FALSE(y.node()->inputs[1]);  // a number
}

TEST_CASE("node: a chain of a million is destroyed without overflow or leak") {
  const auto alive = std::make_shared<int>();
  auto y = parameter(Tensor<float>::scalar(1));
  for (long i = 0; i < million; ++i) y = step(y, alive);
  CHECK(alive.use_count() == million + 1);
  y = {};
  CHECK(alive.use_count() == 1);
}

TEST_CASE("node: a chain of a million is walked back, and gone afterwards") {
  const auto alive = std::make_shared<int>();
  const auto x = parameter(Tensor<float>::scalar(1));
  auto y = x;
  for (long i = 0; i < million; ++i) y = step(y, alive);
  backward(y);
  CHECK(x.grad().item() == 1);
  CHECK(alive.use_count() == 1);
}

TEST_CASE("node: a long ladder of shared nodes is destroyed once") {
  const auto alive = std::make_shared<int>();
  {
    auto a = parameter(Tensor<float>::scalar(1)), b = a;
    for (int i = 0; i < 50'000; ++i) {
      const auto next = step(a + b, alive);
      a = b;
      b = next;
    }
  }
  CHECK(alive.use_count() == 1);
}

}  // namespace node_test
