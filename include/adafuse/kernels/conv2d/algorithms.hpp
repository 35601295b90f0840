// The table of algorithms for convolutions of floats. Choosing, forcing, preparing weights and
// benchmarks read it. A new algorithm is a room, and one line here.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/conv2d/blocked/algorithm.hpp>
#include <adafuse/kernels/conv2d/depthwise/algorithm.hpp>
#include <adafuse/kernels/conv2d/direct/masked_direct_algorithm.hpp>
#include <adafuse/kernels/conv2d/direct/whole_rows_algorithm.hpp>
#include <adafuse/kernels/conv2d/packed/algorithm.hpp>
#include <adafuse/kernels/conv2d/winograd/algorithm.hpp>
#include <algorithm>
#include <string>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

inline constexpr AlgorithmEntry algorithms[] = {
    depthwise::algorithm, packed::algorithm,     masked_direct::algorithm,
    blocked::algorithm,   whole_rows::algorithm, winograd::algorithm,
};

/// The entry of that name. Throws ValueError when there is none.
inline const AlgorithmEntry& entry_of(ConvAlgorithm name) {
  const auto found = std::find_if(std::begin(algorithms), std::end(algorithms),
                                  [&](const AlgorithmEntry& entry) { return entry.name == name; });
  if (found != std::end(algorithms)) return *found;
  std::string names;
  for (const auto& entry : algorithms) names.append(entry.name.name()).append(", ");
  throw ValueError("conv2d: no algorithm is named \"" + std::string(name.name()) +
                   "\"; there are " + names +
                   "im2col, reference, and automatic and direct, which choose");
}

/// The entry that the options name, or the cheapest of those that `automatic` or `direct` stand
/// for. `as_if_prepared`: every algorithm has the form of the weights that it reads. Throws
/// ValueError when the one that is named does not fit.
inline const AlgorithmEntry& choose_algorithm(const Correlation& g,
                                              const Conv2dOptions<float>& options,
                                              bool as_if_prepared = false) {
  if (!options.algorithm.is_choice()) {
    const AlgorithmEntry& entry = entry_of(options.algorithm);
    require<ValueError>(entry.fits(g), "conv2d: the ", entry.name.name(), " algorithm expects ",
                        entry.expects, ", got a ", g.kernel_height, "x", g.kernel_width,
                        " kernel of stride ", g.stride_height, "x", g.stride_width, ", ",
                        g.in_channels, " -> ", g.out_channels, " channels in ", g.groups,
                        " groups, ", g.in_height, "x", g.in_width, " -> ", g.out_height, "x",
                        g.out_width, " pixels");
    return entry;
  }
  const bool any_rounding = options.algorithm == ConvAlgorithm::automatic;
  const CostQuery call(g, options, as_if_prepared);
  const AlgorithmEntry* best = nullptr;
  double least = 0;
  for (const AlgorithmEntry& entry : algorithms) {
    if ((entry.rounds_more && !any_rounding) || !entry.considered(g)) continue;
    const double cost = entry.cost(call);
    if (!best || cost < least) best = &entry, least = cost;
    if (equals(least, 0)) break;  // Nothing is cheaper.
  }
  return *best;  // There is one that fits everything.
}

/// Whether `automatic` or `direct` may ever choose an algorithm that takes this shortcut.
inline bool may_take_shortcut(const Correlation& g, const Correlation& shortcut) {
  const auto may = [&](const AlgorithmEntry& entry) {
    return entry.takes_shortcut && entry.considered(g) && entry.considered(shortcut) &&
           entry.takes_shortcut(g, shortcut);
  };
  return std::any_of(std::begin(algorithms), std::end(algorithms), may);
}

/// y = epilogue(correlation of x and w), by the algorithm of the options or what it stands for. A
/// shortcut that the algorithm does not take is a convolution of its own.
inline void correlate(const Correlation& g, const float* x, const float* w, float* y,
                      const Conv2dOptions<float>& options) {
  if (g.batch == 0) return;
  const AlgorithmEntry& entry = choose_algorithm(g, options);
  const Conv2dShortcut<float>* const beside = options.shortcut;
  if (!beside) return entry.correlate(g, x, w, y, options);
  const Correlation shortcut = forward_correlation(beside->geometry);
  if (entry.takes_shortcut && entry.takes_shortcut(g, shortcut))
    return entry.correlate(g, x, w, y, options);
  InTwoCalls<float> calls(options, y);
  calls.second.algorithm = ConvAlgorithm::direct;
  entry.correlate(g, x, w, y, calls.first);
  correlate(shortcut, beside->x, beside->weights, y, calls.second);
}

/// Sets the form of w [Co, Ci / groups, kh, kw] that one algorithm reads. Throws ValueError when it
/// does not fit, or reads plain weights.
inline void prepare_weights(ConvAlgorithm algorithm, const Conv2dGeometry& g, const float* w,
                            PreparedWeights& prepared) {
  g.check();
  const auto correlation = forward_correlation(g);
  const AlgorithmEntry& entry = choose_algorithm(correlation, {.algorithm = algorithm});
  require<ValueError>(entry.prepare, "prepare_weights: the ", entry.name.name(),
                      " algorithm reads plain weights");
  auto numbers = Tensor<float>::uninitialized({entry.prepared_size(correlation)});
  entry.prepare(correlation, w, numbers.data());
  prepared.set(entry.name, std::move(numbers));
}

/// Sets the forms that the model of cost would ever choose: for all channels, and with plain sums,
/// which few live channels prefer. `wanted` is `automatic` or `direct`; `has_in_lists`: lists will
/// say which inputs live. Returns the algorithm for the calls: where none that rounds more pays for
/// all channels, none is taken for some.
inline ConvAlgorithm prepare_conv2d(const WeightsToPrepare& main, const WeightsToPrepare* shortcut,
                                    ConvAlgorithm wanted, bool has_in_lists) {
  const auto g = forward_correlation(main.geometry);
  const auto prepare = [&](const AlgorithmEntry& entry) {
    if (!entry.prepare || (entry.keeps && !entry.keeps(g, has_in_lists))) return;
    prepare_weights(entry.name, main.geometry, main.weights, *main.prepared);
    if (shortcut && entry.fits(forward_correlation(shortcut->geometry)))
      prepare_weights(entry.name, shortcut->geometry, shortcut->weights, *shortcut->prepared);
  };
  const AlgorithmEntry& for_all = choose_algorithm(g, {.algorithm = wanted}, true);
  if (for_all.rounds_more) prepare(for_all);
  prepare(choose_algorithm(g, {.algorithm = ConvAlgorithm::direct}, true));
  return for_all.rounds_more ? wanted : ConvAlgorithm::direct;
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
