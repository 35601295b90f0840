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

#include <adafuse/infer/fold/fold.hpp>
#include <adafuse/infer/steps/frame_steps.hpp>
#include <adafuse/infer/steps/input_change.hpp>
#include <adafuse/infer/steps/running_consensus.hpp>
#include <adafuse/infer/steps/session.hpp>
#include <adafuse/infer/stream/stream_decisions.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// What a StreamSession is told.
struct StreamOptions {
  /// What becomes of channels that a clip would read from the frame after.
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
class StreamSession : public Session<T> {
 public:
  /// A stream before its first frame. Streams may share a network.
  explicit StreamSession(std::shared_ptr<const FoldedNetwork<T>> network,
                         const StreamOptions& options = {})
      : Session<T>(std::move(network), "stream"),
        future_(options.future),
        layout_(plan_stream(net_, options.future)),
        decisions_(net_, layout_),
        consensus_(options.consensus, net_.value(net_.output).channels()),
        memory_(static_cast<std::size_t>(layout_.total)),
        before_(net_.blocks.size()) {
    for (ValueId id = 0; id < net_.values.size(); ++id) places_.push_back(place_of(id));
    Index room = 0;
    for (const Step& step : net_.steps) {
      if (const auto* decision = step.template as<FoldedDecision<T>>();
          decision && decision->agent) {
        const FoldedAgent<T>& agent = *decision->agent;
        before_[decision->block] = Tensor<T>({agent.carried()});
        room = std::max(room, 2 * agent.config.in_channels + agent.room());
      }
      if (const auto* lstm = step.template as<FoldedLstm<T>>()) lstm_ = Tensor<T>({lstm->room()});
    }
    agent_memory_ = Tensor<T>({room});
  }

  /// The next frame, [3, h, w], normalised. Nothing comes out for the first `delay()` frames.
  /// Throws ShapeError, and ValueError after `drain`.
  std::optional<Prediction<T>> push(const Tensor<T>& frame) {
    const Shape& expected = net_.value(net_.input).shape;
    require<ShapeError>(frame.shape() == expected, "stream: expects a frame ", expected, ", got ",
                        frame.shape());
    require<ValueError>(!draining_, "stream: it has ended; reset it before the next frame");
    std::copy(frame.begin(), frame.end(), data(net_.input, now_));
    ++end_;
    this->announce(1);
    return tick();
  }

  /// After the last frame: what is still on its way, one prediction for each call, then nothing.
  std::optional<Prediction<T>> drain() {
    draining_ = true;
    if (now_ - delay() >= end_) return {};
    this->announce(0);
    while (now_ - delay() < 0) tick();  // a stream shorter than its delay
    return tick();
  }

  /// Begins a new stream; lots that are drawn follow its number.
  void reset(std::uint64_t number = 0) {
    now_ = end_ = 0;
    draining_ = false;
    number_ = number;
    consensus_.reset();
    for (Tensor<T>& before : before_)  // also of agents that will not be asked about frame 0
      if (before.defined()) before.fill(0);
    for (SeenInput& seen : seen_) seen.frame = -1;
  }

  /// How many frames predictions run behind.
  Index delay() const { return layout_.lag[net_.output]; }
  /// The actions of the last frame that a block decided on, [c'].
  Tensor<std::uint8_t> actions(std::size_t block) const { return decisions_.actions(block); }
  /// Bytes of maps that it holds on to.
  std::size_t bytes() const { return static_cast<std::size_t>(layout_.total) * sizeof(T); }

 private:
  using Step = FoldedStep<T>;
  using Session<T>::net_;

  /// Every step works on its own frame, as far behind as it runs.
  std::optional<Prediction<T>> tick() {
    const FlushDenormals scope;
    prediction_.reset();
    for (std::size_t i = 0; i < net_.steps.size(); ++i) {
      const Step& step = net_.steps[i];
      const Index frame = now_ - layout_.lag[step.output];
      if (frame < 0 || frame >= end_) continue;
      this->perform(
          i, 1,
          [&] {
            return std::visit([&](const auto& operation) { return apply(step, operation, frame); },
                              step.operation);
          },
          [&] { return moved(step, frame); });
    }
    ++now_;
    return prediction_;
  }
  double moved(const Step& step, Index frame) {
    const auto& out = net_.value(step.output);
    const auto late = decisions_.late(out, frame);
    return numbers_moved(net_, step, 1, [&](ValueId id) { return operand(id, frame); }) +
           (late ? numbers_in(out, 1, *late) : 0);
  }

