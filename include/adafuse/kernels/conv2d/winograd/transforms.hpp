// Winograd F(4x4, 3x3): the three small transforms. A tile of 4 x 4 outputs costs 36 products for
// each pair of channels where the definition takes 144.
//
// Y = A' ((G g G') . (B' d B)) A for a kernel g [3, 3] and the 6 x 6 pixels d that the tile reads
// (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015; points 0, 1, -1, 2,
// -2). Everything is vectorised over tiles (weights: over input channels), lane by lane.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace winograd {

inline constexpr Index outputs = 4;  // a tile is outputs x outputs
inline constexpr Index inputs = 6;   // and reads inputs x inputs
inline constexpr Index products = inputs * inputs;

/// B' d: six pixels in a line.
inline void transform_line_in(const Floats (&d)[6], Floats (&out)[6]) {
  const Floats two = Floats::broadcast(2), four = Floats::broadcast(4), five = Floats::broadcast(5);
  const Floats zero = Floats::zero(), minus_four = zero - four, minus_five = zero - five;
  const Floats even = fma(minus_four, d[2], d[4]), odd = fma(minus_four, d[1], d[3]);
  const Floats outer = d[4] - d[2], inner = two * (d[3] - d[1]);
  out[0] = fma(four, d[0], fma(minus_five, d[2], d[4]));
  out[1] = even + odd;
  out[2] = even - odd;
  out[3] = outer + inner;
  out[4] = outer - inner;
  out[5] = fma(four, d[1], fma(minus_five, d[3], d[5]));
}

/// A' m: four outputs in a line.
inline void transform_line_out(const Floats (&m)[6], Floats (&out)[4]) {
  const Floats two = Floats::broadcast(2), four = Floats::broadcast(4),
               eight = Floats::broadcast(8);
  const Floats sum1 = m[1] + m[2], difference1 = m[1] - m[2];
  const Floats sum2 = m[3] + m[4], difference2 = m[3] - m[4];
  out[0] = m[0] + sum1 + sum2;
  out[1] = fma(two, difference2, difference1);
  out[2] = fma(four, sum2, sum1);
  out[3] = fma(eight, difference2, difference1) + m[5];
}

/// G g: three weights in a line.
inline void transform_line_weights(const Floats (&g)[3], Floats (&out)[6]) {
  const auto times = [](float factor, Floats x) { return Floats::broadcast(factor) * x; };
  const Floats ends = times(-1 / 6.f, g[0] + g[2]), middle = times(-1 / 6.f, g[1]);
  const Floats outer = fma(Floats::broadcast(1 / 24.f), g[0], times(1 / 6.f, g[2]));
  const Floats inner = times(1 / 12.f, g[1]);
  out[0] = times(1 / 4.f, g[0]);
  out[1] = ends + middle;
  out[2] = ends - middle;
  out[3] = outer + inner;
  out[4] = outer - inner;
  out[5] = g[2];
}

/// Applies a transform of lines to the columns and then to the rows of a square.
template <int From, int To, class Line>
[[gnu::always_inline]] inline void transform_square(const Floats (&in)[Bound{From}][Bound{From}],
                                                    Floats (&out)[Bound{To}][Bound{To}],
                                                    const Line& line) {
  Floats half[Bound{To}][Bound{From}];
#pragma GCC unroll 6
  for (int j = 0; j < From; ++j) {
    Floats column[Bound{From}], result[Bound{To}];
#pragma GCC unroll 6
    for (int i = 0; i < From; ++i) column[i] = in[i][j];
    line(column, result);
#pragma GCC unroll 6
    for (int i = 0; i < To; ++i) half[i][j] = result[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < To; ++i) line(half[i], out[i]);
}

/// u [36][out_channels][in_channels] = G g G' of w [out_channels, in_channels, 3, 3], for the rows
/// (output channels) [begin, end); `u_step` leads from one of the 36 to the next. Returns the sum
/// of the squares of the weights.
inline float transform_weight_rows(Index in_channels, Index begin, Index end, const float* w,
                                   float* u, Index u_step) {
  constexpr Index width = Floats::width;
  Floats squares = Floats::zero();
  for (Index o = begin; o < end; ++o)
    for (Index c = 0; c < in_channels; c += width) {
      const Index count = std::min(width, in_channels - c);
      const Mask lanes = first_lanes(count);
      const float* kernel = w + (o * in_channels + c) * 9;
      float taps[9][Floats::width] = {};
      for (Index l = 0; l < count; ++l)
        for (int t = 0; t < 9; ++t) taps[t][l] = kernel[l * 9 + t];
      Floats g[3][3], transformed[6][6];
      for (int t = 0; t < 9; ++t) {
        const Floats tap = Floats::load(taps[t]);
        g[t / 3][t % 3] = tap;
        squares = fma(tap, tap, squares);
      }
      transform_square<3, 6>(g, transformed, transform_line_weights);
      for (Index e = 0; e < products; ++e)
        transformed[e / 6][e % 6].store(u + e * u_step + o * in_channels + c, lanes);
    }
  return sum(squares);
}

}  // namespace winograd
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
