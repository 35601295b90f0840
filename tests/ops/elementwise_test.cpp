// A function of one number that is no part of the library, by elementwise.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/autograd/gradcheck.hpp>
#include <adafuse/ops/pointwise.hpp>

namespace ops_elementwise_test {

using namespace adafuse;

namespace {

using Var = Variable<double>;

// y = x / (1 + |x|)  =>  dx = dy / (1 + |x|)^2
Var softsign(const Var& input) {
  return elementwise<Reads::input>(
      "softsign", input, [](double v) { return v / (1 + std::abs(v)); },
      [](const Var& dy, const Var& x) { return dy / square(1 + abs(x)); });
}

/// The same; counts how often which form of the derivative is taken.
struct Counts {
  int numbers = 0, operations = 0;
};
Var counted_softsign(const Var& input, Counts& counts) {
  return elementwise(
      "softsign", input, [](double v) { return v / (1 + std::abs(v)); },
      [&counts](double dy, double v) {
        ++counts.numbers;
        return dy / ((1 + std::abs(v)) * (1 + std::abs(v)));
      },
      [&counts](const Var& dy, const Var& x) {
        ++counts.operations;
        return dy / square(1 + abs(x));
      });
}

}  // namespace

TEST_CASE("elementwise: a value and a derivative make an operation, differentiable twice") {
  const auto x = Tensor<double>::of({-2, -0.5, 0.75, 3});
  const auto f = [](const std::vector<Var>& in) { return softsign(in[0]); };
  CHECK(gradcheck("softsign", f, {x}));
  CHECK(gradgradcheck("softsign", f, {x}));
  CHECK(softsign(x).value()(3) == 0.75);
  CHECK(std::string(softsign(parameter(x)).node()->op) == "softsign");
}

TEST_CASE("elementwise: without a parameter, or without a variable at all") {
  CHECK(!softsign(Tensor<double>::of({1})).requires_grad());
  CHECK_THROWS_WITH_AS(softsign(Var()), "softsign: needs a variable that is defined", ValueError);
}

TEST_CASE("elementwise: the derivative for numbers is taken, in operations under create_graph") {
  const auto x = parameter(Tensor<double>::of({-2, 3}));
  Counts counts;
  const auto first = grad<double>({sum_to(counted_softsign(x, counts), {})}, {x})[0];
  CHECK(counts.numbers == 2);
  CHECK(counts.operations == 0);
  const auto again =
      grad<double>({sum_to(counted_softsign(x, counts), {})}, {x}, {.create_graph = true})[0];
  CHECK(counts.numbers == 2);
  CHECK(counts.operations == 1);
  CHECK(again.requires_grad());
  for (Index i = 0; i < 2; ++i) CHECK(first.value()(i) == again.value()(i));
}

TEST_CASE("elementwise: what the derivative reads must be as it was, what it does not may change") {
  const auto at = [] { return parameter(Tensor<double>::of({1, 2})); };
  const auto run = [](const Var& x, const Var& y, const Var& written) {
    Tensor<double>(written.value()).fill(5);
    backward(sum_to(y, {}));
    return x.grad().value()(0);
  };
  auto x = at();
  auto y = log(x);
  CHECK(run(x, y, y) == 1);
  x = at(), y = exp(x);
  CHECK(run(x, y, x) == doctest::Approx(std::exp(1.0)).epsilon(1e-15));
  x = at(), y = log(x);
  CHECK_THROWS_WITH_AS(run(x, y, x), doctest::Contains("log: the gradient needs input 0"),
                       ValueError);
  x = at(), y = exp(x);
  CHECK_THROWS_WITH_AS(run(x, y, y), doctest::Contains("exp: the gradient needs its result"),
                       ValueError);
  x = at(), y = sign(x);
  CHECK(run(x, y, x) == 0);
}

}  // namespace ops_elementwise_test
