// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/gradcheck.hpp>
#include <adafuse/ops/pow.hpp>
#include <adafuse/ops/reduce.hpp>

namespace gradcheck_test {

using namespace adafuse;

namespace {

using Var = Variable<double>;
using Vars = std::vector<Var>;

/// a + b with a gradient of b that `fault` has altered.
Var faulty_add(const Var& a, const Var& b, std::function<void(Tensor<double>&)> fault) {
  return record("faulty_add", add(a, b).value(), {a, b},
                [fault](const Var& dy) -> Gradients<double> {
                  auto wrong = dy.value().clone();
                  fault(wrong);
                  return {dy, wrong};
                });
}

const std::vector<Tensor<double>> two_inputs{Tensor<double>::of({{1, 2, 3}, {4, 5, 6}}),
                                             Tensor<double>::of({{2, 1, 0}, {1, 3, 5}})};

}  // namespace

TEST_CASE("gradcheck: agrees with a right derivative, and says so") {
  const auto result = gradcheck(
      "mul", [](const Vars& x) { return x[0] * x[1]; }, two_inputs);
  CHECK(result);
  CHECK(result.error < 1e-8);
  CHECK(concat(result).find("mul: agrees") == 0);
}

TEST_CASE("gradcheck: finds the one wrong element of the one wrong input") {
  const auto f = [](const Vars& x) {
    return faulty_add(x[0], x[1], [](Tensor<double>& g) { g.data()[4] *= 1.01; });
  };
  const auto result = gradcheck("faulty_add", f, two_inputs);
  CHECK_FALSE(result);
  CHECK(result.op == "faulty_add");
  CHECK(result.input == 1);
  CHECK(result.element == 4);
  CHECK(result.analytic == doctest::Approx(1.01 * result.numeric));
  CHECK(concat(result).find("faulty_add: differs, worst at input 1 element 4") == 0);
}

TEST_CASE("gradcheck: a NaN is the worst of all errors, wherever it stands") {
  for (const Index at : {0, 3, 5}) {
    const auto f = [at](const Vars& x) {
      return faulty_add(x[0], x[1], [at](Tensor<double>& g) {
        g.data()[at] = NAN;
        g.data()[(at + 1) % 6] += 100;
      });
    };
    const auto result = gradcheck("faulty_add", f, two_inputs);
    CHECK_FALSE(result);
    CHECK(result.input == 1);
    CHECK(result.element == at);
  }
}

TEST_CASE("gradcheck: a gradient that was forgotten counts as 0") {
  const auto f = [](const Vars& x) {
    return record("forgetful", add(x[0], x[1]).value(), x, [](const Var& dy) -> Gradients<double> {
      return {dy, {}};
    });
  };
  const auto result = gradcheck("forgetful", f, two_inputs);
  CHECK_FALSE(result);
  CHECK(result.input == 1);
  CHECK(result.analytic == 0);
}

TEST_CASE("gradcheck: leaves its inputs as they were") {
  const std::vector<Tensor<double>> x{Tensor<double>::of({1, 2})};
  gradcheck(
      "square", [](const Vars& v) { return v[0] * v[0]; }, x);
  CHECK(x[0](0) == 1);
  CHECK(x[0](1) == 2);
}

TEST_CASE("gradgradcheck: finds a first derivative whose own derivative is wrong") {
  // y = x^3 with the right gradient 3 x^2, where one factor x was detached.
  const auto f = [](const Vars& v) {
    const Var x = v[0];
    return record("cube", pow(x, 3).value(), {x},
                  [x](const Var& dy) -> Gradients<double> { return {3 * dy * x * x.detach()}; });
  };
  const std::vector<Tensor<double>> x{Tensor<double>::of({1, 2, -3})};
  CHECK(gradcheck("cube", f, x));
  CHECK_FALSE(gradgradcheck("cube", f, x));
  CHECK(gradgradcheck(
      "pow", [](const Vars& v) { return pow(v[0], 3); }, x));
}

TEST_CASE("gradgradcheck: a linear function has none, and passes") {
  CHECK(gradgradcheck(
      "sum", [](const Vars& x) { return sum(x[0]) + sum(x[1]); }, two_inputs));
}

TEST_CASE("gradcheck: a function that records nothing has derivative 0, which differs") {
  const auto f = [](const Vars& x) { return x[0].detach() * 2; };
  CHECK_FALSE(gradcheck("detached", f, {Tensor<double>::of({1, 2})}));
  CHECK(gradcheck("constant", [](const Vars& x) { return Var(x[0].shape().size()); },
                  {Tensor<double>::of({1, 2})}));
}

TEST_CASE("gradgradcheck: a pullback that is a constant in its inputs' history is found") {
  const auto numbers_only = [](const Vars& v) {  // y = x^3, dx = dy 3 x^2 as a number
    const Var x = v[0];
    return record("cube", pow(x, 3).value(), {x}, [x](const Var& dy) -> Gradients<double> {
      return {dy * kernels::map(x.value(), [](double at) { return 3 * at * at; })};
    });
  };
  const auto no_history_at_all = [](const Vars& v) {  // that of dy is lost too
    const Var x = v[0];
    return record("square", pow(x, 2).value(), {x},
                  [x](const Var& dy) -> Gradients<double> { return {2 * dy.detach() * x}; });
  };
  const auto one_of_two = [](const Vars& v) {  // y = a b, where da forgets b
    const Var a = v[0], b = v[1];
    return record("mul", (a * b).value(), {a, b}, [a, b](const Var& dy) -> Gradients<double> {
      return {dy * b.detach(), dy * a};
    });
  };
  const std::vector<Tensor<double>> x{Tensor<double>::of({1, 2, -3})};
  CHECK(gradcheck("cube", numbers_only, x));
  CHECK_FALSE(gradgradcheck("cube", numbers_only, x));
  CHECK(gradcheck("square", no_history_at_all, x));
  CHECK_FALSE(gradgradcheck("square", no_history_at_all, x));
  CHECK(gradcheck("mul", one_of_two, two_inputs));
  const auto result = gradgradcheck("mul", one_of_two, two_inputs);
  CHECK_FALSE(result);
  CHECK(result.input == 1);
}

TEST_CASE("gradgradcheck: the gradient that arrives is an input, the last") {
  // y = 2 x, whose gradient forgets where dy came from.
  const auto f = [](const Vars& v) {
    return record("twice", (2 * v[0]).value(), {v[0]},
                  [](const Var& dy) -> Gradients<double> { return {2 * dy.detach()}; });
  };
  const std::vector<Tensor<double>> x{Tensor<double>::of({1, 2, -3})};
  CHECK(gradcheck("twice", f, x));
  const auto result = gradgradcheck("twice", f, x);
  CHECK_FALSE(result);
  CHECK(result.input == 1);
}

}  // namespace gradcheck_test
