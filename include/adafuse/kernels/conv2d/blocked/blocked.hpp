// Blocked channels: a vector holds output channels, and each pixel is broadcast from where it lies.
//
// Pixels of small maps do not fill vectors, and strided ones are no neighbours; output channels
// are, once the weights are packed. No product falls outside of the image: taps beyond an edge are
// left out. In return the sums have to be transposed back into maps, and output channels that are
// picked by a list need their weights packed for each list.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/caches.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/prefetch_queue.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/conv2d/blocked/steps.hpp>
#include <adafuse/kernels/conv2d/blocked/weights.hpp>
#include <adafuse/kernels/conv2d/shared/united_channels.hpp>
#include <adafuse/kernels/conv2d/shared/work.hpp>
#include <algorithm>
#include <optional>
#include <type_traits>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace blocked {

/// How the work is cut. All of it follows from the sizes and lists alone.
struct BlockedPlan {
  Index lanes;         // output channels whose sums are made together, at most
  Index groups;        // of so many output channels, if they share weights
  Index strips;        // of output rows of a frame, whose sums stay in L1
  Index frames, sets;  // frames that share each piece of the weights, and how many sets of them
  Index channels;      // input channels whose weights stay in L1
  bool beyond_l2;      // weights come from beyond L2, and are fetched ahead
};

inline BlockedPlan make_plan(const Correlation& g, const Conv2dOptions<float>& options,
                             bool has_out_lists) {
  BlockedPlan plan{};
  plan.lanes = std::min<Index>(tile_units(g.out_width), packed_units(g)) * unit;
  plan.groups = has_out_lists ? 1 : (g.out_channels + plan.lanes - 1) / plan.lanes;
  // Sums and weights stay in L1. Weights from beyond L2 are read once for all frames: then the sums
  // stay in L2.
  plan.beyond_l2 = !has_out_lists && weights_beyond_l2(g.out_channels * g.depth());
  const Caches& caches = Caches::here();
  const Index sums = plan.beyond_l2 ? caches.l2 / 4 : caches.l1 * 2 / 3, weights = caches.l1 / 2;
  const Index rows = std::clamp<Index>(sums / (plan.lanes * g.out_width), 1, g.out_height);
  plan.strips = (g.out_height + rows - 1) / rows;
  // Frames are told apart as far as there is to be work for a few threads.
  plan.frames = plan.strips > 1 ? 1
                                : std::clamp<Index>(sums / (plan.lanes * g.out_pixels()), 1,
                                                    1 + (g.batch * plan.groups - 1) / 4);
  plan.frames = std::min(plan.frames, g.batch);
  plan.sets = (g.batch + plan.frames - 1) / plan.frames;
  Index live = 0;  // Of all frames.
  for (Index n = 0; n < g.batch; ++n) live += options.in_of(n).count(g.in_channels);
  const Index at_once = std::max<Index>(1, weights / (plan.lanes * g.taps()));
  plan.channels = std::max<Index>(1, at_once * g.in_channels * g.batch / std::max<Index>(live, 1));
  const Index pieces = (g.in_channels + plan.channels - 1) / plan.channels;
  plan.channels = (g.in_channels + pieces - 1) / pieces;
  return plan;
}

