// Estimators: how a discrete choice is learned, though it has no derivative.
//
//   gumbel            one-hot of argmax (log p + g), with the soft sample's gradient
//
//   soft-gumbel       the soft sample, softmax((log p + g) / tau): chooses in evaluation only
//
//   straight-through  the first without noise: g = 0
//
//   reinforce         one-hot of a draw from p; the objective gives log p of it a gradient
//
// The first is the paper's. Of the four only the last has the expected loss's own gradient, at a
// variance that grows with the number of choices.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/gumbel.hpp>
#include <adafuse/io/words.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// How the gradient of a choice is estimated: the header's table says by what.
enum class Estimator { gumbel, soft_gumbel, straight_through, reinforce };

inline constexpr std::string_view estimator_words[] = {"gumbel", "soft-gumbel", "straight-through",
                                                       "reinforce"};
constexpr io::Words words_of(Estimator) { return {"estimator", estimator_words}; }

/// Weights of the choices, of the shape of `logits` [..., k], as training takes them. `noise` is
/// standard Gumbel noise of the same shape; straight-through does not read it. Throws ValueError
/// where nothing can be drawn: logits of NaN, of +inf, or of -inf alone.
template <Operand X>
Variable<scalar_of<X>> draw_choices(Estimator estimator, const X& logits,
                                    const Tensor<scalar_of<X>>& noise, double temperature) {
  using T = scalar_of<X>;
  switch (estimator) {
    case Estimator::gumbel:
      return gumbel_softmax(logits, noise, {.temperature = temperature});
    case Estimator::soft_gumbel:
      return gumbel_softmax(logits, noise, {.temperature = temperature, .hard = false});
    case Estimator::straight_through:
      return gumbel_softmax(logits, Tensor<T>(logits.shape()), {.temperature = temperature});
    case Estimator::reinforce:
      break;
  }
  // argmax (logits + g) is a draw from softmax(logits): Gumbel, 1954.
  const NoGrad guard;
  const auto drawn_from = (as_variable(logits) + noise).value();
  require_choices(drawn_from, "draw_choices");
  return hard_one_hot(drawn_from, -1);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
