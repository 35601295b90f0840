// Channel fusion: what keep, reuse and skip mean, and three implementations that agree.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/fuse.hpp>
#include <adafuse/kernels/reference/fuse.hpp>

namespace fuse_test {

using namespace adafuse;

namespace {

using Doubles = Tensor<double>;

/// One-hot weights [frames, channels, 3] by a rule of (frame, channel).
template <class Rule>
Doubles decisions(Index frames, Index channels, const Rule& rule) {
  auto actions = Tensor<std::uint8_t>::uninitialized({frames, channels});
  for (Index f = 0; f < frames; ++f)
    for (Index c = 0; c < channels; ++c) actions(f, c) = static_cast<std::uint8_t>(rule(f, c));
  return one_hot_actions<double>(actions);
}

/// The same action everywhere.
Doubles all(Action action, Index frames, Index channels) {
  return decisions(frames, channels, [action](Index, Index) { return action; });
}

bool same(const Doubles& a, const Doubles& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

void check_close(const Doubles& a, const Doubles& b) {
  REQUIRE(a.shape() == b.shape());
  double largest = 0;
  for (Index i = 0; i < a.size(); ++i) {
    const double d = std::abs(a.data()[i] - b.data()[i]);
    if (!(d <= largest)) largest = d;
  }
  CHECK(largest < 1e-12);
}

}  // namespace

TEST_CASE("fuse: keeping everything is the identity") {
  const auto y = Doubles::randn({6, 4, 2, 3}, Key(1));
  CHECK(same(fuse(y, all(Action::keep, 6, 4), 3).value(), y));
}

TEST_CASE("fuse: skipping everything is zero, even where the maps are not numbers") {
  const auto y = Doubles::full({6, 4, 2, 3}, std::numeric_limits<double>::quiet_NaN());
  CHECK(same(fuse(y, all(Action::skip, 6, 4), 3).value(), Doubles(y.shape())));
}

TEST_CASE("fuse: reuse copies the previous frame, and is zero at the first of each clip") {
  const auto y = Doubles::randn({6, 4, 2, 3}, Key(2));
  const auto z = fuse(y, all(Action::reuse, 6, 4), 3).value();
  CHECK(same(z, shift_time(y, 3, -1).value()));
  for (const Index first : {0, 3}) CHECK(same(z[first], Doubles({4, 2, 3})));
  CHECK(same(z[4], y[3]));
}

TEST_CASE("fuse: reuse copies the raw map, whatever became of it in its own frame") {
  const auto y = Doubles::randn({3, 2, 2, 2}, Key(3));
  // Channel 0: skip, reuse, reuse. Channel 1: keep, reuse, reuse.
  const auto z = fuse(y,
                      decisions(3, 2,
                                [](Index t, Index c) {
                                  return t > 0 ? Action::reuse : c ? Action::keep : Action::skip;
                                }),
                      3)
                     .value();
  CHECK(same(z[0][0], Doubles({2, 2})));
  for (Index c = 0; c < 2; ++c) {
    CHECK(same(z[1][c], y[0][c]));
    CHECK(same(z[2][c], y[1][c]));
  }
}

TEST_CASE("fuse: clips do not leak into each other") {
  const auto weights = Doubles::uniform({6, 2, 3}, Key(4));
  const auto y = Doubles::randn({6, 2, 2, 2}, Key(5)), changed = y.clone();
  auto second = changed.narrow(3, 6);
  second.fill(std::numeric_limits<double>::quiet_NaN());
  const auto z = fuse(y, weights, 3).value(), other = fuse(changed, weights, 3).value();
  CHECK(same(z.narrow(0, 3), other.narrow(0, 3)));
  // Alone or in company, a clip is fused alike.
  CHECK(same(fuse(y.narrow(3, 6), weights.narrow(3, 6), 3).value(), z.narrow(3, 6)));
}

TEST_CASE("fuse: kernel, composition and naive twin agree, forward and back") {
  Draws draw{Key(6)};
  for (int round = 0; round < 20; ++round) {
    CAPTURE(round);
    const Index clips = 1 + draw.integer(3), frames = 1 + draw.integer(4);
    const Index c = 1 + draw.integer(5), h = 1 + draw.integer(6), w = 1 + draw.integer(6);
    const Key key = Key(7).of(static_cast<std::uint64_t>(round));
    const auto maps = Doubles::randn({clips * frames, c, h, w}, key.of("y"));
    const auto soft = Doubles::uniform({clips * frames, c, 3}, key.of("weights"));
    const auto dz = Doubles::randn(maps.shape(), key.of("dz"));

    const auto run = [&](const auto& f, bool create_graph) {
      const auto y = parameter(maps), weights = parameter(soft);
      const Variable<double> z = f(y, weights, frames);
      auto gradients =
          grad<double>({z}, {y, weights}, {.grad_outputs = {dz}, .create_graph = create_graph});
      return std::array{z.value(), gradients[0].value(), gradients[1].value()};
    };
    const auto kernel = [](const auto& y, const auto& p, Index t) { return fuse(y, p, t); };
    const auto composed = [](const auto& y, const auto& p, Index t) {
      return fuse_composed(y, p, t);
    };
    const auto fast = run(kernel, false);
    const auto graph = run(kernel, true), equation = run(composed, false);

    const kernels::FuseSizes sizes{clips, frames, c, h * w};
    const auto keep = detail::action_column(soft, Action::keep);
    const auto reuse = detail::action_column(soft, Action::reuse);
    std::array naive{Doubles(maps.shape()), Doubles(maps.shape()), Doubles(soft.shape())};
    kernels::reference::fuse(sizes, maps.data(), keep, reuse, naive[0].data());
    kernels::reference::fuse_backward(sizes, maps.data(), dz.data(), keep, reuse, naive[1].data(),
                                      detail::action_column(naive[2], Action::keep),
                                      detail::action_column(naive[2], Action::reuse));
    for (std::size_t i = 0; i < 3; ++i) {
      CAPTURE(i);
      check_close(fast[i], naive[i]);
      check_close(graph[i], naive[i]);
      check_close(equation[i], naive[i]);
    }
  }
}

TEST_CASE("fuse: a detached history is fused as before, and gets no gradient") {
  const auto w = Doubles::uniform({6, 4, 3}, Key(3));
  const auto dz = Doubles::randn({6, 4, 2, 3}, Key(4));
  const auto y = parameter(Doubles::randn({6, 4, 2, 3}, Key(5))), weights = parameter(w);
  const auto z = fuse(y, weights, 3, {.detach_history = true});
  CHECK(same(z.value(), fuse(y, weights, 3).value()));
  check_close(z.value(), fuse_composed(y, weights, 3, {.detach_history = true}).value());
  const auto plain = grad<double>({fuse(y, weights, 3)}, {y, weights}, {.grad_outputs = {dz}});
  for (const bool twice : {false, true}) {
    const auto g = grad<double>({fuse(y, weights, 3, {.detach_history = true})}, {y, weights},
                                {.grad_outputs = {dz}, .create_graph = twice});
    check_close(g[0].value(), (detail::action_scale(weights, Action::keep) * dz).value());
    check_close(g[1].value(), plain[1].value());  // the decision still learns what reuse is worth
  }
  const auto composed = grad<double>({fuse_composed(y, weights, 3, {.detach_history = true})},
                                     {y, weights}, {.grad_outputs = {dz}});
  check_close(composed[0].value(), (detail::action_scale(weights, Action::keep) * dz).value());
  check_close(composed[1].value(), plain[1].value());
}

TEST_CASE("fuse: is linear in the maps and in the weights") {
  const auto y = Doubles::randn({4, 3, 2, 2}, Key(8)), x = Doubles::randn({4, 3, 2, 2}, Key(9));
  const auto p = Doubles::uniform({4, 3, 3}, Key(10)), q = Doubles::uniform({4, 3, 3}, Key(11));
  using Var = Variable<double>;
  check_close(fuse(2 * Var(y) + x, p, 2).value(), (2 * fuse(y, p, 2) + fuse(x, p, 2)).value());
  check_close(fuse(y, Var(p) + q, 2).value(), (fuse(y, p, 2) + fuse(y, q, 2)).value());
}

TEST_CASE("fuse: the weight of skip has no gradient, that of an unused reuse at t = 0 neither") {
  const auto weights = parameter(Doubles::uniform({4, 2, 3}, Key(12)));
  backward(sum(fuse(Doubles::ones({4, 2, 2, 2}), weights, 2)));
  const auto gradient = weights.grad();
  const auto& g = gradient.value();
  for (Index f = 0; f < 4; ++f)
    for (Index c = 0; c < 2; ++c) {
      CHECK(g(f, c, logit_index(Action::skip)) == 0);
      CHECK(g(f, c, logit_index(Action::reuse)) == (f % 2 ? 4 : 0));
      CHECK(g(f, c, logit_index(Action::keep)) == 4);
    }
}

TEST_CASE("fuse: says which maps expect which decisions") {
  const Tensor<float> y({6, 4, 2, 2});
  CHECK_THROWS_WITH_AS(fuse(y, Tensor<float>({6, 3, 3}), 3),
                       "fuse: maps [6,4,2,2] expect decisions [6,4,3], got [6,3,3]", ShapeError);
  CHECK_THROWS_AS(fuse(y, Tensor<float>({6, 4}), 3), ShapeError);
  CHECK_THROWS_AS(fuse(y, Tensor<float>({6, 4, 3}), 4), ShapeError);
  CHECK_THROWS_AS(fuse(y, Tensor<float>({6, 4, 3}), 0), ValueError);
  CHECK_THROWS_AS(fuse(Tensor<float>({6, 4}), Tensor<float>({6, 4, 3}), 3), ShapeError);
}

}  // namespace fuse_test
