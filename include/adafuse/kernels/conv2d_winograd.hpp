// Winograd convolution: 3x3 at stride 1 with a quarter of the products.
//
// Tiles go through three steps: input transform, 36 matrix products over the channels, output
// transform with the epilogue. Lanes are tiles, so the products run on the micro-kernel with weight
// rows by pointer, and live-channel lists work as elsewhere. Many weights are not read anew for
// each few tiles: they go through the steps in batches. The rounding error is about 1e-5 of the
// largest output.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/storage.hpp>
#include <adafuse/kernels/conv2d_winograd_lists.hpp>
#include <adafuse/kernels/conv2d_winograd_steps.hpp>
#include <adafuse/kernels/scratch.hpp>
#include <span>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace winograd {

inline bool fits(const Correlation& g) {
  return g.kernel_height == 3 && g.kernel_width == 3 && g.stride_one() && g.groups == 1;
}

/// u [36][out_channels][in_channels] of w [out_channels, in_channels, 3, 3]; `u_step` leads from a
/// product to the next.
inline void transform_weights(const Correlation& g, const float* w, float* u, Index u_step) {
  parallel_for(g.out_channels, 8, [&](Index begin, Index end) {
    const FlushDenormals scope;
    transform_weight_rows(g.in_channels, begin, end, w, u, u_step);
  });
}

/// Groups of tiles that go through each of the three steps together, so that a matrix of weights
/// is read once for all of them.
class Batch {
 public:
  void clear() { count_ = 0; }
  void add(const Correlation& g, const TileSet& set, Range vectors) {
    if (count_ == groups_.size()) groups_.emplace_back();
    groups_[count_++].tiles.aim(g, set, vectors);
  }

  void run(const Correlation& g, const float* x, const float* u, Index u_step,
           const Conv2dEpilogue<float>& epilogue, float* y) {
    const Range ins = place(true), outs = place(false);
    float* v = input_memory_(ins.end);
    float* m = product_memory_(outs.end);
    for_channels(ins.begin, true, [&](const Group& group, Range channels) {
      transform_inputs(g, group.tiles, x, channels, v + group.inputs);
    });
    parallel_for(products, 1, [&](Index e, Index) {
      const FlushDenormals scope;
      for (const Group& group : groups())
        multiply(g, group.tiles, u + e * u_step, v + group.inputs + e * group.next(true),
                 m + group.products + e * group.next(false));
    });
    for_channels(outs.begin, false, [&](const Group& group, Range channels) {
      transform_outputs(g, group.tiles, channels, m + group.products, epilogue, y);
    });
  }

 private:
  struct Group {
    TileGroup tiles;
    Index inputs, products;  // where they are in the memory of the batch

    Index channels(bool in) const { return (in ? tiles.set->ins : tiles.set->outs).count; }
    Index next(bool in) const { return product_step(channels(in), tiles.vectors * Floats::width); }
  };
  std::span<Group> groups() { return {groups_.data(), count_}; }

  /// Gives each group its place; the most channels of any, and the floats of all.
  Range place(bool in) {
    Range result;
    for (Group& group : groups()) {
      (in ? group.inputs : group.products) = result.end;
      result.begin = std::max(result.begin, group.channels(in));
      result.end += products * group.next(in);
    }
    return result;
  }

  /// `step` for some of at most `most` channels of each group.
  template <class Step>
  void for_channels(Index most, bool in, const Step& step) {
    constexpr Index grain = 16;
    const Index pieces = (most + grain - 1) / grain;
    const auto all = groups();
    parallel_for(pieces * std::ssize(all), 1, [&](Index task, Index) {
      const FlushDenormals scope;
      const Group& group = all[static_cast<std::size_t>(task / pieces)];
      const Index first = task % pieces * grain;
      step(group, {first, std::min(group.channels(in), first + grain)});
    });
  }

  std::vector<Group> groups_;  // The first count_ of them; their memory stays from call to call.
  std::size_t count_ = 0;
  Scratch<float> input_memory_, product_memory_;
};

/// How the tiles of a call are cut into batches, and these into groups. It follows from sizes and
/// lists alone.
class BatchPlan {
 public:
  void aim(const Correlation& g, const Conv2dOptions<float>& options) {
    sets_.aim(g, options);
    pieces_.clear(), starts_.clear();
    const Index weights = products * g.out_channels * g.in_channels;
    weights_stay_ = weights < 250000;  // in L2
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
  struct Piece {
    const TileSet* set;
    Range vectors;
  };
  TileSets sets_;
  std::vector<Piece> pieces_;
  std::vector<Index> starts_;  // of each batch, in pieces_
  bool weights_stay_ = true;
};

/// y = epilogue(correlation of x and w).
inline void conv2d(const Correlation& g, const float* x, const float* w, float* y,
                   const Conv2dOptions<float>& options) {
  Storage<float> made;  // From the pool, and back to it: it may be large.
  const float* u = options.winograd_weights;
  Index u_step = g.out_channels * g.in_channels;
  if (!u) {
    u_step = product_step(g.out_channels, g.in_channels);
    made = Storage<float>(static_cast<std::size_t>(products * u_step));
    transform_weights(g, w, made.data(), u_step);
    u = made.data();
  }
  thread_local BatchPlan plan_memory;
  BatchPlan& plan = plan_memory;
  plan.aim(g, options);
  parallel_for(plan.count(), plan.grain(), [&](Index begin, Index end) {
    thread_local Batch batch_memory;
    Batch& batch = batch_memory;
    for (Index b = begin; b < end; ++b) {
      plan.fill(g, b, batch);
      batch.run(g, x, u, u_step, options.epilogue, y);
    }
  });
}

}  // namespace winograd
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
