// Winograd convolution: 3x3 at stride 1 with a quarter of the products.
//
// Tiles go through three steps: input transform, 36 matrix products over the channels, output
// transform with the epilogue. Lanes are tiles, so the products run on the micro-kernel with weight
// rows by pointer, and live-channel lists work as elsewhere. Many weights are not read anew for
// each few tiles: they go through the steps in batches. The rounding error is about 1e-5 of the
// largest output; tiles with outliers, whose rounding would be felt by their other outputs, are
// computed directly.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/caches.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/core/storage.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/conv2d/shared/work.hpp>
#include <adafuse/kernels/conv2d/winograd/lists.hpp>
#include <adafuse/kernels/conv2d/winograd/outliers.hpp>
#include <adafuse/kernels/conv2d/winograd/steps.hpp>
#include <atomic>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace winograd {

inline bool fits(const Correlation& g) {
  return g.kernel_height == 3 && g.kernel_width == 3 && g.stride_one() && g.groups == 1;
}

/// u [36][out_channels][in_channels] of w [out_channels, in_channels, 3, 3]; `u_step` leads from a
/// product to the next. Of weights that are not finite, or very large, u[0] is NaN: see usable().
inline void transform_weights(const Correlation& g, const float* w, float* u, Index u_step) {
  std::atomic<bool> ordinary{true};
  const Work work = Work::elements(4 * products * g.in_channels);
  parallel_for(g.out_channels, 8, work, [&](Index begin, Index end) {
    const FlushDenormals scope;
    if (!(transform_weight_rows(g.in_channels, begin, end, w, u, u_step) <= most_weight_squares))
      ordinary = false;
  });
  if (!ordinary) u[0] = std::numeric_limits<float>::quiet_NaN();
}

/// Whether products with these transformed weights are what the weights themselves would give. In
/// the transform a tap that is not finite makes all products NaN, also those of an output that
/// a direct convolution finds infinite.
inline bool usable(const float* u) { return !std::isnan(u[0]); }

/// Groups of tiles that go through each of the three steps together, so that a matrix of weights
/// is read once for all of them.
class Batch {
 public:
  void clear() { count_ = 0; }
  void add(const Correlation& g, const TileSet& set, Range vectors) {
    if (count_ == groups_.size()) groups_.emplace_back();
    groups_[count_++].tiles.set_tiles(g, set, vectors);
  }

  void run(const Correlation& g, const float* x, const float* w, const float* u, Index u_step,
           float* y, const Conv2dOptions<float>& options) {
    const Range ins = place(true), outs = place(false);
    float* v = input_memory_(ins.end);
    float* m = product_memory_(outs.end);
    const Index ins_pieces = pieces(ins.begin);
    float* squares = squares_memory_(std::ssize(groups()) * ins_pieces * squares_size);
    for_channels(ins, true, [&](const PlacedGroup& group, Index task, Range channels) {
      transform_inputs(g, group.tiles, x, channels, v + group.inputs,
                       squares + task * squares_size);
    });
    left_out_.clear();
    for (PlacedGroup& group : groups()) {
      leave_out_outliers(group.tiles, added(squares, ins_pieces, group.tiles.vectors), left_out_);
      squares += ins_pieces * squares_size;
    }
    Index macs = 0;  // of one product
    for (const PlacedGroup& group : groups()) macs += group.channels(true) * group.next(false);
    parallel_for(products, 1, Work::multiply_adds(macs), [&](Index e, Index) {
      const FlushDenormals scope;
      for (const PlacedGroup& group : groups())
        multiply(g, group.tiles, u + e * u_step, v + group.inputs + e * group.next(true),
                 m + group.products + e * group.next(false));
    });
    for_channels(outs, false, [&](const PlacedGroup& group, Index, Range channels) {
      transform_outputs(g, group.tiles, channels, m + group.products, options.epilogue, y);
    });
    const Work work = Work::multiply_adds(outputs * outputs * g.out_channels * g.depth());
    parallel_for(std::ssize(left_out_), 1, work, [&](Index i, Index) {
      convolve_directly(g, left_out_[static_cast<std::size_t>(i)], x, w, y, options);
    });
  }

 private:
  struct PlacedGroup {
    TileGroup tiles;
    Index inputs, products;  // where they are in the memory of the batch

    Index channels(bool in) const { return (in ? tiles.set->ins : tiles.set->outs).count; }
    Index next(bool in) const { return product_step(channels(in), tiles.vectors * Floats::width); }
  };
  std::span<PlacedGroup> groups() { return {groups_.data(), count_}; }

  /// Gives each group its place; the most channels of any, and the floats of all.
  Range place(bool in) {
    Range result;
    for (PlacedGroup& group : groups()) {
      (in ? group.inputs : group.products) = result.end;
      result.begin = std::max(result.begin, group.channels(in));
      result.end += products * group.next(in);
    }
    return result;
  }

  /// A task takes so many channels of a group; there is one even where no channel lives.
  static constexpr Index grain = 16;
  static Index pieces(Index channels) { return std::max<Index>(1, (channels + grain - 1) / grain); }

