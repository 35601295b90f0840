// Gestures: small moving pictures in nine classes after Jester, made from a key alone.
//
// Swipes, zooms and turns come in pairs that differ only in the order of their frames: the second
// of a pair is drawn as the first, noise and jitter included, and its frames are then reversed. So
// the frames as a set tell four pairs and `still` apart and no more. A network that looks at one
// frame at a time and averages guesses within a pair: at best 4/9 + 1/9 = 56 per cent.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/rng.hpp>
#include <adafuse/core/tensor.hpp>
#include <adafuse/data/shapes.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// The classes, in the order of their labels.
enum class Gesture {
  swipe_left,
  swipe_right,
  swipe_up,
  swipe_down,
  zoom_in,
  zoom_out,
  turn_clockwise,
  turn_anticlockwise,
  still
};

/// The names of the classes, by label.
inline constexpr std::array<std::string_view, 9> gesture_names{
    "swipe_left", "swipe_right",    "swipe_up",           "swipe_down", "zoom_in",
    "zoom_out",   "turn_clockwise", "turn_anticlockwise", "still"};

namespace detail {

/// What a gesture does as time u goes from -1/2 to 1/2, and whether its frames are then reversed.
struct Motion {
  double right = 0, down = 0, grow = 0, turn = 0;
  bool reversed = false;
};

inline Motion motion_of(Gesture gesture) {
  switch (gesture) {
    case Gesture::swipe_left:
      return {.right = 1, .reversed = true};
    case Gesture::swipe_right:
      return {.right = 1};
    case Gesture::swipe_up:
      return {.down = 1, .reversed = true};
    case Gesture::swipe_down:
      return {.down = 1};
    case Gesture::zoom_in:
      return {.grow = 1};
    case Gesture::zoom_out:
      return {.grow = 1, .reversed = true};
    case Gesture::turn_clockwise:
      return {.turn = 1};
    case Gesture::turn_anticlockwise:
      return {.turn = 1, .reversed = true};
    case Gesture::still:
      return {};
  }
  throw ValueError(concat("gesture ", static_cast<int>(gesture), " does not exist"));
}

using Colour = std::array<double, 3>;

/// The figure, how far it would go, and the waves of the ground behind it.
struct Scene {
  struct Wave {
    double fx, fy, phase;  // radians per unit, radians
    Colour strength;
  };

  explicit Scene(Key key) {
    Draws draws(key);
    constexpr double degree = std::numbers::pi / 180;
    figure = static_cast<Figure>(draws.integer(3));
    pose.radius = draws.uniform(0.30, 0.45);
    pose.angle = draws.uniform(0, 360 * degree);
    pose.x = draws.uniform(-0.2, 0.2);
    pose.y = draws.uniform(-0.2, 0.2);
    travel = 2 * draws.uniform(0.5, 0.8);  // the picture is 2 units wide
    scale = draws.uniform(1.6, 2.2);
    turn = draws.uniform(115 * degree, 180 * degree);
    for (double& c : colour) c = draws.uniform(0.55, 1);
    for (double& c : ground) c = draws.uniform(0.05, 0.20);
    for (Wave& wave : waves) {
      wave.fx = 4 * draws.normal();
      wave.fy = 4 * draws.normal();
      wave.phase = draws.uniform(0, 360 * degree);
      for (double& c : wave.strength) c = 0.02 * draws.normal();
    }
  }

  /// The ground at a point, in [0, 0.3].
  Colour ground_at(double x, double y) const {
    Colour value = ground;
    for (const Wave& wave : waves) {
      const double swing = std::cos(wave.fx * x + wave.fy * y + wave.phase);
      for (std::size_t c = 0; c < 3; ++c) value[c] += wave.strength[c] * swing;
    }
    for (double& c : value) c = std::clamp(c, 0.0, 0.3);
    return value;
  }

