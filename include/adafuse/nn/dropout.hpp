// Dropout: in training each element is zeroed with probability p, and the others divided by 1 - p.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/module.hpp>
#include <adafuse/ops/dropout.hpp>

namespace adafuse::nn {

template <class T>
class Dropout {
 public:
  using value_type = T;

  /// Drops with probability `p`.
  ADAFUSE_INLINE explicit Dropout(double p) : p_(p) {
    require<ValueError>(0 <= p && p < 1, "Dropout: p must be in [0, 1), got ", p);
  }
  /// The probability of being dropped.
  double p() const { return p_; }

  /// In training x with elements dropped, which draws from the context; else x.
  Variable<T> forward(const Variable<T>& x, Context<T>& ctx) const {
    return ctx.training && p_ > 0 ? dropout(x, p_, ctx.next_key(), ctx.first_draw(x.size())) : x;
  }
  void visit(Visitor<T>&) const {}

 private:
  double p_;
};

}  // namespace adafuse::nn