  // ---- Memory ----

  /// Where a value lies. Said once: steps of small networks take about as long as to reckon it.
  struct Place {
    Index offset;            // of its first frame
    Index frames, distance;  // that are kept, and numbers from one to the next
    Index channels, pixels;
  };
  Place place_of(ValueId id) const {
    const ValueId home = layout_.home[id];
    const auto& value = net_.value(id);
    return {layout_.offsets[home] + layout_.first[id], layout_.frames[home],
            net_.value(home).shape.size(), value.channels(), value.pixels()};
  }

  T* data(ValueId id, Index frame) {
    const Place& place = places_[id];
    const Index slot = place.frames == 1 ? 0 : frame % place.frames;
    return memory_.data() + place.offset + slot * place.distance;
  }
  Operand<T> operand(ValueId id, Index frame) {
    const auto& value = net_.value(id);
    return {data(id, frame), places_[id].channels, places_[id].pixels,
            decisions_.live(value, frame), decisions_.wanted(value)};
  }
  Operand<const T> to_read(ValueId id, Index frame) {
    const auto maps = operand(id, frame);
    return {maps.data, maps.channels, maps.pixels, maps.live, maps.wanted};
  }

  // ---- Steps: each returns its work, in frames of all channels ----

  template <class FrameStep>
  double apply(const Step& step, const FrameStep& operation, Index frame) {
    const auto run = [&](Index from, const Operand<T>& out) {
      FrameOperands<T> on{1, to_read(step.inputs[0], from), {}, out};
      if (step.inputs.size() > 1) on.other = to_read(step.inputs[1], from);
      return run_frames(operation, on);
    };
    Operand<T> out = operand(step.output, frame);
    double work = run(frame, out);
    if (const auto late = decisions_.late(net_.value(step.output), frame)) {
      out.wanted = *late;
      work += run(frame - 1, out);
    }
    return work;
  }

  double apply(const Step& step, const FoldedShift& shift, Index frame) {
    const ValueId x = step.inputs[0];
    const Index channels = places_[x].channels, pixels = places_[x].pixels;
    const auto exists = [&](Index c) {
      const Index from = frame + shift_offset(c, shift.fold);
      if (from < 0 || from >= end_ || (from > frame && future_ == Future::zero)) return false;
      return channels_in(decisions_.live(net_.value(x), from), 0, c, c + 1).count > 0;
    };
    for (Index c = 0; c < channels; ++c) {
      T* y = data(step.output, frame) + c * pixels;
      if (exists(c))
        std::copy_n(data(x, frame + shift_offset(c, shift.fold)) + c * pixels, pixels, y);
      else
        std::fill_n(y, pixels, T{0});
    }
    if (const auto list = net_.value(step.output).live) decisions_.set(*list, frame, exists);
    return 1;
  }

  /// Its parts lie side by side.
  double apply(const Step&, const FoldedConcat&, Index) { return 1; }

  /// With room for one frame, all is where it must be. With a ring, what is reused moves on.
  double apply(const Step& step, const FoldedFuse& fuse, Index frame) {
    if (frame == 0 || layout_.frames[layout_.home[step.output]] == 1) return 1;
    const Index pixels = net_.value(step.output).pixels();
    for (Index c = 0; c < net_.blocks[fuse.block].channels; ++c)
      if (row_of(decisions_.action(fuse.block, frame, c)).reads_before &&
          row_of(decisions_.action(fuse.block, frame - 1, c)).reads_now)
        std::copy_n(data(step.output, frame - 1) + c * pixels, pixels,
                    data(step.output, frame) + c * pixels);
    return 1;
  }

  double apply(const Step& step, const FoldedLstm<T>& lstm, Index frame) {
    lstm.step(frame == 0, data(step.inputs[0], frame), lstm_.data(), data(step.output, frame));
    return 1;
  }
  double apply(const Step& step, const FoldedConsensus& consensus, Index frame) {
    const ValueId x = step.inputs[0];
    const std::span<const T> logits(data(x, frame),
                                    static_cast<std::size_t>(net_.value(x).channels()));
    prediction_ = Prediction<T>{frame, consensus.last ? logits : consensus_.add(logits)};
    return 1;
  }

