// The context of a call: keys that repeat, statistics that wait.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

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

TEST_CASE("context: statistics enter the running ones on commit, once, with their momentum") {
  Context ctx(true, Key(1));
  const auto mean = Tensor<double>::of({1, 2}), var = Tensor<double>::of({4, 8});
  ctx.observe({mean, var, Tensor<double>::of({3, 3}), Tensor<double>::of({0, 0}), 0.25});
  CHECK(mean(0) == 1);
  ctx.commit_statistics();
  CHECK(mean(0) == 1.5);
  CHECK(mean(1) == 2.25);
  CHECK(var(0) == 3);
  CHECK(var(1) == 6);
  ctx.commit_statistics();
  CHECK(mean(0) == 1.5);
}

TEST_CASE("context: a layer that was called twice commits both, in order") {
  Context ctx(true, Key(1));
  const auto mean = Tensor<double>::of({0}), var = Tensor<double>::of({1});
  for (double seen : {8.0, 16.0})
    ctx.observe({mean, var, Tensor<double>::full({1}, seen), var.clone(), 0.5});
  ctx.commit_statistics();
  CHECK(mean(0) == 10);
}

}  // namespace context_test
