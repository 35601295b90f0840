// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/arithmetic.hpp>

namespace variable_test {

using namespace adafuse;

TEST_CASE("variable: a constant has a value and no history") {
  const Variable<float> x = Tensor<float>::of({1, 2, 3});
  CHECK(x.defined());
  CHECK_FALSE(x.requires_grad());
  CHECK_FALSE(x.is_leaf());
  CHECK(x.shape() == Shape{3});
  CHECK_FALSE(Variable<float>().defined());
  CHECK(Variable<float>(2.5).item() == 2.5f);
}

TEST_CASE("variable: a parameter is a leaf, the result of an operation is not") {
  const auto p = parameter(Tensor<float>::of({1, 2, 3}));
  CHECK(p.requires_grad());
  CHECK(p.is_leaf());
  const auto y = p + 1;
  CHECK(y.requires_grad());
  CHECK_FALSE(y.is_leaf());
}

TEST_CASE("variable: copies, constants, parameters and detach share the memory of the tensor") {
  const auto tensor = Tensor<float>::of({1, 2, 3});
  const Variable<float> x = tensor, copy = x;
  const auto p = parameter(tensor);
  CHECK(x.value().data() == tensor.data());
  CHECK(copy.value().data() == tensor.data());
  CHECK(p.value().data() == tensor.data());
  CHECK(p.detach().value().data() == tensor.data());
}

TEST_CASE("variable: copies of a parameter share its gradient") {
  const auto p = parameter(Tensor<float>::of({1, 2}));
  const auto copy = p;
  p.set_grad(Tensor<float>::of({3, 4}));
  CHECK(copy.grad().value()(1) == 4);
  copy.zero_grad();
  CHECK_FALSE(p.grad().defined());
}

TEST_CASE("variable: detach ends the history, and only its own") {
  const auto p = parameter(Tensor<float>::scalar(3));
  const auto y = p * p;
  CHECK_FALSE(y.detach().requires_grad());
  CHECK(grad<float>({y * y.detach()}, {p})[0].item() == 54);  // d(9 p^2)/dp
}

TEST_CASE("variable: operators mix variables, tensors and numbers") {
  const auto t = Tensor<double>::of({2, 4});
  const Variable<double> v = Tensor<double>::of({1, 2});
  CHECK((v + t).value()(1) == 6);
  CHECK((t - v).value()(1) == 2);
  CHECK((2 * v).value()(1) == 4);
  CHECK((v / 2).value()(1) == 1);
  CHECK((1 - v).value()(1) == -1);
  CHECK((-v).value()(0) == -1);
}

TEST_CASE("variable: is written under NoGrad only") {
  const auto p = parameter(Tensor<float>::of({1, 2}));
  CHECK_THROWS_WITH_AS(p.mutable_value(), "mutable_value: a variable is written under NoGrad only",
                       ValueError);
  const NoGrad guard;
  p.mutable_value()(0) = 5;
  CHECK(p.value()(0) == 5);
}

TEST_CASE("variable: what has no gradient refuses one") {
  const Variable<float> x = Tensor<float>::of({1, 2});
  const auto p = parameter(Tensor<float>::of({1, 2}));
  CHECK_FALSE(x.grad().defined());
  CHECK_THROWS_AS(x.set_grad(Tensor<float>::of({1, 2})), ValueError);
  CHECK_THROWS_AS((p + p).set_grad(Tensor<float>::of({1, 2})), ValueError);
  CHECK_THROWS_WITH_AS(p.set_grad(Tensor<float>::of({1})), "set_grad: expects [2], got [1]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(x.add_hook([](const auto& g) { return g; }),
                       "add_hook: no gradient ever arrives at a constant", ValueError);
}

TEST_CASE("variable: one that was moved from is undefined") {
  auto p = parameter(Tensor<float>::of({1, 2}));
  const auto q = std::move(p);
  CHECK_FALSE(p.defined());  // NOLINT(bugprone-use-after-move): this is what is tested
  CHECK_FALSE(p.requires_grad());
  CHECK(p.size() == 0);
  CHECK(q.is_leaf());
  CHECK(q.value()(1) == 2);
}

TEST_CASE("variable: to read the value of nothing is an error in the name of who reads") {
  const Variable<float> nothing;
  CHECK_THROWS_WITH_AS(nothing + 1, "add: needs a variable that is defined", ValueError);
  CHECK_THROWS_WITH_AS(-nothing, "neg: needs a variable that is defined", ValueError);
}

TEST_CASE("variable: a gradient that is set is a copy, unless nobody else has a handle on it") {
  const auto p = parameter(Tensor<float>::of({1, 2})), q = parameter(Tensor<float>::of({1, 2}));
  auto g = Tensor<float>::of({3, 4});
  p.set_grad(g), q.set_grad(g);
  g.fill(9);
  CHECK(p.grad().value()(1) == 4);
  CHECK_FALSE(p.grad().value().shares_with(q.grad().value()));
  const float* memory = g.data();
  p.set_grad(std::move(g));
  CHECK(p.grad().value().data() == memory);
  CHECK_THROWS_AS(p.set_grad({}), ShapeError);
}

TEST_CASE("variable: a frozen parameter is a constant to operations, and keeps its gradient") {
  const auto p = parameter(Tensor<float>::of({1, 2})), q = parameter(Tensor<float>::of({3, 4}));
  const auto copy = q;
  q.set_grad(Tensor<float>::of({7, 7}));
  q.requires_grad_(false);
  CHECK_FALSE(copy.requires_grad());
  CHECK(copy.is_leaf());
  CHECK_FALSE((q * 2).requires_grad());
  const auto y = p * q;
  CHECK_FALSE(y.node()->inputs[1]);
  backward(y, Tensor<float>::ones({2}));
  CHECK(p.grad().value()(1) == 4);
  CHECK(q.grad().value()(0) == 7);
  CHECK_THROWS_AS(grad<float>({y}, {q}, {.grad_outputs = {Tensor<float>::ones({2})}}), ValueError);
  CHECK(q.requires_grad_().requires_grad());
  backward(p * q, Tensor<float>::ones({2}));
  CHECK(q.grad().value()(0) == 8);
}

TEST_CASE("variable: what is frozen between an operation and its gradient gets none") {
  const auto p = parameter(Tensor<float>::of({1, 2})), q = parameter(Tensor<float>::of({3, 4}));
  const auto y = p * q;
  q.requires_grad_(false);
  backward(y, Tensor<float>::ones({2}));
  CHECK(p.grad().defined());
  CHECK_FALSE(q.grad().defined());
}

TEST_CASE("variable: only parameters are frozen and thawed") {
  const auto p = parameter(Tensor<float>::of({1}));
  const Variable<float> constant = Tensor<float>::of({1});
  CHECK_FALSE(constant.requires_grad_(false).requires_grad());
  CHECK((p * 2).requires_grad_(true).requires_grad());
  CHECK_THROWS_AS(constant.requires_grad_(), ValueError);
  CHECK_THROWS_AS((p * 2).requires_grad_(false), ValueError);
}

}  // namespace variable_test
