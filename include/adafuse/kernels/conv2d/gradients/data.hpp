// Backward data as forward: the gradient of a correlation in its input is a correlation of dy with
// the weights flipped, and input and output channels exchanged.
//
// With stride s the pixels of dx fall into s x s phases. Each phase meets only every s-th tap, so
// it is a stride-1 correlation with a smaller kernel: no product with an inserted zero is ever
// computed. The phases are computed as images of their own and then interleaved together, except
// where data_halved.hpp is faster.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/storage.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/base/transpose.hpp>
#include <adafuse/kernels/conv2d/depthwise/depthwise.hpp>
#include <adafuse/kernels/conv2d/gradients/data_halved.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/geometry.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace backward_data {

/// Along one axis: positions phase, phase + stride, ... of dx, and the taps that reach them.
struct Phase {
  Index count;      // positions
  Index first_tap;  // first_tap, first_tap + stride, ... reach them
  Index taps;
  Index start;  // what the last of these taps, the first once flipped, reads of dy for position 0
  Index dilation;
};

/// r = i stride - padding + p dilation  =>  i = (r + padding - p dilation) / stride, where it is
/// whole.
inline Phase make_phase(Index phase, Index size, Index kernel, Index stride, Index padding,
                        Index dilation) {
  Phase result{};
  result.count = (size - phase + stride - 1) / stride;
  result.first_tap = stride == 1 ? 0 : (phase + padding) % stride;
  result.taps = result.first_tap < kernel ? (kernel - result.first_tap + stride - 1) / stride : 0;
  result.dilation = dilation;
  result.start = (phase + padding - result.first_tap) / stride - (result.taps - 1) * dilation;
  return result;
}

/// Strides with dilations make phases of uneven steps; they are rare and left to another path.
inline bool fits(const Conv2dGeometry& g) {
  return (g.stride_height == 1 || g.dilation_height == 1) &&
         (g.stride_width == 1 || g.dilation_width == 1);
}

/// transposed [groups][ins][outs] of w [groups][outs][ins], for a kernel of one tap.
inline void transpose_weights(const Conv2dGeometry& g, const float* w, float* transposed) {
  constexpr Index block = 64;
  const Index outs = g.out_channels_per_group(), ins = g.in_channels_per_group();
  const Index blocks = (ins + block - 1) / block;
  const Work work = Work::elements(g.weight_size()) / (g.groups * blocks);
  parallel_for(g.groups * blocks, 1, work, [&](Index task, Index) {
    const Index group = task / blocks * outs * ins, first = task % blocks * block;
    transpose_into(w + group + first, ins, std::min(block, ins - first), outs, one_part,
                   transposed + group + first * outs, outs);
  });
}

/// target [columns][rows][count] of source [rows][columns][step]: of each element the numbers at
/// `places`, [count]. `Count` is count, or 0 for any.
template <int Count>
void transpose_elements(const float* source, Index source_step, Index step, Index rows,
                        Index columns, const Index* places, Index count, float* target,
                        Index target_step) {
  if constexpr (Count > 0) count = Count;
  constexpr Index rows_ahead = 8;  // Pieces of rows are no stream that the processor follows.
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < columns; ++c) {
      const float* from = source + r * source_step + c * step;
      __builtin_prefetch(from + rows_ahead * source_step);
      float* to = target + c * target_step + r * count;
#pragma GCC unroll 9
      for (Index k = 0; k < count; ++k) to[k] = from[places[k]];
    }
}

/// transposed [in_channels][outs][places] of w: of each channel pair the taps at `places`.
inline void transpose_taps(const Conv2dGeometry& g, const std::vector<Index>& places,
                           const float* w, float* transposed) {
  constexpr Index block = 16;  // Channels whose weights share lines of w.
  const Index outs = g.out_channels_per_group(), ins = g.in_channels_per_group();
  const Index taps = std::ssize(places), blocks = (ins + block - 1) / block;
  const auto transpose_rows = taps == 9   ? transpose_elements<9>
                              : taps == 4 ? transpose_elements<4>
                              : taps == 2 ? transpose_elements<2>
                              : taps == 1 ? transpose_elements<1>
                                          : transpose_elements<0>;
  const Work work = Work::elements(std::min(block, ins) * outs * taps);
  parallel_for(g.groups * blocks, 1 + 4096 / (block * outs * taps), work,
               [&](Index begin, Index end) {
                 for (Index task = begin; task < end; ++task) {
                   const Index group = task / blocks, first = task % blocks * block;
                   transpose_rows(w + (group * outs * ins + first) * g.taps(), ins * g.taps(),
                                  g.taps(), outs, std::min(block, ins - first), places.data(), taps,
                                  transposed + (group * ins + first) * outs * taps, outs * taps);
                 }
               });
}

