// Opposite gestures are the same frames in the opposite order, and look as drawn.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/gestures.hpp>
#include <algorithm>
#include <cmath>
#include <complex>

namespace gestures_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

/// Where the bright pixels of a frame are, how many, and which way they lie.
struct Blob {
  double x = 0, y = 0, mass = 0;
  std::complex<double> axis;  // second moments; its argument is twice the angle of the long axis
};

Blob blob_of(const Tensor<std::uint8_t>& frame) {
  Blob blob;
  const Index size = frame.size(0);
  for (int pass = 0; pass < 2; ++pass) {
    Blob next;
    for (Index i = 0; i < size; ++i)
      for (Index j = 0; j < size; ++j) {
        double light = -1.0;
        for (Index c = 0; c < 3; ++c) light += frame(i, j, c) / 255.0;
        if (light < 0.25) continue;
        const double x = static_cast<double>(j), y = static_cast<double>(i);
        next.mass += 1;
        next.x += x;
        next.y += y;
        const std::complex<double> z(x - blob.x, y - blob.y);
        next.axis += z * z;
      }
    next.x /= next.mass;
    next.y /= next.mass;
    blob = next;
  }
  return blob;
}

bool same(const Tensor<std::uint8_t>& a, const Tensor<std::uint8_t>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

constexpr Gesture firsts[] = {Gesture::swipe_left, Gesture::swipe_up, Gesture::zoom_in,
                              Gesture::turn_clockwise};

}  // namespace

TEST_CASE("gestures: the two of a pair are the same frames in opposite order, bit for bit") {
  for (const Gesture first : firsts) {
    const auto second = static_cast<Gesture>(static_cast<int>(first) + 1);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const auto a = draw_gesture(first, 6, 16, Key(seed)),
                 b = draw_gesture(second, 6, 16, Key(seed));
      for (Index t = 0; t < 6; ++t) CHECK(same(a[t], b[5 - t]));
      CHECK(!same(a, b));
    }
  }
}

TEST_CASE("gestures: each does what its name says") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    const Index last = 7, size = 64;
    const auto ends = [&](Gesture gesture) {
      const auto clip = draw_gesture(gesture, last + 1, size, Key(seed));
      return std::pair(blob_of(clip[0]), blob_of(clip[last]));
    };
    const double far = 0.3 * static_cast<double>(size), near = 0.1 * static_cast<double>(size);
    auto [left_from, left_to] = ends(Gesture::swipe_left);
    CHECK(left_from.x - left_to.x > far);
    CHECK(std::abs(left_from.y - left_to.y) < near + 3);
    auto [down_from, down_to] = ends(Gesture::swipe_down);
    CHECK(down_to.y - down_from.y > far);
    CHECK(std::abs(down_to.x - down_from.x) < near + 3);
    auto [in_from, in_to] = ends(Gesture::zoom_in);
    CHECK(in_to.mass > 1.5 * in_from.mass);
    auto [still_from, still_to] = ends(Gesture::still);
    CHECK(std::abs(still_from.x - still_to.x) < near + 3);
    CHECK(still_to.mass < 1.4 * still_from.mass);
    CHECK(still_to.mass > 0.7 * still_from.mass);
    // Of a turn, the sum of the small steps; a step of the long axis is known up to half a turn.
    const auto turn = draw_gesture(Gesture::turn_clockwise, last + 1, size, Key(seed));
    double angle = 0;
    for (Index t = 0; t < last; ++t)
      angle += std::arg(blob_of(turn[t + 1]).axis / blob_of(turn[t]).axis) / 2;
    CHECK(angle > 1.5);
    CHECK(angle < 3.6);
  }
}

TEST_CASE("gestures: a clip is a function of its key") {
  const auto a = draw_gesture(Gesture::still, 4, 16, Key(3));
  CHECK(same(a, draw_gesture(Gesture::still, 4, 16, Key(3))));
  CHECK(!same(a, draw_gesture(Gesture::still, 4, 16, Key(4))));
  CHECK(a.shape() == Shape{4, 16, 16, 3});
  CHECK(!same(a[0], a[1]));  // jitter and noise
}

TEST_CASE("gestures: pixel noise has the deviation asked for, and no mean") {
  double sum = 0, squares = 0;
  const Key key(5);
  const int count = 20000;
  for (int i = 0; i < count; ++i) {
    const double x = data::detail::noise_of(key.words(static_cast<std::uint64_t>(i))[1]);
    sum += x;
    squares += x * x;
  }
  CHECK(std::abs(sum / count) < 0.03);
  CHECK(std::abs(squares / count - 1) < 0.04);
}

TEST_CASE("gestures: a walk is centred") {
  const auto walk = data::detail::centred_walk(9, 0.5, Key(2));
  double sum = 0;
  for (const double w : walk) sum += w;
  CHECK(std::abs(sum) < 1e-12);
  CHECK(walk.front() != walk.back());
}

TEST_CASE("gestures: too few frames or pixels are refused") {
  CHECK_THROWS_AS(draw_gesture(Gesture::still, 1, 32, Key(0)), ValueError);
  CHECK_THROWS_AS(draw_gesture(Gesture::still, 8, 7, Key(0)), ValueError);
  CHECK_THROWS_AS(draw_gesture(static_cast<Gesture>(9), 8, 32, Key(0)), ValueError);
}

}  // namespace gestures_test
