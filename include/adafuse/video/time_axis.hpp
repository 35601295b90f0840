// The time axis: a clip [N, T, ...] is folded to N * T frames [N*T, ...], which layers treat as a
// batch; frame t of clip n is row n T + t.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/autograd.hpp>
#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// [N, T, ...] -> [N*T, ...].
template <Operand X>
Variable<scalar_of<X>> fold_time(const X& clip) {
  require<ShapeError>(clip.rank() >= 2, "fold_time: expects [N,T,...], got ", clip.shape());
  Shape shape{clip.size(0) * clip.size(1)};
  for (Index d = 2; d < clip.rank(); ++d) shape.push_back(clip.size(d));
  return reshape(clip, shape);
}

/// How many clips of `frames` frames are folded into the first dimension of `x`.
template <class X>
Index clip_count(const X& x, Index frames, const char* op) {
  require<ValueError>(frames > 0, op, ": frames must be positive, got ", frames);
  require<ShapeError>(x.rank() >= 1 && x.size(0) % frames == 0, op, ": ", x.shape(),
                      " does not fold into clips of ", frames, " frames");
  return x.size(0) / frames;
}

/// [N*T, ...] -> [N, T, ...].
template <Operand X>
Variable<scalar_of<X>> unfold_time(const X& x, Index frames) {
  Shape shape{clip_count(x, frames, "unfold_time"), frames};
  for (Index d = 1; d < x.rank(); ++d) shape.push_back(x.size(d));
  return reshape(x, shape);
}

/// y[t] = x[t + offset] within each clip of T frames [N*T, ...], and 0 where there is no such
/// frame: offset -1 is the previous frame.   dx[t] = dy[t - offset].
template <Operand X>
Variable<scalar_of<X>> shift_time(const X& input, Index frames, Index offset) {
  using T = scalar_of<X>;
  const Variable<T> x = as_variable(input);
  const Index clips = clip_count(x, frames, "shift_time");
  offset = std::clamp(offset, -frames, frames);  // Beyond a clip there is nothing, however far.
  const Index row = x.size() / std::max<Index>(x.size(0), 1);
  auto y = Tensor<T>::uninitialized(x.shape());
  const T* const in = x.value().data();
  for (Index n = 0; n < clips && row > 0; ++n)
    for (Index t = 0; t < frames; ++t) {
      const Index from = t + offset;
      T* out = y.data() + (n * frames + t) * row;
      if (from < 0 || from >= frames)
        std::fill_n(out, row, T{0});
      else
        std::copy_n(in + (n * frames + from) * row, row, out);
    }
  return record("shift_time", y, {x}, [frames, offset](const Variable<T>& dy) -> Gradients<T> {
    return {shift_time(dy, frames, -offset)};
  });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
