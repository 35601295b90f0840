// Masked direct convolution: read the unpadded image where it lies.
//
// When output and input rows have the same length, tap (p, q) of a run of pixels is the same run at
// a fixed offset; lanes that fall outside of the image are masked. No padded copy, no columns, and
// time follows the number of live channels almost exactly. A strided kernel reads the phases of the
// image in this way: the one copy serves all taps and output channels.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/caches.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/conv2d/direct/polyphase_copies.hpp>
#include <adafuse/kernels/conv2d/direct/prefetch_strip.hpp>
#include <adafuse/kernels/conv2d/direct/remainder_pixels.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/lanes_inside.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <adafuse/kernels/conv2d/shared/tile_rows.hpp>
#include <adafuse/kernels/conv2d/shared/work.hpp>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace masked_direct {

/// The taps of one tile: where each reads, and which lanes of it lie inside of the image.
struct Taps {
  Index count;
  const Index* offsets;  // [count], from the pixel to what the tap reads
  const Mask* lanes;     // [count][tile_vectors]
};

/// The channels that one tile reads.
struct MaskedSource {
  const float* pixels;  // the first channel of the group at the first pixel of the tile
  Index plane;          // from a channel to the next
  ChannelList channels;
  PrefetchStrip::Share ahead;
};

/// sums += the products of all channels. `Count` taps, or any number when it is 0: the counts that
/// matter are unrolled. A single tap finds all pixels inside of the image.
template <int Count, int Rows, int Vectors>
[[gnu::always_inline]] inline void add_products(Accumulators<Rows, Vectors>& sums,
                                                const MaskedSource& source, const Taps& taps) {
  const Index count = Count ? Count : taps.count;
  const Mask last_lanes = taps.lanes[Vectors - 1];  // Of a single tap: it stays in a register.
  const float* const first = source.pixels + (Count == 1 ? taps.offsets[0] : 0);
  const Index* soon = source.ahead.offsets;
  Index next_fetch = soon ? 0 : -1;
  const auto add_channel = [&](Index i, Index channel) __attribute__((always_inline)) {
    const float* pixels = first + channel * source.plane;
    const Mask* lanes = taps.lanes;
    const Index k = channel * count;
    if (i == next_fetch) {
      const float* from = source.pixels + *soon++;
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) __builtin_prefetch(from + v * Floats::width, 0, 2);
      next_fetch += source.ahead.every;
    }
    const auto add_tap = [&](Index t) __attribute__((always_inline)) {
      const float* p = Count == 1 ? pixels : pixels + taps.offsets[t];
      Floats loaded[Bound{Vectors}];
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        const float* from = p + v * Floats::width;
        if constexpr (Count != 1)
          loaded[v] = Floats::load(from, lanes[v]);
        else
          loaded[v] = v + 1 < Vectors ? Floats::load(from) : Floats::load(from, last_lanes);
        keep_in_register(loaded[v]);
      }
      sums.add(k + t, loaded);
      lanes += tile_vectors;
    };
    if constexpr (Count == 9) {
#pragma GCC unroll 9
      for (Index t = 0; t < 9; ++t) add_tap(t);
    } else {
#pragma GCC unroll 1
      for (Index t = 0; t < count; ++t) add_tap(t);
    }
  };
  // One tap computes so little that the question of the list would show: 5 to 10 %.
  if (Count == 1 && !source.channels.list) {
    for (Index i = 0; i < source.channels.count; ++i) add_channel(i, i);
  } else {
    for (Index i = 0; i < source.channels.count; ++i) {
      // No stream that the processor could follow by itself.
      if (Count == 9 && source.channels.list && i + 2 < source.channels.count) {
        const Index next = source.channels[i + 2] - source.channels.first;
        sums.fetch_weights(next * count, count);
#pragma GCC unroll 1
        for (int middle = 1; middle < 9; middle += 3)
#pragma GCC unroll 8
          for (int v = 0; v <= Vectors; ++v)
            __builtin_prefetch(first + next * source.plane + taps.offsets[middle] +
                               v * Floats::width - Floats::width / 2);
      }
      add_channel(i, source.channels[i] - source.channels.first);
    }
  }
}

/// One tile, by the loop of `Counts` that is for `count` taps. Loops of one function share what
/// comes before and after them, which is about as long to compile.
template <int Rows, int Vectors, int... Counts>
[[gnu::noinline]] void correlate_by(const TileRows& tile, const MaskedSource& source,
                                    const Taps& taps, int count) {
  Accumulators<Rows, Vectors> sums(tile);
  sums.fetch_outputs(tile);
  static_cast<void>((((sizeof...(Counts) == 1 || count == Counts) &&
                      (add_products<Counts>(sums, source, taps), true)) ||
                     ...));
  sums.finish(tile);
}

