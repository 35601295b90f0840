// checkpoint of a layer: what it keeps for its gradient is computed again
// (autograd/checkpoint.hpp), with the same noise.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/checkpoint.hpp>
#include <adafuse/nn/context.hpp>
#include <adafuse/nn/module.hpp>

namespace adafuse::nn::inline ADAFUSE_SIMD {

/// layer.forward(x, ctx), computed again for its gradient: the repetition draws what the first call
/// drew and leaves running statistics alone. The layer must live until then.
template <class T, Module L>
requires requires(const L& layer, const Variable<T>& x, Context<T>& ctx) {
  { layer.forward(x, ctx) } -> std::convertible_to<Variable<T>>;
}
Variable<T> checkpoint(const L& layer, const Variable<T>& x, Context<T>& ctx) {
  const auto after = std::make_shared<Context<T>>(ctx);
  const auto f = [&layer, before = ctx, after](const Variable<T>& at) -> Variable<T> {
    Context<T> own = before;
    Variable<T> y = layer.forward(at, own);
    *after = own;
    return y;
  };
  Variable<T> y = adafuse::checkpoint(f, x);
  ctx = *after;  // what follows draws other numbers
  return y;
}

}  // namespace adafuse::nn::inline ADAFUSE_SIMD
