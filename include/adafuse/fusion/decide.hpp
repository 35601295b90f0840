// decide: the one place where a block gets its decisions, sampled, chosen or given.
//
// In training the agent's logits are drawn from by the context's estimator; at evaluation the
// largest logit wins, or a draw when the context says so. A source in the context takes the agent's
// place.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/fusion/context.hpp>
#include <adafuse/fusion/gumbel.hpp>
#include <adafuse/fusion/policy.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What a block decided for each frame and channel.
template <class T>
struct Decision {
  std::string block;    ///< Its name.
  Variable<T> weights;  ///< [N*T, c', 3] in the order skip, reuse, keep: one-hot, or soft
  Variable<T> logits;   ///< [N*T, c', 3], the agent's own; undefined without an agent
  Index groups_of = 1;  ///< how many channels share one choice: the first c' / G are all there are

  /// The actions that were taken, [N*T, c'].
  Tensor<std::uint8_t> actions() const { return chosen_actions(weights.value()); }
};

/// The noise that a draw from logits [N*T, d, 3] of `block` takes, of the same shape: given, or
/// drawn clip by clip.
template <class T>
Tensor<T> sampling_noise(const std::string& block, const Shape& logits, Index frames,
                         AdaptiveContext<T>& ctx) {
  if (ctx.noise) return ctx.noise(block, logits);
  const Key key = ctx.next_key();
  auto noise = Tensor<T>::uninitialized(logits);
  T* const out = noise.data();
  const Work work = Work::functions(4 * logits.size()) / std::max<Index>(1, logits[0] / frames);
  parallel_for(logits[0] / frames, 1, work, [&](Index n, Index) {
    const Index places = frames * logits[1] * logits[2];
    const ClipDraws draws = clip_draws(key, ctx.samples, n, places, ctx.place.first);
    kernels::gumbel(draws.key, draws.first, places, out + n * places);
  });
  return noise;
}

/// Decisions over `channels` channels of the maps that `block` computes from `x` [N*T, c, h, w].
/// `gains` is what a source may ask for (see DecisionRequest). Throws ValueError when there is
/// neither an agent nor a source that decides, or when the agent decides by logits that are no
/// numbers; ShapeError when what the source returns is not [N*T, c'].
template <class T>
Decision<T> decide(const std::string& block, const std::optional<PolicyNetwork<T>>& agent,
                   const Variable<T>& x, Index channels, Index frames, AdaptiveContext<T>& ctx,
                   const std::function<Tensor<T>()>& gains = {}) {
  const Index clips = clip_count(x, frames, block.c_str());
  require<ValueError>(ctx.samples.empty() || std::ssize(ctx.samples) == clips, block, ": ",
                      ctx.samples.size(), " numbers for clips of ", frames, " frames in ",
                      x.shape());
  Decision<T> decision{.block = block, .weights = {}, .logits = {}};
  if (agent) {
    decision.logits = agent->forward(x, frames, ctx);
    decision.groups_of = agent->config().groups_of;
  }
  if (ctx.decisions)
    if (const auto given = ctx.decisions(
            {block, x.value(), frames, channels, ctx.samples, gains, ctx.place.first});
        given.defined()) {
      const Shape expected{x.size(0), channels};
      require<ShapeError>(given.shape() == expected, block, ": decisions expected ", expected,
                          ", got ", given.shape());
      decision.weights = one_hot_actions<T>(given);
      decision.groups_of = 1;
      return decision;
    }
  require<ValueError>(agent.has_value(), block,
                      ": has no agent; the context must say which channels to keep");
  require_choices(decision.logits.value(), block + ": its agent");
  if (!ctx.training && !ctx.sample) {
    decision.weights = one_hot_actions<T>(chosen_actions(decision.logits.value()));
    return decision;
  }
  // Channels that share a decision share its noise: only the first of them draw.
  const auto distinct = agent->config().groups_of == 1
                            ? decision.logits
                            : slice(decision.logits, 1, 0, agent->config().decisions());
  const auto noise = sampling_noise(block, distinct.shape(), frames, ctx);
  // Evaluation always chooses: a draw is hard, whatever was trained with.
  const auto estimator = ctx.training ? ctx.estimator : Estimator::gumbel;
  decision.weights = agent->to_channels(draw_choices(estimator, distinct, noise, ctx.temperature));
  return decision;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
