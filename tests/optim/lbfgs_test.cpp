// L-BFGS and its line search: against PyTorch, and what they promise.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/optim/lbfgs.hpp>

#include "../golden/layers.hpp"

namespace lbfgs_test {

using namespace adafuse;
using optim::LineSearch;
using Lbfgs = optim::Lbfgs<double>;
using Var = Variable<double>;

namespace {

/// The loss of `lbfgs()` in layers.py.
Lbfgs::Closure closure_of(const Lbfgs& lbfgs, const Var& p, const Var& q, const Var& a,
                          const Var& b) {
  return [&lbfgs, p, q, a, b] {
    lbfgs.zero_grad();
    const Var off = p * p - a;
    const Var loss = sum(off * off) + sum(b * q * q) / 2 + sum(p) * sum(q) / 10;
    backward(loss);
    return loss;
  };
}

/// sum 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2: a bent valley, with its minimum 0 at ones.
Var rosenbrock(const Var& x) {
  const Var left = slice(x, 0, 0, -1), right = slice(x, 0, 1, x.size(0));
  const Var off = right - left * left, rest = 1 - left;
  return sum(100 * off * off + rest * rest);
}

Lbfgs::Closure valley(const Lbfgs& lbfgs, const Var& x) {
  return [&lbfgs, x] {
    lbfgs.zero_grad();
    const Var loss = rosenbrock(x);
    backward(loss);
    return loss;
  };
}

}  // namespace

TEST_CASE("golden: Lbfgs takes PyTorch's path, with strong Wolfe and without, and forgets as it") {
  for (int number = 0; number < 3; ++number) {
    CAPTURE(number);
    const golden::Case c{concat("lbfgs.", number)};
    const auto options = c["options"];
    const Var p = parameter(c["p"].clone()), q = parameter(c["q"].clone());
    Lbfgs lbfgs({p, q},
                {.iterations = static_cast<Index>(options(1)),
                 .history = static_cast<Index>(options(2)),
                 .line_search = options(3) != 0 ? LineSearch::strong_wolfe : LineSearch::none});
    const auto closure = closure_of(lbfgs, p, q, c["a"], c["b"]);
    for (int step = 0; step < 3; ++step) {
      CAPTURE(step);
      const golden::Case now = c.at(step);
      CHECK(lbfgs.step(options(0), closure) == doctest::Approx(now["loss"].item()).epsilon(1e-10));
      golden::check_close(p.value(), now["p"], "p", 1e-9);
      golden::check_close(q.value(), now["q"], "q", 1e-9);
    }
  }
}

TEST_CASE("Lbfgs: finds the minimum of Rosenbrock's valley") {
  const Var x = parameter(Tensor<double>::of({-1.2, 1, -0.5, 2}));
  Lbfgs lbfgs({x}, {.iterations = 200,
                    .evaluations = 1000,
                    .tolerance_change = 1e-16,
                    .line_search = LineSearch::strong_wolfe});
  lbfgs.step(1, valley(lbfgs, x));
  for (const double at : x.value()) CHECK(at == doctest::Approx(1).epsilon(1e-6));
  CHECK(lbfgs.evaluated() < 150);
}

TEST_CASE("Lbfgs: a quadratic of n dimensions takes about n iterations") {
  const auto scale = Tensor<double>::of({1, 3, 10, 30});
  const Var x = parameter(Tensor<double>::ones({4}));
  Lbfgs lbfgs({x}, {.iterations = 40,
                    .tolerance_grad = 1e-9,
                    .tolerance_change = 1e-16,
                    .line_search = LineSearch::strong_wolfe});
  lbfgs.step(1, [&] {
    lbfgs.zero_grad();
    const Var loss = sum(x * x * scale);
    backward(loss);
    return loss;
  });
  for (const double at : x.value()) CHECK(std::abs(at) < 1e-6);
}

TEST_CASE("Lbfgs: goes on from a saved state bit by bit") {
  for (const auto search : {LineSearch::none, LineSearch::strong_wolfe}) {
    const optim::LbfgsOptions options{.iterations = 2, .history = 3, .line_search = search};
    const auto start = Tensor<float>::of({2, 1.75, 1.5});
    const auto closure_for = [](const optim::Lbfgs<float>& lbfgs, const Variable<float>& x) {
      return [&lbfgs, x] {
        lbfgs.zero_grad();
        const Variable<float> off = x * x - 2;
        const Variable<float> loss = sum(off * off);
        backward(loss);
        return loss;
      };
    };
    const auto whole = parameter(start.clone()), halves = parameter(start.clone());
    optim::Lbfgs<float> at_once({whole}, options), first({halves}, options),
        second({halves}, options);
    for (int step = 0; step < 6; ++step) {
      at_once.step(0.02, closure_for(at_once, whole));
      if (step == 3) second.restore(first.steps(), first.state());
      auto& now = step < 3 ? first : second;
      now.step(0.02, closure_for(now, halves));
    }
    CHECK(second.steps() == 6);
    CHECK(std::equal(whole.value().begin(), whole.value().end(), halves.value().begin()));
    CHECK(second.state().at("steps").shape() == Shape{3, 3});
  }
}

TEST_CASE("Lbfgs: a state that does not fit is refused, and nothing is changed") {
  const Var x = parameter(Tensor<double>::of({-1.2, 1}));
  Lbfgs lbfgs({x}, {.iterations = 3, .line_search = LineSearch::strong_wolfe});
  CHECK(lbfgs.state().empty());
  lbfgs.step(1, valley(lbfgs, x));
  const auto good = lbfgs.state();
  auto bad = good;
  bad.erase("length");
  CHECK_THROWS_AS(lbfgs.restore(1, bad), ValueError);
  bad = good;
  bad["more"] = Tensor<double>({1});
  CHECK_THROWS_AS(lbfgs.restore(1, bad), ValueError);
  bad = good;
  bad["changes"] = Tensor<double>({1, 2});
  bad["steps"] = Tensor<double>({2, 2});
  CHECK_THROWS_AS(lbfgs.restore(1, bad), ShapeError);
  CHECK_THROWS_AS(lbfgs.restore(-1, good), ValueError);
  for (const auto& [name, tensor] : lbfgs.state())
    CHECK(std::equal(tensor.begin(), tensor.end(), good.at(name).begin()));
}

TEST_CASE("Lbfgs: frozen parameters stay where they are") {
  const Var x = parameter(Tensor<double>::of({3})), y = parameter(Tensor<double>::of({3}));
  y.requires_grad_(false);
  Lbfgs lbfgs({x, y}, {.line_search = LineSearch::strong_wolfe});
  lbfgs.step(1, [&] {
    lbfgs.zero_grad();
    const Var loss = sum(x * x) + sum(y * y);
    backward(loss);
    return loss;
  });
  CHECK(std::abs(x.value()(0)) < 1e-6);
  CHECK(y.value()(0) == 3);
}

TEST_CASE("Lbfgs: takes distinct parameters, finite rates, and options that make sense") {
  const Var x = parameter(Tensor<double>::ones({1}));
  CHECK_THROWS_AS(Lbfgs({x, x}), ValueError);
  CHECK_THROWS_AS(Lbfgs({x * 2}), ValueError);
  CHECK_THROWS_AS(Lbfgs({x}, {.iterations = 0}), ValueError);
  CHECK_THROWS_AS(Lbfgs({x}, {.history = 0}), ValueError);
  Lbfgs lbfgs({x});
  CHECK_THROWS_AS(lbfgs.step(std::nan(""), [] { return Var(1); }), ValueError);
}

TEST_CASE("strong_wolfe: what it returns satisfies both conditions, from short starts and long") {
  using Point = optim::LinePoint<double>;
  // cos falls from its start at 0.3 on, and is lowest at pi: an infinite one beyond 20.
  const auto at = [](double t) {
    const double x = t + 0.3;
    const double loss = x < 20 ? std::cos(x) : std::numeric_limits<double>::infinity();
    const double slope = x < 20 ? -std::sin(x) : std::nan("");
    return Point{
        .length = t, .loss = loss, .gradient = Tensor<double>::of({slope}), .slope = slope};
  };
  const Point start = at(0);
  for (const double length : {1e-3, 0.1, 1.0, 3.0, 10.0, 100.0}) {
    CAPTURE(length);
    const Point end = optim::strong_wolfe<double>(at, start, length, 1, 1e-9);
    CHECK(end.length > 0);
    CHECK(end.loss <= start.loss + 1e-4 * end.length * start.slope);
    CHECK(std::abs(end.slope) <= 0.9 * std::abs(start.slope));
  }
}

}  // namespace lbfgs_test
