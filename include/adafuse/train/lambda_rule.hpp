// The rule for lambda: how much of the cost's weight counts at a step, by what was learned so far.
//
// A price on computing that counts before anything was learned teaches agents to skip everything,
// and what is skipped learns nothing. With chance the accuracy of who always names the commonest
// class, and accuracy a running mean over training steps,
//
//   learned = clamp((accuracy - chance) / (1 - chance), 0, 1)
//
//   half-learned      lambda * min(1, 2 * learned)
//   learned           lambda * learned
//   learned-squared   lambda * learned^2
//   left-chance       lambda from the step on at which learned > 1/4
//   epoch             lambda from an epoch on, whatever was learned
//
// The first three have a way back: where a price takes away what was learned, it falls. The first
// one is the default: a network that knows half of its task pays in full.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/error.hpp>
#include <adafuse/core/shape.hpp>
#include <adafuse/io/words.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// What lambda is multiplied with; the header says by which equation.
enum class LambdaRule { half_learned, learned, learned_squared, left_chance, epoch };
inline constexpr std::string_view lambda_rule_words[] = {"half-learned", "learned",
                                                         "learned-squared", "left-chance", "epoch"};
constexpr io::Words words_of(LambdaRule) { return {"lambda-rule", lambda_rule_words}; }

/// What a rule remembers from step to step.
struct LambdaState {
  double accuracy = 0;       ///< running mean over the training steps, from 0 to 1
  bool left_chance = false;  ///< whether it was above chance by the margin, ever
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wfloat-equal"
  friend bool operator==(const LambdaState&, const LambdaState&) = default;
#pragma GCC diagnostic pop
};

template <class Fields>
void list_fields(Fields& f, LambdaState& s) {
  f("accuracy", s.accuracy), f("left_chance", s.left_chance);
}

/// How much of lambda counts, step by step.
class LambdaSchedule {
 public:
  /// `from`: the first epoch, from 0, in which lambda counts by LambdaRule::epoch. `chance`: what
  /// accuracy, from 0 to 1, is worth nothing.
  LambdaSchedule(LambdaRule rule, double lambda, Index from, double chance)
      : rule_(rule), lambda_(lambda), from_(from), chance_(chance), state_{.accuracy = chance} {
    require<ValueError>(0 <= chance && chance <= 1, "lambda rule: chance is from 0 to 1, got ",
                        chance);
  }

  /// The weight of the cost in the next step, which is of this epoch.
  double at(Index epoch) const {
    switch (rule_) {
      case LambdaRule::half_learned:
        return lambda_ * std::min(1., 2 * learned());
      case LambdaRule::learned_squared:
        return lambda_ * learned() * learned();
      case LambdaRule::learned:
        return lambda_ * learned();
      case LambdaRule::left_chance:
        return state_.left_chance ? lambda_ : 0;
      case LambdaRule::epoch:
        break;
    }
    return epoch < from_ ? 0 : lambda_;
  }

  /// Takes the accuracy of a training step, from 0 to 1.
  void learn(double accuracy) {
    constexpr double steps = 16;  // that the running mean goes back, roughly
    constexpr double margin = 0.25;
    state_.accuracy += (accuracy - state_.accuracy) / steps;
    state_.left_chance = state_.left_chance || learned() > margin;
  }

  /// How far the way from chance to no mistake was gone, from 0 to 1. With one class there is
  /// nothing to learn: 1.
  double learned() const {
    if (equals(chance_, 1)) return 1;
    return std::clamp((state_.accuracy - chance_) / (1 - chance_), 0., 1.);
  }

  /// Restored into a schedule of the same rule, all goes on as if it had never stopped.
  const LambdaState& state() const { return state_; }
  /// Goes on from a state.
  void restore(const LambdaState& state) { state_ = state; }

 private:
  LambdaRule rule_;
  double lambda_;
  Index from_;
  double chance_;
  LambdaState state_;
};

/// The share of the commonest label among clips: what a network reaches that looks at none.
template <class Clips>
double chance_of(const Clips& clips, Index classes) {
  std::vector<Index> counts(static_cast<std::size_t>(classes), 0);
  for (Index i = 0; i < clips.size(); ++i) ++counts[static_cast<std::size_t>(clips.label(i))];
  return static_cast<double>(*std::max_element(counts.begin(), counts.end())) /
         static_cast<double>(clips.size());
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
