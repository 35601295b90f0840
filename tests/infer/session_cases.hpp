// Models, clips and decisions that sessions are compared with `forward` on.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/fold.hpp>
#include <adafuse/infer/steps/decider.hpp>

#include "../models/lively_model.hpp"

namespace adafuse::infer {

/// Who decides in a case; `agents` leaves it to the model.
struct Policy {
  const char* name;
  bool agents;
  ActionShares shares;
};
inline constexpr Policy policies[] = {{"agents", true, {}},
                                      {"lots", false, {0.4, 0.3, 0.3}},
                                      {"all skipped", false, {0, 0, 1}},
                                      {"all reused", false, {0, 1, 0}},
                                      {"all kept", false, {1, 0, 0}}};

inline Key lots_key() { return Key(5); }

/// What `forward` says of clips with numbers 0, 1, ...: masks are multiplied, nothing is skipped.
template <class T>
models::VideoOutput<T> masked_dense(const models::VideoModel<T>& model, const Tensor<T>& clip,
                                    const Policy& policy) {
  const NoGrad guard;
  AdaptiveContext<T> ctx;
  for (Index n = 0; n < clip.size(0); ++n) ctx.samples.push_back(static_cast<std::uint64_t>(n));
  if (!policy.agents) ctx.decisions = random_actions<T>(policy.shares, lots_key());
  return model.forward(Variable<T>(clip), ctx);
}

inline Decider decider_of(const Policy& policy) {
  return policy.agents ? Decider{} : draw_lots(policy.shares, lots_key());
}

/// The largest difference, on the scale of the largest number of `b`.
template <class T>
double relative_difference(const Tensor<T>& a, const Tensor<T>& b) {
  double scale = 0;
  for (const T value : b) scale = std::max(scale, std::abs(static_cast<double>(value)));
  return models::largest_difference(a, b) / scale;
}

/// Where the agents were nearly undecided: two logits within 1e-3 of their scale, and in a session
/// rounding may tip the balance.
template <class T>
double least_margin(const std::vector<Decision<T>>& decisions) {
  double least = 1;
  for (const auto& decision : decisions) {
    if (!decision.logits.defined()) continue;
    const auto& logits = decision.logits.value();
    for (Index i = 0; i < logits.size(); i += 3) {
      std::array<double, 3> row{};
      std::copy_n(logits.data() + i, 3, row.begin());
      std::sort(row.begin(), row.end());
      least = std::min(least, (row[2] - row[1]) / std::max(1.0, std::abs(row[2])));
    }
  }
  return least;
}

}  // namespace adafuse::infer
