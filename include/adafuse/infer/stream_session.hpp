// StreamSession: one frame in, one prediction out, for as long as the camera runs.
//
// What the next frame will reuse is not known yet. So a channel is computed when it is kept; when
// it is reused and the frame before did not compute it, it is computed late, from the input of that
// frame, which is kept. The work and the numbers are those of a clip.
//
// A block's fused maps stay where they are: a channel that was kept and is now reused has not
// moved, and costs nothing at all.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/decider.hpp>
#include <adafuse/infer/fold.hpp>
#include <adafuse/infer/map_copies.hpp>
#include <adafuse/infer/running_consensus.hpp>
#include <adafuse/infer/step_ledger.hpp>
#include <adafuse/infer/stream_layout.hpp>
#include <chrono>

namespace adafuse::infer {

struct StreamOptions {
  Future future = Future::refuse;
  RunningConsensus consensus = AllFrames{};  ///< A recurrent network carries its own.
};

/// What a stream thinks at a frame.
template <class T>
struct Prediction {
  Index frame;                ///< counted from 0
  std::span<const T> logits;  ///< valid until the next frame
};

template <class T>
class StreamSession {
 public:
  explicit StreamSession(std::shared_ptr<const FoldedNetwork<T>> network,
                         const StreamOptions& options = {})
      : network_(std::move(network)),
        net_(*network_),
        future_(options.future),
        layout_(plan_stream(net_, options.future)),
        consensus_(options.consensus, net_.value(net_.output).channels()),
        memory_(static_cast<std::size_t>(layout_.total)) {
    std::vector<Index> rings(net_.lists.size(), 1);
    for (ValueId id = 0; id < net_.values.size(); ++id)
      if (const auto list = net_.value(id).live)
        rings[*list] = std::max(rings[*list], layout_.frames[layout_.home[id]]);
    for (std::size_t i = 0; i < rings.size(); ++i) {
      lists_.emplace_back(rings[i], net_.lists[i]);
      late_.emplace_back(1, net_.lists[i]);
    }
    Index scratch = 0;
    for (const auto& block : net_.blocks)
      blocks_.push_back({Tensor<std::uint8_t>({2, block.channels}), {}});
    for (const auto& step : net_.steps) {
      if (const auto* decision = step.template as<FoldedDecision<T>>();
          decision && decision->agent) {
        blocks_[decision->block].before = Tensor<T>({decision->agent->config.in_channels});
        scratch = std::max(scratch, decision->agent->room());
      }
      if (const auto* lstm = step.template as<FoldedLstm<T>>()) {
        state_ = Tensor<T>({2, lstm->hidden()});
        scratch = std::max(scratch, 8 * lstm->hidden());
      }
    }
    scratch_ = Tensor<T>({scratch});
  }

  /// Who decides in place of the agents; empty: they do.
  void set_decider(Decider decider) { decider_ = std::move(decider); }
  /// Where to count what is done from now on; null: nowhere. It outlives the session, or is unset.
  void set_ledger(Ledger* ledger) { ledger_ = ledger; }

  /// The next frame, [3, h, w], normalised. Nothing comes out for the first `delay()` frames.
  /// Throws ShapeError, and ValueError after `drain`.
  std::optional<Prediction<T>> push(const Tensor<T>& frame) {
    const Shape& expected = net_.value(net_.input).shape;
    require<ShapeError>(frame.shape() == expected, "stream: expects a frame ", expected, ", got ",
                        frame.shape());
    require<ValueError>(!draining_, "stream: it has ended; reset it before the next frame");
    std::copy(frame.begin(), frame.end(), data(net_.input, now_));
    ++end_;
    if (ledger_) open_ledger(*ledger_, net_, 1);
    return tick();
  }

  /// After the last frame: what is still on its way, one prediction for each call, then nothing.
  std::optional<Prediction<T>> drain() {
    draining_ = true;
    if (now_ - delay() >= end_) return {};
    if (ledger_) open_ledger(*ledger_, net_, 0);
    while (now_ - delay() < 0) tick();  // a stream shorter than its delay
    return tick();
  }

  /// Begins a new stream; lots that are drawn follow its number.
  void reset(std::uint64_t number = 0) {
    now_ = end_ = 0;
    draining_ = false;
    number_ = number;
    consensus_.reset();
  }

  /// How many frames predictions run behind.
  Index delay() const { return layout_.lag[net_.output]; }
  /// The actions of the last frame that a block decided on, [c'].
  Tensor<std::uint8_t> actions(std::size_t block) const {
    return blocks_[block].actions[last(block)];
  }
  const FoldedNetwork<T>& network() const { return net_; }
  /// Bytes of maps that it holds on to.
  std::size_t bytes() const { return static_cast<std::size_t>(layout_.total) * sizeof(T); }

 private:
  using Clock = std::chrono::steady_clock;
  using Step = FoldedStep<T>;

  struct BlockState {
    Tensor<std::uint8_t> actions;  // of the last two frames, [2, c']
    Tensor<T> before;              // v_{t-1}, [c]; undefined without an agent
    Index decided = 0;             // the frame of the last decision
  };

