// Depthwise convolution: each channel has a kernel of its own, so there is nothing to share between
// channels. Lanes are the pixels of an output row; what lies outside of the image is masked.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/conv2d_options.hpp>
#include <adafuse/kernels/correlation.hpp>
#include <adafuse/kernels/strided_lanes.hpp>
#include <vector>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {
namespace depthwise {

inline bool fits(const Correlation& g) {
  return g.groups == g.in_channels && g.groups == g.out_channels && g.stride_width <= 2;
}

/// What lies inside of the image; the same for all channels, and full of divisions.
struct Inside {
  std::vector<StridedLanes> lanes;  // [vectors of a row][kernel_width]
  std::vector<Range> kernel_rows;   // [out_height]

  explicit Inside(const Correlation& g) {
    for (Index j = 0; j < g.out_width; j += Floats::width)
      for (Index q = 0; q < g.kernel_width; ++q) {
        const Range in = inside(g.column(j, q), g.stride_width, g.in_width,
                                std::min<Index>(Floats::width, g.out_width - j));
        lanes.emplace_back(lane_bits(in.begin, in.end), g.stride_width);
      }
    for (Index i = 0; i < g.out_height; ++i)
      kernel_rows.push_back(inside(g.row(i, 0), g.dilation_height, g.in_height, g.kernel_height));
  }
};

/// One plane of y. `Rows` x `Columns` is the size of the kernel, so that its weights stay in
/// registers, or 0 x 0 for any.
template <int Stride, int Rows, int Columns>
void correlate_plane(const Correlation& g, const Inside& in, const float* x, const float* w,
                     Index channel, Index plane, float* y, const Conv2dEpilogue<float>& epilogue) {
  const Floats scale = Floats::broadcast(epilogue.scale ? epilogue.scale[channel] : 1);
  const Floats shift = Floats::broadcast(epilogue.shift ? epilogue.shift[channel] : 0);
  const Index height = Rows ? Rows : g.kernel_height, width = Columns ? Columns : g.kernel_width;
  const float* image = x + plane * g.in_pixels();
  const float* kernel = w + channel * g.taps();
  const StridedLanes* inside_lanes = in.lanes.data();
  for (Index j = 0; j < g.out_width; j += Floats::width, inside_lanes += width) {
    const Mask exist = first_lanes(g.out_width - j);
    for (Index i = 0; i < g.out_height; ++i) {
      const Range rows = in.kernel_rows[static_cast<std::size_t>(i)];
      Floats total = Floats::zero();
#pragma GCC unroll 3
      for (Index p = 0; p < height; ++p) {
        if (p < rows.begin || p >= rows.end) continue;
        const float* pixels = image + g.row(i, p) * g.in_width + g.column(j, 0);
#pragma GCC unroll 3
        for (Index q = 0; q < width; ++q)
          total = fma(Floats::broadcast(kernel[p * width + q]),
                      inside_lanes[q].load<Stride>(pixels + q * g.dilation_width), total);
      }
      const Index at = plane * g.out_pixels() + i * g.out_width + j;
      total = fma(total, scale, shift);
      if (epilogue.residual) total = total + Floats::load(epilogue.residual + at, exist);
      if (epilogue.relu) total = max(total, Floats::zero());
      total.store(y + at, exist);
    }
  }
}

/// y = epilogue(correlation of x and w), w [channels, 1, kernel_height, kernel_width]. A dead input
/// channel is the same channel of the output: its sum is 0.
inline void conv2d(const Correlation& g, const float* x, const float* w, float* y,
                   const Conv2dOptions<float>& options) {
  Correlation no_image = g;
  no_image.in_height = 0;
  const Inside in(g), nothing(no_image);
  const bool square = g.kernel_height == 3 && g.kernel_width == 3;
  const auto correlate_one = g.stride_width == 1
                                 ? (square ? correlate_plane<1, 3, 3> : correlate_plane<1, 0, 0>)
                                 : (square ? correlate_plane<2, 3, 3> : correlate_plane<2, 0, 0>);
  parallel_for(g.batch, 1, [&](Index n, Index) {
    const auto outs = ChannelList::of_group(options.out_of(n), 0, g.out_channels);
    const auto ins = options.in_of(n);
    parallel_for(outs.count, 1 + 65536 / (g.out_pixels() * g.taps()), [&](Index begin, Index end) {
      const FlushDenormals scope;
      for (Index k = begin; k < end; ++k) {
        const Index c = outs[k], plane = n * g.out_channels + c;
        const bool is_live = ins.all() || std::ranges::binary_search(ins.list(), c);
        correlate_one(g, is_live ? in : nothing, x, w, c, plane, y, options.epilogue);
      }
    });
  });
}

/// Adds dy * x of one plane to the sums of its kernel, lane by lane.
template <int Stride, int Rows, int Columns>
void add_products(const Correlation& g, const Inside& in, const float* image, const float* dy,
                  Floats* sums) {
  const Index height = Rows ? Rows : g.kernel_height, width = Columns ? Columns : g.kernel_width;
  const StridedLanes* inside_lanes = in.lanes.data();
  for (Index j = 0; j < g.out_width; j += Floats::width, inside_lanes += width)
    for (Index p = 0; p < height;
         ++p) {  // A row of the kernel at a time: its sums stay in registers.
      const Range rows = inside(g.row(0, p), g.stride_height, g.in_height, g.out_height);
      const float* pixels = image + g.row(rows.begin, p) * g.in_width + g.column(j, 0);
      const float* gradient = dy + rows.begin * g.out_width + j;
      const Mask exist = first_lanes(g.out_width - j);
      Floats row_sums[Columns ? Columns : 1];
      Floats* totals = Columns ? row_sums : sums + p * width;
#pragma GCC unroll 3
      for (Index q = 0; q < Columns; ++q) row_sums[q] = Floats::zero();
      for (Index i = rows.begin; i < rows.end; ++i) {
        const Floats d = Floats::load(gradient, exist);
#pragma GCC unroll 3
        for (Index q = 0; q < width; ++q)
          totals[q] =
              fma(d, inside_lanes[q].load<Stride>(pixels + q * g.dilation_width), totals[q]);
        pixels += g.stride_height * g.in_width, gradient += g.out_width;
      }
#pragma GCC unroll 3
      for (Index q = 0; q < Columns; ++q) sums[p * width + q] = sums[p * width + q] + row_sums[q];
    }
}

/// dw [channels, 1, kernel_height, kernel_width] of the forward correlation `g`.
inline void conv2d_backward_weights(const Correlation& g, const float* x, const float* dy,
                                    float* dw) {
  const Inside in(g);
  parallel_for(g.out_channels, 1, [&](Index c, Index) {
    const FlushDenormals scope;
    std::vector<Floats> sums(static_cast<std::size_t>(g.taps()), Floats::zero());
    const bool square = g.kernel_height == 3 && g.kernel_width == 3;
    const auto add = g.stride_width == 1 ? (square ? add_products<1, 3, 3> : add_products<1, 0, 0>)
                                         : (square ? add_products<2, 3, 3> : add_products<2, 0, 0>);
    for (Index n = 0; n < g.batch; ++n) {
      const Index plane = n * g.out_channels + c;
      add(g, in, x + plane * g.in_pixels(), dy + plane * g.out_pixels(), sums.data());
    }
    std::ranges::transform(sums, dw + c * g.taps(),
                           [](Floats lane_sums) { return sum(lane_sums); });
  });
}

}  // namespace depthwise
}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
