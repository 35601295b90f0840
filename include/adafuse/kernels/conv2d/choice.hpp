// Which algorithm computes a convolution: a small model of cost, with constants that were measured.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/blocked/blocked.hpp>
#include <adafuse/kernels/conv2d/depthwise/depthwise.hpp>
#include <adafuse/kernels/conv2d/direct/masked_direct.hpp>
#include <adafuse/kernels/conv2d/direct/whole_rows.hpp>
#include <adafuse/kernels/conv2d/packed/packed.hpp>
#include <adafuse/kernels/conv2d/shared/winograd_setting.hpp>
#include <adafuse/kernels/conv2d/winograd/winograd.hpp>
#include <cmath>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Cost in multiply-adds of one vector. `g` has as many channels as live on average; `merge`:
/// frames may share vectors, because no frame has channel lists of its own.
struct Conv2dCosts {
  Correlation g;
  bool merge;
  Index all_outs, all_depth;

  Conv2dCosts(const Correlation& all, const Conv2dOptions<float>& options)
      : g(all), merge(all_live(options)), all_outs(all.out_channels), all_depth(all.depth()) {
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
  /// of several frames is one vector, each weight is loaded for one multiply-add, an eighth more. A
  /// tile costs 150.
  /// The remainder pixels of all frames read all weights once more (0.3); in panels they fill
  /// vectors, each at 1.1 of its price, and as dot products each is 1.4 of a lane. A strided kernel
  /// copies its image row by row, each piece of a row at the price of about 20, or 15 in pairs.
  double masked_direct() const {
    const Index remainder = remainder_pixels(g.out_pixels());
    const Index vectors = (g.out_pixels() - remainder + Floats::width - 1) / Floats::width;
    const auto pixels = static_cast<double>(g.batch * remainder), width = double{Floats::width};
    const double together = remainder == 0 ? 0
                            : g.batch * remainder > RemainderPixels::few
                                ? 0.3 + 1.1 * std::ceil(pixels / width)
                                : 0.3 + 1.4 * pixels / width;
    const double frame = (vectors == 1 && g.batch > 2 ? 1.12 : static_cast<double>(vectors)) +
                         together / static_cast<double>(g.batch);
    const Index pieces = g.same_pitch()
                             ? 0
                             : std::min(g.kernel_height, g.stride_height) * g.out_height *
                                   ((g.out_width - 1) / Floats::width + 1);
    const double piece = PolyphaseImages::copies_pairs(g) ? 15 : 20;
    const Index tiles = (vectors + tile_vectors - 1) / tile_vectors * RowBlocks{g.outs()}.count();
    return static_cast<double>(g.batch) *
           (1.02 * static_cast<double>(g.taps()) * frame * pairs() +
            piece * static_cast<double>(pieces * g.in_channels) + 150 * static_cast<double>(tiles));
  }
  /// Only what lies inside of the image is multiplied, a little cheaper; of 1x1 kernels, where each
  /// channel is a loop of its own, a third dearer, and of a single unit of outputs a quarter; so is
  /// stride 2 with weights from beyond L2, by a fifth. A tile costs 50, a pixel of a unit that is
  /// transposed back into its map 8, a weight that is packed 12, or 40 from beyond L2: once in a
  /// call, or for each list anew. The last units of lists are not full.
  double blocked(const Conv2dOptions<float>& options) const {
    Index rows = 0, columns = 0, all_units = 0;
    for (Index n = 0; n < g.batch; ++n)
      all_units += (options.out_of(n).count(all_outs) + blocked::unit - 1) / blocked::unit;
    const Index lists = blocked::count_out_lists(options, g.batch);
    const auto packings = static_cast<double>(lists > 0 ? lists : !options.blocked_weights);
    for (Index p = 0; p < g.kernel_height; ++p)
      rows += inside(g.row(0, p), g.stride_height, g.in_height, g.out_height).size();
    for (Index q = 0; q < g.kernel_width; ++q)
      columns += inside(g.column(0, q), g.stride_width, g.in_width, g.out_width).size();
    const double units = static_cast<double>(all_units) / static_cast<double>(g.batch),
                 tile_units = blocked::tile_units(g.out_width);
    const double tiles = std::ceil(units / tile_units) * static_cast<double>(g.out_height) *
                         std::ceil(static_cast<double>(g.out_width) / 8);
    const bool beyond_l2 = blocked::weights_beyond_l2(all_outs * all_depth);
    const double product = g.taps() == 1                      ? 1.2
                           : beyond_l2 && g.stride_height > 1 ? 1.12
                                                              : 0.92,
                 each = product * (units > 1.5 ? 1 : 1.25);
    const double vectors = units * blocked::unit_vectors;
    const double frame = vectors * (each * static_cast<double>(rows * columns * g.in_channels) +
                                    8 * static_cast<double>(g.out_pixels())) +
                         50 * tiles;
    return static_cast<double>(g.batch) * frame +
           (beyond_l2 ? 40 : 12) * vectors * packings * static_cast<double>(all_depth);
  }
  /// Products of stride 1 cost a little less, for no masks are loaded, and a third more where a
  /// tile is one vector. A tile costs 130, of stride 2 110 and 3 for each channel, and each row of
  /// it that is unzipped 5 for each vector, or 1.5 with one tap.
  double whole_rows() const {
    const Index vectors = g.out_pixels() / Floats::width,
                blocks = whole_rows::row_blocks(g.outs(), vectors).count(),
                most =
                    whole_rows::vectors_beside(static_cast<int>((g.outs() + blocks - 1) / blocks)),
                tiles = (vectors + most - 1) / most * blocks,
                rows = g.kernel_height * vectors * blocks;
    const bool adjacent = g.stride_width == 1;
    const auto ins = static_cast<double>(g.in_channels);
    const double product = !adjacent     ? 1
                           : vectors > 1 ? 0.92
                                         : 1.3,
                 tile = adjacent ? 130 : 110 + 3 * ins,
                 row = adjacent        ? 0
                       : g.taps() == 1 ? 1.5
                                       : 5;
    return static_cast<double>(g.batch) *
           (product * static_cast<double>(g.taps() * vectors) * pairs() +
            tile * static_cast<double>(tiles) + row * ins * static_cast<double>(rows));
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
  tiles.set_call(g, options);
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
                      "input's, or (strided) its phases', got rows of ",
                      g.in_width, " -> ", g.out_width);
  require<ValueError>(wanted != ConvAlgorithm::blocked || blocked::fits(g),
                      "conv2d: the blocked algorithm expects one group, a stride up to 2 and "
                      "taps that reach one column beyond an edge, got a ",
                      g.kernel_height, "x", g.kernel_width, " kernel in ", g.groups, " groups");
  require<ValueError>(
      wanted != ConvAlgorithm::whole_rows || whole_rows::fits(g),
      "conv2d: the whole-rows algorithm expects a 3x3 kernel of stride 1 or 2, or a "
      "1x1 kernel of stride 2, in one group, and rows of outputs that fill vectors of ",
      Floats::width, ", got a ", g.kernel_height, "x", g.kernel_width, " kernel with outputs of ",
      g.out_height, "x", g.out_width);
  require<ValueError>(
      wanted != ConvAlgorithm::winograd || winograd::fits(g),
      "conv2d: the Winograd algorithm expects a 3x3 kernel, stride 1 and one group, got ",
      g.kernel_height, "x", g.kernel_width);
  if (!free) return wanted;
  if (depthwise::fits(g)) return ConvAlgorithm::depthwise;
  const Conv2dCosts costs(g, options);
  ConvAlgorithm best = ConvAlgorithm::packed;
  double least = costs.packed();
  const auto consider = [&](ConvAlgorithm algorithm, double cost) {
    if (cost < least) best = algorithm, least = cost;
  };
  if (masked_direct::fits(g)) consider(ConvAlgorithm::masked_direct, costs.masked_direct());
  if (blocked::may_pay(g)) consider(ConvAlgorithm::blocked, costs.blocked(options));
  if (whole_rows::fits(g)) consider(ConvAlgorithm::whole_rows, costs.whole_rows());
  if (wanted == ConvAlgorithm::automatic && winograd_allowed() && winograd::fits(g))
    consider(ConvAlgorithm::winograd, winograd_cost(g, options, winograd_weights_are_ready));
  return best;
}

/// y = epilogue(correlation of x and w), by an algorithm that fits. A shortcut is left to those
/// that take it.
inline void correlate(ConvAlgorithm algorithm, const Correlation& g, const float* x, const float* w,
                      float* y, const Conv2dOptions<float>& options) {
  switch (algorithm) {
    case ConvAlgorithm::depthwise:
      return depthwise::correlate(g, x, w, y, options);
    case ConvAlgorithm::blocked:
      return blocked::correlate(g, x, w, y, options);
    case ConvAlgorithm::whole_rows:
      return whole_rows::correlate(g, x, w, y, options);
    case ConvAlgorithm::masked_direct:
      return masked_direct::correlate(g, x, w, y, options);
    case ConvAlgorithm::winograd:
      return winograd::correlate(g, x, w, y, options);
    default:
      return packed::correlate(g, x, w, y, options);
  }
}

/// Whether an algorithm adds a shortcut to its sums; for the others it is a convolution before.
inline bool takes_shortcut(ConvAlgorithm algorithm, const Correlation& g,
                           const Correlation& shortcut) {
  return (algorithm == ConvAlgorithm::whole_rows && whole_rows::takes_shortcut(g, shortcut)) ||
         (algorithm == ConvAlgorithm::blocked && blocked::takes_shortcut(g, shortcut));
}

/// Whether `automatic` or `direct` may ever choose an algorithm that takes this shortcut.
inline bool may_take_shortcut(const Correlation& g, const Correlation& shortcut) {
  return whole_rows::takes_shortcut(g, shortcut) ||
         (blocked::may_pay(g) && blocked::may_pay(shortcut));
}

/// y = epilogue(correlation of x and w), by the algorithm of the options or what it stands for.
inline void correlate(const Correlation& g, const float* x, const float* w, float* y,
                      const Conv2dOptions<float>& options) {
  if (g.batch == 0) return;
  const auto algorithm = choose_algorithm(g, options, options.winograd_weights != nullptr);
  const Conv2dShortcut<float>* const beside = options.shortcut;
  if (!beside) return correlate(algorithm, g, x, w, y, options);
  const Correlation shortcut = forward_correlation(beside->geometry);
  if (takes_shortcut(algorithm, g, shortcut)) return correlate(algorithm, g, x, w, y, options);
  InTwoCalls<float> calls(options, y);
  calls.second.algorithm = ConvAlgorithm::direct;
  correlate(algorithm, g, x, w, y, calls.first);
  correlate(shortcut, beside->x, beside->weights, y, calls.second);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
