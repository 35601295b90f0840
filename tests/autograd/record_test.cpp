// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/autograd/gradcheck.hpp>
#include <adafuse/ops/arithmetic.hpp>

namespace record_test {

using namespace adafuse;

namespace {

/// An operation as a user writes it: y = x^3.
Variable<double> cube(const Variable<double>& x) {
  const auto y = kernels::map(x.value(), [](double v) { return v * v * v; });
  return record("cube", y, {x},
                [x](const Variable<double>& dy) -> Gradients<double> { return {3 * dy * x * x}; });
}

/// y = 1 / x, whose derivative reads the output: dx = -dy y^2.
Variable<double> reciprocal(const Variable<double>& x) {
  const auto inverse = kernels::map(x.value(), [](double v) { return 1 / v; });
  return record("reciprocal", inverse, {x},
                [](const Variable<double>& dy, const Variable<double>& y) -> Gradients<double> {
                  return {-dy * y * y};
                });
}

/// An operation of `inputs` whose pullback returns `gradients`.
Variable<double> returning(const Gradients<double>& gradients,
                           const std::vector<Variable<double>>& inputs) {
  return record("returning", Tensor<double>::scalar(1), inputs,
                [gradients](const Variable<double>&) { return gradients; });
}

}  // namespace

TEST_CASE("record: a user's operation has first and second derivatives") {
  const std::vector<Tensor<double>> x{Tensor<double>::of({{0.5, -1.5, 2}, {1, 3, -0.7}})};
  CHECK(gradcheck(
      "cube", [](const auto& v) { return cube(v[0]); }, x));
  CHECK(gradgradcheck(
      "cube", [](const auto& v) { return cube(v[0]); }, x));
  CHECK(gradcheck(
      "reciprocal", [](const auto& v) { return reciprocal(v[0]); }, x));
  CHECK(gradgradcheck(
      "reciprocal", [](const auto& v) { return reciprocal(v[0]); }, x));
}

TEST_CASE("record: without an input that requires a gradient the pullback is dropped") {
  const auto captured = std::make_shared<int>();
  const auto pullback = [captured](const Variable<double>& dy) -> Gradients<double> {
    return {dy};
  };
  const auto constant =
      record("identity", Tensor<double>::scalar(1), {Variable<double>(1)}, pullback);
  CHECK_FALSE(constant.requires_grad());
  CHECK(captured.use_count() == 2);  // here and in `pullback`
  const auto recorded = record("identity", Tensor<double>::scalar(1),
                               {parameter(Tensor<double>::scalar(1))}, pullback);
  CHECK(recorded.requires_grad());
  CHECK(captured.use_count() == 3);
}

TEST_CASE("record: keeps the value as it is, without a copy") {
  const auto y = Tensor<double>::of({1, 2});
  const auto p = parameter(Tensor<double>::of({3, 4}));
  const double* seen = nullptr;
  const auto result =
      record("op", y, {p}, [&seen](const Variable<double>& dy, const Variable<double>& output) {
        seen = output.value().data();
        return Gradients<double>{dy};
      });
  CHECK(result.value().data() == y.data());
  backward(result, Tensor<double>::ones({2}));
  CHECK(seen == y.data());
}

TEST_CASE("record: a pullback that reads its output does not keep itself alive") {
  const auto captured = std::make_shared<int>();
  {
    const auto p = parameter(Tensor<double>::scalar(2));
    const auto y = record("op", Tensor<double>::scalar(1), {p},
                          [captured](const Variable<double>& dy, const Variable<double>& output) {
                            return Gradients<double>{dy * output};
                          });
    CHECK(captured.use_count() == 2);
  }
  CHECK(captured.use_count() == 1);
}

TEST_CASE("record: a pullback that returns too few gradients is told") {
  const auto p = parameter(Tensor<double>::scalar(2)), q = parameter(Tensor<double>::scalar(2));
  CHECK_THROWS_WITH_AS(backward(returning({p}, {p, q})),
                       "returning: the pullback returned 1 gradients for 2 inputs", ShapeError);
}

TEST_CASE("record: a gradient of the wrong shape is told, with the input's number") {
  const auto p = parameter(Tensor<double>::scalar(2)), q = parameter(Tensor<double>::of({1, 2}));
  const Variable<double> three = Tensor<double>::of({1, 2, 3});
  CHECK_THROWS_WITH_AS(backward(returning({Variable<double>(1), three}, {p, q})),
                       "returning: the pullback returned [3] as gradient of input 1, which is [2]",
                       ShapeError);
}

TEST_CASE("record: an undefined gradient stands for 0") {
  const auto p = parameter(Tensor<double>::scalar(2)), q = parameter(Tensor<double>::scalar(2));
  backward(returning({Variable<double>(5), {}}, {p, q}));
  CHECK(p.grad().item() == 5);
  CHECK_FALSE(q.grad().defined());
}

}  // namespace record_test
