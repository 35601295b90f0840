// Backward data of a convolution that halves its image: 3x3 with padding 1, or 1x1, at stride 2.
//
// The pixels of dx fall into 2 x 2 phases (see data.hpp), and there is one of each
// phase for every pixel of dy. A tap reads dy at that pixel or next to it, so that one loaded
// vector serves taps of all phases: a tile keeps the sums of all phases of a few channels, and zips
// them into rows of dx as it stores them. Nothing is interleaved afterwards.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/caches.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/microkernel.hpp>
#include <adafuse/kernels/conv2d/shared/lanes_inside.hpp>
#include <array>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace backward_data_halved {

inline bool fits(const Conv2dGeometry& g) {
  return (g.kernel_height == 1 || g.kernel_height == 3) && g.kernel_width == g.kernel_height &&
         g.stride_height == 2 && g.stride_width == 2 && g.dilation_height == 1 &&
         g.dilation_width == 1 && g.padding_height == g.kernel_height / 2 &&
         g.padding_width == g.kernel_width / 2 && g.groups == 1;
}

/// Where it is faster than phases that are interleaved: with many channels, sums of one phase over
/// more pixels at a time read the weights less often.
inline bool pays(const Conv2dGeometry& g) {
  return g.out_channels <= (g.kernel_height == 1 ? 64 : 256);
}

/// Along one axis tap p of `Kernel` adds dy(i + shift) to dx(2 i + phase).
template <int Kernel>
struct Taps {
  static constexpr int padding = Kernel / 2;
  static constexpr int phases = Kernel == 1 ? 1 : 2, shifts = phases;  // that any tap has
  static constexpr int phase(int p) { return (p + padding) % 2; }
  static constexpr int shift(int p) { return (phase(p) + padding - p) / 2; }
};

/// Channels of dx and vectors of pixels of dy whose sums, of all phases, a tile keeps in registers.
template <int Kernel>
inline constexpr int rows_at_once = Kernel == 1 ? 8 : 3;
inline constexpr int vectors_at_once = simd_registers / 16;

/// Where lanes of two zipped phases go: to one row of dx, and as many to the row below it.
struct HalvedSegment {
  Index offset;  // in a plane of dx, of lane 0
  Mask lanes;
  bool has_below;
};

/// What is the same for all frames and channels: of each vector of pixels of dy, which lanes find
/// what they read inside of the image, and where the sums go.
struct HalvedLayout {
  Index vectors = 0;                    // of a plane of dy
  std::vector<Mask> inside;             // [vectors][shifts of rows][shifts of columns]
  std::vector<HalvedSegment> segments;  // of the first and second half of each vector, once zipped
  std::vector<std::size_t> begin;       // in segments, [vectors][2], and the end

  HalvedLayout(const Conv2dGeometry& g, Index shifts) {
    constexpr Index width = Floats::width;
    const Index rows = g.out_height(), columns = g.out_width();
    vectors = (rows * columns + width - 1) / width;
    // As many outputs as dy has pixels, of which the last read beyond it.
    Correlation reads = forward_correlation({.in_height = rows + shifts - 1,
                                             .in_width = columns + shifts - 1,
                                             .kernel_height = shifts,
                                             .kernel_width = shifts});
    reads.in_height = rows, reads.in_width = columns;
    LanesInside lanes;
    for (Index v = 0; v < vectors; ++v) {
      lanes.set_vector(reads, v);
      for (Index i = 0; i < shifts; ++i)
        for (Index j = 0; j < shifts; ++j) inside.push_back(lanes(i, j));
    }
    for (Index half = 0; half < 2 * vectors; ++half) {
      begin.push_back(segments.size());
      // The pixels [first, last) of dy: lane 0 holds what is made of the first.
      const Index first = half * width / 2, last = std::min(first + width / 2, rows * columns);
      for (Index pixel = first; pixel < last;) {
        const Index i = pixel / columns, j = pixel % columns,
                    count = std::min(columns - j, last - pixel), lane = 2 * (pixel - first);
        segments.push_back({2 * i * g.in_width + 2 * j - lane,
                            lane_range(lane, lane + std::min(2 * count, g.in_width - 2 * j)),
                            2 * i + 1 < g.in_height});
        pixel += count;
      }
    }
    begin.push_back(segments.size());
  }
};

