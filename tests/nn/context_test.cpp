// The context of a call: keys that repeat, and whether running statistics move.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/autograd.hpp>
#include <adafuse/nn/context.hpp>

namespace context_test {

using namespace adafuse;
using Context = nn::Context<double>;

TEST_CASE("context: evaluation by default") { CHECK(!Context().training); }

TEST_CASE("context: each key is another, and the same call draws the same ones") {
  Context a(true, Key(1)), b(true, Key(1)), other(true, Key(2));
  const Key first = a.next_key(), second = a.next_key();
  CHECK(!(first == second));
  CHECK(b.next_key() == first);
  CHECK(b.next_key() == second);
  CHECK(!(other.next_key() == first));
}

TEST_CASE("context: without a key nothing can be drawn, and no key is made up") {
  Context ctx;
  ctx.training = true;
  CHECK_THROWS_WITH_AS(ctx.next_key(), doctest::Contains("the context has no key"), ValueError);
  static_assert(!std::is_constructible_v<Context, bool>);
}

TEST_CASE("context: statistics move in training, unless told otherwise") {
  CHECK(Context(true, Key(1)).moves_statistics());
  CHECK(!Context(false, Key(1)).moves_statistics());
  Context rehearsal(true, Key(1));
  rehearsal.updates_statistics = false;
  CHECK(!rehearsal.moves_statistics());
}

TEST_CASE("context: statistics do not move inside of a pullback, and move again after it") {
  const auto p = parameter(Tensor<double>::of({1}));
  const Context ctx(true, Key(1));
  bool inside = true;
  const auto watching = [&](auto pullback) {
    return record("watching", Tensor<double>::of({1}), {p}, pullback);
  };
  backward(watching([&](const Variable<double>& dy) -> Gradients<double> {
    inside = ctx.moves_statistics();
    return {dy};
  }));
  CHECK(!inside);
  CHECK(ctx.moves_statistics());
  CHECK_THROWS_AS(backward(watching([](const Variable<double>&) -> Gradients<double> {
                    throw ValueError("a pullback that fails");
                  })),
                  ValueError);
  CHECK(ctx.moves_statistics());
}

}  // namespace context_test