  Figure figure;
  Pose pose;  // half-way through
  double travel, scale, turn;
  Colour colour, ground;
  std::array<Wave, 3> waves;
};

/// A random walk around 0, the same in law forwards and backwards.
inline std::vector<double> centred_walk(Index steps, double step, Key key) {
  std::vector<double> walk(static_cast<std::size_t>(steps));
  double at = 0, sum = 0;
  for (std::size_t t = 0; t < walk.size(); ++t) {
    walk[t] = at;
    sum += at;
    at += rounded(step * key.normal(t));
  }
  for (double& w : walk) w -= sum / static_cast<double>(steps);
  return walk;
}

/// The poses of all frames, before any reversal.
inline std::vector<Pose> poses_of(const Scene& scene, const Motion& motion, Index frames, Key key) {
  const auto dx = centred_walk(frames, 0.02, key.of("x")),
             dy = centred_walk(frames, 0.02, key.of("y"));
  const auto growth = centred_walk(frames, 0.02, key.of("size"));
  const auto spin = centred_walk(frames, 0.03, key.of("angle"));
  std::vector<Pose> poses(static_cast<std::size_t>(frames), scene.pose);
  for (std::size_t t = 0; t < poses.size(); ++t) {
    const double u = static_cast<double>(t) / static_cast<double>(frames - 1) - 0.5;
    Pose& pose = poses[t];
    pose.x += motion.right * scene.travel * u + dx[t];
    pose.y += motion.down * scene.travel * u + dy[t];
    pose.radius *= std::pow(scene.scale, motion.grow * u) * std::exp(growth[t]);
    pose.angle += motion.turn * scene.turn * u + spin[t];
  }
  return poses;
}

/// About normal, mean 0, deviation 1: the sum of the four bytes of a word. Pixels need many of
/// these, and this is ten times as fast as an exact one.
inline double noise_of(std::uint32_t word) {
  const auto sum =
      static_cast<int>((word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24));
  return (sum - 510) / 147.8;  // variance 4 (256^2 - 1) / 12
}

/// Paints one frame [S, S, 3]: ground [S, S, 3], the figure over it, pixel noise over both.
inline void draw_frame(const Scene& scene, const Pose& pose, const Tensor<double>& ground, Key key,
                       Tensor<std::uint8_t> frame) {
  constexpr double noise = 0.04;
  const Index size = frame.size(0);
  const double pixel = 2.0 / static_cast<double>(size);
  const PlacedFigure figure(scene.figure, pose);
  const double* back = ground.data();
  std::uint8_t* out = frame.data();
  for (Index i = 0; i < size; ++i)
    for (Index j = 0; j < size; ++j) {
      const double x = (static_cast<double>(j) + 0.5) * pixel - 1;
      const double y = (static_cast<double>(i) + 0.5) * pixel - 1;
      const double share = figure.coverage(x, y, pixel);
      const PhiloxCounter words = key.words(static_cast<std::uint64_t>(i * size + j));
      for (std::size_t c = 0; c < 3; ++c) {
        const double value = *back + share * (scene.colour[c] - *back) + noise * noise_of(words[c]);
        *out++ = static_cast<std::uint8_t>(255 * std::clamp(value, 0.0, 1.0) + 0.5);
        ++back;
      }
    }
}

}  // namespace detail

/// A clip of a gesture, RGB [frames, size, size, 3]; `key` decides all else about it. The two
/// gestures of a pair give, for one key, the same frames in opposite order. Throws ValueError.
inline Tensor<std::uint8_t> draw_gesture(Gesture gesture, Index frames, Index size, Key key) {
  require<ValueError>(frames >= 2, "draw_gesture: a gesture has at least 2 frames, got ", frames);
  require<ValueError>(size >= 8, "draw_gesture: expected at least 8x8 pixels, got ", size);
  const detail::Motion motion = detail::motion_of(gesture);
  const detail::Scene scene(key.of("scene"));
  const auto poses = detail::poses_of(scene, motion, frames, key.of("jitter"));

  auto ground = Tensor<double>::uninitialized({size, size, 3});
  for (Index i = 0; i < size; ++i)
    for (Index j = 0; j < size; ++j) {
      const double pixel = 2.0 / static_cast<double>(size);
      const auto colour = scene.ground_at((static_cast<double>(j) + 0.5) * pixel - 1,
                                          (static_cast<double>(i) + 0.5) * pixel - 1);
      std::copy(colour.begin(), colour.end(), ground.data() + (i * size + j) * 3);
    }
  auto clip = Tensor<std::uint8_t>::uninitialized({frames, size, size, 3});
  for (Index t = 0; t < frames; ++t)
    detail::draw_frame(scene, poses[static_cast<std::size_t>(t)], ground,
                       key.of("noise").of(static_cast<std::uint64_t>(t)),
                       clip[motion.reversed ? frames - 1 - t : t]);
  return clip;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
