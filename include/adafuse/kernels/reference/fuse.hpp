// The naive channel fusion: the equations, one element at a time. A map with the weight 0 is not
// read: it may hold anything.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/fuse.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// weight * map, and 0 for a weight of 0 whatever the map holds.
template <class T>
T weighted(T weight, T map) {
  return equals(weight, 0) ? T{0} : weight * map;
}

/// z[t] = keep[t] y[t] + reuse[t] y[t-1], with y[-1] = 0.
template <class T>
void fuse(const FuseSizes& s, const T* y, View<const T, 2> keep, View<const T, 2> reuse, T* z) {
  const View<const T, 4> in(y, {s.clips, s.frames, s.channels, s.pixels});
  const View<T, 4> out(z, in.sizes());
  for (Index n = 0; n < s.clips; ++n)
    for (Index t = 0; t < s.frames; ++t)
      for (Index c = 0; c < s.channels; ++c)
        for (Index p = 0; p < s.pixels; ++p) {
          const Index f = n * s.frames + t;
          const T before = t > 0 ? in(n, t - 1, c, p) : T{0};
          out(n, t, c, p) = weighted(keep(f, c), in(n, t, c, p)) + weighted(reuse(f, c), before);
        }
}

/// What z sends back, added up where it came from: dy[t] += keep[t] dz[t],
/// dy[t-1] += reuse[t] dz[t], dkeep[t] += dz[t] y[t], dreuse[t] += dz[t] y[t-1].
template <class T>
void fuse_backward(const FuseSizes& s, const T* y, const T* dz, View<const T, 2> keep,
                   View<const T, 2> reuse, T* dy, View<T, 2> dkeep, View<T, 2> dreuse) {
  const View<const T, 4> in(y, {s.clips, s.frames, s.channels, s.pixels});
  const View<const T, 4> dout(dz, in.sizes());
  const View<T, 4> din(dy, in.sizes());
  std::fill_n(dy, s.rows() * s.pixels, T{0});
  for (Index f = 0; f < s.clips * s.frames; ++f)
    for (Index c = 0; c < s.channels; ++c) dkeep(f, c) = dreuse(f, c) = 0;
  for (Index n = 0; n < s.clips; ++n)
    for (Index t = 0; t < s.frames; ++t)
      for (Index c = 0; c < s.channels; ++c)
        for (Index p = 0; p < s.pixels; ++p) {
          const Index f = n * s.frames + t;
          const T d = dout(n, t, c, p);
          din(n, t, c, p) += weighted(keep(f, c), d);
          dkeep(f, c) += d * in(n, t, c, p);
          if (t == 0) continue;
          din(n, t - 1, c, p) += weighted(reuse(f, c), d);
          dreuse(f, c) += d * in(n, t - 1, c, p);
        }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