  /// `step(group, task, channels)` for some channels of each group, where place() has returned
  /// `placed`.
  template <class Step>
  void for_channels(Range placed, bool in, const Step& step) {
    const auto all = groups();
    const Index pieces_of_group = pieces(placed.begin), tasks = pieces_of_group * std::ssize(all);
    parallel_for(tasks, 1, Work::elements(2 * placed.end) / tasks, [&](Index task, Index) {
      const FlushDenormals scope;
      const PlacedGroup& group = all[static_cast<std::size_t>(task / pieces_of_group)];
      const Index first = task % pieces_of_group * grain;
      step(group, task, {first, std::min(group.channels(in), first + grain)});
    });
  }

  /// The sums of squares of a group's channels, [vectors][4][width]: of all pieces, added in order
  /// to the first.
  static constexpr Index squares_size = tile_vectors * 4 * Floats::width;
  static const float* added(float* squares, Index pieces, Index vectors) {
    for (Index p = 1; p < pieces; ++p)
      for (Index i = 0; i < vectors * 4 * Floats::width; ++i)
        squares[i] += squares[p * squares_size + i];
    return squares;
  }

  std::vector<PlacedGroup>
      groups_;  // The first count_ of them; their memory stays from call to call.
  std::size_t count_ = 0;
  Scratch<float> input_memory_, product_memory_, squares_memory_;
  std::vector<LeftOut> left_out_;
};

/// How the tiles of a call are cut into batches, and these into groups. It follows from sizes and
/// lists alone.
class BatchPlan {
 public:
  void set_call(const Correlation& g, const Conv2dOptions<float>& options) {
    sets_.set_call(g, options);
    pieces_.clear(), starts_.clear();
    const Index weights = products * g.out_channels * g.in_channels;
    weights_stay_ = weights < Caches::here().l2;
    // What lies between the steps comes from L3, as weights do: no more of the one than the other.
    const Index limit = weights_stay_ ? 0 : std::min<Index>(weights, 3000000);
    Index floats = 0;
    for (const TileSet& set : sets_.sets()) {
      if (set.outs.count == 0) continue;
      Index groups = (set.vectors() + tile_vectors - 1) / tile_vectors;
      // An even number suits two threads.
      if (weights_stay_ && groups > 1 && set.frames > 1) groups += groups % 2;
      for (Index k = 0; k < groups; ++k) {
        const Range vectors = part(set.vectors(), groups, k);
        const Index more =
            products * (set.ins.count + set.outs.count) * vectors.size() * Floats::width;
        if (starts_.empty() || floats + more > limit) {
          starts_.push_back(std::ssize(pieces_));
          floats = 0;
        }
        floats += more;
        pieces_.push_back({&set, vectors});
      }
    }
  }

  Index count() const { return std::ssize(starts_); }
  /// Many batches: each is a task. Few: one after the other, and each step is shared out.
  Index grain() const { return count() >= (weights_stay_ ? 4 : 8) ? 1 : count(); }

  void fill(const Correlation& g, Index number, Batch& batch) const {
    const auto begin = static_cast<std::size_t>(number);
    const Index end = number + 1 < count() ? starts_[begin + 1] : std::ssize(pieces_);
    batch.clear();
    for (Index i = starts_[begin]; i < end; ++i) {
      const auto& [set, vectors] = pieces_[static_cast<std::size_t>(i)];
      batch.add(g, *set, vectors);
    }
  }

 private:
  struct TilesOfSet {
    const TileSet* set;
    Range vectors;
  };
  TileSets sets_;
  std::vector<TilesOfSet> pieces_;
  std::vector<Index> starts_;  // of each batch, in pieces_
  bool weights_stay_ = true;
};

/// y = epilogue(correlation of x and w).
inline void correlate(const Correlation& g, const float* x, const float* w, float* y,
                      const Conv2dOptions<float>& options) {
  Storage<float> made;  // From the pool, and back to it: it may be large.
  const float* u = options.prepared ? options.prepared->find("winograd") : nullptr;
  Index u_step = g.out_channels * g.in_channels;
  if (!u) {
    u_step = product_step(g.out_channels, g.in_channels);
    made = Storage<float>(static_cast<std::size_t>(products * u_step));
    transform_weights(g, w, made.data(), u_step);
    u = made.data();
  }
  if (!usable(u)) return packed::correlate(g, x, w, y, options);
  thread_local BatchPlan plan_memory;
  BatchPlan& plan = plan_memory;
  plan.set_call(g, options);
  const Work work = conv2d_work(g, options) / (4 * plan.count());  // A quarter of the products.
  parallel_for(plan.count(), plan.grain(), work, [&](Index begin, Index end) {
    thread_local Batch batch_memory;
    Batch& batch = batch_memory;
    for (Index b = begin; b < end; ++b) {
      plan.fill(g, b, batch);
      batch.run(g, x, w, u, u_step, y, options);
    }
  });
}

}  // namespace winograd
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