/// Transposes sums [pixels][lanes] back into rows of maps: y = epilogue(sums) for `pixels` pixels
/// from `at` on, which counts from the first channel of the frame. As many channels at a time as a
/// vector has lanes, in registers; the last stands in for those that are missing. Reads whole
/// vectors of pixels.
inline void finish(const Correlation& g, const Conv2dEpilogue<float>& epilogue, const float* sums,
                   Index lanes, Index pixels, const ChannelList& outs, float* y, Index at) {
  constexpr int width = Floats::width;
  for (Index first = 0; first < outs.count; first += width) {
    const int count = static_cast<int>(std::min<Index>(width, outs.count - first));
    Index channels[width], places[width];
    for (int l = 0; l < width; ++l) {
      channels[l] = outs[first + std::min(l, count - 1)];
      places[l] = at + channels[l] * g.out_pixels();
    }
    const float* rows[width];
    for (Index l = 0; l < width; ++l) rows[l] = sums + l * lanes + first;
    for (Index pixel = 0; pixel < pixels; pixel += width) {
      const Mask inside = first_lanes(pixels - pixel);
      Floats maps[width];
      load_transposed(rows, maps);
      for (const float*& row : rows) row += width * lanes;
      const auto for_maps = [&](const auto& body) __attribute__((always_inline)) {
#pragma GCC unroll 16
        for (int l = 0; l < width; ++l) body(maps[l], l);
      };
      apply_epilogue(
          epilogue.parts(), for_maps,
          [&](int l) {
            return Floats::broadcast(epilogue.scale ? epilogue.scale[channels[l]] : 1);
          },
          [&](int l) {
            return Floats::broadcast(epilogue.shift ? epilogue.shift[channels[l]] : 0);
          },
          [&](int l) { return Floats::load(epilogue.residual + places[l] + pixel, inside); });
      float* const to = y + pixel;
      if (count == width)
        for_maps([&](const Floats& map, int l) { map.store(to + places[l], inside); });
      else
        for_maps([&](const Floats& map, int l) {
          if (l < count) map.store(to + places[l], inside);
        });
    }
  }
}

inline bool same_outs(const Conv2dOptions<float>& options, Index a, Index b) {
  const auto one = options.out_of(a), other = options.out_of(b);
  const auto list = one.list(), other_list = other.list();
  return one.all() == other.all() &&
         std::equal(list.begin(), list.end(), other_list.begin(), other_list.end());
}

/// How many lists there are whose weights have to be packed: those that are not that of the frame
/// before. 0: every channel of every frame is wanted.
inline Index count_out_lists(const Conv2dOptions<float>& options, Index batch) {
  if (all_live(options.live_out)) return 0;
  Index count = 1;
  for (Index n = 1; n < batch; ++n) count += !same_outs(options, n - 1, n);
  return count;
}

/// One call: what all of its tasks know.
class BlockedCall {
 public:
  BlockedCall(const Correlation& g, const float* x, const float* w, float* y,
              const Conv2dOptions<float>& options)
      : g_(g), y_(y), options_(options), main_{g, x, w, form_of(options.prepared)} {
    if (const auto* beside = options.shortcut)
      shortcut_ = {forward_correlation(beside->geometry), beside->x, beside->weights,
                   form_of(beside->prepared)};
  }

  void run() const {
    const bool has_lists = !all_live(options_.live_out);
    const BlockedPlan plan = make_plan(g_, options_, has_lists);
    thread_local KnownShapes known;
    Shapes::From from{g_, {}, plan.strips, plan.lanes};
    if (shortcut_) from.shortcut = shortcut_->g;
    const Shapes& shapes = known.of(from);
    PackedWeights all;
    if (!has_lists) {
      thread_local Scratch<float> memory, of_other;
      all.main = packed_weights(main_, memory);
      if (shortcut_) all.shortcut = packed_weights(*shortcut_, of_other);
    }
    thread_local UnitedChannels of_caller;
    if (plan.beyond_l2) of_caller.set_lists(options_.live_in, g_.batch, g_.in_channels);
    const UnitedChannels& ins = of_caller;
    const Index tasks = plan.sets * plan.strips * plan.groups;
    parallel_for(tasks, 1, conv2d_work(g_, options_) / tasks, [&](Index task, Index) {
      const FlushDenormals scope;
      const Index group = task % plan.groups, strip = task / plan.groups % plan.strips;
      const FrameRows some{part(g_.batch, plan.sets, task / plan.groups / plan.strips),
                           part(g_.out_height, plan.strips, strip), strip, &shapes, &ins};
      const Index first = group * plan.lanes;
      if (has_lists) return with_lists(plan, some);
      add(plan, some, {nullptr, first, std::min(plan.lanes, g_.out_channels - first)},
          all.from(first, *this));
    });
  }

