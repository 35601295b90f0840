// Depthwise convolution: each channel has a kernel of its own, so there is nothing to share between
// channels. Lanes are the pixels of an output row; what lies outside of the image is masked.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/strided_lanes.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <adafuse/kernels/conv2d/shared/work.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace depthwise {

inline bool fits(const Correlation& g) {
  return g.groups == g.in_channels && g.groups == g.out_channels && g.stride_width <= 2;
}

/// Rows of outputs that are computed together.
inline constexpr int rows_at_once = 4;

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

/// What the rows of outputs from `i` on, at columns of one vector, read: each row of the image is
/// loaded once, through the taps of a kernel row, and serves all rows of outputs that it meets.
/// Calls use(k, p, pixels[Columns]) where output row i + k meets it through kernel row p.
template <int Stride, int Rows, int Columns, class Use>
[[gnu::always_inline]] inline void for_rows(const Correlation& g, const float* image, Index i,
                                            Index j, const StridedLanes (&lanes)[Bound{Columns}],
                                            const Use& use) {
  const Index first = g.row(i, 0);
  const float* row = image + first * g.in_width + g.column(j, 0);
#pragma GCC unroll 16
  for (int r = 0; r < (rows_at_once - 1) * Stride + Rows; ++r, row += g.in_width) {
    if (first + r < 0 || first + r >= g.in_height) continue;
    for (int line = 0; line < Stride; ++line)  // The next plane: by then it has come from memory.
      __builtin_prefetch(row + g.in_pixels() + line * Floats::width, 0, 2);
    Floats pixels[Bound{Columns}];
#pragma GCC unroll 4
    for (int q = 0; q < Columns; ++q)
      pixels[q] = lanes[q].template load<Stride>(row + q * g.dilation_width);
#pragma GCC unroll 4
    for (int k = 0; k < rows_at_once; ++k)
      if (0 <= r - k * Stride && r - k * Stride < Rows) use(k, r - k * Stride, pixels);
  }
}

/// The epilogue of one channel.
struct PlaneEpilogue {
  Floats scale, shift;
  const float* residual;  // of the plane, or null
  EpilogueParts parts;

  PlaneEpilogue(const Conv2dEpilogue<float>& e, Index channel, Index first)
      : scale(Floats::broadcast(e.scale ? e.scale[channel] : 1)),
        shift(Floats::broadcast(e.shift ? e.shift[channel] : 0)),
        residual(e.residual ? e.residual + first : nullptr),
        parts(e.parts()) {}

  void store(Floats sums, Mask exist, Index at, float* y) const {
    apply_epilogue(
        parts, [&](const auto& body) { body(sums); }, [&] { return scale; }, [&] { return shift; },
        [&] { return Floats::load(residual + at, exist); });
    sums.store(y + at, exist);
  }
};

/// One plane of y for a kernel of a size that is known: its weights stay in registers.
template <int Stride, int Rows, int Columns>
void correlate_plane(const Correlation& g, const Inside& in, const float* image,
                     const float* kernel, const PlaneEpilogue& epilogue, float* y) {
  Floats weights[Bound{Rows}][Bound{Columns}];
  for (int p = 0; p < Rows; ++p)
    for (int q = 0; q < Columns; ++q) weights[p][q] = Floats::broadcast(kernel[p * Columns + q]);
  const StridedLanes* inside_lanes = in.lanes.data();
  for (Index j = 0; j < g.out_width; j += Floats::width, inside_lanes += Columns) {
    StridedLanes lanes[Bound{Columns}];
    std::copy_n(inside_lanes, Columns, lanes);
    const Mask exist = first_lanes(g.out_width - j);
    for (Index i = 0; i < g.out_height; i += rows_at_once) {
      Floats sums[rows_at_once];
#pragma GCC unroll 4
      for (Floats& row : sums) row = Floats::zero();
      for_rows<Stride, Rows, Columns>(
          g, image, i, j, lanes,
          [&](int k, int p, const Floats(&pixels)[Bound{Columns}]) __attribute__((always_inline)) {
#pragma GCC unroll 4
            for (int q = 0; q < Columns; ++q) sums[k] = fma(weights[p][q], pixels[q], sums[k]);
          });
      const Index rows = std::min<Index>(rows_at_once, g.out_height - i);
#pragma GCC unroll 4
      for (int k = 0; k < rows_at_once; ++k)
        if (k < rows) epilogue.store(sums[k], exist, (i + k) * g.out_width + j, y);
    }
  }
}