/// The same by a function of the loops of many taps; or of one loop, where the registers are few
/// and the sums would not stay in them. A single tap is alone: a large map would take 4 % longer.
template <int Rows, int Vectors>
void correlate(const TileRows& tile, const MaskedSource& source, const Taps& taps, int count) {
  if (count == 1)
    correlate_by<Rows, Vectors, 1>(tile, source, taps, count);
  else if constexpr (simd_registers >= 32)
    correlate_by<Rows, Vectors, 9, 0>(tile, source, taps, count);
  else if (count == 9)
    correlate_by<Rows, Vectors, 9>(tile, source, taps, count);
  else
    correlate_by<Rows, Vectors, 0>(tile, source, taps, count);
}

inline bool fits(const Correlation& g) { return g.same_pitch() || PolyphaseImages::fits(g); }

/// How the work is cut. All of it follows from the sizes, and from how many outputs live on
/// average.
struct DirectPlan {
  Index remainder, vectors, tiles;  // of a frame
  Index least, larger;              // vectors of a tile, and how many have one more
  Index strip, strips;              // tiles that share each block of weights while that is in L1
  Index chunks;                     // of output channels

  /// The first tiles have one vector more than the others, if they do not divide evenly.
  Range vectors_of(Index tile) const {
    const auto begin = [&](Index t) { return t * least + std::min(t, larger); };
    return {begin(tile), begin(tile + 1)};
  }
  /// The first pixel of a tile.
  Index position(Index tile) const { return vectors_of(tile).begin * Floats::width; }
};

inline DirectPlan make_plan(const Correlation& g, Index live_outs) {
  DirectPlan plan{};
  plan.remainder = remainder_pixels(g.out_pixels());
  plan.vectors = (g.out_pixels() - plan.remainder + Floats::width - 1) / Floats::width;
  plan.tiles = (plan.vectors + tile_vectors - 1) / tile_vectors;
  plan.least = plan.vectors / plan.tiles, plan.larger = plan.vectors % plan.tiles;
  // What a strip reads of x stays in L2, beside what the next one will read.
  const Index images = std::min(g.taps(), g.stride_height * g.stride_width);
  const Index l2 = Caches::here().l2,
              of_tile = g.ins() * tile_width * (g.taps() > 1 ? std::max<Index>(2, images) : 1);
  plan.strip = std::clamp<Index>(l2 * 4 / 15 / of_tile, 1, plan.tiles);
  plan.strips = (plan.tiles + plan.strip - 1) / plan.strip;
  // Short of work for many threads, the output channels are cut too; and where a frame is one
  // strip, so that each piece of the weights comes from memory once for all frames. A strided 1x1
  // kernel gains by that too, if its weights do not stay in L2: the phases are copied once.
  const Index weights = live_outs / g.groups * g.depth();
  const bool one_phase = g.taps() == 1 && !g.same_pitch();
  const Index pieces = g.batch == 1                         ? 1
                       : plan.strips == 1                   ? weights / (l2 * 3 / 8)
                       : one_phase && weights >= l2 * 3 / 2 ? g.outs() / 256
                                                            : 1;
  // Without chunks, each strip copies its phases for itself, which is cheaper.
  const Index enough = g.same_pitch() ? 16 : 6;
  plan.chunks = std::clamp<Index>(std::max(enough / (g.batch * g.groups * plan.strips), pieces), 1,
                                  (g.outs() + 31) / 32);
  return plan;
}

/// Which lanes of each tile each tap finds inside of the image: [tiles][taps][tile_vectors].
inline void make_lane_masks(const Correlation& g, const DirectPlan& plan,
                            std::vector<Mask>& masks) {
  thread_local LanesInside lanes;
  masks.assign(static_cast<std::size_t>(plan.tiles * g.taps() * tile_vectors), Mask());
  for (Index t = 0; t < plan.tiles; ++t) {
    const Range tile = plan.vectors_of(t);
    for (Index v = tile.begin; v < tile.end; ++v) {
      lanes.set_vector(g, v);
      Mask* of_vector = masks.data() + t * g.taps() * tile_vectors + v - tile.begin;
      for (Index p = 0; p < g.kernel_height; ++p)
        for (Index q = 0; q < g.kernel_width; ++q, of_vector += tile_vectors)
          *of_vector = lanes(p, q);
    }
  }
}

/// A strip of tiles of one frame and group.
struct DirectStrip {
  Index frame, group;
  Range tiles;

  DirectStrip(const Correlation& g, const DirectPlan& plan, Index number)
      : frame(number / (plan.strips * g.groups)),
        group(number / plan.strips % g.groups),
        tiles(part(plan.tiles, plan.strips, number % plan.strips)) {}

  /// The rows of output pixels of which it has some.
  Range rows(const Correlation& g, const DirectPlan& plan) const {
    const Index begin = plan.position(tiles.begin),
                end = std::min(plan.position(tiles.end - 1) + tile_width, g.out_pixels());
    return {begin / g.out_width, (end - 1) / g.out_width + 1};
  }
};

