// Where labels go: beside their points, on top of nothing.
//
// Each label has candidates around its point, ring by ring. A candidate costs its distance, and far
// more for what it covers. Labels choose one after the other, a few times round.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// In pixels; y grows downwards.
struct Box {
  /// Where it is, and its size.
  double left = 0, top = 0, width = 0, height = 0;

  double right() const { return left + width; }
  double bottom() const { return top + height; }
  double area() const { return width * height; }
};

inline Box box_around(double x, double y, double radius) {
  return {x - radius, y - radius, 2 * radius, 2 * radius};
}

/// The area that two boxes share.
inline double shared_area(const Box& a, const Box& b) {
  const double width = std::min(a.right(), b.right()) - std::max(a.left, b.left);
  const double height = std::min(a.bottom(), b.bottom()) - std::max(a.top, b.top);
  return std::max(width, 0.0) * std::max(height, 0.0);
}

/// How bad a box lies: the area that it covers of others, and its own outside of `bounds`.
inline double covered_area(const Box& box, const std::vector<Box>& others, const Box& bounds) {
  double area = box.area() - shared_area(box, bounds);
  for (const auto& other : others) area += shared_area(box, other);
  return area;
}

/// A label's size and the point that it belongs to.
struct Label {
  /// The point.
  double x = 0, y = 0;
  /// Of the label.
  double width = 0, height = 0;
};

namespace detail {

/// A place for a label, and how far out it is.
struct Candidate {
  Box box;
  double cost;
};

/// Right, left, above, below and the corners, from near to far.
inline std::vector<Candidate> label_candidates(const Label& label, double gap) {
  constexpr struct {
    double x, y;
  } directions[] = {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}};
  constexpr int rings = 16;
  constexpr double spacing = 12;
  std::vector<Candidate> candidates;
  for (int ring = 0; ring < rings; ++ring) {
    const double reach = gap + ring * spacing;
    int rank = 0;
    for (const auto& d : directions) {
      // The box's edge, not its centre, keeps the distance.
      const double x = label.x + d.x * (reach + label.width / 2);
      const double y = label.y + d.y * (reach + label.height / 2);
      candidates.push_back({{x - label.width / 2, y - label.height / 2, label.width, label.height},
                            ring * spacing + rank++});
    }
  }
  return candidates;
}

}  // namespace detail

/// A box for each label, inside `bounds` and clear of the obstacles and of each other as far as
/// there is room. `gap` is the distance between a point and the label beside it.
inline std::vector<Box> place_labels(const std::vector<Label>& labels, const Box& bounds,
                                     const std::vector<Box>& obstacles, double gap) {
  constexpr double weight = 100;  // of a covered pixel, against a pixel of distance
  constexpr int rounds = 4;
  std::vector<Box> placed(labels.size());  // of size 0: not yet there
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < labels.size(); ++i) {
      std::vector<Box> others = obstacles;
      for (std::size_t k = 0; k < placed.size(); ++k)
        if (k != i) others.push_back(placed[k]);
      double best = std::numeric_limits<double>::infinity();
      for (const auto& [box, distance] : detail::label_candidates(labels[i], gap)) {
        const double cost = weight * covered_area(box, others, bounds) + distance;
        if (cost < best) {
          best = cost;
          placed[i] = box;
        }
      }
    }
  return placed;
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
