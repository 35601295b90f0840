// The arithmetic of channel fusion: two scaled maps for each channel, and the sums going back.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/view.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <algorithm>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/parallel.hpp>
#endif

namespace adafuse::kernels {

/// Maps of `clips` clips of `frames` frames: [clips * frames, channels, pixels], contiguous.
struct FuseSizes {
  Index clips, frames, channels, pixels;
  /// Rows, one map each, that a chunk of a parallel loop takes.
  ADAFUSE_INLINE Index grain() const {
    return std::max<Index>(1, 16384 / std::max<Index>(pixels, 1));
  }
  ADAFUSE_INLINE Index rows() const { return clips * frames * channels; }
};

inline namespace ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void fuse(const FuseSizes& s, const T* y, View<const T, 2> keep, View<const T, 2> reuse, T* z) {
  compiled::kernels_of<T>().fuse(s, y, keep, reuse, z);
}
template <class T>
void fuse_backward_maps(const FuseSizes& s, const T* dz, View<const T, 2> keep,
                        View<const T, 2> reuse, T* dy) {
  compiled::kernels_of<T>().fuse_backward_maps(s, dz, keep, reuse, dy);
}
template <class T>
void fuse_backward_weights(const FuseSizes& s, const T* y, const T* dz, View<T, 2> dkeep,
                           View<T, 2> dreuse) {
  compiled::kernels_of<T>().fuse_backward_weights(s, y, dz, dkeep, dreuse);
}
#else

/// z[t] = keep[t] y[t] + reuse[t] y[t-1], with y[-1] = 0.   keep, reuse: [clips * frames,
/// channels].
template <class T>
void fuse(const FuseSizes& s, const T* y, View<const T, 2> keep, View<const T, 2> reuse, T* z) {
  parallel_for(s.rows(), s.grain(), Work::elements(s.pixels), [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const Index frame = row / s.channels, c = row % s.channels;
      const T k = keep(frame, c), r = frame % s.frames ? reuse(frame, c) : T{0};
      const T* now = y + row * s.pixels;
      T* out = z + row * s.pixels;
      if (equals(r, 0)) {  // Also: a map that is not kept may hold anything, NaN included.
        if (equals(k, 0))
          std::fill_n(out, s.pixels, T{0});
        else
          for (Index p = 0; p < s.pixels; ++p) out[p] = k * now[p];
      } else {
        const T* before = now - s.channels * s.pixels;
        if (equals(k, 0))
          for (Index p = 0; p < s.pixels; ++p) out[p] = r * before[p];
        else
          for (Index p = 0; p < s.pixels; ++p) out[p] = k * now[p] + r * before[p];
      }
    }
  });
}

/// dy[t] = keep[t] dz[t] + reuse[t+1] dz[t+1], where a weight of 0 does not read.
template <class T>
void fuse_backward_maps(const FuseSizes& s, const T* dz, View<const T, 2> keep,
                        View<const T, 2> reuse, T* dy) {
  parallel_for(s.rows(), s.grain(), Work::elements(s.pixels), [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const Index frame = row / s.channels, c = row % s.channels;
      const bool last = frame % s.frames == s.frames - 1;
      const T k = keep(frame, c), r = last ? T{0} : reuse(frame + 1, c);
      const T* now = dz + row * s.pixels;
      const T* next = last ? now : now + s.channels * s.pixels;
      T* out = dy + row * s.pixels;
      if (equals(k, 0) && equals(r, 0))
        std::fill_n(out, s.pixels, T{0});
      else if (equals(r, 0))
        for (Index p = 0; p < s.pixels; ++p) out[p] = k * now[p];
      else if (equals(k, 0))
        for (Index p = 0; p < s.pixels; ++p) out[p] = r * next[p];
      else
        for (Index p = 0; p < s.pixels; ++p) out[p] = k * now[p] + r * next[p];
    }
  });
}

/// dkeep[t] = <dz[t], y[t]>,  dreuse[t] = <dz[t], y[t-1]>, a sum over the pixels of each map.
template <class T>
void fuse_backward_weights(const FuseSizes& s, const T* y, const T* dz, View<T, 2> dkeep,
                           View<T, 2> dreuse) {
  const auto dot = [&](const T* a, const T* b) {
    T lanes[16] = {};  // Sixteen sums side by side: one register wide, and a fixed order.
    Index p = 0;
    for (; p + 16 <= s.pixels; p += 16)
      for (int i = 0; i < 16; ++i) lanes[i] += a[p + i] * b[p + i];
    double sum = 0;
    for (; p < s.pixels; ++p) sum += static_cast<double>(a[p]) * static_cast<double>(b[p]);
    for (T lane : lanes) sum += static_cast<double>(lane);
    return static_cast<T>(sum);
  };
  parallel_for(s.rows(), s.grain(), Work::elements(s.pixels), [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const Index frame = row / s.channels, c = row % s.channels;
      const T* now = y + row * s.pixels;
      const T* out = dz + row * s.pixels;
      dkeep(frame, c) = dot(out, now);
      dreuse(frame, c) = frame % s.frames ? dot(out, now - s.channels * s.pixels) : T{0};
    }
  });
}

#endif

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
