// A line search: a length t > 0 at which a function f(t) has fallen enough and is flat enough,
//   f(t) <= f(0) + c1 t f'(0)   and   |f'(t)| <= c2 |f'(0)|,
// the strong Wolfe conditions (Nocedal and Wright, "Numerical optimization", algorithms 3.5 and
// 3.6), with the cubic interpolation and the safeguards of minFunc and PyTorch. A trial at which
// the function is infinite or NaN is followed by one in the middle (PyTorch's next length is NaN).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace adafuse::optim::inline ADAFUSE_SIMD {

/// The function at one length.
template <class T>
struct LinePoint {
  /// t, and f(t).
  double length, loss;
  Tensor<T> gradient;  ///< of f, in all parameters
  double slope = 0;    ///< of the loss by the length: gradient . direction
};

namespace detail {

/// The minimum, within [low, high], of the cubic that has the losses and slopes of a and b; the
/// middle where there is none.
template <class T>
double cubic_minimum(const LinePoint<T>& a, const LinePoint<T>& b, double low, double high) {
  // With x1, f1, g1 and x2, f2, g2: d1 = g1 + g2 - 3 (f1 - f2) / (x1 - x2),
  // d2 = sqrt(d1^2 - g1 g2), x = x2 - (x2 - x1) (g2 + d2 - d1) / (g2 - g1 + 2 d2) for x1 < x2
  const bool ascend = a.length <= b.length;
  const LinePoint<T>&left = ascend ? a : b, &right = ascend ? b : a;
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double d2 = std::sqrt(square);
  const double lowest =
      right.length - (right.length - left.length) *
                         ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return std::isnan(lowest) ? (low + high) / 2 : std::min(std::max(lowest, low), high);
}

}  // namespace detail

/// The point where the search ends: in the end the lowest of its bracket, if 25 evaluations or an
/// interval in which nothing moves by more than `tolerance_change` are not enough. `at(t)`
/// evaluates the function; `start` is t = 0, with a negative slope; `length` is tried first;
/// `largest` is the largest element of the direction.
template <class T>
LinePoint<T> strong_wolfe(const std::function<LinePoint<T>(double)>& at, const LinePoint<T>& start,
                          double length, double largest, double tolerance_change) {
  constexpr double c1 = 1e-4, c2 = 0.9;
  constexpr int most_evaluations = 25;
  const auto falls_too_little = [&](const LinePoint<T>& p) {
    return p.loss > start.loss + c1 * p.length * start.slope;
  };
  const auto is_flat = [&](const LinePoint<T>& p) {
    return std::abs(p.slope) <= -c2 * start.slope;
  };

  // An interval that holds such a length: from the start on, ever longer.
  LinePoint<T> before = start, now = at(length);
  int evaluations = 0;  // after the first
  while (evaluations < most_evaluations) {
    if (falls_too_little(now) || std::isnan(now.loss) ||
        (evaluations > 1 && now.loss >= before.loss))
      break;
    if (is_flat(now)) return now;
    if (now.slope >= 0) break;
    const double shortest = now.length + 0.01 * (now.length - before.length);
    const double next = detail::cubic_minimum(before, now, shortest, 10 * now.length);
    before = std::move(now);
    now = at(next);
    ++evaluations;
  }
  if (evaluations == most_evaluations) before = start;

  // Smaller and smaller.
  std::array<LinePoint<T>, 2> bracket{std::move(before), std::move(now)};
  std::size_t low = bracket[0].loss <= bracket[1].loss || std::isnan(bracket[1].loss) ? 0 : 1;
  bool little_progress = false;
  while (evaluations < most_evaluations) {
    const double begin = std::min(bracket[0].length, bracket[1].length);
    const double end = std::max(bracket[0].length, bracket[1].length);
    if ((end - begin) * largest < tolerance_change) break;
    double next = detail::cubic_minimum(bracket[0], bracket[1], begin, end);
    // Twice near an end is too often: a tenth away from it, then.
    const double margin = 0.1 * (end - begin);
    if (std::min(end - next, next - begin) < margin) {
      if (little_progress || next >= end || next <= begin) {
        next = std::abs(next - end) < std::abs(next - begin) ? end - margin : begin + margin;
        little_progress = false;
      } else {
        little_progress = true;
      }
    } else {
      little_progress = false;
    }
    LinePoint<T> point = at(next);
    ++evaluations;
    const std::size_t high = 1 - low;
    if (falls_too_little(point) || !(point.loss < bracket[low].loss)) {
      bracket[high] = std::move(point);
      low = bracket[0].loss <= bracket[1].loss || std::isnan(bracket[1].loss) ? 0 : 1;
      continue;
    }
    const bool done = is_flat(point);
    if (!done && point.slope * (bracket[high].length - bracket[low].length) >= 0)
      bracket[high] = std::move(bracket[low]);
    bracket[low] = std::move(point);
    if (done) break;
  }
  return bracket[low];
}

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
