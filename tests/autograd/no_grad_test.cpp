// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/ops/adaptive_pool.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/dropout.hpp>
#include <adafuse/ops/interpolate.hpp>
#include <adafuse/ops/shape.hpp>

#include <thread>

namespace no_grad_test {

using namespace adafuse;

TEST_CASE("no_grad: nothing is recorded inside of the scope, and recording resumes after it") {
  const auto x = parameter(Tensor<float>::of({1, 2}));
  {
    const NoGrad guard;
    CHECK_FALSE(grad_enabled());
    CHECK_FALSE((x * x).requires_grad());
    {
      const GradMode on(true);
      CHECK((x * x).requires_grad());
    }
    CHECK_FALSE((x * x).requires_grad());
  }
  CHECK(grad_enabled());
  CHECK((x * x).requires_grad());
}

TEST_CASE("no_grad: a result that is its input is a constant too") {
  const auto x = parameter(Tensor<float>::of({1, 2}));
  const auto results = [&x] {
    return std::vector{reshape(x, {2}), broadcast_to(x, {2}), sum_to(x, {2}),
                       dropout(x, 0, Key(1))};
  };
  for (const auto& y : results()) CHECK(y.requires_grad());
  const auto image = parameter(Tensor<float>::ones({1, 1, 2, 2}));
  const NoGrad guard;
  CHECK_FALSE(adaptive_avg_pool2d(image, 2).requires_grad());
  CHECK_FALSE(interpolate(image, {.size = {2, 2}}).requires_grad());
  for (const auto& y : results()) {
    CHECK_FALSE(y.requires_grad());
    CHECK(y.value()(1) == 2);
  }
}

TEST_CASE("no_grad: an exception ends the scope too") {
  CHECK_THROWS([] {
    const NoGrad guard;
    throw ValueError("out");
  }());
  CHECK(grad_enabled());
}

TEST_CASE("no_grad: holds for its own thread") {
  const NoGrad guard;
  bool other = false;
  std::thread([&] { other = grad_enabled(); }).join();
  CHECK(other);
}

}  // namespace no_grad_test
