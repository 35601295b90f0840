// Which algorithm computes a convolution: a small model of cost, with constants that were measured.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d_depthwise.hpp>
#include <adafuse/kernels/conv2d_masked_direct.hpp>
#include <adafuse/kernels/conv2d_packed.hpp>
#include <adafuse/kernels/conv2d_winograd.hpp>
#include <atomic>
#include <cmath>

namespace adafuse::kernels {

// Not in a namespace `detail`: where a vector path has one, that would be opened, and the switch be
// there twice.
inline std::atomic<bool>& winograd_setting() {
  static std::atomic<bool> allowed{true};
  return allowed;
}

/// Whether `ConvAlgorithm::automatic` may choose Winograd, in the whole process (at first: yes).
inline bool winograd_allowed() { return winograd_setting(); }
inline void set_winograd_allowed(bool allowed) { winograd_setting() = allowed; }

inline namespace ADAFUSE_SIMD {

/// Cost in multiply-adds of one vector. `g` has as many channels as live on average; `merge`:
/// frames may share vectors, because no frame has channel lists of its own.
struct Conv2dCosts {
  Correlation g;
  bool merge;

  Conv2dCosts(const Correlation& all, const Conv2dOptions<float>& options)
      : g(all), merge(all_live(options)) {
    if (merge || g.groups > 1) return;
    g.in_channels = mean_count(options.live_in, g.batch, g.in_channels);
    g.out_channels = mean_count(options.live_out, g.batch, g.out_channels);
  }
  static Index mean_count(std::span<const LiveChannels> frames, Index batch, Index total) {
    if (frames.empty()) return total;
    Index sum = 0;
    for (const LiveChannels& live : frames) sum += live.count(total);
    return std::max<Index>(2, sum / std::max<Index>(batch, 1));
  }

  double vectors(Index per_frame) const {
    constexpr Index width = Floats::width;
    return static_cast<double>(merge ? (g.batch * per_frame + width - 1) / width
                                     : g.batch * ((per_frame + width - 1) / width));
  }
  double pairs() const { return static_cast<double>(g.ins() * g.out_channels); }

  /// Frames never share vectors, and loads that cross cache lines cost a few per cent; where each
  /// of several frames is one vector, each weight is loaded for one multiply-add, an eighth more.
  /// The spare pixels of all frames read all weights once more (0.3); in panels they fill vectors,
  /// each at 1.1 of its price, and as dot products each is 1.4 of a lane. A strided kernel copies
  /// its image row by row, each piece of a row at the price of about 20, or 10 in pairs.
  double masked_direct() const {
    const Index spare = spare_pixels(g.out_pixels());
    const Index vectors = (g.out_pixels() - spare + Floats::width - 1) / Floats::width;
    const auto pixels = static_cast<double>(g.batch * spare), width = double{Floats::width};
    const double together = spare == 0 ? 0
                            : g.batch * spare > SparePixels::few
                                ? 0.3 + 1.1 * std::ceil(pixels / width)
                                : 0.3 + 1.4 * pixels / width;
    const double frame = (vectors == 1 && g.batch > 2 ? 1.12 : static_cast<double>(vectors)) +
                         together / static_cast<double>(g.batch);
    const Index pieces = g.same_pitch()
                             ? 0
                             : std::min(g.kernel_height, g.stride_height) * g.out_height *
                                   ((g.out_width - 1) / Floats::width + 1);
    const double piece = PhaseImages::copies_pairs(g) ? 10 : 20;
    return static_cast<double>(g.batch) * (1.02 * static_cast<double>(g.taps()) * frame * pairs() +
                                           piece * static_cast<double>(pieces * g.in_channels));
  }
  /// Each vector of the panel costs about 12, or 18 if it is gathered, and the first that is
  /// gathered of a channel 40 more, which is waiting for memory; it serves all output channels.
  /// Sums of tiles that span frames are kept, and then stored, at a price of about 15 a vector.
  double packed() const {
    const double tiles = vectors(g.out_pixels());
    const Index each = g.outs() + (g.stride_width == 1 ? 12 : 18),
                first = g.stride_width == 1 ? 0 : 40;
    const auto panel = static_cast<double>(g.in_channels * (g.taps() * each + first));
    const Index stores = merge ? g.out_channels * (1 + g.depth() / 1024) : 0;
    return tiles * (panel + static_cast<double>(15 * stores));
  }
};

/// The same of Winograd's algorithm.
inline double winograd_cost(const Correlation& g, const Conv2dOptions<float>& options,
                            bool weights_are_ready) {
  thread_local winograd::TileSets tiles;
  tiles.aim(g, options);
  return tiles.cost() +
         (weights_are_ready ? 0 : static_cast<double>(20 * g.in_channels * g.out_channels));
}

/// The algorithm that is named by the options: itself, or what `automatic` and `direct` stand for.
/// Throws ValueError when the one that is named does not fit.
inline ConvAlgorithm choose_algorithm(const Correlation& g, const Conv2dOptions<float>& options,
                                      bool winograd_weights_are_ready) {
  const ConvAlgorithm wanted = options.algorithm;
  const bool free = wanted == ConvAlgorithm::automatic || wanted == ConvAlgorithm::direct;
  require<ValueError>(
      wanted != ConvAlgorithm::depthwise || depthwise::fits(g),
      "conv2d: the depthwise algorithm expects groups = channels and a stride up to 2, got ",
      g.in_channels, " -> ", g.out_channels, " channels in ", g.groups, " groups");
  require<ValueError>(wanted != ConvAlgorithm::masked_direct || masked_direct::fits(g),
                      "conv2d: the masked-direct algorithm expects output rows as long as the "
                      "input's, or (strided) "
                      "its phases', got rows of ",
                      g.in_width, " -> ", g.out_width);
  require<ValueError>(
      wanted != ConvAlgorithm::winograd || winograd::fits(g),
      "conv2d: the Winograd algorithm expects a 3x3 kernel, stride 1 and one group, got ",
      g.kernel_height, "x", g.kernel_width);
  if (!free) return wanted;
  if (depthwise::fits(g)) return ConvAlgorithm::depthwise;
  const Conv2dCosts costs(g, options);
  const bool masked = masked_direct::fits(g) && costs.masked_direct() <= costs.packed();
  const double direct = masked ? costs.masked_direct() : costs.packed();
  if (wanted == ConvAlgorithm::automatic && winograd_allowed() && winograd::fits(g) &&
      winograd_cost(g, options, winograd_weights_are_ready) < direct)
    return ConvAlgorithm::winograd;
  return masked ? ConvAlgorithm::masked_direct : ConvAlgorithm::packed;
}

/// y = epilogue(correlation of x and w), by the algorithm of the options or what it stands for.
inline void correlate(const Correlation& g, const float* x, const float* w, float* y,
                      const Conv2dOptions<float>& options) {
  if (g.batch == 0) return;
  switch (choose_algorithm(g, options, options.winograd_weights != nullptr)) {
    case ConvAlgorithm::depthwise:
      return depthwise::conv2d(g, x, w, y, options);
    case ConvAlgorithm::masked_direct:
      return masked_direct::conv2d(g, x, w, y, options);
    case ConvAlgorithm::winograd:
      return winograd::conv2d(g, x, w, y, options);
    default:
      return packed::conv2d(g, x, w, y, options);
  }
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