/// The same for any size and dilation.
template <int Stride>
void correlate_any(const Correlation& g, const Inside& in, const float* image, const float* kernel,
                   const PlaneEpilogue& epilogue, float* y) {
  const StridedLanes* inside_lanes = in.lanes.data();
  for (Index j = 0; j < g.out_width; j += Floats::width, inside_lanes += g.kernel_width)
    for (Index i = 0; i < g.out_height; ++i) {
      const Range rows = in.kernel_rows[static_cast<std::size_t>(i)];
      Floats sums = Floats::zero();
      for (Index p = rows.begin; p < rows.end; ++p) {
        const float* pixels = image + g.row(i, p) * g.in_width + g.column(j, 0);
        for (Index q = 0; q < g.kernel_width; ++q)
          sums = fma(Floats::broadcast(kernel[p * g.kernel_width + q]),
                     inside_lanes[q].load<Stride>(pixels + q * g.dilation_width), sums);
      }
      epilogue.store(sums, first_lanes(g.out_width - j), i * g.out_width + j, y);
    }
}

using PlaneKernel = void (*)(const Correlation&, const Inside&, const float*, const float*,
                             const PlaneEpilogue&, float*);

/// 3x3, and what is left of it in the phases of a strided backward pass, have kernels of their own.
template <int Stride>
PlaneKernel plane_kernel(const Correlation& g) {
  const auto is = [&](Index height, Index width) {
    return g.dilation_height == 1 && g.stride_height == Stride && g.kernel_height == height &&
           g.kernel_width == width;
  };
  if (is(3, 3)) return correlate_plane<Stride, 3, 3>;
  if constexpr (Stride == 1) {
    if (is(2, 2)) return correlate_plane<1, 2, 2>;
    if (is(2, 1)) return correlate_plane<1, 2, 1>;
    if (is(1, 2)) return correlate_plane<1, 1, 2>;
    if (is(1, 1)) return correlate_plane<1, 1, 1>;
  }
  return correlate_any<Stride>;
}

/// y = epilogue(correlation of x and w), w [channels, 1, kernel_height, kernel_width]. A dead input
/// channel is the same channel of the output: its sum is 0.
inline void correlate(const Correlation& g, const float* x, const float* w, float* y,
                      const Conv2dOptions<float>& options) {
  Correlation no_image = g;
  no_image.in_height = 0;
  const Inside in(g), nothing(no_image);
  const PlaneKernel correlate_one = g.stride_width == 1 ? plane_kernel<1>(g) : plane_kernel<2>(g);
  parallel_for(g.batch, 1, conv2d_work(g, options) / g.batch, [&](Index n, Index) {
    const auto outs = ChannelList::of_group(options.out_of(n), 0, g.out_channels);
    const auto ins = options.in_of(n);
    const Index products = g.out_pixels() * g.taps();
    parallel_for(outs.count, 1 + 65536 / products, Work::multiply_adds(products),
                 [&](Index begin, Index end) {
                   const FlushDenormals scope;
                   for (Index k = begin; k < end; ++k) {
                     const Index c = outs[k], plane = n * g.out_channels + c;
                     const bool is_live = ins.holds(c);
                     const PlaneEpilogue epilogue(options.epilogue, c, plane * g.out_pixels());
                     float* const target = y + plane * g.out_pixels();
                     if (is_live)
                       correlate_one(g, in, x + plane * g.in_pixels(), w + c * g.taps(), epilogue,
                                     target);
                     else
                       correlate_any<1>(no_image, nothing, x, w, epilogue, target);
                   }
                 });
  });
}