/// flipped [in_channels][outs][taps of the phase] of w, the taps in reverse order.
inline void flip_weights(const Conv2dGeometry& g, const Phase& rows, const Phase& columns,
                         const float* w, float* flipped) {
  std::vector<Index> places;
  for (Index p = rows.taps - 1; p >= 0; --p)
    for (Index q = columns.taps - 1; q >= 0; --q)
      places.push_back((rows.first_tap + p * g.stride_height) * g.kernel_width + columns.first_tap +
                       q * g.stride_width);
  transpose_taps(g, places, w, flipped);
}

/// dx of a convolution that halves its image.
inline void input_gradient_halved(const Conv2dGeometry& g, const float* dy, const float* w,
                                  float* dx) {
  const Storage<float> weights(static_cast<std::size_t>(g.weight_size()));  // [ins][outs][taps]
  if (g.taps() == 1) {
    transpose_weights(g, w, weights.data());
    return backward_data_halved::input_gradient<1>(g, dy, weights.data(), dx);
  }
  transpose_taps(g, {0, 1, 2, 3, 4, 5, 6, 7, 8}, w, weights.data());
  backward_data_halved::input_gradient<3>(g, dy, weights.data(), dx);
}

/// Every `stride`-th element of a row from `source`, [0, count).
inline void scatter_row(const float* source, Index count, Index stride, float* target) {
  for (Index k = 0; k < count; ++k) target[k * stride] = source[k];
}

/// even[0] odd[0] even[1] ...: `count` elements in all. A null pointer stands for zeros.
inline void interleave_row(const float* even, const float* odd, Index count, float* target) {
  constexpr Index width = Floats::width;
  for (Index k = 0; k < count; k += 2 * width) {
    Floats a = Floats::zero(), b = Floats::zero();
    if (even) a = Floats::load(even + k / 2, first_lanes((count - k + 1) / 2));
    if (odd) b = Floats::load(odd + k / 2, first_lanes((count - k) / 2));
    zip(a, b);
    a.store(target + k, first_lanes(count - k));
    if (k + width < count) b.store(target + k + width, first_lanes(count - k - width));
  }
}

/// The pixels of phase (a, b) of all planes, [planes, rows, columns], and what computes them.
struct PhaseJob {
  Correlation correlation;  // of dy; without taps: they are zero
  const float* weights = nullptr;
  Index first = 0;  // where they begin, in pixels of one plane of dx

  bool zero() const { return correlation.taps() == 0; }
  Index pixels() const { return correlation.out_pixels(); }
};

/// The phases, [stride_height * stride_width]; `weights` has room for as many as `w`.
inline std::vector<PhaseJob> make_jobs(const Conv2dGeometry& g, const float* w, float* weights) {
  std::vector<PhaseJob> jobs;
  Index first = 0;
  for (Index a = 0; a < g.stride_height; ++a)
    for (Index b = 0; b < g.stride_width; ++b) {
      const auto rows = make_phase(a, g.in_height, g.kernel_height, g.stride_height,
                                   g.padding_height, g.dilation_height);
      const auto columns = make_phase(b, g.in_width, g.kernel_width, g.stride_width,
                                      g.padding_width, g.dilation_width);
      PhaseJob job{.correlation = {.batch = g.batch,
                                   .groups = g.groups,
                                   .in_channels = g.out_channels,
                                   .in_height = g.out_height(),
                                   .in_width = g.out_width(),
                                   .out_channels = g.in_channels,
                                   .out_height = std::max<Index>(rows.count, 0),
                                   .out_width = std::max<Index>(columns.count, 0),
                                   .kernel_height = rows.taps,
                                   .kernel_width = columns.taps,
                                   .stride_height = 1,
                                   .stride_width = 1,
                                   .dilation_height = rows.dilation,
                                   .dilation_width = columns.dilation,
                                   .top = rows.start,
                                   .left = columns.start},
                   .weights = weights,
                   .first = first};
      if (!job.zero()) {
        g.taps() == 1 ? transpose_weights(g, w, weights)
                      : flip_weights(g, rows, columns, w, weights);
        weights += g.in_channels * job.correlation.depth();
      }
      first += job.pixels();
      jobs.push_back(job);
    }
  return jobs;
}