/// A few channels of dx and a few vectors of pixels of dy, each of any frame.
struct HalvedTile {
  std::array<const float*, 8> weights;  // of each channel, [outs][taps]
  struct Place {
    const float* dy;            // of the first channel
    const Mask* inside;         // [shifts of rows][shifts of columns]
    const std::size_t* bounds;  // in segments: of the first half, of the second, end
    float* dx;                  // the plane of the first channel
  };
  std::array<Place, vectors_at_once> places;
};

/// Asks for the lines of dx that a tile writes.
[[gnu::noinline]] inline void fetch_outputs(const Conv2dGeometry& g, const HalvedLayout& layout,
                                            const HalvedTile& tile, int rows, int vectors) {
  for (std::size_t v = 0; v < static_cast<std::size_t>(vectors); ++v) {
    const auto& place = tile.places[v];
    for (std::size_t s = place.bounds[0]; s < place.bounds[2]; ++s)
      for (int r = 0; r < rows; ++r) {
        const float* to = place.dx + r * g.in_pixels() + layout.segments[s].offset;
        __builtin_prefetch(to, 1), __builtin_prefetch(to + g.in_width, 1);
      }
  }
}

/// Zips the sums of a tile, [rows][phases][phases][vectors], into dx.
template <int Kernel>
[[gnu::noinline]] void store_zipped(const Conv2dGeometry& g, const HalvedLayout& layout,
                                    const HalvedTile& tile, const float* sums, int rows,
                                    int vectors) {
  constexpr int phases = Taps<Kernel>::phases;
  for (int v = 0; v < vectors; ++v) {
    const auto& place = tile.places[static_cast<std::size_t>(v)];
    const auto sum = [&](int r, int a, int b) {
      if (a >= phases || b >= phases) return Floats::zero();
      return Floats::load(sums + (((r * phases + a) * phases + b) * vectors + v) * Floats::width);
    };
    for (int r = 0; r < rows; ++r)
      for (int a = 0; a < 2; ++a) {
        Floats halves[2] = {sum(r, a, 0), sum(r, a, 1)};
        zip(halves[0], halves[1]);
        float* const to = place.dx + r * g.in_pixels() + a * g.in_width;
#pragma GCC unroll 2
        for (int h = 0; h < 2; ++h)
          for (std::size_t s = place.bounds[h]; s < place.bounds[h + 1]; ++s) {
            const HalvedSegment& segment = layout.segments[s];
            if (a == 0 || segment.has_below) halves[h].store(to + segment.offset, segment.lanes);
          }
      }
  }
}

template <int Kernel, int Rows, int Vectors>
[[gnu::noinline]] void compute(const Conv2dGeometry& g, const HalvedLayout& layout,
                               const HalvedTile& tile) {
  using T = Taps<Kernel>;
  constexpr int phases = T::phases, shifts = T::shifts;
  Floats sums[Bound{Rows}][Bound{phases}][Bound{phases}][Bound{Vectors}];
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
    for (int a = 0; a < phases; ++a)
#pragma GCC unroll 2
      for (int b = 0; b < phases; ++b)
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) sums[r][a][b][v] = Floats::zero();
  fetch_outputs(g, layout, tile, Rows, Vectors);  // while the sums are made
  const Index pitch = g.out_width(), plane = g.out_pixels();
  for (Index o = 0, at = 0; o < g.out_channels; ++o, at += plane)
#pragma GCC unroll 2
    for (int i = 0; i < shifts; ++i)
