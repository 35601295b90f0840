// Folding: a plan becomes fewer, larger steps.
//
//   conv, norm [, relu]                  one convolution with an epilogue
//   conv, norm, add x [, relu]           the same, with x as its residual
//   conv, norm, conv, norm, add [, relu] the same, with the smaller as its shortcut, if that pays
//   [concat,] fuse                       one fusion of its parts
//
// and every value that a block decides about learns which list of channels it follows.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_network.hpp>
#include <adafuse/models/video_model.hpp>
#include <adafuse/models/zero_channels.hpp>
#include <algorithm>
#include <array>
#include <memory>

namespace adafuse::infer::inline ADAFUSE_SIMD {

struct FoldOptions {
  /// `automatic`, or `direct`: without Winograd, whose rounding error is larger.
  kernels::ConvAlgorithm algorithm = kernels::ConvAlgorithm::automatic;
  /// Frames that will run together: with more of them Winograd pays more often.
  Index frames = 8;
};

namespace detail {

template <class T>
class Folder {
 public:
  Folder(const models::Plan<T>& plan, const FoldOptions& options)
      : plan_(plan), options_(options), done_(plan.steps.size()), producer_(plan.values.size()) {
    network_.input = plan.input;
    network_.output = plan.output();
    for (const Shape& shape : plan.values) network_.values.push_back({shape, {}, {}});
    for (std::size_t i = 0; i < plan.steps.size(); ++i) producer_[plan.steps[i].output] = i;
  }

  FoldedNetwork<T> fold() {
    find_blocks();
    for (std::size_t i = 0; i < plan_.steps.size(); ++i)
      if (!done_[i]) std::visit([&](const auto& op) { add(i, op); }, plan_.steps[i].operation);
    check_blocks();
    return std::move(network_);
  }

 private:
  using Step = models::Step<T>;

  /// The only step that reads a value, if there is just one.
  std::optional<std::size_t> sole_reader(ValueId value) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i)
      for (const ValueId input : plan_.steps[i].inputs)
        if (input == value) {
          if (found) return {};
          found = i;
        }
    return found;
  }
  template <class Operation>
  const Operation* reader_as(ValueId value, std::size_t& at) const {
    const auto reader = sole_reader(value);
    if (!reader || done_[*reader]) return nullptr;
    at = *reader;
    return plan_.steps[at].template as<Operation>();
  }

  FoldedValue& value(ValueId id) { return network_.values[id]; }
  ListId new_list(Index channels) {
    network_.lists.push_back(channels);
    return network_.lists.size() - 1;
  }

  FoldedStep<T>& add_step(const Step& first, FoldedOperation<T> operation,
                          std::vector<ValueId> inputs, ValueId output) {
    network_.steps.push_back(
        {first.name, std::move(operation), std::move(inputs), output, first.macs});
    return network_.steps.back();
  }