 private:
  /// A correlation whose products are added to the sums.
  struct Addend {
    Correlation g;
    const float *x, *w;
    const float* prepared;  // or null
  };
  /// Packed weights, from some output channel on.
  struct PackedWeights {
    const float *main = nullptr, *shortcut = nullptr;

    PackedWeights from(Index out, const BlockedCall& call) const {
      return {main + out * call.g_.depth(),
              call.shortcut_ ? shortcut + out * call.shortcut_->g.depth() : nullptr};
    }
  };
  /// Some rows of some frames.
  struct FrameRows {
    Range frames, rows;
    Index number;
    const Shapes* shapes;
    const UnitedChannels* ins;  // of all frames
  };

  static const float* form_of(const PreparedWeights* prepared) {
    return prepared ? prepared->find("blocked") : nullptr;
  }
  /// Those of the options, or made now, in memory of this thread.
  static const float* packed_weights(const Addend& of, Scratch<float>& memory) {
    if (of.prepared) return of.prepared;
    float* const packed = memory(packed_size(of.g));
    pack_weights(of.g, of.w, packed);
    return packed;
  }

  /// Each frame with its own list of output channels. What is packed for a list serves the frames
  /// after it too, for as long as their lists are the same.
  void with_lists(const BlockedPlan& plan, const FrameRows& strip) const {
    thread_local Scratch<float> memory, of_shortcut;
    float* const packed = memory(plan.lanes * g_.depth());
    float* const beside = shortcut_ ? of_shortcut(plan.lanes * shortcut_->g.depth()) : nullptr;
    for (Index n = strip.frames.begin, next; n < strip.frames.end; n = next) {
      for (next = n + 1; next < strip.frames.end && same_outs(options_, n, next);) ++next;
      FrameRows same = strip;
      same.frames = {n, next};
      const auto outs = ChannelList::of_group(options_.out_of(n), 0, g_.out_channels);
      for (Index first = 0; first < outs.count; first += plan.lanes) {
        const ChannelList some = outs.part(first, std::min(first + plan.lanes, outs.count));
        const auto pack = [&](const Addend& of, float* to) {
          for (Index u = 0; u < some.count; u += unit)
            pack_unit(of.w, of.g.depth(), some.part(u, std::min(u + unit, some.count)),
                      to + u * of.g.depth());
        };
        pack(main_, packed);
        if (shortcut_) pack(*shortcut_, beside);
        add(plan, same, some, {packed, beside});
      }
    }
  }

  /// Some output channels of a strip: tile by tile, then back into maps.
  void add(const BlockedPlan& plan, const FrameRows& strip, const ChannelList& outs,
           const PackedWeights& packed) const {
    thread_local Scratch<float> memory;
    const int units = static_cast<int>((outs.count + unit - 1) / unit);
    const Index lanes = units * unit, pixels = strip.rows.size() * g_.out_width;
    float* const sums = memory((strip.frames.size() * pixels + Floats::width - 1) * lanes);
    const auto sums_of = [&](Index n) { return sums + (n - strip.frames.begin) * pixels * lanes; };
    thread_local PrefetchQueue ahead;
    const auto tiles = std::ssize(strip.shapes->main(units).of_strip(strip.number));
    for (Index c = 0; c < g_.in_channels; c += plan.channels) {
      ahead.clear(plan.beyond_l2 ? plan.lanes / unit * g_.in_channels * g_.taps() : 0);
      if (plan.beyond_l2)
        look_ahead(plan, strip, outs, units, c + plan.channels, packed.main, ahead);
      ahead.spread(strip.frames.size() * tiles);
      for (Index n = strip.frames.begin; n < strip.frames.end; ++n)
        add_products(n, {c, std::min(c + plan.channels, g_.in_channels)}, packed, strip, units,
                     sums_of(n), ahead);
    }
    for (Index n = strip.frames.begin; n < strip.frames.end; ++n)
      finish(g_, options_.epilogue, sums_of(n), lanes, pixels, outs, y_,
             n * g_.out_channels * g_.out_pixels() + strip.rows.begin * g_.out_width);
  }