  Index last(std::size_t block) const { return blocks_[block].decided % 2; }

  /// Every step works on its own frame, as far behind as it runs.
  std::optional<Prediction<T>> tick() {
    std::optional<Prediction<T>> result;
    for (std::size_t i = 0; i < net_.steps.size(); ++i) {
      const auto& step = net_.steps[i];
      const Index frame = now_ - layout_.lag[step.output];
      if (frame < 0 || frame >= end_) continue;
      const auto start = ledger_ ? Clock::now() : Clock::time_point();
      work_ = 1;
      if (step.template as<FoldedConsensus>())
        result = Prediction<T>{frame, conclude(step, frame)};
      else
        std::visit([&](const auto& operation) { apply(step, operation, frame); }, step.operation);
      if (ledger_) record(i, frame, Clock::now() - start);
    }
    ++now_;
    return result;
  }

  // ---- Memory ----

  T* data(ValueId id, Index frame) {
    const ValueId home = layout_.home[id];
    const Index slot = frame % layout_.frames[home];
    return memory_.data() + layout_.offsets[home] + slot * net_.value(home).shape.size() +
           layout_.first[id];
  }
  ChannelLists live(ValueId id, Index frame) const {
    const auto list = net_.value(id).live;
    if (!list) return {};
    const auto ring = lists_[*list].frames();
    return ring.subspan(static_cast<std::size_t>(frame) % ring.size(), 1);
  }
  ClipMaps maps(ValueId id) const {
    return {1, 1, net_.value(id).channels(), net_.value(id).pixels()};
  }

  // ---- Steps ----

  void apply(const Step& step, const FoldedConv<T>& conv, Index frame) {
    const ValueId x = step.inputs[0];
    const T* residual = step.inputs.size() > 1 ? data(step.inputs[1], frame) : nullptr;
    const auto wanted = net_.value(step.output).wanted;
    const ChannelLists now = wanted ? lists_[*wanted].frames() : ChannelLists();
    conv(1, data(x, frame), residual, data(step.output, frame), live(x, frame), now);
    work_ = conv.work(1, live(x, frame), now);
    if (!computes_late(wanted, frame)) return;
    const ChannelLists late = late_[*wanted].frames();
    conv(1, data(x, frame - 1), nullptr, data(step.output, frame), live(x, frame - 1), late);
    work_ += conv.work(1, live(x, frame - 1), late);
  }
  void apply(const Step& step, const FoldedPool<T>& pool, Index frame) {
    const ValueId x = step.inputs[0];
    const Index channels = net_.value(x).channels();
    const auto wanted = net_.value(step.output).wanted;
    pool_live(pool, 1, channels, data(x, frame), live(x, frame),
              wanted ? lists_[*wanted].frames() : ChannelLists(), data(step.output, frame));
    if (computes_late(wanted, frame))
      pool_live(pool, 1, channels, data(x, frame - 1), live(x, frame - 1), late_[*wanted].frames(),
                data(step.output, frame));
  }
  bool computes_late(std::optional<ListId> wanted, Index frame) const {
    return wanted && frame > 0 && channel_count(late_[*wanted].frames(), 0, 1) > 0;
  }

  void apply(const Step& step, const FoldedGlobalPool&, Index frame) {
    const ValueId x = step.inputs[0];
    global_pool(false, 1, net_.value(x).channels(), net_.value(x).pixels(), data(x, frame),
                live(x, frame), data(step.output, frame));
  }

  void apply(const Step& step, const FoldedShift& shift, Index frame) {
    const ValueId x = step.inputs[0];
    const ClipMaps m = maps(x);
    T* y = data(step.output, frame);
    const auto exists = [&](Index c, Index from) {
      return 0 <= from && from < end_ && channels_in(live(x, from), 0, c, c + 1).count > 0;
    };
    for (Index c = 0; c < m.channels; ++c) {
      const Index from = frame + shift_offset(c, shift.fold);
      const bool unknown = from > frame && future_ == Future::zero;
      if (!unknown && exists(c, from))
        std::copy_n(data(x, from) + m.at(0, c), m.pixels, y + m.at(0, c));
      else
        std::fill_n(y + m.at(0, c), m.pixels, T{0});
    }
    if (const auto list = net_.value(step.output).live)
      lists_[*list].set(slot(*list, frame), [&](Index c) {
        const Index from = frame + shift_offset(c, shift.fold);
        return !(from > frame && future_ == Future::zero) && exists(c, from);
      });
  }
  Index slot(ListId list, Index frame) const { return frame % std::ssize(lists_[list].frames()); }

  void apply(const Step&, const FoldedConcat&, Index) {}  // Its parts lie side by side.

  /// With room for one frame, all is where it must be. With a ring, what is reused moves on.
  void apply(const Step& step, const FoldedFuse& fuse, Index frame) {
    if (frame == 0 || layout_.frames[layout_.home[step.output]] == 1) return;
    const Index pixels = net_.value(step.output).pixels();
    for (Index c = 0; c < net_.blocks[fuse.block].channels; ++c)
      if (action(fuse.block, frame, c) == Action::reuse &&
          action(fuse.block, frame - 1, c) == Action::keep)
        std::copy_n(data(step.output, frame - 1) + c * pixels, pixels,
                    data(step.output, frame) + c * pixels);
  }
  Action action(std::size_t block, Index frame, Index channel) const {
    return Action{blocks_[block].actions.data()[frame % 2 * net_.blocks[block].channels + channel]};
  }

