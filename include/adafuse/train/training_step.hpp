// TrainingStep: a batch through the network and back; its gradients, clipped, and what the
// optimiser makes of them.
//
// Ranks that share the batch each take their part. A loss is a mean over clips, so the gradient of
// the whole batch is the mean of the ranks'. What is no mean over clips is made one of the whole
// batch before the loss is taken: the cost, whose distance from a target counts, the divisor of
// class weights, and the baseline of REINFORCE.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/reinforce.hpp>
#include <adafuse/models/plan_cost.hpp>
#include <adafuse/ops/peers.hpp>
#include <adafuse/train/batch_part.hpp>
#include <adafuse/train/evaluation.hpp>
#include <adafuse/train/from_config.hpp>
#include <adafuse/train/gather.hpp>
#include <adafuse/train/metrics.hpp>
#include <adafuse/train/weight_ema.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// What all ranks have met, and say with one voice.
struct AgreedError : ValueError {
  using ValueError::ValueError;
};

/// How ranks that share a batch make their gradients one. Nothing is asked of a rank that is alone.
struct GradientExchange {
  /// Before the backward of the last part of a step; may be empty.
  std::function<void()> begin{};
  /// After it: leaves the mean over the ranks as the gradient of each parameter.
  std::function<void()> finish{};
};

/// Takes the steps of a training. Configuration, network and peers outlive it.
class TrainingStep {
 public:
  /// Of a configuration that was checked. The weights of classes and the smoothing of labels are
  /// those of `entropy`.
  TrainingStep(const TrainConfig& config, const models::VideoModel<float>& model,
               CrossEntropyOptions entropy, const Peers& peers)
      : config_(config),
        model_(model),
        peers_(peers),
        entropy_(std::move(entropy)),
        frozen_norms_(freeze(model, config.tuning)),
        ema_(model, config.tuning.ema),
        optimizer_(detail::make_optimizer(config, model)) {}
  TrainingStep(const TrainingStep&) = delete;
  TrainingStep& operator=(const TrainingStep&) = delete;

  /// What moves the weights, and counts the steps.
  optim::Optimizer<float>& optimizer() { return *optimizer_; }
  /// The same, to read.
  const optim::Optimizer<float>& optimizer() const { return *optimizer_; }
  /// The average of the weights, which follows each step.
  WeightEma& average() { return ema_; }
  /// Of REINFORCE.
  Baseline& baseline() { return baseline_; }

  /// Replaces the exchange of gradients after backward, which is slow: the mean of each by
  /// Peers::sum.
  void exchange_gradients_by(GradientExchange exchange) { exchange_ = std::move(exchange); }

  /// Moves the weights by what this rank's clips and those of its peers say, and returns the
  /// metrics of the whole batch. Throws ValueError, and has moved nothing, when a loss, a gradient
  /// or a logit is no number; AgreedError where all ranks know of it.
  TrainingMetrics operator()(const data::Batch& batch, double lambda, double rate) {
    const Index step = optimizer_->steps();
    const Key noise = Key(config_.seed).of("noise").of(static_cast<std::uint64_t>(step));
    const Index parts = config_.tuning.accumulate;
    optimizer_->zero_grad();
    TrainingMetrics sum;
    for (Index part = 0; part < parts; ++part) {
      const auto share = part_of_batch(batch, part, parts, entropy_.weight, peers_);
      if (!alone() && part + 1 == parts && exchange_.begin) exchange_.begin();
      const auto own =
          backward_part(share, lambda,
                        parts == 1 ? noise : noise.of("part").of(static_cast<std::uint64_t>(part)));
      sum += own;
    }
    if (!alone()) {
      exchange_.finish ? exchange_.finish() : average_gradients();
      take_means(sum);
      sum.lambda = lambda;
    }
    try {
      require<ValueError>(std::isfinite(sum.loss), "the loss is ", sum.loss);
      clip_gradients();
    } catch (const ValueError& error) {
      throw AgreedError(error.what());
    }
    optimizer_->step(rate);
    ema_.update();
    return sum;
  }

 private:
  bool alone() const { return peers_.size() == 1; }

  /// All together, or the agents' by themselves: draws make theirs large, and the others' small.
  void clip_gradients() const {
    if (config_.agent_clip_norm > 0) {
      const auto [agents, others] = agents_apart(model_);
      optim::clip_by_norm(agents, config_.agent_clip_norm);
      optim::clip_by_norm(others, config_.clip_norm);
    } else {
      optim::clip_by_norm(nn::parameters(model_), config_.clip_norm);
    }
  }

  /// The slow twin of what a GradientExchange does. A parameter without a gradient on any rank
  /// stays without.
  void average_gradients() const {
    for (const auto& p : nn::parameters(model_)) {
      if (!p.requires_grad()) continue;
      const auto own = p.grad();
      std::vector<double> mean(static_cast<std::size_t>(p.shape().size()), 0.);
      if (own.defined()) std::copy(own.value().begin(), own.value().end(), mean.begin());
      mean.push_back(own.defined() ? 1 : 0);
      mean_over_ranks(peers_, mean);
      if (!(mean.back() > 0)) continue;
      Tensor<float> gradient(p.shape());
      std::transform(gradient.begin(), gradient.end(), mean.begin(), gradient.begin(),
                     [](float, double g) { return static_cast<float>(g); });
      p.set_grad(std::move(gradient));
    }
  }

