// TrainConfig: all that a training run depends on. With the data, it determines every number.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/data/transform.hpp>
#include <adafuse/fusion/objective.hpp>
#include <adafuse/models/load_weights.hpp>
#include <adafuse/train/json_fields.hpp>
#include <adafuse/train/lambda_rule.hpp>
#include <adafuse/train/policy_choice.hpp>
#include <adafuse/train/transform_fields.hpp>
#include <adafuse/train/tuning.hpp>
#include <cmath>
#include <limits>
#include <type_traits>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Which rule changes the weights.
enum class Optimizer {
  adamw,
  adam,
  sgd,  ///< with momentum 0.9
};
inline constexpr std::string_view optimizer_words[] = {"adamw", "adam", "sgd"};
constexpr io::Words words_of(Optimizer) { return {"optimizer", optimizer_words}; }

/// How the learning rate goes.
enum class Schedule {
  one_cycle,
  cosine,
  step,  ///< falls by 10 at 2/5 and at 4/5 of the steps
  constant,
};
inline constexpr std::string_view schedule_words[] = {"one-cycle", "cosine", "step", "constant"};
constexpr io::Words words_of(Schedule) { return {"schedule", schedule_words}; }

/// Whether batch norms take the statistics of all ranks' clips, where several share a batch.
enum class SyncBatchNorm {
  automatic,  ///< where a rank has fewer than 32 clips at once
  on,
  off,  ///< Each rank takes those of its own clips.
};
inline constexpr std::string_view sync_batch_norm_words[] = {"auto", "on", "off"};
constexpr io::Words words_of(SyncBatchNorm) { return {"sync-bn", sync_batch_norm_words}; }

/// Whether they do, of a rank that puts `clips` through the network at once.
constexpr bool synchronises(SyncBatchNorm choice, Index clips) {
  return choice == SyncBatchNorm::on || (choice == SyncBatchNorm::automatic && clips < 32);
}

/// All that a training run depends on, beside its data.
struct TrainConfig {
  models::ModelConfig model;  ///< the network
  PolicyChoice policy;        ///< who decides

  Index epochs = 12;                        ///< passes over the training clips
  Index batch = 32;                         ///< clips of a step
  Optimizer optimizer = Optimizer::adamw;   ///< which rule changes the weights
  double rate = 3e-3;                       ///< the highest learning rate
  Schedule schedule = Schedule::one_cycle;  ///< how the rate goes on
  double weight_decay = 0.01;               ///< not on biases and batch norms
  double clip_norm = 20;                    ///< of the gradients
  /// statistics of norms where several ranks share a batch
  SyncBatchNorm sync_batch_norm = SyncBatchNorm::automatic;
  TuningConfig tuning;  ///< where it starts, what learns, how clips count

  double lambda = 0.5;  ///< weight of the cost, counted as a share of the dense network
  LambdaRule lambda_rule = LambdaRule::half_learned;  ///< how much of lambda counts when
  Index lambda_from = 0;  ///< of LambdaRule::epoch: first epoch, from 0, in which lambda counts
  CostKind cost = CostKind::real;  ///< what is counted
  /// how its distance from the target is measured
  CostDistance cost_loss = CostDistance::absolute;
  double cost_target = 0;  ///< a share of the dense network's MACs

  Estimator estimator = Estimator::gumbel;  ///< of the choices' gradient
  double temperature = 0.67;                ///< of the softmax that gives the gradient
  bool detach_history = false;              ///< A reused map sends no gradient to the frame before.
  Index draws = 1;  ///< of REINFORCE, for each clip; from 2 on a draw's baseline is the others
  double agent_clip_norm = 0;  ///< of the agents' gradients by themselves; 0: with all others

  Index size = 0;                     ///< Frames are cropped to size x size; 0: as they are.
  Index shorter_side = 0;             ///< to which frames are scaled before; 0: size
  bool flip = false;                  ///< Mirror half of the clips.
  bool several_labels = false;        ///< All labels of a clip count (train/several_labels.hpp).
  data::TransformOptions transform;   ///< what else becomes of clips
  data::Normalisation normalisation;  ///< from bytes to numbers of about unit size

  std::uint64_t seed = 0;  ///< of all that is drawn
};

/// The weight that the cost is to have in the end: 0 where nothing is learned about decisions.
inline double lambda_asked_of(const TrainConfig& c) {
  return c.model.fusion.adaptive && c.policy.learned() ? c.lambda : 0;
}

