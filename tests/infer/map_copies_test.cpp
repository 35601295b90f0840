// Copies of maps, against the ops that multiply by zero and one.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/fuse.hpp>
#include <adafuse/infer/steps/map_copies.hpp>
#include <adafuse/video/temporal_shift.hpp>

namespace map_copies_test {

using namespace adafuse;
using namespace adafuse::infer;

namespace {

constexpr Index clips = 2, frames = 4, channels = 70, side = 3;
constexpr ClipMaps sizes{clips, frames, channels, side* side};

Tensor<std::uint8_t> lots() {
  Tensor<std::uint8_t> actions({clips * frames, channels});
  for (Index i = 0; i < actions.size(); ++i)
    actions.data()[i] = static_cast<std::uint8_t>(Key(1).integer(static_cast<std::uint64_t>(i), 3));
  return actions;
}
Tensor<double> some_maps() {
  return Tensor<double>::randn({clips * frames, channels, side, side}, Key(2));
}
Tensor<double> fused(const Tensor<double>& y, const Tensor<std::uint8_t>& actions) {
  return fuse(y, one_hot_actions<double>(actions), frames).value();
}

}  // namespace

TEST_CASE("map copies: fusion in place gives the live channels of fuse") {
  const auto actions = lots();
  auto y = some_maps();
  const auto expected = fused(y, actions), live = demand(actions, frames).live.cast<double>();
  fuse_in_place(sizes, {actions.data(), channels, 0}, y.data());
  for (Index f = 0; f < clips * frames; ++f)
    for (Index c = 0; c < channels; ++c)
      if (live(f, c) == 1)
        CHECK(std::equal(y[f][c].begin(), y[f][c].end(), expected[f][c].begin()));
}

TEST_CASE("map copies: fusion into wider maps gives the live channels and touches no other") {
  constexpr Index width = channels + 5, first = 3;
  const auto actions = lots();
  Tensor<std::uint8_t> wide({clips * frames, width});
  for (Index f = 0; f < clips * frames; ++f)
    for (Index c = 0; c < channels; ++c) wide(f, first + c) = actions(f, c);
  const auto x = some_maps();
  const auto expected = fused(x, actions);
  auto y = Tensor<double>::full({clips * frames, width, side, side}, -7);
  fuse_into(sizes, {wide.data(), width, first}, x.data(), width, y.data());
  const auto live = demand(actions, frames).live;
  for (Index f = 0; f < clips * frames; ++f)
    for (Index c = 0; c < width; ++c) {
      const bool exists = first <= c && c < first + channels && live(f, c - first);
      for (Index p = 0; p < side * side; ++p)
        CHECK(y[f][c].data()[p] == (exists ? expected[f][c - first].data()[p] : -7));
    }
}

TEST_CASE("map copies: concatenation copies each part to its place") {
  const auto x = some_maps();
  auto y = Tensor<double>::full({clips * frames, channels + 3, side, side}, -7);
  copy_into(sizes, x.data(), 2, channels + 3, y.data());
  CHECK(y(1, 2, 0, 0) == x(1, 0, 0, 0));
  CHECK(y(7, 9, 2, 2) == x(7, 7, 2, 2));
  CHECK(y(3, 1, 0, 0) == -7);
  CHECK(y(3, channels + 2, 0, 0) == -7);
}

TEST_CASE("map copies: the shift of live channels is the shift of all, where they live") {
  const auto x = some_maps();
  const auto expected = temporal_shift(x, frames, 2).value();
  auto y = Tensor<double>::full(x.shape(), -7);
  shift_live(sizes, 2, x.data(), {}, y.data());
  CHECK(std::equal(y.begin(), y.end(), expected.begin()));

  LiveLists live(clips * frames, channels);
  for (Index f = 0; f < clips * frames; ++f) live.set(f, [&](Index c) { return (f + c) % 2 == 0; });
  y.fill(-7);
  shift_live(sizes, 2, x.data(), live.frames(), y.data());
  CHECK(y(0, 1, 0, 0) == expected(0, 1, 0, 0));  // from frame 1, where 1 + 1 is even
  CHECK(y(0, 0, 0, 0) == -7);                    // frame 1 has no channel 0
  CHECK(y(3, 0, 0, 0) == 0);                     // beyond the end
}

TEST_CASE("map copies: a sum takes a channel that does not exist for zero") {
  const auto a = some_maps();
  const auto b = Tensor<double>::randn(a.shape(), Key(9));
  LiveLists live(clips * frames, channels);
  for (Index f = 0; f < clips * frames; ++f) live.set(f, [&](Index c) { return c == f; });
  auto y = Tensor<double>::uninitialized(a.shape());
  add_live(sizes, a.data(), live.frames(), b.data(), {}, kernels::Activation::identity, y.data());
  CHECK(y(2, 2, 1, 1) == a(2, 2, 1, 1) + b(2, 2, 1, 1));
  CHECK(y(2, 3, 1, 1) == b(2, 3, 1, 1));
  add_live(sizes, a.data(), {}, b.data(), live.frames(), kernels::Activation::relu, y.data());
  CHECK(y(2, 3, 1, 1) == std::max(0.0, a(2, 3, 1, 1)));
}

}  // namespace map_copies_test
