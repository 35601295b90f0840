// Spare pixels: the last few pixels of a map, which would leave most lanes of a vector idle: the
// 49th of 7 x 7, the last four of 14 x 14.
//
// What such a pixel reads is gathered into one column. Its outputs are dot products of that column
// with rows of weights, whose lanes are the input channels and taps.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/conv2d_options.hpp>
#include <adafuse/kernels/correlation.hpp>
#include <adafuse/kernels/scratch.hpp>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {

/// How many pixels of a map of `pixels` are spare: up to a quarter of a vector after full ones.
constexpr Index spare_pixels(Index pixels) {
  const Index rest = pixels % Floats::width;
  return pixels > Floats::width && rest <= Floats::width / 4 ? rest : 0;
}

/// The spare pixels of one frame and group: none, until they are gathered.
class SparePixels {
 public:
  /// Columns of pixels [first, out_pixels) of the frame `x` [in_channels, in_pixels]; channels that
  /// do not live count as zeros. They hold until this thread gathers again.
  void gather(const Correlation& g, const float* x, Index group, const ChannelList& ins,
              Index first) {
    thread_local Scratch<float> memory;
    first_ = first, ins_ = ins;
    count_ = g.out_pixels() - first;
    columns_ = memory(count_ * g.depth());
    std::fill_n(columns_, count_ * g.depth(), 0.0f);
    for (Index s = 0; s < count_; ++s) {
      const Index i = (first + s) / g.out_width, j = (first + s) % g.out_width;
      const Range p = inside(g.row(i, 0), g.dilation_height, g.in_height, g.kernel_height),
                  q = inside(g.column(j, 0), g.dilation_width, g.in_width, g.kernel_width);
      for (Index c = 0; c < ins.count; ++c) {
        const float* plane = x + ins[c] * g.in_pixels();
        float* const taps = columns_ + s * g.depth() + (ins[c] - group * g.ins()) * g.taps();
        for (Index k = p.begin; k < p.end; ++k)
          for (Index l = q.begin; l < q.end; ++l)
            taps[k * g.kernel_width + l] = plane[g.row(i, k) * g.in_width + g.column(j, l)];
      }
    }
  }

  /// y = epilogue(the sums) for output channels [begin, end) of the list.
  void finish(const Correlation& g, const Conv2dEpilogue<float>& epilogue, const float* w, float* y,
              Index n, const ChannelList& outs, Index begin, Index end) const {
    if (count_ == 1) finish<1>(g, epilogue, w, y, n, outs, begin, end);
    if (count_ == 2) finish<2>(g, epilogue, w, y, n, outs, begin, end);
    if (count_ >= 3) finish<4>(g, epilogue, w, y, n, outs, begin, end);
  }

 private:
  /// `Pixels` at a time, with as many rows of weights as make one vector of sums; the last row and
  /// pixel stand in for those that are missing.
  template <int Pixels>
  void finish(const Correlation& g, const Conv2dEpilogue<float>& epilogue, const float* w, float* y,
              Index n, const ChannelList& outs, Index begin, Index end) const {
    constexpr Index rows = Floats::width / Pixels;
    const float* columns[Pixels];
    for (Index s = 0; s < Pixels; ++s) columns[s] = columns_ + std::min(s, count_ - 1) * g.depth();
    for (Index block = begin; block < end; block += rows) {
      const float* weights[rows];
      for (Index r = 0; r < rows; ++r)
        weights[r] = w + outs[std::min(block + r, end - 1)] * g.depth();
      float sums[Floats::width];
      dots<rows, Pixels>(weights, columns, g).store(sums);
      for (Index r = 0; r < std::min(rows, end - block); ++r) {
        const Index channel = outs[block + r];
        const Index at = (n * g.out_channels + channel) * g.out_pixels() + first_;
        for (Index s = 0; s < count_; ++s)
          y[at + s] = epilogue(sums[r * Pixels + s], channel, at + s);
      }
    }
  }

  /// weights[r] . columns[s] in lane r * Pixels + s. Of a short list, only what lives is
  /// multiplied.
  template <int Rows, int Pixels>
  Floats dots(const float* const (&weights)[Rows], const float* const (&columns)[Pixels],
              const Correlation& g) const {
    Floats sums[Floats::width];
#pragma GCC unroll 16
    for (Floats& s : sums) s = Floats::zero();
    const auto add = [&](const auto& load) __attribute__((always_inline)) {
      Floats pixels[Pixels];
#pragma GCC unroll 4
      for (int s = 0; s < Pixels; ++s) pixels[s] = load(columns[s]);
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r) {
        const Floats weight = load(weights[r]);
#pragma GCC unroll 4
        for (int s = 0; s < Pixels; ++s)
          sums[r * Pixels + s] = fma(weight, pixels[s], sums[r * Pixels + s]);
      }
    };
    const auto add_run = [&](Index begin, Index end) {
      Index k = begin;
      for (; k + Floats::width <= end; k += Floats::width)
        add([&](const float* from) { return Floats::load(from + k); });
      if (k < end)
        add([&, rest = first_lanes(end - k)](const float* from) {
          return Floats::load(from + k, rest);
        });
    };
    const Index vectors_of_channel = (g.taps() + Floats::width - 1) / Floats::width;
    if (ins_.list && ins_.count * vectors_of_channel * Floats::width < g.depth())
      for (Index c = 0; c < ins_.count; ++c) {
        const Index at = (ins_[c] - ins_.first) * g.taps();
        add_run(at, at + g.taps());
      }
    else
      add_run(0, g.depth());
    transpose(sums);  // Now to be added vector by vector.
    for (int step = Floats::width / 2; step > 0; step /= 2)
#pragma GCC unroll 8
      for (int i = 0; i < step; ++i) sums[i] = sums[i] + sums[i + step];
    return sums[0];
  }

  float* columns_ = nullptr;  // [count][depth]
  Index first_ = 0, count_ = 0;
  ChannelList ins_{};
};

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