/// How the cost enters the loss, once lambda counts.
inline CostLoss cost_loss_of(const TrainConfig& c) {
  return {.lambda = c.lambda, .target = c.cost_target, .distance = c.cost_loss};
}

/// Throws ValueError for numbers that make a byte of a picture something that is not finite.
inline void check(const data::Normalisation& n) {
  for (std::size_t colour = 0; colour < 3; ++colour) {
    const float mean = n.mean[colour], deviation = n.deviation[colour];
    require<ValueError>(deviation > 0 && std::isfinite((std::abs(mean) + 1) / deviation),
                        "normalisation: expects finite means and positive deviations, got ", mean,
                        " and ", deviation);
  }
}

/// Throws ValueError for a crop that no picture has. `size` 0: pictures as they are.
inline void check_crop(Index size, Index shorter_side) {
  constexpr Index longest = 65535;  // sides that a JPEG can state
  require<ValueError>(0 <= size && size <= longest, "size is at least 0 and at most ", longest,
                      ", got ", size);
  require<ValueError>(shorter_side == 0 || (size <= shorter_side && shorter_side <= longest),
                      "shorter side of ", shorter_side, " does not hold a crop of ", size);
  require<ValueError>(shorter_side == 0 || size > 0,
                      "shorter side has no effect without size, got ", shorter_side);
}

/// Throws ValueError, or ShapeError, for a network that cannot be built. How many classes there are
/// comes with the data: none stands for any number.
inline void check_network(models::ModelConfig model) {
  if (model.classes == 0) model.classes = 1;
  models::state_shapes(model);
}

/// Throws ValueError for what decides, or learns to, and cannot.
inline void check_decisions(const TrainConfig& c) {
  if (!c.model.fusion.adaptive) return;
  require<ValueError>(c.model.agents || !c.policy.learned(),
                      "policy: learned needs agents, which this network has none of");
  if (c.policy.kind == PolicyChoice::Kind::random) check_shares(c.policy.shares, "random");
  if (c.policy.kind == PolicyChoice::Kind::magnitude) check_shares(c.policy.shares, "magnitude");
  if (c.policy.kind == PolicyChoice::Kind::change) check_threshold(c.policy.threshold);
  require<ValueError>(
      !agents_have_norms(c.model) || c.batch / c.tuning.accumulate * c.model.frames > 1,
      "batch: a step of one frame has no statistics for the agents' batch norms");
}

/// Throws ValueError, or ShapeError, for a value that no training can be run with. What depends on
/// the clips, the trainer checks.
inline void check(const TrainConfig& c) {
  const auto positive = [](const char* name, double value) {
    require<ValueError>(value > 0 && std::isfinite(value), name, ": must be positive, got ", value);
  };
  positive("epochs", static_cast<double>(c.epochs));
  positive("batch", static_cast<double>(c.batch));
  positive("rate", c.rate);
  positive("clip-norm", c.clip_norm);
  positive("temperature", c.temperature);
  constexpr Index most_draws = 1024;
  require<ValueError>(1 <= c.draws && c.draws <= most_draws, "draws: from 1 to ", most_draws,
                      ", got ", c.draws);
  require<ValueError>(c.draws == 1 || c.estimator == Estimator::reinforce,
                      "draws has no effect with estimator ", io::word_of(c.estimator));
  require<ValueError>(c.agent_clip_norm >= 0 && std::isfinite(c.agent_clip_norm),
                      "agent-clip-norm: must not be negative, got ", c.agent_clip_norm);
  require<ValueError>(c.weight_decay >= 0 && std::isfinite(c.weight_decay),
                      "weight-decay: must not be negative, got ", c.weight_decay);
  require<ValueError>(c.lambda >= 0 && std::isfinite(c.lambda),
                      "lambda: must not be negative, got ", c.lambda);
  constexpr Index most = std::numeric_limits<std::int32_t>::max();
  require<ValueError>(c.epochs <= most && c.batch <= most, "epochs and batch are at most ", most,
                      ", got ", c.epochs, " and ", c.batch);
  require<ValueError>(c.lambda_from >= 0, "lambda-from: must not be negative, got ", c.lambda_from);
  require<ValueError>(c.lambda_from == 0 || c.lambda_rule == LambdaRule::epoch,
                      "lambda-from has no effect with lambda-rule ", io::word_of(c.lambda_rule));
  require<ValueError>(0 <= c.cost_target && c.cost_target <= 1,
                      "cost-target: a share of the dense network, from 0 to 1, got ",
                      c.cost_target);
  constexpr Index longest_clip = 4096, widest_stride = 8;
  require<ValueError>(c.model.frames <= longest_clip, "frames: a clip has at most ", longest_clip,
                      ", got ", c.model.frames);
  require<ValueError>(c.model.stem_stride <= widest_stride, "stem-stride: at most ", widest_stride,
                      ", got ", c.model.stem_stride);
  check_crop(c.size, c.shorter_side);
  check(c.transform, c.size);
  require<ValueError>(c.transform.sampling != data::FrameSampling::twice,
                      "sampling: twice is two clips of a test; training takes segments");
  check(c.normalisation);
  check(c.tuning);
  require<ValueError>(c.batch % c.tuning.accumulate == 0, "accumulate: a batch of ", c.batch,
                      " clips does not make ", c.tuning.accumulate, " equal parts");
  const auto one_label = [&](const char* name, bool given) {
    require<ValueError>(!given || !c.several_labels, name,
                        ": has no meaning where clips have several labels");
  };
  one_label("label-smoothing", !equals(c.tuning.label_smoothing, 0));
  one_label("class-weights", !c.tuning.class_weights.empty());
  check_network(c.model);
  check_decisions(c);
}

