// Three figures as signed distances: below 0 inside, above 0 outside, in the picture's own units.
//
// From a distance to a pixel's share is one step, coverage = 1/2 - distance / pixel width, which
// gives smooth edges at any size without sampling a pixel more than once.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <algorithm>
#include <cmath>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Which of the three.
enum class Figure { bar, triangle, ellipse };

/// Where a figure is. The picture spans [-1, 1] in x (to the right) and y (downwards).
struct Pose {
  /// Where its centre is.
  double x = 0, y = 0;
  double radius = 1;  ///< half of its longest extent
  double angle = 0;   ///< radians; growing, it turns clockwise as seen on the screen
};

/// Distance of a point to a box of half-sizes (a, b) around the origin.
inline double box_distance(double x, double y, double a, double b) {
  const double dx = std::abs(x) - a, dy = std::abs(y) - b;
  const double ox = std::max(dx, 0.0), oy = std::max(dy, 0.0);
  return std::sqrt(ox * ox + oy * oy) + std::min(std::max(dx, dy), 0.0);
}

/// Distance to an ellipse of half-axes (a, b), to first order: f / |grad f| of
/// f = (x/a)^2 + (y/b)^2 - 1. Exact enough at the edge, which is all that is drawn.
inline double ellipse_distance(double x, double y, double a, double b) {
  const double f = (x / a) * (x / a) + (y / b) * (y / b) - 1;
  const double fx = 2 * x / (a * a), fy = 2 * y / (b * b), slope = std::sqrt(fx * fx + fy * fy);
  return slope > 0 ? f / slope : -std::min(a, b);
}

/// Distance to the triangle with its tip at (a, 0) and its base from (-a, -b) to (-a, b), measured
/// to the nearest of the three lines.
inline double triangle_distance(double x, double y, double a, double b) {
  const double side = std::sqrt(4 * a * a + b * b);
  return std::max(-x - a, (b * (x - a) + 2 * a * std::abs(y)) / side);
}

/// A figure at its place, ready to be painted. None of them looks the same after less than half a
/// turn.
class PlacedFigure {
 public:
  /// A figure at a place.
  PlacedFigure(Figure figure, const Pose& pose)
      : figure_(figure), pose_(pose), cos_(std::cos(pose.angle)), sin_(std::sin(pose.angle)) {}

  /// The share of the pixel around (x, y) that the figure covers, in [0, 1].
  double coverage(double x, double y, double pixel_width) const {
    return std::clamp(0.5 - distance(x, y) / pixel_width, 0.0, 1.0);
  }

  /// The distance of a point from its outline; below 0 inside.
  double distance(double x, double y) const {
    const double u = cos_ * (x - pose_.x) + sin_ * (y - pose_.y);  // along the figure's long axis
    const double v = cos_ * (y - pose_.y) - sin_ * (x - pose_.x);
    const double r = pose_.radius;
    switch (figure_) {
      case Figure::bar:
        return box_distance(u, v, r, 0.3 * r);
      case Figure::triangle:
        return triangle_distance(u, v, r, 0.6 * r);
      case Figure::ellipse:
        break;
    }
    return ellipse_distance(u, v, r, 0.5 * r);
  }

 private:
  Figure figure_;
  Pose pose_;
  double cos_, sin_;
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