/// The tiles of a strip, with some blocks of its output channels: `rows_of(channels)` gives the
/// rows of a tile.
template <class RowsOf>
void multiply_strip(const Correlation& g, const DirectPlan& plan, const DirectStrip& strip,
                    const RowBlocks& row_blocks, Range blocks, const RowsOf& rows_of,
                    const Images& image, const ChannelList& ins, const PrefetchStrip& soon,
                    const Mask* masks) {
  const Index taps = g.taps();
  const int unrolled = taps == 9 ? 9 : taps == 1 && g.all_inside() ? 1 : 0;
  for (Index b = blocks.begin; b < blocks.end; ++b) {
    const Range block = row_blocks[b];
    TileRows tile = rows_of(block);
    for (Index t = strip.tiles.begin; t < strip.tiles.end; ++t) {
      const auto [begin, end] = plan.vectors_of(t);
      tile.offset = begin * Floats::width;
      tile.last_lanes = first_lanes(g.out_pixels() - plan.remainder - (end - 1) * Floats::width);
      const MaskedSource source{image.pixels + tile.offset, image.channel, ins,
                                soon.share(b - blocks.begin)};
      const Taps tile_taps{taps, image.offsets, masks + t * taps * tile_vectors};
      for_tile_size(static_cast<int>(block.size()), static_cast<int>(end - begin),
                    [&]<int Rows, int Vectors>() {
                      correlate<Rows, Vectors>(tile, source, tile_taps, unrolled);
                    });
    }
  }
}

/// y = epilogue(correlation of x and w).
inline void correlate(const Correlation& g, const float* x, const float* w, float* y,
                      const Conv2dOptions<float>& options) {
  Index live_outs = 0;
  for (Index n = 0; n < g.batch; ++n) live_outs += options.out_of(n).count(g.out_channels);
  const DirectPlan plan = make_plan(g, live_outs / g.batch);
  thread_local std::vector<Mask> masks;
  thread_local std::vector<Index> in_place;
  make_lane_masks(g, plan, masks);
  find_tap_offsets(g, in_place);

  const bool each_copies = !g.same_pitch() && plan.chunks == 1;
  const Images images = g.same_pitch() || each_copies ? Images{x, g.in_pixels(), in_place.data()}
                                                      : copy_all_phases(g, x, options);
  thread_local RemainderPixels of_caller;
  of_caller.gather(g, options, x);
  const RemainderPixels& remainder = of_caller;
  const Index strips = g.batch * g.groups * plan.strips;
  // With each chunk of output channels, while its weights are in the cache, their remainder pixels.
  const Index extra = plan.remainder > 0 ? g.groups : 0, tasks_of_chunk = strips + extra;
  const Mask* all_masks = masks.data();
  const Index tasks = tasks_of_chunk * plan.chunks;
  parallel_for(tasks, 1, conv2d_work(g, options) / tasks, [&](Index number, Index) {
    const FlushDenormals scope;
    const Index chunk = number / tasks_of_chunk, task = number % tasks_of_chunk;
    if (task >= strips) {
      const Range outs = part(g.outs(), plan.chunks, chunk);
      return remainder.finish(w, y, task - strips, outs.begin, outs.size());
    }
    const DirectStrip strip(g, plan, task);
    const auto outs =
        ChannelList::of_group(options.out_of(strip.frame), strip.group * g.outs(), g.outs());
    const auto ins =
        ChannelList::of_group(options.in_of(strip.frame), strip.group * g.ins(), g.ins());
    const RowBlocks row_blocks{outs.count};
    const Range blocks = part(row_blocks.count(), plan.chunks, chunk);
    if (blocks.size() == 0) return;
    const Index next = task + 1;  // This thread takes it, mostly.
    const auto pixel = [&](const DirectStrip& of) {
      return images.of(g, of.frame, of.group).pixels +
             (each_copies ? of.rows(g, plan).begin * g.stride_height * g.in_width
                          : plan.position(of.tiles.begin));
    };
    const Index ahead = next < strips ? pixel(DirectStrip(g, plan, next)) - pixel(strip) : 0;
    thread_local PolyphaseRows copies;
    const Images image =
        each_copies ? copies.copy(g, strip.rows(g, plan),
                                  x + strip.frame * g.in_channels * g.in_pixels(), ahead, ins)
                    : images.of(g, strip.frame, strip.group);
    thread_local PrefetchStrip soon;
    soon.clear();
    if (next < strips && !each_copies) {
      const DirectStrip of(g, plan, next);
      soon.set_channels(image, ahead,
                        ChannelList::of_group(options.in_of(of.frame), of.group * g.ins(), g.ins()),
                        g.ins());
    }
    soon.spread(blocks.size(), ins.count, g.taps());
    const auto rows_of = [&](Range block) {
      return rows_of_frame(g, options.epilogue, w, y, strip.frame, outs, block.begin,
                           static_cast<int>(block.size()));
    };
    multiply_strip(g, plan, strip, row_blocks, blocks, rows_of, image, ins, soon, all_masks);
  });
}

}  // namespace masked_direct
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
