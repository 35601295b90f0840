// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/ops/arithmetic.hpp>

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
