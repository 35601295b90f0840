// Temporal shift (Lin et al., "TSM: Temporal Shift Module", ICCV 2019): a few channels look one
// frame ahead, as many one frame back, so that a frame-wise convolution mixes time at no arithmetic
// cost.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/video/time_axis.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// How many channels TSM moves in each direction: an eighth.
inline Index shift_fold(Index channels) { return channels / 8; }

/// Where channel c of a frame comes from when `fold` channels move in each direction: from the next
/// frame (1), the previous (-1), or its own (0).
constexpr Index shift_offset(Index c, Index fold) { return c < fold ? 1 : c < 2 * fold ? -1 : 0; }

/// y[t] = x[t + direction] on channels [0, fold), x[t - direction] on [fold, 2 fold), x[t] on the
/// rest, for frames [N*T, c, ...]; 0 beyond the ends of a clip. TSM has direction 1: the first fold
/// comes from the future. The adjoint is the shift in the other direction.
template <Operand X>
Variable<scalar_of<X>> temporal_shift(const X& input, Index frames, Index fold,
                                      Index direction = 1) {
  using T = scalar_of<X>;
  const Variable<T> x = as_variable(input);
  const Index clips = clip_count(x, frames, "temporal_shift");
  require<ShapeError>(x.rank() >= 2 && 0 <= fold && fold <= x.size(1) / 2,
                      "temporal_shift: two folds of ", fold, " channels out of ", x.shape());
  direction = std::clamp(direction, -frames, frames);  // Beyond a clip there is nothing.
  const Index channels = x.size(1);
  const Index map = x.size() / std::max<Index>(x.size(0) * channels, 1);
  auto y = Tensor<T>::uninitialized(x.shape());
  // Channels [first, last) of a frame from the frame `offset` away.
  const auto move = [&](Index n, Index t, Index first, Index last, Index offset) {
    const Index from = t + offset;
    T* out = y.data() + ((n * frames + t) * channels + first) * map;
    if (from < 0 || from >= frames)
      std::fill_n(out, (last - first) * map, T{0});
    else
      std::copy_n(x.value().data() + ((n * frames + from) * channels + first) * map,
                  (last - first) * map, out);
  };
  for (Index n = 0; n < clips && map > 0; ++n)
    for (Index t = 0; t < frames; ++t) {
      move(n, t, 0, fold, direction);
      move(n, t, fold, 2 * fold, -direction);
      move(n, t, 2 * fold, channels, 0);
    }
  return record("temporal_shift", y, {x},
                [frames, fold, direction](const Variable<T>& dy) -> Gradients<T> {
                  return {temporal_shift(dy, frames, fold, -direction)};
                });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