#pragma GCC unroll 2
      for (int j = 0; j < shifts; ++j) {
        Floats pixels[Bound{Vectors}];
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) {
          const auto& place = tile.places[static_cast<std::size_t>(v)];
          pixels[v] = Floats::load(place.dy + at + i * pitch + j, place.inside[i * shifts + j]);
          keep_in_register(pixels[v]);
        }
#pragma GCC unroll 3
        for (int p = 0; p < Kernel; ++p)
#pragma GCC unroll 3
          for (int q = 0; q < Kernel; ++q) {
            if (T::shift(p) != i || T::shift(q) != j) continue;
#pragma GCC unroll 8
            for (int r = 0; r < Rows; ++r) {
              const Floats weight = Floats::broadcast(
                  tile.weights[static_cast<std::size_t>(r)][(o * Kernel + p) * Kernel + q]);
#pragma GCC unroll 2
              for (int v = 0; v < Vectors; ++v) {
                Floats& sum = sums[r][T::phase(p)][T::phase(q)][v];
                sum = fma(weight, pixels[v], sum);
              }
            }
          }
      }
  alignas(64) float kept[Bound{Rows * phases * phases * Vectors * Floats::width}];
  float* to = kept;
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 2
    for (int a = 0; a < phases; ++a)
#pragma GCC unroll 2
      for (int b = 0; b < phases; ++b)
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v, to += Floats::width) sums[r][a][b][v].store(to);
  store_zipped<Kernel>(g, layout, tile, kept, Rows, Vectors);
}

/// dx, for weights [ins][outs][taps].
template <int Kernel>
void input_gradient(const Conv2dGeometry& g, const float* dy, const float* weights, float* dx) {
  constexpr Index rows = rows_at_once<Kernel>, enough_tasks = 16;
  constexpr int shifts = Taps<Kernel>::shifts;
  const HalvedLayout layout(g, shifts);
  // Frames of dy that stay in L1 while all channels of dx are made of them, at least one.
  const Index at_once = std::clamp<Index>(
                  Caches::here().l1 * 2 / 3 / (g.out_channels * g.out_pixels()), 1, g.batch),
              groups = (g.batch + at_once - 1) / at_once;
  const Index chunks = (g.in_channels + rows - 1) / rows,
              parts = std::clamp<Index>(enough_tasks / groups, 1, chunks);
  const Work work = Work::multiply_adds(g.batch * g.macs()) / (groups * parts);
  parallel_for(groups * parts, 1, work, [&](Index task, Index) {
    const FlushDenormals scope;
    const Range frames = part(g.batch, groups, task / parts),
                some = part(chunks, parts, task % parts);
    const Index vectors = frames.size() * layout.vectors;
    for (Index chunk = some.begin; chunk < some.end; ++chunk) {
      const Range channels = part(g.in_channels, chunks, chunk);
      HalvedTile tile{};
      for (Index c = channels.begin; c < channels.end; ++c)
        tile.weights[static_cast<std::size_t>(c - channels.begin)] =
            weights + c * g.out_channels * g.taps();
      for (Index k = 0; k < vectors; k += vectors_at_once) {
        const Index count = std::min<Index>(vectors_at_once, vectors - k);
        for (Index v = 0; v < count; ++v) {
          const Index n = frames.begin + (k + v) / layout.vectors, of = (k + v) % layout.vectors;
          tile.places[static_cast<std::size_t>(v)] = {
              dy + n * g.out_channels * g.out_pixels() + of * Floats::width,
              layout.inside.data() + of * shifts * shifts, layout.begin.data() + 2 * of,
              dx + (n * g.in_channels + channels.begin) * g.in_pixels()};
        }
        for_tile_size<rows, vectors_at_once>(
            static_cast<int>(channels.size()), static_cast<int>(count),
            [&]<int Rows, int Vectors>() { compute<Kernel, Rows, Vectors>(g, layout, tile); });
      }
    }
  });
}

}  // namespace backward_data_halved
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
