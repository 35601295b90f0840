// Backward weights for few channels: dw(o, c, p, q) is a dot product of a plane of dy with a plane
// of x seen through a tap.
//
// Lanes are pixels, so that a vector is full however few the channels. x is read where it lies, or
// from its phases; lanes outside of the image are masked, as in the masked direct convolution. Each
// sum is kept lane by lane until the end, and set aside when it has many terms.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/storage.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/conv2d/shared/lanes_inside.hpp>
#include <adafuse/kernels/conv2d/shared/polyphase_images.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace backward_weights_dots {

inline constexpr Index kernel_width = 3;  // Three sums share a row of the kernel.

/// Where lanes of pixels pay: other paths have output channels as lanes, and these are few.
inline bool fits(const Correlation& g) {
  return g.kernel_width == kernel_width && g.groups == 1 && g.outs() <= 16 &&
         g.outs() * g.depth() <= 5000 && (g.same_pitch() || PolyphaseImages::fits(g));
}

/// Output and input channels whose sums a pass keeps in registers.
inline constexpr int outs_at_once = simd_registers / 8, ins_at_once = simd_registers / 16;

/// Vectors whose products a lane adds up before its sum is set aside.
inline constexpr Index longest_sum = 1024;

/// Frames of which the planes of one pass lie in L1, and what a pass over them reads.
struct Maps {
  Index frames, vectors;
  const float *x, *dy;       // of the first frame
  Index x_frame, x_channel;  // steps
  Index dy_frame, dy_channel;
  const Index* offsets;  // [taps], from an output pixel to what the tap reads
  const Mask* inside;    // [vectors][taps]
  Index taps;
  Mask last;  // the pixels of the last vector
};

/// sums[o][c][q] += dy(first_out + o) . x(first_in + c, seen through tap q of row p).
template <int Outs, int Ins>
[[gnu::noinline]] void add_dots(const Maps& m, Index first_out, Index first_in, Index p,
                                Floats* all_sums, Index out_step, Index in_step) {
  constexpr int taps = kernel_width;
  Floats sums[Bound{Outs}][Bound{Ins}][Bound{taps}];
  const auto of_memory = [&](int o, int c, int q) -> Floats& {
    return all_sums[(first_out + o) * out_step + (first_in + c) * in_step + p * taps + q];
  };
#pragma GCC unroll 4
  for (int o = 0; o < Outs; ++o)
#pragma GCC unroll 2
    for (int c = 0; c < Ins; ++c)
#pragma GCC unroll 3
      for (int q = 0; q < taps; ++q) sums[o][c][q] = of_memory(o, c, q);
  for (Index n = 0; n < m.frames; ++n) {
    const float* dy = m.dy + n * m.dy_frame + first_out * m.dy_channel;
    const float* x = m.x + n * m.x_frame + first_in * m.x_channel;
    const Mask* inside = m.inside + p * taps;
    const Index* offsets = m.offsets + p * taps;
    for (Index v = 0; v < m.vectors;
         ++v, dy += Floats::width, x += Floats::width, inside += m.taps) {
      Floats gradient[Bound{Outs}];
#pragma GCC unroll 4
      for (int o = 0; o < Outs; ++o) {
        const float* at = dy + o * m.dy_channel;
        gradient[o] = v + 1 < m.vectors ? Floats::load(at) : Floats::load(at, m.last);
      }
#pragma GCC unroll 2
      for (int c = 0; c < Ins; ++c)
#pragma GCC unroll 3
        for (int q = 0; q < taps; ++q) {
          Floats pixels = Floats::load(x + c * m.x_channel + offsets[q], inside[q]);
          keep_in_register(pixels);
#pragma GCC unroll 4
          for (int o = 0; o < Outs; ++o) sums[o][c][q] = fma(gradient[o], pixels, sums[o][c][q]);
        }
    }
  }
#pragma GCC unroll 4
  for (int o = 0; o < Outs; ++o)
#pragma GCC unroll 2
    for (int c = 0; c < Ins; ++c)
#pragma GCC unroll 3
      for (int q = 0; q < taps; ++q) of_memory(o, c, q) = sums[o][c][q];
}

