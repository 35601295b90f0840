// AlgorithmEntry: what choosing, forcing, folding and benchmarks know about an algorithm for
// floats.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/cost.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// A row of the table. Members that are null do not apply.
struct AlgorithmEntry {
  ConvAlgorithm name;
  /// What it needs, as the end of "expects ...".
  const char* expects;
  /// Whether it computes such correlations.
  bool (*fits)(const Correlation&);
  /// Whether the model of cost is asked; null: wherever it fits.
  bool (*may_pay)(const Correlation&) = nullptr;
  /// How much of each thing a call does, and what each costs, in multiply-adds of one vector;
  /// empty: where it fits, nothing else pays.
  void (*count)(const CostQuery&, double* features) = nullptr;
  std::span<const double> constants = {};
  /// Whether its rounding error is larger than that of plain sums: `direct` leaves it out.
  bool rounds_more = false;

  /// y = epilogue(correlation of x and w), w as the caller has them.
  void (*correlate)(const Correlation&, const float* x, const float* w, float* y,
                    const Conv2dOptions<float>&);
  /// Whether the sums can begin with those of a shortcut; null: never.
  bool (*takes_shortcut)(const Correlation&, const Correlation& shortcut) = nullptr;

  /// Weights in a form of its own: how many numbers, and how they are made; null: it reads plain
  /// weights.
  Index (*prepared_size)(const Correlation&) = nullptr;
  void (*prepare)(const Correlation&, const float* w, float* prepared) = nullptr;
  /// Whether a form that is kept saves time; null: wherever the algorithm is chosen.
  bool (*keeps)(const Correlation&, bool has_in_lists) = nullptr;

  bool considered(const Correlation& g) const { return fits(g) && (!may_pay || may_pay(g)); }

  /// What a call costs, in multiply-adds of one vector.
  double cost(const CostQuery& call) const {
    std::array<double, most_cost_features> features;
    if (count) count(call, features.data());
    double sum = 0;
    for (std::size_t k = 0; k < constants.size(); ++k) sum += features[k] * constants[k];
    return sum;
  }
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
