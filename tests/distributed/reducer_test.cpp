// GradientReducer and average_gradients: the means of all ranks, whatever a step does with its
// parameters.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/ops.hpp>

#include "world.hpp"

namespace reducer_test {

using namespace adafuse;
using namespace distributed_test;

namespace {

using Var = Variable<double>;
using distributed::GradientReducer;

/// Parameters of several sizes; small buckets hold some of them.
std::vector<Var> parameters_of_a_step() {
  std::vector<Var> all;
  for (const Index size : {3, 1, 500, 7, 40, 2000})
    all.push_back(parameter(Tensor<double>::randn({size}, Key(std::uint64_t(size)))));
  return all;
}

/// A loss that differs from rank to rank, of the parameters for which `use` holds.
template <class Use>
Var loss_of(const std::vector<Var>& parameters, std::uint64_t number, const Use& use) {
  const auto rank = static_cast<std::uint64_t>(the_world().rank());
  Var loss = 0.0;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (!use(k)) continue;
    const auto& p = parameters[k];
    loss = loss + sum(p * p * Tensor<double>::randn(p.shape(), Key(number).of(rank).of(k)));
  }
  return loss;
}
Var loss_of(const std::vector<Var>& parameters, std::uint64_t number) {
  return loss_of(parameters, number, [](std::size_t) { return true; });
}

/// Whether the gradients of all are the same bits, or undefined in both.
bool same_gradients(const std::vector<Var>& a, const std::vector<Var>& b) {
  for (std::size_t k = 0; k < a.size(); ++k) {
    const Var x = a[k].grad(), y = b[k].grad();
    if (x.defined() != y.defined()) return false;
    if (x.defined() && !same_bits(x.value(), y.value())) return false;
  }
  return true;
}

constexpr distributed::ReducerOptions small{.bucket_bytes = 256};

/// The same step, its gradients sent during backward and after it, twice.
template <class Backward>
void compare(const Backward& last, const Backward& first) {
  const auto overlapping = parameters_of_a_step(), plain = parameters_of_a_step();
  GradientReducer<double> reducer(the_world(), overlapping, small);
  for (int turn = 0; turn < 2; ++turn) {
    for (const auto* all : {&overlapping, &plain})
      for (const auto& p : *all) p.zero_grad();
    first(overlapping), first(plain);
    reducer.start();
    last(overlapping), last(plain);
    reducer.finish();
    distributed::average_gradients(the_world(), plain);
    CHECK(same_gradients(overlapping, plain));
  }
}

using Step = std::function<void(const std::vector<Var>&)>;

}  // namespace

TEST_CASE("reducer: what comes are the means over the ranks") {
  const auto& world = the_world();
  const auto parameters = parameters_of_a_step();
  GradientReducer<double> reducer(world, parameters, small);
  if (world.size() > 1) CHECK(reducer.buckets() > 2);
  reducer.start();
  backward(loss_of(parameters, 1));
  reducer.finish();
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const auto& p = parameters[k];
    Tensor<double> expected(p.shape());
    for (Index r = 0; r < world.size(); ++r) {
      const auto factor = Tensor<double>::randn(p.shape(), Key(1).of(std::uint64_t(r)).of(k));
      for (Index i = 0; i < p.size(); ++i)
        expected(i) += 2 * p.value()(i) * factor(i) / double(world.size());
    }
    CHECK(apart(p.grad().value(), expected) < 1e-14);
  }
}

TEST_CASE("reducer: a bucket is sent while backward still runs") {
  const auto& world = the_world();
  if (world.size() == 1) return;
  const Var early = parameter(Tensor<double>::ones({1000})),
            late = parameter(Tensor<double>::ones({1000}));
  GradientReducer<double> reducer(world, {late, early}, small);
  const Var middle = sum(late) * 1.0;
  std::uint64_t sent = 0;
  const Var y = middle + sum(early);
  // The gradient comes here after that of `early`, and waits until a bucket is on its way.
  middle.add_hook([&](const Var&) -> Var {
    for (int turn = 0; turn < 10000 && sent == 0; ++turn) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      sent = reducer.bytes_sent();
    }
    return {};
  });
  reducer.start();
  backward(y);
  CHECK(sent > 0);
  reducer.finish();
}

TEST_CASE("reducer: the gradients of several backward calls add up first") {
  compare(Step([](const auto& all) { backward(loss_of(all, 2)); }),
          Step([](const auto& all) { backward(loss_of(all, 1)); }));
}

TEST_CASE("reducer: a parameter that the last backward does not reach") {
  compare(Step([](const auto& all) {
            backward(loss_of(all, 2, [](std::size_t k) { return k != 2 && k != 5; }));
          }),
          Step([](const auto& all) {
            backward(loss_of(all, 1, [](std::size_t k) { return k == 5; }));
          }));
}