  /// The weights of the input channels from `next` on, or of the first ones and the next outputs.
  void look_ahead(const BlockedPlan& plan, const FrameRows& strip, const ChannelList& outs,
                  int units, Index next, const float* packed, PrefetchQueue& ahead) const {
    if (next >= g_.in_channels) {
      const Index left = g_.out_channels - outs.first - outs.count;
      if (left <= 0) return;
      next = 0, packed += plan.lanes * g_.depth();
      units = static_cast<int>((std::min(left, plan.lanes) + unit - 1) / unit);
    }
    const auto ins = strip.ins->of_any(next, std::min(plan.channels, g_.in_channels - next));
    for (int u = 0; u < units; ++u)
      for (Index i = 0; i < ins.count; ++i)
        ahead.add(packed + (u * g_.in_channels + ins[i]) * g_.taps() * unit, g_.taps() * unit);
  }

  /// The products of some input channels of frame n, into sums [pixels of the strip][units][16].
  /// The sums begin with the first channels, and with those of the shortcut.
  void add_products(Index n, Range channels, const PackedWeights& packed, const FrameRows& strip,
                    int units, float* sums, PrefetchQueue& ahead) const {
    const Index lanes = units * unit;
    const bool begins = channels.begin == 0;
    BlockedTile tile{};
    tile.products[0] = products_of(
        main_, n, ChannelList::of_group(options_.in_of(n), channels.begin, channels.size()),
        packed.main);
    const bool both = begins && shortcut_;
    if (both)
      tile.products[1] =
          products_of(*shortcut_, n, {nullptr, 0, shortcut_->g.in_channels}, packed.shortcut);
    tile.product_count = both ? 2 : 1;
    tile.sums_row_step = g_.out_width * lanes;
    tile.resume = !begins;
    const TileShapes& shapes = strip.shapes->main(units);
    const TileShapes& beside = strip.shapes->shortcut(units);  // The same tiles, other taps.
    const auto tiles = shapes.of_strip(strip.number);
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      const PlacedTile& shape = tiles[i];
      const auto set_steps = [](Products& of, const TileShapes& all, const PlacedTile& one) {
        of.steps = all.steps(one), of.step_count = one.steps;
      };
      set_steps(tile.products[0], shapes, shape);
      if (both) set_steps(tile.products[1], beside, beside.of_strip(strip.number)[i]);
      tile.sums =
          sums + ((shape.rows.begin - strip.rows.begin) * g_.out_width + shape.column) * lanes;
      tile.products[0].ahead = ahead.next();
      add_channels(tile, static_cast<int>(shape.rows.size()), static_cast<int>(shape.pixels),
                   units);
    }
  }

  /// All but the steps.
  static Products products_of(const Addend& of, Index n, const ChannelList& ins,
                              const float* packed) {
    const Correlation& g = of.g;
    Products products{};
    products.x = of.x + n * g.in_channels * g.in_pixels();
    products.plane = g.in_pixels();
    products.channels = ins;
    products.stride = g.stride_width;
    products.row_step = g.stride_height * g.in_width;
    products.weights = packed;
    products.unit_step = unit * g.depth(), products.channel_step = unit * g.taps();
    products.in_threes = g.kernel_width == 3 && g.dilation_width == 1 && g.left == -1 &&
                         g.stride_width == 1 && g.out_width == g.in_width && 1 < g.out_width &&
                         g.out_width <= tile_pixels;
    return products;
  }

  const Correlation& g_;
  float* y_;
  const Conv2dOptions<float>& options_;
  Addend main_;
  std::optional<Addend> shortcut_;
};

/// Whether the sums can begin with those of a shortcut.
inline bool takes_shortcut(const Correlation& g, const Correlation& shortcut) {
  return fits(g) && fits(shortcut);
}

/// y = epilogue(correlation of x and w), or of the sum of it and a shortcut.
inline void correlate(const Correlation& g, const float* x, const float* w, float* y,
                      const Conv2dOptions<float>& options) {
  BlockedCall(g, x, w, y, options).run();
}

}  // namespace blocked
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