/// Adds dy * x of columns [begin, end) of one plane of outputs to the sums of its kernel, lane by
/// lane; `begin` is a multiple of the width of a vector.
template <int Stride, int Rows, int Columns>
void add_products(const Correlation& g, const Inside& in, const float* image, const float* dy,
                  Index begin, Index end, Floats* all_sums) {
  Floats sums[Bound{Rows}][Bound{Columns}];
  for (int p = 0; p < Rows; ++p)
    for (int q = 0; q < Columns; ++q) sums[p][q] = all_sums[p * Columns + q];
  const StridedLanes* inside_lanes = in.lanes.data() + begin / Floats::width * Columns;
  for (Index j = begin; j < end; j += Floats::width, inside_lanes += Columns) {
    StridedLanes lanes[Bound{Columns}];
    std::copy_n(inside_lanes, Columns, lanes);
    const Mask exist = first_lanes(g.out_width - j);
    for (Index i = 0; i < g.out_height; i += rows_at_once) {
      Floats d[rows_at_once];
#pragma GCC unroll 4
      for (int k = 0; k < rows_at_once; ++k)
        d[k] = i + k < g.out_height ? Floats::load(dy + (i + k) * g.out_width + j, exist)
                                    : Floats::zero();
      for_rows<Stride, Rows, Columns>(
          g, image, i, j, lanes,
          [&](int k, int p, const Floats(&pixels)[Bound{Columns}]) __attribute__((always_inline)) {
#pragma GCC unroll 4
            for (int q = 0; q < Columns; ++q) sums[p][q] = fma(d[k], pixels[q], sums[p][q]);
          });
    }
  }
  for (int p = 0; p < Rows; ++p)
    for (int q = 0; q < Columns; ++q) all_sums[p * Columns + q] = sums[p][q];
}

/// The same for any size and dilation.
template <int Stride>
void add_products_any(const Correlation& g, const Inside& in, const float* image, const float* dy,
                      Index begin, Index end, Floats* sums) {
  const StridedLanes* inside_lanes = in.lanes.data() + begin / Floats::width * g.kernel_width;
  for (Index j = begin; j < end; j += Floats::width, inside_lanes += g.kernel_width)
    for (Index i = 0; i < g.out_height; ++i) {
      const Range rows = in.kernel_rows[static_cast<std::size_t>(i)];
      const Floats d = Floats::load(dy + i * g.out_width + j, first_lanes(g.out_width - j));
      for (Index p = rows.begin; p < rows.end; ++p) {
        const float* pixels = image + g.row(i, p) * g.in_width + g.column(j, 0);
        for (Index q = 0; q < g.kernel_width; ++q) {
          Floats& total = sums[p * g.kernel_width + q];
          total = fma(d, inside_lanes[q].load<Stride>(pixels + q * g.dilation_width), total);
        }
      }
    }
}

/// dw [channels, 1, kernel_height, kernel_width] of the forward correlation `g`.
inline void weight_gradient(const Correlation& g, const float* x, const float* dy, float* dw) {
  const Inside in(g);
  // Lanes add up this many products before their sums are set aside; a plane is cut into columns.
  constexpr Index longest_sum = 1024;
  const Index step = std::max<Index>(1, longest_sum / g.out_height) * Floats::width;
  const Work work = Work::multiply_adds(g.batch * g.out_pixels() * g.taps());
  parallel_for(g.out_channels, 1, work, [&](Index c, Index) {
    const FlushDenormals scope;
    std::vector<Floats> sums(static_cast<std::size_t>(g.taps()), Floats::zero()), whole = sums;
    Index terms = 0;
    const bool square = g.kernel_height == 3 && g.kernel_width == 3 && g.dilation_height == 1 &&
                        g.stride_height == g.stride_width;
    const auto add = g.stride_width == 1 ? (square ? add_products<1, 3, 3> : add_products_any<1>)
                                         : (square ? add_products<2, 3, 3> : add_products_any<2>);
    for (Index n = 0; n < g.batch; ++n) {
      const Index plane = n * g.out_channels + c;
      for (Index j = 0; j < g.out_width; j += step) {
        const Index end = std::min(j + step, g.out_width);
        add(g, in, x + plane * g.in_pixels(), dy + plane * g.out_pixels(), j, end, sums.data());
        terms += (end - j + Floats::width - 1) / Floats::width * g.out_height;
        if (terms < longest_sum) continue;
        for (std::size_t k = 0; k < sums.size(); ++k)
          whole[k] = whole[k] + sums[k], sums[k] = Floats::zero();
        terms = 0;
      }
    }
    std::transform(whole.begin(), whole.end(), sums.begin(), dw + c * g.taps(),
                   [](Floats a, Floats b) { return sum(a + b); });
  });
}

}  // namespace depthwise
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
