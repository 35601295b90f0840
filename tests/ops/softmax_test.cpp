// Softmax as an operation: its dimension, its logarithm, and the shift it does not see.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/kernels/reference/softmax.hpp>
#include <adafuse/ops/logsumexp.hpp>
#include <adafuse/ops/softmax.hpp>

namespace softmax_test {

using namespace adafuse;

TEST_CASE("softmax: the naive loops along each dimension, negative ones from the end") {
  const auto x = Tensor<double>::randn({3, 4, 5}, Key(1));
  for (Index dim = 0; dim < 3; ++dim) {
    Tensor<double> expected(x.shape());
    kernels::reference::softmax(kernels::middle_of(x.shape(), dim, dim), x.data(), expected.data());
    for (const Index d : {dim, dim - 3}) {
      const auto y = softmax(x, d).value(), log_y = log_softmax(x, d).value();
      for (Index i = 0; i < x.size(); ++i) {
        REQUIRE(y.data()[i] == doctest::Approx(expected.data()[i]).epsilon(1e-12));
        REQUIRE(log_y.data()[i] == doctest::Approx(std::log(expected.data()[i])).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("log_softmax: stays finite where softmax rounds to 0") {
  const auto x = Tensor<float>::of({0, 200});
  CHECK(softmax(x, 0).value()(0) < 1e-37f);
  CHECK(log_softmax(x, 0).value()(0) == -200);
}

TEST_CASE("softmax: an infinite gradient is NaN where the weight is 0, also of long rows") {
  for (const Index count : {3, 40}) {
    auto values = Tensor<float>({count});
    values(1) = -std::numeric_limits<float>::infinity();
    const auto x = parameter(values);
    Tensor<float> infinite({count});
    infinite(0) = std::numeric_limits<float>::infinity();
    const auto of_log_softmax =
        grad<float>({log_softmax(x, 0)}, {x}, {.grad_outputs = {infinite}})[0].value();
    const auto of_logsumexp = grad<float>({logsumexp(x, 0)}, {x},
                                          {.grad_outputs = {Tensor<float>::scalar(infinite(0))}})[0]
                                  .value();
    CHECK(std::isnan(of_log_softmax(1)));
    CHECK(std::isnan(of_logsumexp(1)));
    CHECK(of_log_softmax(2) == -infinite(0));
    CHECK(of_logsumexp(2) == infinite(0));
  }
}

TEST_CASE("softmax: a dimension that is not there is refused") {
  CHECK_THROWS_WITH_AS(softmax(Tensor<float>({2, 3}), 2),
                       "softmax: dimension 2 is outside of [2,3]", ShapeError);
  CHECK_THROWS_AS(log_softmax(Tensor<float>({2, 3}), -3), ShapeError);
}

TEST_CASE("softmax, log_softmax, logsumexp: the gradient is what a graph of it computes") {
  for (const Shape& shape : {Shape{3, 4, 5}, Shape{2, 40}, Shape{3, 2, 17}})
    for (Index dim = 0; dim < shape.rank(); ++dim) {
      const auto x = parameter(Tensor<double>::randn(shape, Key(2)));
      const auto compare = [&x](const Variable<double>& y) {
        const Variable<double> dy = Tensor<double>::randn(y.shape(), Key(3));
        const auto g = grad<double>({y}, {x}, {.grad_outputs = {dy}, .retain_graph = true})[0];
        const auto h = grad<double>({y}, {x}, {.grad_outputs = {dy}, .create_graph = true})[0];
        for (Index i = 0; i < x.size(); ++i)
          REQUIRE(g.value().data()[i] == doctest::Approx(h.value().data()[i]).epsilon(1e-12));
      };
      compare(softmax(x, dim));
      compare(log_softmax(x, dim));
      compare(logsumexp(x, dim));
    }
}

}  // namespace softmax_test