template <class Fields>
void list_fields(Fields& f, data::Normalisation& n) {
  f("mean", n.mean), f("deviation", n.deviation), f.or_default("bgr", n.bgr);
  if constexpr (std::is_same_v<Fields, FieldReader>) check(n);
}

template <class Fields>
void list_fields(Fields& f, models::ModelConfig& c) {
  f("model", c.model);
  std::string fusion = models::to_string(c.fusion);
  f("fusion", fusion);
  c.fusion = models::parse_fusion(fusion);
  f("classes", c.classes), f("frames", c.frames), f("stem_stride", c.stem_stride);
  f("dropout", c.dropout), f("consensus", c.consensus), f("lstm_hidden", c.lstm_hidden);
  f("adaptive_stages", c.adaptive_stages), f("adaptive_blocks", c.adaptive_blocks);
  f("agents", c.agents), f("policy_hidden", c.policy_hidden);
  f("policy_quota", c.policy_quota), f("shared_policy", c.shared_policy);
  f.or_default("policy_relative", c.policy_relative);
  f.or_default("policy_layers", c.policy_layers), f.or_default("policy_pool", c.policy_pool);
  f.or_default("policy_groups_of", c.policy_groups_of);
  f.or_default("policy_both", c.policy_both);
  f.or_default("policy_sees", c.policy_sees), f.or_default("actions", c.actions);
}

template <class Fields>
void list_fields(Fields& f, TrainConfig& c) {
  f("model", c.model);
  std::string policy = to_string(c.policy);
  f("policy", policy);
  c.policy = parse_policy(policy);
  f("epochs", c.epochs), f("batch", c.batch);
  f("optimizer", c.optimizer), f("rate", c.rate), f("schedule", c.schedule);
  f("weight_decay", c.weight_decay), f("clip_norm", c.clip_norm);
  f.or_default("sync_bn", c.sync_batch_norm);
  f.or_default("tuning", c.tuning);
  f("lambda", c.lambda), f("lambda_from", c.lambda_from), f("cost", c.cost);
  // Files that name no rule are of when an epoch was all that there was.
  if constexpr (std::is_same_v<Fields, FieldReader>) c.lambda_rule = LambdaRule::epoch;
  f.or_default("lambda_rule", c.lambda_rule);
  f.or_default("cost_loss", c.cost_loss), f.or_default("cost_target", c.cost_target);
  f.or_default("estimator", c.estimator), f("temperature", c.temperature);
  f.or_default("detach_history", c.detach_history);
  f.or_default("draws", c.draws), f.where_set("agent_clip_norm", c.agent_clip_norm);
  f("size", c.size), f("shorter_side", c.shorter_side), f("flip", c.flip);
  f.where_set("several_labels", c.several_labels);
  if constexpr (std::is_same_v<Fields, FieldReader>) c.transform = transforms_of_old_runs;
  f.or_default("transform", c.transform);
  f("normalisation", c.normalisation), f("seed", c.seed);
  if constexpr (std::is_same_v<Fields, FieldReader>) check(c);
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
