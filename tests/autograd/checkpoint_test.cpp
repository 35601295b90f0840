// Checkpoints: the gradients of the function that is computed again, and what is kept meanwhile.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/checkpoint.hpp>
#include <adafuse/autograd/gradcheck.hpp>
#include <adafuse/ops/dropout.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/trigonometry.hpp>

namespace checkpoint_test {

using namespace adafuse;

namespace {

using Var = Variable<double>;
using Vars = std::vector<Var>;

Tensor<double> randn(const Shape& shape, std::uint64_t key) {
  return Tensor<double>::randn(shape, Key(key));
}

bool same(const Var& a, const Var& b) {
  return a.shape() == b.shape() &&
         std::equal(a.value().begin(), a.value().end(), b.value().begin());
}

/// y = x, whose history holds on to `alive`.
Var step(const Var& x, const std::shared_ptr<int>& alive) {
  return record("step", x.value().clone(), {x},
                [alive](const Var& dy) -> Gradients<double> { return {dy}; });
}

}  // namespace

TEST_CASE("checkpoint: value and gradients, of inputs and captured parameters, are the same bits") {
  const Var w = parameter(randn({3, 3}, 1)), x = parameter(randn({4, 3}, 2)),
            b = parameter(randn({3}, 3));
  const auto piece = [&](const Var& a, const Var& c) { return tanh(matmul(a, w) + c) * a; };
  const auto gradients = [&](const Var& y) {
    for (const auto& p : {w, x, b}) p.zero_grad();
    backward(sum(y * y));
    return Vars{w.grad(), x.grad(), b.grad()};
  };
  const Var plain = piece(sin(x), b), kept = checkpoint(piece, sin(x), b);
  CHECK(same(plain, kept));
  const auto expected = gradients(plain), got = gradients(kept);
  for (std::size_t i = 0; i < 3; ++i) CHECK(same(expected[i], got[i]));
}

TEST_CASE("checkpoint: what is captured may have a history of its own, and is not counted twice") {
  const Var w = parameter(randn({3}, 4)), x = parameter(randn({3}, 5));
  const auto total = [&](bool checkpointed) {
    const Var h = sin(w);  // the piece reads h, w and x, and x also comes in as its input
    const auto piece = [&](const Var& a) { return a * h * w + x; };
    const Var y = checkpointed ? checkpoint(piece, x * h) : piece(x * h);
    for (const auto& p : {w, x}) p.zero_grad();
    backward(sum(y * h));
    return Vars{w.grad(), x.grad()};
  };
  const auto expected = total(false), got = total(true);
  for (std::size_t i = 0; i < 2; ++i)
    for (Index k = 0; k < 3; ++k)
      CHECK(got[i].value()(k) == doctest::Approx(expected[i].value()(k)).epsilon(1e-14));
}

TEST_CASE("checkpoint: the history of a piece is gone until its gradient is asked for") {
  const auto alive = std::make_shared<int>();
  const Var x = parameter(randn({2}, 6));
  const auto piece = [&](const Var& at) {
    Var y = at;
    for (int i = 0; i < 10; ++i) y = step(y, alive);
    return y;
  };
  long most = 0;
  Var y = x;
  for (int i = 0; i < 5; ++i) {
    y = checkpoint(piece, y);
    CHECK(alive.use_count() == 1);
    if (i == 0)
      y.add_hook([&](const Var&) {
        most = std::max(most, alive.use_count());
        return Var();
      });
  }
  backward(sum(y));
  CHECK(most == 1);  // four pieces were repeated before, and none is left
  CHECK(alive.use_count() == 1);
  CHECK(x.grad().value()(0) == 1);
}

TEST_CASE("checkpoint: the function is called as it was, so it draws what it drew") {
  const Var x = parameter(Tensor<double>::ones({100}));
  Draws draws(Key(7));
  int calls = 0;
  const auto piece = [draws, &calls](const Var& at) mutable {
    ++calls;
    return dropout(at, 0.5, Key(static_cast<std::uint64_t>(draws.integer(1000))));
  };
  const Var y = checkpoint(piece, x);
  backward(sum(y));
  CHECK(calls == 2);
  CHECK(same(x.grad(), y));  // both are 2 where the element was kept
}

TEST_CASE("checkpoint: second derivatives are right") {
  const Var w = parameter(randn({3}, 8));
  const auto piece = [&](const Vars& in) {
    return checkpoint([&](const Var& a, const Var& b) { return sin(a * b) * w; }, in[0], in[1]);
  };
  const std::vector<Tensor<double>> inputs{randn({3}, 9), randn({3}, 10)};
  CHECK(gradcheck("checkpoint", piece, inputs));
  CHECK(gradgradcheck("checkpoint", piece, inputs));
}

TEST_CASE("checkpoint: pieces within pieces, and a vector of inputs") {
  const Var x = parameter(randn({3}, 11)), w = parameter(randn({3}, 12));
  const auto inner = [&](const Var& a) { return tanh(a * w); };
  const auto plain = [&](const Vars& in) { return inner(in[0]) * in[1]; };
  const auto nested = [&](const Vars& in) { return checkpoint(inner, in[0]) * in[1]; };
  const auto gradients = [&](const Var& y) {
    for (const auto& p : {w, x}) p.zero_grad();
    backward(sum(y));
    return Vars{w.grad(), x.grad()};
  };
  const auto expected = gradients(plain(Vars{x, w})),
             got = gradients(checkpoint(nested, Vars{x, w}));
  for (std::size_t i = 0; i < 2; ++i) CHECK(same(expected[i], got[i]));
}

TEST_CASE("checkpoint: an input or a parameter that was written since is an error") {
  const Var x = parameter(randn({3}, 13)), w = parameter(randn({3}, 14));
  for (const auto& written : {x, w}) {
    const Var y = sum(checkpoint([&](const Var& a) { return a * w; }, x));
    {
      const NoGrad guard;
      written.mutable_value().fill(1);
    }
    CHECK_THROWS_AS(backward(y), ValueError);
  }
}

TEST_CASE("checkpoint: without anything to differentiate it is the function") {
  const Var constant = randn({3}, 15);
  CHECK(!checkpoint([](const Var& a) { return a * 2; }, constant).requires_grad());
  const Var x = parameter(randn({3}, 16));
  CHECK(checkpoint([](const Var& a) { return a; }, x).requires_grad());
  const NoGrad guard;
  CHECK(!checkpoint([](const Var& a) { return a * 2; }, x).requires_grad());
}

}  // namespace checkpoint_test
