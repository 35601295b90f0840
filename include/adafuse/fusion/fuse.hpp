// Channel fusion: each channel is kept, reused from the previous frame, or zeroed.
//
//   z_t^i = keep_t^i y_t^i + reuse_t^i y_{t-1}^i,   y_{-1} = 0                  (paper, equation 3)
//
// y_{t-1} is the raw map of the previous frame, not its fused one: what was reused once is not
// handed on. At t = 0 a reused channel is zero. Training may detach the history, as an option of
// the authors' code does: then y_{t-1} is a constant to z_t, and gets no gradient from it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/action.hpp>
#include <adafuse/kernels/fuse.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/video/time_axis.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// One of the columns of weights [F, c, actions], as a window [F, c].
template <class W>
auto action_column(W& weights, Action action) {
  const auto all = weights.template view<3>();
  using Column = View<std::remove_reference_t<decltype(all(0, 0, 0))>, 2>;
  return Column(all.data() + logit_index(action), {all.size(0), all.size(1)},
                {all.stride(0), all.stride(1)});
}

/// The same column as maps of one pixel, [F, c, 1, 1], with its history.
template <class T>
Variable<T> action_scale(const Variable<T>& weights, Action action) {
  const Index i = logit_index(action);
  return reshape(slice(weights, 2, i, i + 1), {weights.size(0), weights.size(1), 1, 1});
}

}  // namespace detail

/// What fuse is told.
struct FuseOptions {
  bool detach_history = false;  ///< The previous frame's maps get no gradient.
};

/// `fuse` written as the equation: what the kernels are tested against, and what second derivatives
/// go through.
template <class T>
Variable<T> fuse_composed(const Variable<T>& y, const Variable<T>& weights, Index frames,
                          const FuseOptions& options = {}) {
  const Variable<T> history = options.detach_history ? y.detach() : y;
  return detail::action_scale(weights, Action::keep) * y +
         detail::action_scale(weights, Action::reuse) * shift_time(history, frames, -1);
}

/// y: maps [N*T, c, h, w] of clips of T = `frames` frames; weights: decisions [N*T, c, 3] in the
/// order skip, reuse, keep, one-hot or soft. Gradients reach both.
template <Operand Y, Operand W>
Variable<scalar_of<Y>> fuse(const Y& maps, const W& decisions, Index frames,
                            const FuseOptions& options = {}) {
  using T = scalar_of<Y>;
  const Variable<T> y = as_variable(maps), weights = as_variable(decisions);
  require<ShapeError>(y.rank() == 4, "fuse: expects maps [N*T,c,h,w], got ", y.shape());
  require<ShapeError>(weights.shape() == Shape{y.size(0), y.size(1), action_count}, "fuse: maps ",
                      y.shape(), " expect decisions ", Shape{y.size(0), y.size(1), action_count},
                      ", got ", weights.shape());
  const kernels::FuseSizes sizes{clip_count(y, frames, "fuse"), frames, y.size(1),
                                 y.size(2) * y.size(3)};
  auto z = Tensor<T>::uninitialized(y.shape());
  kernels::fuse(sizes, y.value().data(), detail::action_column(weights.value(), Action::keep),
                detail::action_column(weights.value(), Action::reuse), z.data());

  return record(
      "fuse", z, {y, weights}, [y, weights, sizes, options](const Variable<T>& dz) -> Gradients<T> {
        if (grad_enabled()) {  // The same two derivatives, with a history of their own.
          auto dy = detail::action_scale(weights, Action::keep) * dz;
          if (!options.detach_history)
            dy =
                dy + shift_time(detail::action_scale(weights, Action::reuse) * dz, sizes.frames, 1);
          const Shape column{y.size(0), y.size(1), 1};
          const auto dkeep = reshape(sum(dz * y, {2, 3}), column);
          const auto dreuse = reshape(sum(dz * shift_time(y, sizes.frames, -1), {2, 3}), column);
          std::vector<Variable<T>> dw(action_count, Variable<T>(Tensor<T>(column)));
          dw[static_cast<std::size_t>(logit_index(Action::keep))] = dkeep;
          dw[static_cast<std::size_t>(logit_index(Action::reuse))] = dreuse;
          return {dy, cat(dw, 2)};
        }
        Variable<T> dy, dw;
        if (y.requires_grad()) {
          const Tensor<T>& w = weights.value();
          auto result = Tensor<T>::uninitialized(y.shape());
          // A detached history is one that nothing was reused from.
          const Tensor<T> nothing(options.detach_history ? w.shape() : Shape{0, 0, action_count});
          const Tensor<T>& reused = options.detach_history ? nothing : w;
          kernels::fuse_backward_maps(sizes, dz.value().data(),
                                      detail::action_column(w, Action::keep),
                                      detail::action_column(reused, Action::reuse), result.data());
          dy = result;
        }
        if (weights.requires_grad()) {
          Tensor<T> result(weights.shape());  // the column of skip stays 0
          kernels::fuse_backward_weights(sizes, y.value().data(), dz.value().data(),
                                         detail::action_column(result, Action::keep),
                                         detail::action_column(result, Action::reuse));
          dw = result;
        }
        return {dy, dw};
      });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
