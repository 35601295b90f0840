// Spare pixels: the last few pixels of a map, which would leave most lanes of a vector idle: the
// 49th of 7 x 7, the last four of 14 x 14.
//
// What such a pixel reads is gathered into one column. Its outputs are dot products of that column
// with rows of weights, whose lanes are the input channels and taps. The pixels of several frames
// are taken together, so that each row of weights is read once for all of them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/conv2d_options.hpp>
#include <adafuse/kernels/correlation.hpp>
#include <adafuse/kernels/dot_products.hpp>
#include <adafuse/kernels/scratch.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {

/// How many pixels of a map of `pixels` are spare: up to a quarter of a vector after full ones.
constexpr Index spare_pixels(Index pixels) {
  const Index rest = pixels % Floats::width;
  return pixels > Floats::width && rest <= Floats::width / 4 ? rest : 0;
}

/// The spare pixels of all frames of one call.
class SparePixels {
 public:
  SparePixels(const Correlation& g, const Conv2dOptions<float>& options)
      : g_(g), options_(options), count_(spare_pixels(g.out_pixels())) {}

  /// Their columns, [groups][frames][pixels][depth]; channels that do not live count as zeros. They
  /// hold until this thread gathers again.
  void gather(const float* x) {
    if (count_ == 0) return;
    thread_local Scratch<float> memory;
    columns_ = memory(g_.groups * pixels() * g_.depth());
    parallel_for(g_.groups * g_.batch, 4, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) gather(x, i / g_.batch, i % g_.batch);
    });
  }

  /// y = epilogue(the sums) for part `part_number` of `parts` of the output channels of a group.
  void finish(const float* w, float* y, Index group, Index parts, Index part_number) const {
    if (count_ == 0) return;
    if (pixels() == 1) return finish<1>(w, y, group, part(g_.outs(), parts, part_number));
    if (pixels() == 2) return finish<2>(w, y, group, part(g_.outs(), parts, part_number));
    finish<4>(w, y, group, part(g_.outs(), parts, part_number));
  }

 private:
  Index pixels() const { return g_.batch * count_; }
  const float* column(Index group, Index pixel) const {
    return columns_ + (group * pixels() + pixel) * g_.depth();
  }
  ChannelList ins_of(Index group, Index frame) const {
    return ChannelList::of_group(options_.in_of(frame), group * g_.ins(), g_.ins());
  }

  void gather(const float* x, Index group, Index frame) const {
    const auto ins = ins_of(group, frame);
    float* column = columns_ + (group * pixels() + frame * count_) * g_.depth();
    std::fill_n(column, count_ * g_.depth(), 0.0f);
    for (Index pixel = g_.out_pixels() - count_; pixel < g_.out_pixels();
         ++pixel, column += g_.depth()) {
      const Index i = pixel / g_.out_width, j = pixel % g_.out_width;
      const Range p = inside(g_.row(i, 0), g_.dilation_height, g_.in_height, g_.kernel_height),
                  q = inside(g_.column(j, 0), g_.dilation_width, g_.in_width, g_.kernel_width);
      const Index across = g_.dilation_width, down = g_.dilation_height * g_.in_width;
      for (Index c = 0; c < ins.count; ++c) {
        const float* from = x + (frame * g_.in_channels + ins[c]) * g_.in_pixels() +
                            g_.row(i, 0) * g_.in_width + g_.column(j, 0);
        float* const taps = column + (ins[c] - group * g_.ins()) * g_.taps();
        for (Index k = p.begin; k < p.end; ++k)
          for (Index l = q.begin; l < q.end; ++l)
            taps[k * g_.kernel_width + l] = from[k * down + l * across];
      }
    }
  }

  /// Who wants an output channel of a few pixels: one bit for each of them.
  using Wanted = std::vector<std::uint8_t>;

  /// `Pixels` at a time, with as many rows of weights as make one vector of sums. The weights of
  /// some channels stay in L2 for all pixels.
  template <int Pixels>
  void finish(const float* w, float* y, Index group, Range channels) const {
    const Index at_once = std::max<Index>(DotProducts<Pixels>::rows, 100000 / g_.depth());
    for (Index o = channels.begin; o < channels.end; o += at_once)
      for (Index pixel = 0; pixel < pixels(); pixel += Pixels)
        finish<Pixels>(w, y, group, {o, std::min(o + at_once, channels.end)}, pixel);
  }

  template <int Pixels>
  void finish(const float* w, float* y, Index group, Range channels, Index first_pixel) const {
    thread_local Wanted wanted;
    thread_local std::vector<Index> rows;
    const Index exist = std::min<Index>(Pixels, pixels() - first_pixel);
    find_rows(group, channels, first_pixel, exist, wanted, rows);
    // The last row and pixel stand in for those that are missing.
    const float* columns[Pixels];
    for (Index s = 0; s < Pixels; ++s)
      columns[s] = column(group, first_pixel + std::min(s, exist - 1));
    const Index first_frame = first_pixel / count_, last_frame = (first_pixel + exist - 1) / count_;
    const auto ins = ins_of(group, first_frame);
    // Of one frame's short list, only what lives is multiplied.
    const bool is_short = first_frame == last_frame && ins.list &&
                          ins.count * round_up(g_.taps()) < round_up(g_.depth());

    constexpr Index at_once = DotProducts<Pixels>::rows;
    for (Index block = 0; block < std::ssize(rows); block += at_once) {
      const Index count = std::min(at_once, std::ssize(rows) - block);
      const auto channel = [&](Index r) {
        return group * g_.outs() + rows[static_cast<std::size_t>(block + std::min(r, count - 1))];
      };
      const float* weights[at_once];
      for (Index r = 0; r < at_once; ++r) weights[r] = w + channel(r) * g_.depth();
      DotProducts<Pixels> products(weights, columns);
      if (is_short)
        for (Index c = 0; c < ins.count; ++c) {
          const Index at = (ins[c] - ins.first) * g_.taps();
          products.add(at, at + g_.taps());
        }
      else
        products.add(0, g_.depth());
      float sums[Floats::width];
      products.finish().store(sums);
      for (Index r = 0; r < count; ++r)
        for (Index s = 0; s < exist; ++s) {
          if (!(wanted[static_cast<std::size_t>(channel(r) - group * g_.outs() - channels.begin)] >>
                    s &
                1))
            continue;
          const Index pixel = first_pixel + s;
          const Index at = (pixel / count_ * g_.out_channels + channel(r) + 1) * g_.out_pixels() -
                           count_ + pixel % count_;
          y[at] = options_.epilogue(sums[r * Pixels + s], channel(r), at);
        }
    }
  }

  static Index round_up(Index n) { return (n + Floats::width - 1) / Floats::width * Floats::width; }

  /// The output channels of `channels` that some of `exist` pixels want, counted from the first of
  /// the group; `wanted` [channels] tells which.
  void find_rows(Index group, Range channels, Index first_pixel, Index exist, Wanted& wanted,
                 std::vector<Index>& rows) const {
    wanted.assign(static_cast<std::size_t>(channels.size()), 0);
    for (Index s = 0; s < exist; ++s) {
      const auto outs = ChannelList::of_group(options_.out_of((first_pixel + s) / count_),
                                              group * g_.outs() + channels.begin, channels.size());
      for (Index i = 0; i < outs.count; ++i)
        wanted[static_cast<std::size_t>(outs[i] - outs.first)] |=
            static_cast<std::uint8_t>(1u << s);
    }
    rows.clear();
    for (Index c = channels.begin; c < channels.end; ++c)
      if (wanted[static_cast<std::size_t>(c - channels.begin)]) rows.push_back(c);
  }

  const Correlation& g_;
  const Conv2dOptions<float>& options_;
  Index count_;  // of a frame
  float* columns_ = nullptr;
};

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