/// interleave() for a small plane at a horizontal stride of 2, whose calls and masks would cost
/// more than its stores: it is cleared at once, and each vector of columns takes all rows of a
/// phase.
template <class Image>
void interleave_small(const Conv2dGeometry& g, const std::vector<PhaseJob>& jobs,
                      const Image& image, float* dx) {
  constexpr Index lanes = Floats::width;
  if (std::any_of(jobs.begin(), jobs.end(), [](const PhaseJob& job) { return job.zero(); }))
    std::fill_n(dx, g.in_pixels(), 0.f);
  for (Index a = 0; a < std::min(g.stride_height, g.in_height); ++a) {
    const PhaseJob &even = jobs[static_cast<std::size_t>(2 * a)],
                   &odd = jobs[static_cast<std::size_t>(2 * a + 1)];
    if (even.zero() && odd.zero()) continue;
    for (Index k = 0; k < g.in_width; k += 2 * lanes) {
      const Index count = g.in_width - k;
      const Mask evens = first_lanes(even.zero() ? 0 : (count + 1) / 2),
                 odds = first_lanes(odd.zero() ? 0 : count / 2), low = first_lanes(count),
                 high = first_lanes(std::max<Index>(count - lanes, 0));
      const float* from_even = even.zero() ? dx : image(even) + k / 2;
      const float* from_odd = odd.zero() ? dx : image(odd) + k / 2;
      for (Index r = a; r < g.in_height; r += g.stride_height) {
        Floats first = Floats::load(from_even, evens), second = Floats::load(from_odd, odds);
        from_even += even.correlation.out_width, from_odd += odd.correlation.out_width;
        zip(first, second);
        float* const to = dx + r * g.in_width + k;
        first.store(to, low);
        if (count > lanes) second.store(to + lanes, high);
      }
    }
  }
}

/// One plane of dx from its phases: `image(job)` is its plane of a phase that is not zero.
template <class Image>
void interleave(const Conv2dGeometry& g, const std::vector<PhaseJob>& jobs, const Image& image,
                float* dx) {
  const Index across = g.stride_width;
  if (across == 2 && g.in_pixels() <= 1024) return interleave_small(g, jobs, image, dx);
  for (Index r = 0; r < g.in_height; ++r, dx += g.in_width) {
    const PhaseJob* row_jobs = jobs.data() + r % g.stride_height * across;
    const auto row = [&](Index b) {
      return row_jobs[b].zero()
                 ? nullptr
                 : image(row_jobs[b]) + r / g.stride_height * row_jobs[b].correlation.out_width;
    };
    if (across == 2) {
      interleave_row(row(0), row(1), g.in_width, dx);
      continue;
    }
    if (std::any_of(row_jobs, row_jobs + across, [](const auto& job) { return job.zero(); }))
      std::fill_n(dx, g.in_width, 0.f);
    for (Index b = 0; b < across; ++b)
      if (!row_jobs[b].zero())
        scatter_row(row(b), row_jobs[b].correlation.out_width, across, dx + b);
  }
}

/// A kernel for each channel: a plane is computed and interleaved while it is in L1.
inline void input_gradient_depthwise(const Conv2dGeometry& g, const std::vector<PhaseJob>& jobs,
                                     const float* dy, float* dx) {
  std::vector<depthwise::Inside> inside;
  for (const PhaseJob& job : jobs) inside.emplace_back(job.correlation);
  const Work work =
      Work::multiply_adds(g.out_pixels() * g.taps()) + Work::elements(4 * g.in_pixels());
  parallel_for(
      g.batch * g.in_channels, 1 + 16384 / g.in_pixels(), work, [&](Index begin, Index end) {
        const FlushDenormals scope;
        thread_local Scratch<float> memory;
        float* const phases = memory(g.in_pixels());
        for (Index plane = begin; plane < end; ++plane) {
          for (std::size_t k = 0; k < jobs.size(); ++k) {
            const Correlation& c = jobs[k].correlation;
            if (!jobs[k].zero())
              depthwise::plane_kernel<1>(c)(c, inside[k], dy + plane * c.in_pixels(),
                                            jobs[k].weights + plane % g.in_channels * c.taps(),
                                            depthwise::PlaneEpilogue({}, 0, 0),
                                            phases + jobs[k].first);
          }
          interleave(
              g, jobs, [&](const PhaseJob& job) { return phases + job.first; },
              dx + plane * g.in_pixels());
        }
      });
}

/// dx, where `correlate(correlation, dy, w, out)` computes each phase.
template <class Correlate>
void input_gradient(const Conv2dGeometry& g, const float* dy, const float* w, float* dx,
                    const Correlate& correlate) {
  const Storage<float> weights(static_cast<std::size_t>(g.weight_size()));
  const auto jobs = make_jobs(g, w, weights.data());
  if (jobs.size() == 1) return correlate(jobs[0].correlation, dy, jobs[0].weights, dx);
  if (g.groups == g.in_channels && g.groups == g.out_channels)
    return input_gradient_depthwise(g, jobs, dy, dx);
  const Index planes = g.batch * g.in_channels;
  const Storage<float> phases(static_cast<std::size_t>(planes * g.in_pixels()));
  for (const PhaseJob& job : jobs)
    if (!job.zero() && job.pixels() > 0)
      correlate(job.correlation, dy, job.weights, phases.data() + planes * job.first);
  parallel_for(planes, 1 + 16384 / g.in_pixels(), Work::elements(4 * g.in_pixels()),
               [&](Index begin, Index end) {
                 for (Index plane = begin; plane < end; ++plane)
                   interleave(
                       g, jobs,
                       [&](const PhaseJob& job) {
                         return phases.data() + planes * job.first + plane * job.pixels();
                       },
                       dx + plane * g.in_pixels());
               });
}

}  // namespace backward_data
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