  /// Replaces a rank's metrics by those of the whole batch; and running statistics, which move by
  /// each rank's own clips where norms do not take those of all.
  void take_means(TrainingMetrics& own) const {
    std::vector<double> numbers{own.loss, own.cross_entropy, own.cost, own.top1};
    const auto statistics = synchronises() ? std::vector<Tensor<float>>() : running_statistics();
    for (const auto& tensor : statistics)
      numbers.insert(numbers.end(), tensor.begin(), tensor.end());
    mean_over_ranks(peers_, numbers);
    own.loss = numbers[0], own.cross_entropy = numbers[1];
    own.cost = numbers[2], own.top1 = numbers[3];
    auto next = numbers.begin() + 4;
    for (auto tensor : statistics)
      for (float& x : tensor) x = static_cast<float>(*next++);
  }

  std::vector<Tensor<float>> running_statistics() const {
    std::vector<Tensor<float>> all;
    for (const auto& item : nn::state(model_))
      if (!item.is_parameter()) all.push_back(item.buffer);
    return all;
  }

  bool synchronises() const {
    return !alone() &&
           train::synchronises(config_.sync_batch_norm,
                               config_.batch / (peers_.size() * config_.tuning.accumulate));
  }

  /// Adds the gradients of a part of a batch; returns its share of the batch's metrics.
  TrainingMetrics backward_part(const BatchPart& part, double lambda, Key noise) {
    const data::Batch batch = repeated(part.batch, config_.draws);
    AdaptiveContext<float> ctx(true, noise);
    ctx.frozen_norms = frozen_norms_;
    if (synchronises()) ctx.peers = &peers_;
    const Index clips = batch.labels.size();
    if (!alone()) ctx.place = {peers_.rank() * clips, clips};
    ctx.estimator = config_.estimator;
    ctx.temperature = config_.temperature;
    ctx.detach_history = config_.detach_history;
    ctx.decisions = config_.policy.source<float>(noise.of("lots"));

    const auto out = model_.forward(batch.clips, ctx);
    const auto& plan = plan_for(batch);
    const auto costs = models::channel_costs(plan);
    const auto cost = over_ranks(adaptive_cost(
        plan.macs(), costs, out.decisions, batch.clips.size(1), config_.cost, plan.dense_macs()));
    auto weighs = cost_loss_of(config_);
    weighs.lambda = lambda;
    const auto goal =
        config_.several_labels
            ? objective(mean(label_losses(out.logits, batch.label_sets)), cost, weighs)
            : objective(out.logits, batch.labels, cost, weighs, entropy_);
    const auto weighted = part.is_all() ? goal.loss : part.loss(goal, weighs);
    const double loss = static_cast<double>(weighted.item());
    require<ValueError>(!alone() || std::isfinite(loss), "the loss is ", loss);
    if (ctx.estimator == Estimator::reinforce && config_.policy.learned() && !out.decisions.empty())
      backward(weighted +
               part.of_clips * choices_term(batch, part.of_ranks, out, plan, costs, weighs));
    else
      backward(weighted);
    return {loss, part.of_labels * static_cast<double>(goal.cross_entropy.item()),
            part.of_clips * static_cast<double>(goal.cost.item()),
            part.of_clips * 100 * static_cast<double>(hits(out.logits.value(), batch)) /
                static_cast<double>(batch.labels.size()),
            part.of_clips * lambda};
  }

  /// Clips whose largest logit is a label of theirs that counts.
  Index hits(const Tensor<float>& logits, const data::Batch& batch) const {
    return config_.several_labels ? correct_count(logits, batch.label_sets)
                                  : correct_count(logits, batch.labels);
  }

  /// The mean over the ranks: how far a mean is from its target is not the mean of how far each is.
  Variable<float> over_ranks(const Variable<float>& own) const {
    return alone() ? own : mean_over(peers_, own);
  }

  /// What REINFORCE adds to the loss, so that the gradient knows of what was drawn. `of_ranks` is
  /// the part's (BatchPart).
  Variable<float> choices_term(const data::Batch& batch, double of_ranks,
                               const models::VideoOutput<float>& out,
                               const models::Plan<float>& plan,
                               const std::vector<ChannelCosts>& costs, const CostLoss& weighs) {
    const Index frames = batch.clips.size(1);
    const auto spent =
        clip_costs(plan.macs(), costs, out.decisions, frames, config_.cost, plan.dense_macs());
    auto entropies = config_.several_labels
                         ? label_losses(out.logits, batch.label_sets).value()
                         : clip_losses(out.logits.value(), batch.labels, spent, {}, entropy_);
    if (!equals(of_ranks, 1))
      for (float& entropy : entropies) entropy *= static_cast<float>(of_ranks);
    const auto losses = clip_losses(entropies, spent, weighs);
    const auto log_p = log_probability(out.decisions, frames);
    if (config_.draws > 1) return reinforce(log_p, losses, leave_one_out(losses, config_.draws));
    const auto term = reinforce(log_p, losses, baseline_.value());
    double mean[] = {0};
    for (const float loss : losses)
      mean[0] += static_cast<double>(loss) / static_cast<double>(losses.size());
    mean_over_ranks(peers_, mean);
    baseline_.learn_mean(mean[0]);
    return term;
  }

  const models::Plan<float>& plan_for(const data::Batch& batch) {
    const Shape picture{3, batch.clips.size(3), batch.clips.size(4)};
    if (!plan_ || plan_->values[plan_->input] != picture)
      plan_ = model_.plan(picture[1], picture[2]);
    return *plan_;
  }

  const TrainConfig& config_;
  const models::VideoModel<float>& model_;
  const Peers& peers_;
  CrossEntropyOptions entropy_;
  std::shared_ptr<const std::set<const float*>> frozen_norms_;
  WeightEma ema_;
  std::unique_ptr<optim::Optimizer<float>> optimizer_;
  GradientExchange exchange_;
  std::optional<models::Plan<float>> plan_;
  Baseline baseline_;
};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
