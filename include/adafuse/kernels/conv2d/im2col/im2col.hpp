// Convolution as a matrix product of weights and columns: plain, for any geometry and scalar. It is
// the path of double and of shapes that no faster kernel covers.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/base/matrix_product.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/conv2d/im2col/columns.hpp>
#include <adafuse/kernels/conv2d/shared/geometry.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace im2col_path {

/// y = epilogue(w * columns(x)). Frames and groups are independent; dead channels drop out as rows
/// (of the weights, of the product) and as columns (of the weights) before the product.
template <class T>
void correlate(const Conv2dGeometry& g, const T* x, const T* w, T* y,
               const Conv2dOptions<T>& options) {
  const Index pixels = g.out_pixels(), taps = g.taps();
  const Index ins = g.in_channels_per_group(), outs = g.out_channels_per_group();
  const Work work = Work::multiply_adds(g.macs()) / g.groups;
  parallel_for(g.batch * g.groups, 1, work, [&](Index begin, Index end) {
    thread_local Scratch<T> columns_memory, weight_memory, product_memory;
    thread_local std::vector<Index> live_ins, live_outs;
    for (Index task = begin; task < end; ++task) {
      const Index n = task / g.groups, group = task % g.groups;
      const auto select = [group](const LiveChannels& live, Index per_group, Index total,
                                  std::vector<Index>& selected) {
        selected.clear();
        for (Index i = 0; i < live.count(total); ++i)
          if (live.channel(i) / per_group == group) selected.push_back(live.channel(i));
      };
      select(options.in_of(n), ins, g.in_channels, live_ins);
      select(options.out_of(n), outs, g.out_channels, live_outs);
      const Index rows = std::ssize(live_outs), depth = std::ssize(live_ins) * taps;
      if (rows == 0) continue;

      T* columns = columns_memory(depth * pixels);
      T* weight = weight_memory(rows * depth);
      T* product = product_memory(rows * pixels);
      for (Index k = 0; k * taps < depth; ++k) {
        const Index c = live_ins[static_cast<std::size_t>(k)];
        im2col(g, x + (n * g.in_channels + c) * g.in_pixels(), columns + k * taps * pixels);
        for (Index r = 0; r < rows; ++r)
          std::copy_n(w + (live_outs[static_cast<std::size_t>(r)] * ins + c % ins) * taps, taps,
                      weight + r * depth + k * taps);
      }
      matrix_product<T>(rows, pixels, depth, {weight, depth}, {columns, pixels}, product, pixels);
      for (Index r = 0; r < rows; ++r) {
        const Index o = live_outs[static_cast<std::size_t>(r)];
        const Index at = (n * g.out_channels + o) * pixels;
        finish_run(options.epilogue, product + r * pixels, pixels, o, at, y + at);
      }
    }
  });
}

/// dx = image(w^T * dy).
template <class T>
void input_gradient(const Conv2dGeometry& g, const T* dy, const T* w, T* dx) {
  const Index pixels = g.out_pixels(), depth = g.in_channels_per_group() * g.taps();
  const Index ins = g.in_channels_per_group(), outs = g.out_channels_per_group();
  const Work work = Work::multiply_adds(g.macs()) / g.groups;
  parallel_for(g.batch * g.groups, 1, work, [&](Index begin, Index end) {
    thread_local Scratch<T> columns_memory;
    T* columns = columns_memory(depth * pixels);
    for (Index task = begin; task < end; ++task) {
      const Index group = task % g.groups;
      matrix_product<T>(depth, pixels, outs, {w + group * outs * depth, depth, true},
                        {dy + task * outs * pixels, pixels}, columns, pixels);
      T* image = dx + task * ins * g.in_pixels();
      std::fill_n(image, ins * g.in_pixels(), T{0});
      for (Index c = 0; c < ins; ++c)
        col2im(g, columns + c * g.taps() * pixels, image + c * g.in_pixels());
    }
  });
}

/// dw = sum over frames of dy * columns(x)^T. The frames are added in order; within a frame the
/// threads share the columns and split the rows of dw.
template <class T>
void weight_gradient(const Conv2dGeometry& g, const T* x, const T* dy, T* dw) {
  constexpr Index row_block = 16;
  const Index pixels = g.out_pixels(), depth = g.in_channels_per_group() * g.taps();
  const Index ins = g.in_channels_per_group(), outs = g.out_channels_per_group();
  const Index blocks = (outs + row_block - 1) / row_block;
  thread_local Scratch<T> columns_memory;
  T* columns = columns_memory(g.in_channels * g.taps() * pixels);
  std::fill_n(dw, g.weight_size(), T{0});
  for (Index n = 0; n < g.batch; ++n) {
    const Index columns_of_channel = g.taps() * pixels;
    const Work copying = Work::elements(columns_of_channel);
    parallel_for(
        g.in_channels, 1 + 4096 / columns_of_channel, copying, [&](Index begin, Index end) {
          for (Index c = begin; c < end; ++c)
            im2col(g, x + (n * g.in_channels + c) * g.in_pixels(), columns + c * g.taps() * pixels);
        });
    const Work multiplying = Work::multiply_adds(g.macs()) / (g.groups * blocks);
    parallel_for(g.groups * blocks, 1, multiplying, [&](Index begin, Index end) {
      for (Index task = begin; task < end; ++task) {
        const Index group = task / blocks, first = group * outs + task % blocks * row_block;
        const Index rows = std::min(row_block, (group + 1) * outs - first);
        add_matrix_product<T>(
            rows, depth, pixels, {dy + (n * g.out_channels + first) * pixels, pixels},
            {columns + group * ins * g.taps() * pixels, pixels, true}, dw + first * depth, depth);
      }
    });
  }
}

}  // namespace im2col_path
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