  double apply(const Step& step, const FoldedDecision<T>& decision, Index frame) {
    const auto& block = net_.blocks[decision.block];
    const auto actions = decisions_.begin(decision.block, frame);
    StreamInput input(*this, decision.block, step.inputs[0]);
    const bool agent_ran = this->decide(
        decision, {block.name, number_, frame, 1, block.channels, &input}, 1, actions,
        [&](const FoldedAgent<T>& agent) {
          run_agent(agent, before_[decision.block], step.inputs[0], frame, actions.data());
        });
    decisions_.follow(block, decision.block, frame);
    return agent_ran;
  }

  /// What a block's input was in a frame, for deciders that ask how it changes.
  struct SeenInput {
    Tensor<T> maps;  // [c, pixels], zero where a channel did not exist
    Index frame = -1;
    double change = 0;
  };

  /// The input of a block, value `x`, in the frame that it decides on.
  class StreamInput final : public BlockInput {
   public:
    StreamInput(StreamSession& session, std::size_t block, ValueId x)
        : session_(session), block_(block), x_(x) {}

    double change(std::uint64_t, Index frame) override {
      auto& all = session_.seen_;
      if (all.empty()) all.resize(session_.net_.blocks.size());
      SeenInput& seen = all[block_];
      if (frame > 0 && seen.frame == frame) return seen.change;
      const auto maps = session_.operand(x_, frame);
      seen.change = std::numeric_limits<double>::infinity();
      if (frame == 0) {
        seen.maps = Tensor<T>({maps.channels, maps.pixels});
      } else {
        require<ValueError>(seen.frame == frame - 1, "stream: ", session_.net_.blocks[block_].name,
                            ": the change of frame ", frame,
                            " is asked for, that of the frame before was not");
        RelativeChange sum;
        add_change<T>(sum, {maps.data, maps.live, 0}, {seen.maps.data(), {}, 0}, maps.channels,
                      maps.pixels);
        seen.change = sum.value();
      }
      seen.maps.fill(0);
      const auto exist = channels_in(maps.live, 0, 0, maps.channels);
      for (Index i = 0; i < exist.count; ++i)
        std::copy_n(maps.data + exist[i] * maps.pixels, maps.pixels,
                    seen.maps.data() + exist[i] * maps.pixels);
      seen.frame = frame;
      return seen.change;
    }

   private:
    StreamSession& session_;
    std::size_t block_;
    ValueId x_;
  };

  /// `before`: v_{t-1}, which becomes v_t, or what the agent's memory works in.
  void run_agent(const FoldedAgent<T>& agent, Tensor<T>& before, ValueId x, Index frame,
                 std::uint8_t* actions) {
    const Index c = agent.config.in_channels;
    T *pair = agent_memory_.data(), *now = pair + c, *work = now + c;
    const auto maps = operand(x, frame);
    agent.pool(1, maps.pixels, maps.data, maps.live, now);
    if (agent.memory) {
      agent.memory->step(frame == 0, now, before.data(), work);
      return agent.decide(
          1, [&](Index) { return work; }, work + agent.memory->hidden(), actions);
    }
    if (frame == 0)
      std::fill_n(pair, c, T{0});
    else
      std::copy_n(before.data(), c, pair);
    std::copy_n(now, c, before.data());
    agent.decide(
        1, [&](Index) { return pair; }, work, actions);
  }

  Future future_;
  StreamLayout layout_;
  StreamDecisions decisions_;
  RunningMean<T> consensus_;
  Storage<T> memory_;
  std::vector<Place> places_;      // of each value
  std::vector<Tensor<T>> before_;  // what each block's agent carries; undefined without an agent
  std::vector<SeenInput> seen_;    // of each block; empty where nobody asks
  Tensor<T> agent_memory_, lstm_;

  std::optional<Prediction<T>> prediction_;  // of the tick that is under way
  Index now_ = 0;                            // ticks since the beginning
  Index end_ = 0;                            // frames that came
  bool draining_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