/// All sums of some frames, [outs][ins][taps]. Passes follow each other that read the same planes.
inline void add_frames(const Correlation& g, const Maps& m, Floats* sums) {
  constexpr int outs = outs_at_once, ins = ins_at_once;
  const Index out_step = g.depth(), in_step = g.taps();
  for (Index o = 0; o < g.outs(); o += outs)
    for (Index c = 0; c < g.ins(); c += ins)
      for (Index p = 0; p < g.kernel_height; ++p) {
        const bool all_outs = o + outs <= g.outs(), all_ins = c + ins <= g.ins();
        if (all_outs && all_ins) {
          add_dots<outs, ins>(m, o, c, p, sums, out_step, in_step);
          continue;
        }
        for (Index k = c; k < std::min(c + ins, g.ins()); ++k) {
          if (all_outs)
            add_dots<outs, 1>(m, o, k, p, sums, out_step, in_step);
          else
            for (Index r = o; r < g.outs(); ++r)
              add_dots<1, 1>(m, r, k, p, sums, out_step, in_step);
        }
      }
}

/// dw of the forward correlation `g`.
inline void weight_gradient(const Correlation& g, const float* x, const float* dy, float* dw) {
  const Index vectors = (g.out_pixels() + Floats::width - 1) / Floats::width,
              size = g.outs() * g.depth();
  // Each part of the frames makes sums of its own, which are added in order at the end.
  const Index parts =
      std::clamp<Index>(20000 / size, std::min<Index>(4, g.batch), std::min<Index>(16, g.batch));
  const Index pass_bytes = 4 * (outs_at_once * g.out_pixels() + ins_at_once * g.in_pixels());
  const Index frames_at_once = std::max<Index>(1, 24576 / pass_bytes);
  std::vector<Mask> inside;
  LanesInside lanes;
  for (Index v = 0; v < vectors; ++v) {
    lanes.set_vector(g, v);
    for (Index p = 0; p < g.kernel_height; ++p)
      for (Index q = 0; q < g.kernel_width; ++q) inside.push_back(lanes(p, q));
  }
  std::vector<Index> in_place;
  find_tap_offsets(g, in_place);
  // Each part keeps its sums, and where they have many terms what was set aside of them.
  const Index kept = (g.batch + parts - 1) / parts * vectors < longest_sum ? 1 : 2;
  const Storage<Floats> sums_memory(static_cast<std::size_t>(kept * parts * size));
  Floats* const sums = sums_memory.data();
  PolyphaseImages images;
  if (!g.same_pitch()) images.set_rows(g, {0, g.out_height});

  parallel_for(parts, 1, Work::multiply_adds(g.macs()) / parts, [&](Index task, Index) {
    const FlushDenormals scope;
    thread_local Scratch<float> memory;
    const Range frames = part(g.batch, parts, task);
    Floats* const current = sums + kept * task * size;
    Floats* const whole = current + (kept - 1) * size;
    std::fill_n(current, kept * size, Floats::zero());
    Index terms = 0;
    for (Index n = frames.begin; n < frames.end; n += frames_at_once) {
      Maps m{.frames = std::min(frames_at_once, frames.end - n),
             .vectors = vectors,
             .x = x + n * g.in_channels * g.in_pixels(),
             .dy = dy + n * g.out_channels * g.out_pixels(),
             .x_frame = g.in_channels * g.in_pixels(),
             .x_channel = g.in_pixels(),
             .dy_frame = g.out_channels * g.out_pixels(),
             .dy_channel = g.out_pixels(),
             .offsets = in_place.data(),
             .inside = inside.data(),
             .taps = g.taps(),
             .last = first_lanes(g.out_pixels() - (vectors - 1) * Floats::width)};
      if (!g.same_pitch()) {
        const Index planes = m.frames * g.in_channels;
        float* copies = memory(planes * images.channel_size());
        for (Index k = 0; k < planes; ++k)
          images.copy(m.x + k * g.in_pixels(), planes * g.in_pixels(),
                      copies + k * images.channel_size());
        m.x = copies, m.x_channel = images.channel_size();
        m.x_frame = g.in_channels * m.x_channel;
        m.offsets = images.tap_offsets().data();
      }
      const Maps all = m;
      for (Index v = 0; v < vectors; v += longest_sum) {
        m.vectors = std::min(longest_sum, vectors - v);
        m.x = all.x + v * Floats::width, m.dy = all.dy + v * Floats::width;
        m.inside = all.inside + v * m.taps;
        m.last = v + m.vectors == vectors ? all.last : first_lanes(Floats::width);
        add_frames(g, m, current);
        if ((terms += m.frames * m.vectors) < longest_sum) continue;
        for (Index k = 0; k < size; ++k)
          whole[k] = whole[k] + current[k], current[k] = Floats::zero();
        terms = 0;
      }
    }
  });
  for (Index k = 0; k < size; ++k) {
    Floats total = Floats::zero();
    for (Index p = 0; p < kept * parts; ++p) total = total + sums[p * size + k];
    dw[k] = sum(total);
  }
}

}  // namespace backward_weights_dots
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
