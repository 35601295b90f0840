// What was written between an operation and its gradient: an error where the gradient needs it.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/reduce.hpp>
#include <thread>

namespace saved_test {

using namespace adafuse;

namespace {

using Var = Variable<float>;

Var numbers(std::initializer_list<float> values) { return parameter(Tensor<float>::of(values)); }

/// What an optimiser does.
void step(const Var& p, float value) {
  const NoGrad guard;
  p.mutable_value().fill(value);
}

}  // namespace

TEST_CASE("saved: a parameter that was written between forward and backward is an error") {
  const auto w = numbers({3, 4}), v = numbers({5, 6});
  const auto y = sum(w * v);
  step(v, 10);
  CHECK_THROWS_WITH_AS(backward(y),
                       "mul: the gradient needs input 1, [2], as it was, and it was written after "
                       "the operation; call backward before, or give the operation a clone()",
                       ValueError);
}

TEST_CASE("saved: so is a constant that was written through another handle, and a result") {
  const auto w = numbers({3});
  auto x = Tensor<float>::of({2});
  const auto y = w * x;
  x.fill(100);
  CHECK_THROWS_WITH_AS(backward(y), doctest::Contains("mul: the gradient needs input 1, [1]"),
                       ValueError);
  auto batch = Tensor<float>::of({2});
  const auto z = w * batch;
  batch(0) = 100;
  CHECK_THROWS_WITH_AS(backward(z), doctest::Contains("mul: the gradient needs input 1, [1]"),
                       ValueError);
  const auto t = tanh(w);
  Tensor<float> handle = t.value();
  for (float& value : handle) value = 7;
  CHECK_THROWS_WITH_AS(backward(t), doctest::Contains("tanh: the gradient needs its result, [1]"),
                       ValueError);
}

TEST_CASE("saved: a step between two losses of one history is an error") {
  const auto w = numbers({3}), v = numbers({2});
  const auto h = w * v;
  backward(sum(h), {.retain_graph = true});
  step(w, 0);
  v.zero_grad();
  CHECK_THROWS_AS(backward(sum(h * h)), ValueError);
  CHECK_FALSE(v.grad().defined());
}

TEST_CASE("saved: what a gradient does not read may be written") {
  const auto w = numbers({3, 4}), x = numbers({1, 2});
  const auto y = sum(reshape(w + x, {2, 1})) - sum(2 * w);  // the 2 is kept, w is not
  step(w, 10);
  step(x, 10);
  backward(y);
  CHECK(w.grad().value()(0) == -1);
  CHECK(x.grad().value()(1) == 1);
  // Of w x only the factor whose gradient is not wanted is kept.
  const auto p = numbers({3});
  auto factor = Tensor<float>::of({2});
  const auto product = p * factor;
  step(p, 10);
  backward(product);
  CHECK(p.grad().item() == 2);
}

TEST_CASE("saved: a write before the forward pass is none of its business") {
  const auto w = numbers({3});
  const Var copy = w;  // made long before
  for (float value : {5.f, 6.f}) {
    step(w, value);
    w.zero_grad();
    backward(copy * copy);
    CHECK(w.grad().item() == 2 * value);
  }
}

TEST_CASE("saved: whoever only reads between forward and backward is left alone") {
  const auto w = numbers({3, 4});
  const auto y = exp(w) * w;
  Tensor<float> value = y.value(), weights = w.value();
  float total = value(0);
  for (float& v : weights) total += v;
  {
    const NoGrad guard;
    total += value.data()[1];
  }
  CHECK(total > 0);
  backward(sum(y));
  CHECK(w.grad().value()(0) == doctest::Approx(4 * std::exp(3.0)));
}

TEST_CASE("saved: a write in one of several parts of a buffer counts for all of them") {
  Tensor<float> frames({2, 3});
  const auto w = numbers({1, 1, 1});
  const auto y = sum(w * frames[0]);
  frames[1].fill(5);
  CHECK_THROWS_AS(backward(y), ValueError);
  const auto z = sum(w * frames[0].clone());
  frames[1].fill(6);
  backward(z);
  CHECK(w.grad().value()(0) == 0);
}

TEST_CASE("saved: a captured copy is checked however it came there: copied, moved, by pointer") {
  const auto x = numbers({2});
  auto moved = numbers({3}), kept = numbers({4});
  const Var constant = moved;
  const auto y = record("custom", Tensor<float>::of({24}), {x},
                        [moved = std::move(moved), &kept](const Var& dy) -> Gradients<float> {
                          return {dy * moved * kept};
                        });
  backward(y, {.retain_graph = true});
  CHECK(x.grad().item() == 12);
  step(kept, 1);
  CHECK_THROWS_WITH_AS(
      backward(y, {.retain_graph = true}),
      doctest::Contains("custom: the gradient needs a value that it kept, [1], as it was"),
      ValueError);
  const auto z = record("custom", Tensor<float>::of({24}), {x},
                        [constant](const Var& dy) -> Gradients<float> { return {dy * constant}; });
  step(constant, 1);
  CHECK_THROWS_AS(backward(z), ValueError);
}

TEST_CASE("saved: tensors of any type are named as they were saved") {
  const auto x = numbers({2, 3});
  auto labels = Tensor<std::int64_t>::of({1});
  const auto pick = [&] {
    return record("pick", Tensor<float>::of({3}), {x},
                  [labels = Saved("labels", labels)](const Var& dy) -> Gradients<float> {
                    Tensor<float> dx({2});
                    dx(labels.value()(0)) = dy.item();
                    return {dx};
                  });
  };
  backward(pick());
  CHECK(x.grad().value()(1) == 1);
  const auto y = pick();
  labels(0) = 0;
  CHECK_THROWS_WITH_AS(backward(y), doctest::Contains("pick: the gradient needs labels, [1]"),
                       ValueError);
}

TEST_CASE("saved: what arrives and what a pullback writes itself is not what the operation kept") {
  const auto x = numbers({2});
  Tensor<float> seed({1}), scratch({1});
  const auto y =
      record("custom", Tensor<float>::of({1}), {x}, [scratch](const Var& dy) -> Gradients<float> {
        Tensor<float> mine = scratch;
        mine.fill(3);
        return {dy * mine};
      });
  seed.fill(5);
  backward(y, seed, {.retain_graph = true});
  backward(y, seed);
  CHECK(x.grad().item() == 30);
}

TEST_CASE("saved: a pullback that runs the forward pass again sees the parameters of then") {
  const auto w = numbers({3}), x = numbers({2});
  // A checkpoint: y = w x is worked out again on the way back.
  const auto checkpoint = [&] {
    return record("checkpoint", Tensor<float>::of({6}), {w, x},
                  [w, x](const Var& dy) -> Gradients<float> {
                    const GradMode on(true);
                    const auto a = parameter(w.value()), b = parameter(x.value());
                    return grad<float>({a * b}, {a, b}, {.grad_outputs = {dy}});
                  });
  };
  step(w, 3);
  backward(checkpoint());
  CHECK(w.grad().item() == 2);
  CHECK(x.grad().item() == 3);
  const auto y = checkpoint();
  step(w, 4);
  CHECK_THROWS_WITH_AS(backward(y), doctest::Contains("checkpoint: the gradient needs input 0"),
                       ValueError);
}

TEST_CASE("saved: gradients that are differentiated again need their values too") {
  const auto x = numbers({2}), w = numbers({3});
  const auto dx = [&] { return grad<float>({x * x * w}, {x}, {.create_graph = true})[0]; };
  CHECK(grad<float>({dx()}, {w})[0].item() == 4);  // d(2 x w)/dw
  const auto first = dx();
  step(x, 5);
  CHECK_THROWS_AS(grad<float>({first}, {w}), ValueError);
}

TEST_CASE("saved: a parameter may be stepped in its own hook, when all have read it") {
  const auto w = numbers({3}), v = numbers({2});
  w.add_hook([&](const Var&) {
    step(w, 1);
    return Var();
  });
  backward(v * w * w);
  CHECK(w.grad().item() == 12);
  CHECK(v.grad().item() == 9);
}

TEST_CASE("saved: threads that share parameters do not meet each other's writes") {
  const auto w = numbers({3});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int id = 0; id < 4; ++id)
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        Tensor<float> x({1});
        x.fill(static_cast<float>(round));
        const auto dw = grad<float>({w * Var(x)}, {w})[0];
        if (dw.item() != static_cast<float>(round)) ++wrong;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

}  // namespace saved_test
