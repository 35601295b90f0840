// Batch norm over the batch of several ranks: against its slow twin, a composition of operations,
// and against one process that has the whole batch.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/batch_norm.hpp>
#include <adafuse/ops/ops.hpp>

#include "world.hpp"

namespace sync_batch_norm_test {

using namespace adafuse;
using namespace distributed_test;

namespace {

using Var = Variable<double>;

/// The slow twin: the definition, in sums over the ranks.
Var composed(const Var& x, const Var& weight, const Var& bias, double eps, const Peers& peers) {
  const Shape channel = detail::channel_shape(x.shape());
  double count = static_cast<double>(x.size() / x.size(1));
  peers.sum({&count, 1});
  const auto mean_of = [&](const Var& v) { return sum_over(peers, sum_to(v, channel)) / count; };
  const Var d = x - mean_of(x);
  return d * pow(mean_of(d * d) + eps, -0.5) * reshape(weight, channel) + reshape(bias, channel);
}

struct Case {
  Tensor<double> x, residual, dy;  // this rank's
  Tensor<double> whole_x, whole_residual, whole_dy;
};

/// Samples of `shape`, n on each rank; with `uneven`, r more on rank r. Their mean is far from 0.
Case make_case(Shape shape, Index n, bool uneven) {
  const auto& world = the_world();
  Index all = 0, begin = 0, own = 0;
  for (Index r = 0; r < world.size(); ++r) {
    const Index here = n + (uneven ? r : 0);
    if (r == world.rank()) begin = all, own = here;
    all += here;
  }
  shape = shape.with(0, all);
  const auto draw = [&](const char* name) { return Tensor<double>::randn(shape, Key(8).of(name)); };
  Case c{{}, {}, {}, draw("x"), draw("residual"), draw("dy")};
  for (double& v : c.whole_x) v = 100 + v;
  c.x = c.whole_x.narrow(begin, begin + own).clone();
  c.residual = c.whole_residual.narrow(begin, begin + own).clone();
  c.dy = c.whole_dy.narrow(begin, begin + own).clone();
  return c;
}

/// y and the gradients of x, weight, bias, residual.
template <class F>
std::vector<Tensor<double>> run(const F& f, const Tensor<double>& x, const Tensor<double>& residual,
                                const Tensor<double>& dy) {
  const Index c = x.size(1);
  const Var vx = parameter(x), vr = parameter(residual);
  const Var weight = parameter(Tensor<double>::uniform({c}, Key(1), 0.5, 2));
  const Var bias = parameter(Tensor<double>::randn({c}, Key(2)));
  const Var y = f(vx, weight, bias, vr);
  backward(y, dy);
  std::vector<Tensor<double>> all{y.value()};
  for (const auto& v : {vx, weight, bias, vr})
    all.push_back(v.grad().defined() ? v.grad().value() : Tensor<double>());
  return all;
}

template <class Fast, class Slow>
void compare(const Fast& fast, const Slow& slow, const Case& c) {
  const auto got = run(fast, c.x, c.residual, c.dy), expected = run(slow, c.x, c.residual, c.dy);
  for (std::size_t k = 0; k < got.size(); ++k)
    if (expected[k].defined()) CHECK_MESSAGE(apart(got[k], expected[k]) < 1e-11, k);
}

}  // namespace

TEST_CASE("batch norm of several ranks: the kernel is the composition, forward and back") {
  const Peers& peers = the_world();
  for (const Shape& shape : {Shape{0, 3}, Shape{0, 2, 5}, Shape{0, 3, 4, 3}})
    for (const bool uneven : {false, true}) {
      const auto c = make_case(shape, 3, uneven);
      compare(
          [&](auto x, auto w, auto b, auto) { return batch_norm_train(x, w, b, 1e-3, &peers).y; },
          [&](auto x, auto w, auto b, auto) { return composed(x, w, b, 1e-3, peers); }, c);
      compare([&](auto x, auto w, auto b,
                  auto) { return batch_norm_relu_train(x, w, b, 1e-3, Var(), &peers).y; },
              [&](auto x, auto w, auto b, auto) { return relu(composed(x, w, b, 1e-3, peers)); },
              c);
      compare(
          [&](auto x, auto w, auto b, auto r) {
            return batch_norm_relu_train(x, w, b, 1e-3, r, &peers).y;
          },
          [&](auto x, auto w, auto b, auto r) { return relu(composed(x, w, b, 1e-3, peers) + r); },
          c);
    }
}

TEST_CASE("batch norm of several ranks: second derivatives are those of the composition") {
  const Peers& peers = the_world();
  const auto c = make_case({0, 2, 3, 3}, 2, false);
  const auto second = [&](bool fast) {
    const Var x = parameter(c.x), w = parameter(Tensor<double>::ones({2})),
              b = parameter(Tensor<double>::zeros({2}));
    const Var y = fast ? batch_norm_train(x, w, b, 1e-3, &peers).y : composed(x, w, b, 1e-3, peers);
    const Var g = grad(y, x, {.grad_outputs = {c.dy}, .create_graph = true});
    backward(sum(g * g * g));
    return x.grad().value();
  };
  CHECK(apart(second(true), second(false)) < 1e-8);
}

TEST_CASE("batch norm of several ranks: a part has what it has in the whole batch") {
  const auto& world = the_world();
  const auto c = make_case({0, 3, 4, 3}, 2, true);
  const auto f = [&](const Peers* peers) {
    return [peers](auto x, auto w, auto b, auto r) {
      return batch_norm_relu_train(x, w, b, 1e-3, r, peers).y;
    };
  };
  const auto own = run(f(&world), c.x, c.residual, c.dy);
  const auto whole = run(f(nullptr), c.whole_x, c.whole_residual, c.whole_dy);
  Index begin = 0;
  for (Index r = 0; r < world.rank(); ++r) begin += 2 + r;
  const auto part = [&](const Tensor<double>& x) { return x.narrow(begin, begin + c.x.size(0)); };
  CHECK(apart(own[0], part(whole[0])) < 1e-11);
  CHECK(apart(own[1], part(whole[1])) < 1e-11);
  CHECK(apart(own[4], part(whole[4])) < 1e-11);
  for (const std::size_t k : {2u, 3u}) {  // those of weight and bias add up
    auto sum = own[k].clone();
    world.sum(std::span(sum.data(), static_cast<std::size_t>(sum.size())));
    CHECK(apart(sum, whole[k]) < 1e-11);
  }
}

TEST_CASE("batch norm of several ranks: running statistics are those of the whole batch") {
  const auto& world = the_world();
  const auto c = make_case({0, 3, 2, 2}, 2, false);
  const nn::BatchNorm2d<double> shared({.channels = 3}), alone({.channels = 3});
  nn::Context<double> ctx(true, Key(1)), single(true, Key(1));
  world.join(ctx, c.x.size(0));
  for (int step = 0; step < 3; ++step) {
    shared.forward(c.x, ctx);
    alone.forward(c.whole_x, single);
  }
  CHECK(apart(shared.running_mean, alone.running_mean) < 1e-12);
  CHECK(apart(shared.running_var, alone.running_var) < 1e-11);
  // All ranks have the same bits.
  auto first = shared.running_var.clone();
  world.broadcast(std::as_writable_bytes(std::span(first.data(), std::size_t(first.size()))));
  CHECK(same_bits(shared.running_var, first));
}

TEST_CASE(
    "batch norm of several ranks: statistics move where one rank has samples, and of none do not") {
  const auto& world = the_world();
  const nn::BatchNorm1d<double> norm({.channels = 2});
  nn::Context<double> ctx(true, Key(1));
  ctx.peers = &world;
  norm.forward(Tensor<double>({0, 2}), ctx);
  CHECK(equals(norm.running_mean(0), 0.0));
  CHECK(equals(norm.running_var(0), 1.0));
  norm.forward(Tensor<double>::full({world.rank() == 0 ? 2 : 0, 2}, 3), ctx);
  CHECK(norm.running_mean(0) == doctest::Approx(0.3));
}

TEST_CASE("batch norm of several ranks: one sample on each is enough for a variance") {
  const auto& world = the_world();
  const Var x = Tensor<double>::full({1, 2}, static_cast<double>(world.rank()));
  if (world.size() == 1) {
    CHECK_THROWS_AS(batch_norm_train(x, {}, {}, 1e-5, &world), ValueError);
  } else {
    const auto out = batch_norm_train(x, {}, {}, 1e-5, &world);
    CHECK(out.mean(0) == doctest::Approx(double(world.size() - 1) / 2));
  }
}

}  // namespace sync_batch_norm_test