  /// Blocks, the lists that their decisions fill, and the values that follow those.
  void find_blocks() {
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      const auto& fuse = plan_.steps[i];
      if (!fuse.template as<models::FuseStep>()) continue;
      const auto& decision = plan_.steps[producer_[fuse.inputs[1]]];
      const auto* agent = decision.template as<models::AgentStep<T>>();
      require<ValueError>(agent, "fold: ", fuse.name, " does not read decisions");
      FoldedBlock block{agent->block, agent->channels, new_list(agent->channels), {}};
      value(fuse.output).live = block.live;
      Index first = 0;
      for (const ValueId part : parts_of(fuse.inputs[0])) {
        require<ValueError>(sole_reader(part).has_value(), "fold: ", fuse.name,
                            " fuses maps that others read too");
        block.parts.push_back({part, first, new_list(value(part).channels())});
        value(part).wanted = block.parts.back().wanted;
        first += value(part).channels();
      }
      blocks_of_[decision.output] = network_.blocks.size();
      network_.blocks.push_back(std::move(block));
    }
  }

  /// The values that a fusion takes apart: those of the concatenation that it reads, or that one.
  std::vector<ValueId> parts_of(ValueId maps) const {
    const auto& step = plan_.steps[producer_[maps]];
    return step.template as<models::ConcatStep>() && sole_reader(maps) ? step.inputs
                                                                       : std::vector{maps};
  }

  void add(std::size_t i, const models::ConvStep<T>& conv) {
    const Step& step = plan_.steps[i];
    const Shape& in = plan_.values[step.inputs[0]];
    FoldedConv<T> folded;
    folded.geometry = conv2d_geometry({1, in[0], in[1], in[2]}, conv.weight.shape(), conv.options);
    folded.weight = conv.weight.value();
    folded.algorithm = options_.algorithm;
    Tensor<T> bias = conv.bias.defined() ? conv.bias.value() : Tensor<T>{};
    folded.shift = bias;
    folded.biases = bias.defined() ? 1 : 0;
    std::vector<ValueId> inputs = step.inputs;
    std::string name = step.name;
    double macs = step.macs;
    ValueId out = step.output;
    std::size_t next = 0;
    if (const auto* norm = reader_as<models::NormStep<T>>(out, next)) {
      auto affine = Affine<T>::of_norm(norm->weight.value(), norm->bias.value(), norm->running_mean,
                                       norm->running_var, norm->eps, bias);
      folded.scale = std::move(affine.scale), folded.shift = std::move(affine.shift);
      out = take(next);
    }
    if (reader_as<models::AddStep>(out, next)) {
      const auto& terms = plan_.steps[next].inputs;
      const ValueId other = terms[terms[0] == out];
      // What is added must be there, and whole. Of two convolutions the later takes the other in.
      if (other != out && is_made(other) && !value(other).live) {
        if (const auto before = join(folded, inputs, other))
          name = before->name, macs += before->macs;
        else
          inputs.push_back(other);
        out = take(next);
      }
    }
    if (reader_as<models::ReluStep>(out, next)) {
      folded.activation = kernels::Activation::relu;
      out = take(next);
    }
    if (std::is_same_v<T, float> && folded.weight.size() <= few_weights) scale_weights(folded);
    prepare_weights(folded, value(inputs[0]).live.has_value());
    network_.steps.push_back({std::move(name), std::move(folded), std::move(inputs), out, macs});
  }

  /// Joins a convolution to the one that makes `other`, if there is an algorithm that adds up both
  /// at once: the one with fewer products becomes the shortcut of the other. Returns the step that
  /// is no more.
  std::optional<FoldedStep<T>> join(FoldedConv<T>& conv, std::vector<ValueId>& inputs,
                                    ValueId other) {
    if constexpr (std::is_same_v<T, float>) {
      const auto found = std::find_if(network_.steps.begin(), network_.steps.end(),
                                      [&](const auto& step) { return step.output == other; });
      if (found == network_.steps.end() || found->inputs.size() > 1) return {};
      const auto* before = found->template as<FoldedConv<T>>();
      if (!before || before->activation != kernels::Activation::identity || value(other).wanted ||
          !sole_reader(other))
        return {};
      std::array<ValueId, 2> reads{found->inputs[0], inputs[0]};
      FoldedConv<T> main = *before, beside = conv;
      if (main.geometry.macs() < beside.geometry.macs())
        std::swap(main, beside), std::swap(reads[0], reads[1]);
      if (value(reads[1]).live || !kernels::may_take_shortcut(main.geometry, beside.geometry))
        return {};
      scale_weights(main);
      scale_weights(beside);
      main.shift = sum_of(main.shift, beside.shift);
      main.biases += beside.biases;
      main.shortcut = {beside.geometry, beside.weight, {}};
      main.prepared = {};
      conv = std::move(main);
      inputs.assign(reads.begin(), reads.end());
      FoldedStep<T> taken = std::move(*found);
      network_.steps.erase(found);
      return taken;
    }
    return {};
  }

  /// Either may be undefined: zeros.
  static Tensor<T> sum_of(const Tensor<T>& a, const Tensor<T>& b) {
    if (!a.defined() || !b.defined()) return a.defined() ? a : b;
    auto sum = a.clone();
    for (Index i = 0; i < sum.size(); ++i) sum(i) += b(i);
    return sum;
  }
  /// The scale becomes part of a copy of the weights: tiles then begin with the shift, and are
  /// ready when they are summed up.
  static void scale_weights(FoldedConv<T>& conv) {
    if (!conv.scale.defined()) return;
    conv.weight = conv.weight.clone();
    for (Index o = 0; o < conv.weight.size(0); ++o)
      for (T& w : conv.weight[o]) w *= conv.scale(o);
    conv.scale = {};
  }

  ValueId take(std::size_t i) {
    done_[i] = true;
    return plan_.steps[i].output;
  }
  bool is_made(ValueId id) const {
    return id == plan_.input || std::any_of(network_.steps.begin(), network_.steps.end(),
                                            [&](const auto& step) { return step.output == id; });
  }

  void prepare_weights(FoldedConv<T>& conv, bool has_in_lists) const {
    if constexpr (std::is_same_v<T, float>) {
      const auto to_prepare = [&](auto& of) {
        auto g = of.geometry;
        g.batch = options_.frames;
        return kernels::WeightsToPrepare{g, of.weight.data(), &of.prepared};
      };
      const auto main = to_prepare(conv), beside = to_prepare(conv.shortcut);
      conv.algorithm = kernels::prepare_conv2d(main, conv.has_shortcut() ? &beside : nullptr,
                                               options_.algorithm, has_in_lists);
    }
  }

  void add(std::size_t i, const models::MaxPoolStep& pool) { add_pool(i, pool.options, true); }
  void add(std::size_t i, const models::AvgPoolStep& pool) { add_pool(i, pool.options, false); }
  void add_pool(std::size_t i, const PoolOptions& options, bool maximum) {
    const Step& step = plan_.steps[i];
    const Shape& in = plan_.values[step.inputs[0]];
    auto pool = fold_pool<T>(pool2d_geometry("fold", {1, in[0], in[1], in[2]}, options), maximum);
    pool.geometry.planes = 1;
    // Those who concatenate or fuse want to see the zeros.
    const auto reader = sole_reader(step.output);
    pool.fill = value(step.output).wanted ||
                (reader && plan_.steps[*reader].template as<models::ConcatStep>());
    if (!pool.fill) hand_on_zeros(step);
    add_step(step, std::move(pool), step.inputs, step.output);
  }

  /// Where a step keeps zero channels zero, those who read its output need not see them.
  void hand_on_zeros(const Step& step) {
    const auto live = value(step.inputs[0]).live;
    if (!live) return;
    switch (models::zero_channel_of(step)) {
      case models::ZeroChannel::lost:
        break;
      case models::ZeroChannel::kept:
        value(step.output).live = live;
        break;
      case models::ZeroChannel::moved:
        value(step.output).live = new_list(value(step.output).channels());
        break;
    }
  }
  /// It writes the zeros: who reads features reads all of them.
  void add(std::size_t i, const models::GlobalPoolStep&) {
    add_step(plan_.steps[i], FoldedGlobalPool{}, plan_.steps[i].inputs, plan_.steps[i].output);
  }
  void add(std::size_t i, const models::ShiftStep& shift) {
    const Step& step = plan_.steps[i];
    hand_on_zeros(step);
    add_step(step, FoldedShift{shift.fold}, step.inputs, step.output);
  }
  void add(std::size_t i, const models::AddStep&) {
    const Step& step = plan_.steps[i];
    FoldedAdd sum;
    ValueId out = step.output;
    std::size_t next = 0;
    if (reader_as<models::ReluStep>(out, next)) {
      sum.activation = kernels::Activation::relu;
      out = take(next);
    }
    add_step(step, sum, step.inputs, out);
  }
  void add(std::size_t i, const models::ConcatStep&) {
    const Step& step = plan_.steps[i];
    for (const ValueId part : step.inputs) {
      if (value(part).wanted) return;  // Its fusion does the work.
      require<ValueError>(!value(part).live, "fold: ", step.name, " of maps with dead channels");
    }
    add_step(step, FoldedConcat{}, step.inputs, step.output);
  }
  void add(std::size_t i, const models::AgentStep<T>& agent) {
    const Step& step = plan_.steps[i];
    const auto block = blocks_of_.find(step.output);
    require<ValueError>(block != blocks_of_.end(), "fold: nobody reads the decisions of ",
                        agent.block);
    FoldedDecision<T> decision{block->second, {}};
    if (agent.agent) decision.agent = fold_agent(*agent.agent);
    add_step(step, std::move(decision), step.inputs, step.output);
  }
  void add(std::size_t i, const models::FuseStep&) {
    const Step& step = plan_.steps[i];
    add_step(step, FoldedFuse{blocks_of_.at(step.inputs[1])}, parts_of(step.inputs[0]),
             step.output);
  }
  void add(std::size_t i, const models::LinearStep<T>& linear) {
    const Step& step = plan_.steps[i];
    add_step(step, fold_linear(linear.weight, linear.bias), step.inputs, step.output);
  }
  void add(std::size_t i, const models::LstmStep<T>& lstm) {
    const Step& step = plan_.steps[i];
    add_step(step, fold_lstm(lstm.lstm->cell()), step.inputs, step.output);
  }
  void add(std::size_t i, const models::ConsensusStep& consensus) {
    const Step& step = plan_.steps[i];
    add_step(step, FoldedConsensus{consensus.last}, step.inputs, step.output);
  }
  void add(std::size_t i, const models::NormStep<T>&) { refuse_alone(i); }
  void add(std::size_t i, const models::ReluStep&) { refuse_alone(i); }
  void refuse_alone(std::size_t i) const {
    throw ValueError(concat("fold: ", plan_.steps[i].name, " follows no convolution that it could ",
                            "be part of"));
  }

  /// What is decided on is computed by convolutions or poolings, after the decision.
  void check_blocks() const {
    for (const auto& block : network_.blocks)
      for (const auto& part : block.parts) {
        bool decided = false, made = false;
        for (const auto& step : network_.steps) {
          if (const auto* decision = step.template as<FoldedDecision<T>>())
            decided |= &network_.blocks[decision->block] == &block;
          if (step.output == part.value)
            made =
                decided && (step.template as<FoldedConv<T>>() || step.template as<FoldedPool<T>>());
        }
        require<ValueError>(made, "fold: ", block.name,
                            " decides on maps that are made before, or by no convolution");
      }
  }

  /// Of so few, a copy costs little.
  static constexpr Index few_weights = Index{1} << 16;

  const models::Plan<T>& plan_;
  FoldOptions options_;
  FoldedNetwork<T> network_;
  std::vector<bool> done_;                    // steps that others have taken in
  std::vector<std::size_t> producer_;         // the step that makes each value
  std::map<ValueId, std::size_t> blocks_of_;  // decisions -> block
};

}  // namespace detail

/// The network for pictures of h x w. Weights stay shared with the model, but for those that take
/// in their norm; what is made of them (norms, other forms of convolutions' weights) is of this
/// moment: fold again after training.
/// Throws ValueError for a plan that holds what cannot be folded.
template <class T>
FoldedNetwork<T> fold(const models::Plan<T>& plan, const FoldOptions& options = {}) {
  return detail::Folder<T>(plan, options).fold();
}
template <class T>
std::shared_ptr<const FoldedNetwork<T>> fold(const models::VideoModel<T>& model, Index height,
                                             Index width, const FoldOptions& options = {}) {
  return std::make_shared<const FoldedNetwork<T>>(fold(model.plan(height, width), options));
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
