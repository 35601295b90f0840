// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/pow.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/straight_through.hpp>

namespace backward_test {

using namespace adafuse;

namespace {

using Var = Variable<double>;

Var number(double value) { return parameter(Tensor<double>::scalar(value)); }

/// y = x; counts how often a gradient passes.
Var counted(const Var& x, int& passes) {
  return record("counted", x.value(), {x}, [&passes](const Var& dy) -> Gradients<double> {
    ++passes;
    return {dy};
  });
}

}  // namespace

TEST_CASE("backward: gradients of a product and a sum") {
  const auto x = number(3), y = number(4);
  backward(x * y + x);
  CHECK(x.grad().item() == 5);
  CHECK(y.grad().item() == 3);
}

TEST_CASE("backward: adds to the gradient of earlier calls, until it is zeroed") {
  const auto x = number(3);
  backward(x * x);
  backward(x * x);
  CHECK(x.grad().item() == 12);
  x.zero_grad();
  backward(x * x);
  CHECK(x.grad().item() == 6);
}

TEST_CASE("backward: the gradient of an earlier call is not overwritten in place") {
  const auto x = number(3);
  backward(x * x);
  const auto before = x.grad();
  backward(x * x);
  CHECK(before.item() == 6);
}

TEST_CASE("backward: what arrives along several ways is added before it goes on, once") {
  const auto x = number(2);
  int passes = 0;
  const auto shared = counted(x, passes);
  backward(shared * shared + shared + 5 * shared);
  CHECK(passes == 1);
  CHECK(x.grad().item() == 10);
}

TEST_CASE("backward: the caller's gradient and those of the operands are left as they were") {
  const auto x = number(1), y = number(1);
  const auto dy = Tensor<double>::scalar(7);
  const auto sum = x + y;       // both gradients are dy itself
  backward(sum + sum * 2, dy);  // and sum's is accumulated
  CHECK(dy.item() == 7);
  CHECK(x.grad().item() == 21);
  CHECK(y.grad().item() == 21);
}

TEST_CASE("backward: a history is used once, unless it is retained") {
  const auto x = number(3);
  const auto y = x * x;
  backward(y, {.retain_graph = true});
  backward(y);
  CHECK(x.grad().item() == 12);
  CHECK_THROWS_WITH_AS(
      backward(y),
      "backward: the history of 'mul' was used before; pass retain_graph to use it again",
      ValueError);
  CHECK(x.grad().item() == 12);
}

TEST_CASE("backward: wrong use is told") {
  const auto x = parameter(Tensor<double>::of({1, 2}));
  CHECK_THROWS_WITH_AS(backward(x * x),
                       "backward: [2] is not a single number; pass the gradient that arrives there",
                       ValueError);
  CHECK_THROWS_WITH_AS(backward(x * x, Tensor<double>::of({1})),
                       "backward: y is [2], its gradient is [1]", ShapeError);
  CHECK_THROWS_WITH_AS(backward(Var(3) * 2), "backward: nothing behind y requires a gradient",
                       ValueError);
}

TEST_CASE("backward: create_graph gives derivatives of derivatives") {
  const auto x = number(2);
  const auto y = pow(x, 4);
  const auto first = grad<double>({y}, {x}, {.create_graph = true})[0];
  const auto second = grad<double>({first}, {x}, {.create_graph = true})[0];
  const auto third = grad<double>({second}, {x})[0];
  CHECK(first.item() == doctest::Approx(32));
  CHECK(second.item() == doctest::Approx(48));
  CHECK(third.item() == doctest::Approx(48));
}

TEST_CASE("grad: the type of number need not be said") {
  const auto x = number(2), y = number(5);
  const auto dx = grad({x * x, 3 * y}, {x, y});
  CHECK(dx[0].item() == 4);
  CHECK(dx[1].item() == 3);
  CHECK(grad({x * x}, std::vector{x}).size() == 1);
  const auto first = grad(x * x * x, x, {.create_graph = true});
  CHECK(first.item() == 12);
  CHECK(grad(first, x).item() == 12);
}

TEST_CASE("backward: create_graph also through a sum of several ways") {
  const auto x = number(2);
  const auto y = x * x;
  const auto first = grad<double>({y * y + x * y}, {x}, {.create_graph = true})[0];  // x^4 + x^3
  CHECK(first.item() == 44);
  CHECK(grad<double>({first}, {x})[0].item() == 60);
}

TEST_CASE("backward: without create_graph the gradient is a constant") {
  const auto x = number(2);
  CHECK_FALSE(grad<double>({x * x}, {x})[0].requires_grad());
  backward(x * x);
  CHECK_FALSE(x.grad().requires_grad());
}

TEST_CASE("backward: what an operation captured is released before earlier ones are pulled back") {
  const auto x = number(1);
  auto late = std::make_shared<int>();
  const std::weak_ptr<int> watch = late;
  bool released = false;
  const auto early = record("early", x.value(), {x}, [&](const Var& dy) -> Gradients<double> {
    released = watch.expired();
    return {dy};
  });
  const auto y =
      record("late", early.value(), {early},
             [late = std::move(late)](const Var& dy) -> Gradients<double> { return {dy}; });
  CHECK_FALSE(watch.expired());
  backward(y);
  CHECK(released);
}

TEST_CASE("grad: leaves the parameters' own gradients alone") {
  const auto x = number(3);
  CHECK(grad<double>({x * x}, {x})[0].item() == 6);
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("grad: of something computed on the way") {
  const auto x = number(3);
  const auto y = x * x;
  const auto dx = grad<double>({y * y}, {y, x});
  CHECK(dx[0].item() == 18);
  CHECK(dx[1].item() == 108);
}

TEST_CASE("grad: does not work out what leads to none of the inputs") {
  const auto x = number(3), other = number(4);
  int passes = 0;
  CHECK(grad<double>({x * counted(other, passes)}, {x})[0].item() == 4);
  CHECK(passes == 0);
}

TEST_CASE("grad: several outputs add up, each weighted by its grad_output") {
  const auto x = number(3);
  const auto dx = grad<double>({x * x, 5 * x}, {x}, {.grad_outputs = {Var(10), Var(100)}});
  CHECK(dx[0].item() == 560);
}

TEST_CASE("grad: an input that no output depends on is told, or allowed") {
  const auto x = number(3), other = number(4);
  CHECK_THROWS_AS(grad<double>({x * x}, {x, other}), ValueError);
  const auto dx = grad<double>({x * x}, {x, other}, {.allow_unused = true});
  CHECK(dx[0].item() == 6);
  CHECK_FALSE(dx[1].defined());
}

TEST_CASE("grad: wrong use is told") {
  const auto x = number(3);
  CHECK_THROWS_WITH_AS(grad<double>({x * x}, {Var(3)}), "grad: input 0 requires no gradient",
                       ValueError);
  CHECK_THROWS_WITH_AS(grad<double>({Var(3)}, {x}),
                       "grad: nothing behind output 0 requires a gradient", ValueError);
  CHECK_THROWS_WITH_AS(grad<double>({x * x}, {x}, {.grad_outputs = {Var(1), Var(2)}}),
                       "grad: 1 outputs and 2 grad_outputs", ValueError);
}

TEST_CASE("hooks: see each gradient once, complete, and may replace it") {
  const auto x = number(3);
  const auto y = x * x;
  std::vector<double> seen;
  y.add_hook([&](const Var& g) {
    seen.push_back(g.item());
    return Var();
  });
  y.add_hook([](const Var& g) { return 10 * g; });
  backward(y + 2 * y);
  CHECK(seen == std::vector<double>{3});
  CHECK(x.grad().item() == 180);
}

TEST_CASE("hooks: on a parameter run before the gradient is stored") {
  const auto x = number(3);
  x.add_hook([](const Var& g) { return -g; });
  backward(x * x);
  CHECK(x.grad().item() == -6);
}

TEST_CASE("hooks: a gradient of another shape is told") {
  const auto x = number(3);
  x.add_hook([](const Var&) { return Var(Tensor<double>::of({1, 2})); });
  CHECK_THROWS_WITH_AS(backward(x * x), "parameter: a hook returned [2] for a gradient of []",
                       ShapeError);
}

TEST_CASE("backward: gradients share memory with nobody: not with each other, the seed, a value") {
  using Tensors = Tensor<double>;
  const auto a = parameter(Tensors::of({1, 1})), b = parameter(Tensors::of({1, 1}));
  const auto constant = Tensors::of({7, 7});
  auto seed = Tensors::of({1, 2});
  const auto same = [](const Var& x) {  // a pullback that hands on what it gets
    return record("same", x.value(), {x}, [](const Var& dy) -> Gradients<double> { return {dy}; });
  };
  const auto kept = [&](const Var& x) {  // one that returns what it captured
    return record("kept", x.value(), {x},
                  [constant](const Var&) -> Gradients<double> { return {constant}; });
  };
  using Maker = std::function<Var()>;
  for (const Maker& make : {Maker([&] { return a + b; }), Maker([&] {
                              return reshape(reshape(a, {2, 1}), {2}) + same(b);
                            }),
                            Maker([&] { return straight_through(constant, a) + kept(b); }),
                            Maker([&] { return a + b + same(a); })}) {
    for (const bool twice : {false, true}) {
      a.zero_grad(), b.zero_grad();
      backward(make(), seed);
      if (twice) backward(make(), seed);
      const auto dx = grad<double>({make()}, {a, b, a}, {.grad_outputs = {seed}});
      std::vector<Tensors> all{a.grad().value(), b.grad().value(), seed, constant};
      for (const auto& g : dx) all.push_back(g.value());
      for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t k = 0; k < i; ++k) CHECK_FALSE(all[i].shares_with(all[k]));
    }
  }
  CHECK(seed(1) == 2);
}

TEST_CASE("backward: a gradient that only the parameter holds is not copied") {
  const auto x = number(3);
  const double* made = nullptr;
  const auto y = record("op", Tensor<double>::scalar(1), {x}, [&](const Var&) -> Gradients<double> {
    auto dx = Tensor<double>::scalar(5);
    made = dx.data();
    return {std::move(dx)};
  });
  backward(y);
  CHECK(x.grad().value().data() == made);
}

TEST_CASE("backward: create_graph is refused, with a word on grad") {
  const auto x = number(3);
  CHECK_THROWS_WITH_AS(backward(x * x, {.create_graph = true}),
                       doctest::Contains("use grad(outputs, inputs, {.create_graph = true})"),
                       ValueError);
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("backward: no parameter is kept alive by its own gradient") {
  const auto captured = std::make_shared<int>();
  {
    const auto x = number(3);
    const auto op = [captured](const Var& in) {
      return record("op", in.value(), {in},
                    [captured, in](const Var& dy) -> Gradients<double> { return {dy * in}; });
    };
    const auto dx = grad<double>({op(op(x))}, {x}, {.create_graph = true})[0];
    x.set_grad(dx);
    CHECK(x.grad().item() == dx.item());
    CHECK_FALSE(x.grad().requires_grad());
    x.zero_grad();
    const auto other = number(2);
    x.add_hook([with_history = other * other](const Var&) { return with_history; });
    backward(op(x));
    CHECK_FALSE(x.grad().requires_grad());
  }
}

TEST_CASE("hooks: one that writes what it gets writes nobody else's gradient") {
  const auto x = number(1), y = number(1);
  x.add_hook([](const Var& g) {
    Tensor<double> own = g.value();
    own.fill(100);
    return Var();
  });
  backward(x + y);
  CHECK(x.grad().item() == 100);
  CHECK(y.grad().item() == 1);
}

}  // namespace backward_test