  void apply(const Step& step, const FoldedAdd& sum, Index frame) {
    const ValueId a = step.inputs[0], b = step.inputs[1];
    add_live(maps(a), data(a, frame), live(a, frame), data(b, frame), live(b, frame), sum.relu,
             data(step.output, frame));
  }
  void apply(const Step& step, const FoldedLinear<T>& linear, Index frame) {
    linear(1, data(step.inputs[0], frame), data(step.output, frame));
  }
  void apply(const Step& step, const FoldedLstm<T>& lstm, Index frame) {
    const Index n = lstm.hidden();
    if (frame == 0) state_.fill(0);
    lstm.step(data(step.inputs[0], frame), state_.data(), state_.data() + n, scratch_.data());
    std::copy_n(state_.data(), n, data(step.output, frame));
  }
  void apply(const Step&, const FoldedConsensus&, Index) {}  // `conclude` has done it.

  std::span<const T> conclude(const Step& step, Index frame) {
    const ValueId x = step.inputs[0];
    const std::span<const T> logits(data(x, frame),
                                    static_cast<std::size_t>(net_.value(x).channels()));
    return step.template as<FoldedConsensus>()->last ? logits : consensus_.add(logits);
  }

  void apply(const Step& step, const FoldedDecision<T>& decision, Index frame) {
    const auto& block = net_.blocks[decision.block];
    BlockState& state = blocks_[decision.block];
    state.decided = frame;
    const std::span<std::uint8_t> actions(state.actions.data() + frame % 2 * block.channels,
                                          static_cast<std::size_t>(block.channels));
    if (decider_ && decider_({block.name, number_, frame, 1, block.channels}, actions)) {
      check_actions(block.name, actions);
      work_ = 0;
    } else {
      require<ValueError>(decision.agent.has_value(), "stream: ", block.name,
                          " has no agent; a decider must say which channels to keep");
      decide(*decision.agent, state, step.inputs[0], frame, actions.data());
    }
    fill_lists(decision.block, frame);
  }

  void decide(const FoldedAgent<T>& agent, BlockState& state, ValueId x, Index frame,
              std::uint8_t* actions) {
    const Index c = agent.config.in_channels;
    T *before = scratch_.data(), *now = before + c;
    if (frame == 0)
      std::fill_n(before, c, T{0});
    else
      std::copy_n(state.before.data(), c, before);
    agent.pool(1, net_.value(x).pixels(), data(x, frame), live(x, frame), now);
    std::copy_n(now, c, state.before.data());
    agent.decide(1, before, actions);
  }

  /// What is kept is computed now; what is reused, and was not computed then, is computed late.
  void fill_lists(std::size_t number, Index frame) {
    const auto& block = net_.blocks[number];
    lists_[block.live].set(slot(block.live, frame),
                           [&](Index c) { return is_live(action(number, frame, c), frame == 0); });
    for (const auto& part : block.parts) {
      lists_[part.wanted].set(
          0, [&](Index c) { return action(number, frame, part.first + c) == Action::keep; });
      late_[part.wanted].set(0, [&](Index c) {
        return frame > 0 && action(number, frame, part.first + c) == Action::reuse &&
               action(number, frame - 1, part.first + c) != Action::keep;
      });
    }
  }

  void record(std::size_t i, Index frame, Clock::duration time) {
    const auto& step = net_.steps[i];
    auto& row = ledger_->rows[i];
    row.macs += step.macs;
    row.macs_run += step.macs * work_;
    row.seconds += std::chrono::duration<double>(time).count();
    double moved = step_weights(step);
    for (const ValueId id : step.inputs) moved += numbers_in(net_.value(id), 1, live(id, frame));
    const auto& out = net_.value(step.output);
    if (!row.policy)
      moved +=
          numbers_in(out, 1, out.wanted ? lists_[*out.wanted].frames() : live(step.output, frame));
    if (computes_late(out.wanted, frame)) moved += numbers_in(out, 1, late_[*out.wanted].frames());
    row.bytes += sizeof(T) * moved;
  }

  std::shared_ptr<const FoldedNetwork<T>> network_;
  const FoldedNetwork<T>& net_;
  Future future_;
  StreamLayout layout_;
  Decider decider_;
  Ledger* ledger_ = nullptr;

  std::vector<LiveLists> lists_, late_;  // of the ring's frames; of the part's late channels
  std::vector<BlockState> blocks_;
  RunningMean<T> consensus_;
  Storage<T> memory_;
  Tensor<T> scratch_, state_;

  Index now_ = 0;  // ticks since the beginning
  Index end_ = 0;  // frames that came
  bool draining_ = false;
  std::uint64_t number_ = 0;
  double work_ = 0;  // of the step, in frames of it
};

}  // namespace adafuse::infer
