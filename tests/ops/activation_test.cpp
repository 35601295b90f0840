// What the golden rows do not say of activations: floats, options, messages.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/activation.hpp>
#include <functional>
#include <string>

namespace ops_activation_test {

using namespace adafuse;

namespace {

template <class T>
struct Named {
  std::string name;
  std::function<Variable<T>(const Variable<T>&)> f;
};

template <class T>
std::vector<Named<T>> activations() {
  using V = Variable<T>;
  return {{"leaky_relu", [](const V& x) { return leaky_relu(x); }},
          {"prelu", [](const V& x) { return prelu(x, Tensor<T>::of({T(0.25)})); }},
          {"elu", [](const V& x) { return elu(x); }},
          {"selu", [](const V& x) { return selu(x); }},
          {"relu6", [](const V& x) { return relu6(x); }},
          {"hardswish", [](const V& x) { return hardswish(x); }},
          {"silu", [](const V& x) { return silu(x); }},
          {"softplus", [](const V& x) { return softplus(x); }},
          {"log_sigmoid", [](const V& x) { return log_sigmoid(x); }},
          {"mish", [](const V& x) { return mish(x); }},
          {"gelu", [](const V& x) { return gelu(x); }},
          {"gelu", [](const V& x) { return gelu(x, {.approximate = Approximate::tanh}); }}};
}

template <class T>
Tensor<T> derivative(const Named<T>& one, const Tensor<T>& x) {
  const auto p = parameter(x);
  return grad<T>({one.f(p)}, {p}, {.grad_outputs = {Tensor<T>::ones(x.shape())}})[0].value();
}

}  // namespace

TEST_CASE("activation: in float as in double, within rounding of the numbers on the way") {
  const auto x = Tensor<double>::uniform({4000}, Key(1), -12, 12);
  const auto same = x.cast<float>().cast<double>();
  const auto single = activations<float>();
  const auto twice = activations<double>();
  for (std::size_t i = 0; i < single.size(); ++i) {
    CAPTURE(single[i].name);
    const auto y = single[i].f(x.cast<float>()).value();
    const auto expected = twice[i].f(same).value();
    const auto dx = derivative(single[i], x.cast<float>());
    const auto expected_dx = derivative(twice[i], same);
    double worst = 0;
    for (Index k = 0; k < x.size(); ++k) {
      worst = std::max(worst, std::abs(double{y(k)} - expected(k)));
      worst = std::max(worst, std::abs(double{dx(k)} - expected_dx(k)));
    }
    CHECK(worst < 4e-6);
  }
}

TEST_CASE("activation: each is recorded under its name, and stands alone without elements") {
  for (const auto& one : activations<float>()) {
    CAPTURE(one.name);
    const auto x = parameter(Tensor<float>::of({1, -1}));
    CHECK(one.f(x).node()->op == one.name);
    const auto none = parameter(Tensor<float>({0, 1}));
    const auto y = one.f(none);
    CHECK(y.shape() == Shape{0, 1});
    backward(y, Tensor<float>({0, 1}));
    CHECK(none.grad().shape() == Shape{0, 1});
    CHECK(one.f(Tensor<float>::scalar(2)).rank() == 0);
    CHECK_THROWS_AS(one.f({}), Error);
  }
}

TEST_CASE("activation: small numbers keep their digits") {
  CHECK(elu(Tensor<float>::of({-1e-6f})).value()(0) == doctest::Approx(-1e-6f));
  CHECK(softplus(Tensor<float>::of({-30})).value()(0) == doctest::Approx(std::exp(-30.f)));
  CHECK(log_sigmoid(Tensor<float>::of({30})).value()(0) == doctest::Approx(-std::exp(-30.f)));
  CHECK(log_sigmoid(Tensor<float>::of({-200})).value()(0) == -200);
  CHECK(softplus(Tensor<float>::of({200})).value()(0) == 200);
}

TEST_CASE("softplus: above the threshold it is x, below it is not") {
  const auto y = softplus(Tensor<double>::of({1, 3}), {.beta = 2, .threshold = 5}).value();
  CHECK(y(0) == doctest::Approx(std::log1p(std::exp(2.0)) / 2));
  CHECK(y(1) == 3);
}

TEST_CASE("elu: the second derivative of a large x is 0, where e^x is infinite") {
  const auto x = parameter(Tensor<double>::of({1000, -1}));
  const auto first = grad<double>({sum_to(elu(x), {})}, {x}, {.create_graph = true})[0];
  const auto second = grad<double>({sum_to(first, {})}, {x})[0].value();
  CHECK(first.value()(0) == 1);
  CHECK(second(0) == 0);
  CHECK(second(1) == doctest::Approx(std::exp(-1.0)));
}

TEST_CASE("prelu: a weight for each channel, or one for all") {
  const auto x = Tensor<double>::full({2, 3, 1, 2}, -1);
  const auto y = prelu(x, Tensor<double>::of({1, 2, 3})).value();
  CHECK(y(1, 0, 0, 1) == -1);
  CHECK(y(0, 2, 0, 0) == -3);
  CHECK(prelu(x, Tensor<double>::scalar(0.5)).value()(0, 0, 0, 0) == -0.5);
  CHECK(prelu(Tensor<double>::of({-1, -2, 3}), Tensor<double>::of({2})).value()(1) == -4);
  CHECK_THROWS_WITH_AS(prelu(x, Tensor<double>::of({1, 2})),
                       "prelu: x [2,3,1,2] expects a weight of one number or 3, got [2]",
                       ShapeError);
  CHECK_THROWS_AS(prelu(Tensor<double>::of({1, 2, 3}), Tensor<double>::of({1, 2, 3})), ShapeError);
  CHECK_THROWS_AS(prelu(x, Tensor<double>::ones({1, 3})), ShapeError);
}

}  // namespace ops_activation_test