TEST_CASE(
    "reducer: one that has a gradient on some ranks has the mean on all, one on none has none") {
  const auto& world = the_world();
  const auto parameters = parameters_of_a_step();
  const auto step = [&](const std::vector<Var>& all) {
    backward(loss_of(all, 1, [&](std::size_t k) {
      return k != 3 && (k != 4 || world.rank() == world.size() - 1);
    }));
  };
  compare(Step(step), Step([](const auto&) {}));
  step(parameters);
  const Tensor<double> own =
      parameters[4].grad().defined() ? parameters[4].grad().value().clone() : Tensor<double>({40});
  distributed::average_gradients(world, parameters);
  CHECK(!parameters[3].grad().defined());
  REQUIRE(parameters[4].grad().defined());
  if (world.rank() == world.size() - 1)
    CHECK(apart(parameters[4].grad().value(), (Var(own) / double(world.size())).value()) < 1e-15);
}

TEST_CASE("reducer: a frozen parameter is left alone, until it is thawed") {
  const auto& world = the_world();
  const auto parameters = parameters_of_a_step(), plain = parameters_of_a_step();
  const auto freeze = [&](bool frozen) {
    for (const auto* all : {&parameters, &plain})
      for (const std::size_t k : {0u, 5u}) (*all)[k].requires_grad_(!frozen);
  };
  freeze(true);
  GradientReducer<double> reducer(world, parameters, small);
  for (const bool frozen : {true, false, true}) {
    freeze(frozen);
    for (const auto* all : {&parameters, &plain})
      for (const auto& p : *all) p.zero_grad();
    reducer.start();
    backward(loss_of(parameters, 3)), backward(loss_of(plain, 3));
    reducer.finish();
    distributed::average_gradients(world, plain);
    CHECK(same_gradients(parameters, plain));
    CHECK(parameters[5].grad().defined() == !frozen);
  }
}

TEST_CASE("reducer: tied weights are one parameter, whose gradient comes when it is complete") {
  const auto& world = the_world();
  const Var w = parameter(Tensor<double>::randn({30}, Key(1))), v = parameter(w.value().clone());
  GradientReducer<double> reducer(world, {w, w}, small);
  const auto loss = [](const Var& p) {
    const auto factor = Tensor<double>::randn(p.shape(), Key(std::uint64_t(the_world().rank())));
    return sum(exp(p) * factor) + sum(sin(p * p));
  };
  reducer.start();
  backward(loss(w)), backward(loss(v));
  reducer.finish();
  distributed::average_gradients(world, std::vector<Var>{v});
  CHECK(same_gradients({w}, {v}));
}

TEST_CASE("reducer: without start() finish() does it all") {
  const auto parameters = parameters_of_a_step(), plain = parameters_of_a_step();
  GradientReducer<double> reducer(the_world(), parameters, small);
  backward(loss_of(parameters, 1)), backward(loss_of(plain, 1));
  reducer.finish();
  distributed::average_gradients(the_world(), plain);
  CHECK(same_gradients(parameters, plain));
}

TEST_CASE("reducer: a second backward after start(), or a second start(), is refused") {
  const auto& world = the_world();
  const Var w = parameter(Tensor<double>::ones({4}));
  GradientReducer<double> reducer(world, {w});
  reducer.start();
  CHECK_THROWS_AS(reducer.start(), ValueError);
  backward(sum(w));
  if (world.size() > 1) CHECK_THROWS_AS(backward(sum(w)), ValueError);
  reducer.finish();
}

TEST_CASE("reducer: hooks that replace a gradient do so before it is sent, whenever they came") {
  const auto parameters = parameters_of_a_step(), plain = parameters_of_a_step();
  const auto scale = [](const Var& p) { p.add_hook([](const Var& g) { return g * 10.0; }); };
  scale(parameters[2]), scale(plain[2]);
  GradientReducer<double> reducer(the_world(), parameters, small);
  scale(parameters[3]), scale(plain[3]);
  reducer.start();
  backward(loss_of(parameters, 1)), backward(loss_of(plain, 1));
  reducer.finish();
  distributed::average_gradients(the_world(), plain);
  CHECK(same_gradients(parameters, plain));
}

TEST_CASE("reducer: one that is gone leaves its parameters as they were") {
  const Var w = parameter(Tensor<double>::ones({4}));
  { const GradientReducer<double> reducer(the_world(), {w}); }
  backward(sum(w));
  CHECK(w.grad().value()(0) == 1);
}

}  // namespace reducer_test
