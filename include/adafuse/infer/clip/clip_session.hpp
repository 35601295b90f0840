// ClipSession: runs clips through a folded network and skips what the decisions say to skip.
//
// A block decides from its input, before its first convolution. So each frame's convolution gets
// the list of output channels that this frame or the next needs, and its reader the list of input
// channels that are not zero. All memory is taken when the session is made.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/clip/clip_decisions.hpp>
#include <adafuse/infer/clip/clip_layout.hpp>
#include <adafuse/infer/fold/fold.hpp>
#include <adafuse/infer/steps/frame_steps.hpp>
#include <adafuse/infer/steps/input_change.hpp>
#include <adafuse/infer/steps/session.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

template <class T>
class ClipSession : public Session<T> {
 public:
  /// For up to `clips` clips of `frames` frames at a time.
  ClipSession(std::shared_ptr<const FoldedNetwork<T>> network, Index clips, Index frames)
      : Session<T>(std::move(network), "clip session"),
        clips_(clips),
        frames_(frames),
        decisions_(net_, checked(clips, frames), frames),
        layout_(plan_clips(net_, clips * frames)),
        memory_(static_cast<std::size_t>(layout_.total)),
        logits_({clips, net_.value(net_.output).channels()}) {}

  /// clip: [N, T, 3, h, w] with N up to `clips` and T = `frames`, normalised. Returns logits
  /// [N, classes], which the next call overwrites. `number` is that of the first clip: lots that
  /// are drawn follow it. Throws ShapeError.
  Tensor<T> run(const Tensor<T>& clip, std::uint64_t number = 0) {
    const Shape& picture = net_.value(net_.input).shape;
    const Shape expected{clip.rank() ? clip.size(0) : 0, frames_, picture[0], picture[1],
                         picture[2]};
    require<ShapeError>(clip.shape() == expected && clip.size(0) <= clips_,
                        "clip session: expects up to ", clips_, " clips [N,", frames_, ",",
                        picture[0], ",", picture[1], ",", picture[2], "], got ", clip.shape());
    const FlushDenormals scope;
    input_ = clip.data();
    running_ = clip.size(0);
    number_ = number;
    decisions_.begin(running_);
    this->announce(running_frames());
    for (std::size_t i = 0; i < net_.steps.size(); ++i) {
      const Step& step = net_.steps[i];
      this->perform(
          i, running_frames(),
          [&] {
            return std::visit([&](const auto& operation) { return apply(step, operation); },
                              step.operation);
          },
          [&] {
            return numbers_moved(net_, step, running_frames(),
                                 [&](ValueId id) { return to_read(id); });
          });
    }
    return logits_.narrow(0, running_);
  }

  /// What the blocks decided in the last run, [N*T, c'], in the order of the network's blocks.
  Tensor<std::uint8_t> actions(std::size_t block) const { return decisions_.actions(block); }
  /// Bytes of maps that it holds on to.
  std::size_t bytes() const { return static_cast<std::size_t>(layout_.total) * sizeof(T); }

 private:
  using Step = FoldedStep<T>;
  using Session<T>::net_;

  static Index checked(Index clips, Index frames) {
    require<ValueError>(clips > 0 && frames > 0, "clip session: expects clips and frames, got ",
                        clips, " of ", frames);
    constexpr Index most = Index{1} << 31;  // times the numbers of a frame it is within an Index
    require<ValueError>(clips <= most / frames, "clip session: expects at most ", most,
                        " frames at a time, got ", clips, " clips of ", frames);
    return clips;
  }

  // ---- Memory ----

  T* data(ValueId id) { return memory_.data() + layout_.offsets[layout_.home[id]]; }
  const T* read(ValueId id) { return id == net_.input ? input_ : data(id); }
  T* scratch() { return memory_.data() + layout_.scratch; }

  template <class U>
  Operand<U> operand(ValueId id, U* at) const {
    const auto& value = net_.value(id);
    return {at, value.channels(), value.pixels(), live(id), decisions_.lists(value.wanted)};
  }
  Operand<const T> to_read(ValueId id) { return operand(id, read(id)); }
  ChannelLists live(ValueId id) const { return decisions_.lists(net_.value(id).live); }
  ClipMaps maps(ValueId id) const {
    return {running_, frames_, net_.value(id).channels(), net_.value(id).pixels()};
  }
  Index running_frames() const { return running_ * frames_; }

  // ---- Steps: each returns its work, in frames of all channels ----

  template <class FrameStep>
  double apply(const Step& step, const FrameStep& operation) {
    FrameOperands<T> on{
        running_frames(), to_read(step.inputs[0]), {}, operand(step.output, data(step.output))};
    if (step.inputs.size() > 1) on.other = to_read(step.inputs[1]);
    return run_frames(operation, on);
  }
  double apply(const Step& step, const FoldedShift& shift) {
    const ValueId x = step.inputs[0];
    shift_live(maps(x), shift.fold, read(x), live(x), data(step.output));
    if (const auto list = net_.value(step.output).live)
      for (Index f = 0; f < running_frames(); ++f)
        decisions_.set(*list, f, [&](Index c) {
          const Index offset = shift_offset(c, shift.fold), t = f % frames_ + offset;
          return 0 <= t && t < frames_ && channels_in(live(x), f + offset, c, c + 1).count > 0;
        });
    return all_work();
  }
  double apply(const Step& step, const FoldedConcat&) {
    Index first = 0;
    for (const ValueId part : step.inputs) {
      copy_into(maps(part), read(part), first, net_.value(step.output).channels(),
                data(step.output));
      first += net_.value(part).channels();
    }
    return all_work();
  }
  double apply(const Step& step, const FoldedFuse& fuse) {
    const auto& block = net_.blocks[fuse.block];
    for (const auto& part : block.parts) {
      const ActionColumns action{decisions_.action_data(fuse.block), block.channels, part.first};
      if (block.parts.size() == 1)
        fuse_in_place(maps(part.value), action, data(part.value));
      else
        fuse_into(maps(part.value), action, data(part.value), block.channels, data(step.output));
    }
    return all_work();
  }
  double apply(const Step& step, const FoldedLstm<T>& lstm) {
    const T* x = read(step.inputs[0]);
    T* y = data(step.output);
    for (Index f = 0; f < running_frames(); ++f)
      lstm.step(f % frames_ == 0, x + f * lstm.input.in(), scratch(), y + f * lstm.hidden());
    return all_work();
  }
  double apply(const Step& step, const FoldedConsensus& consensus) {
    const Index classes = logits_.size(1);
    const T* x = read(step.inputs[0]);
    for (Index n = 0; n < running_; ++n)
      for (Index k = 0; k < classes; ++k) {
        T sum = 0;
        for (Index t = consensus.last ? frames_ - 1 : 0; t < frames_; ++t)
          sum += x[(n * frames_ + t) * classes + k];
        logits_.data()[n * classes + k] = sum / static_cast<T>(consensus.last ? Index{1} : frames_);
      }
    return all_work();
  }
  double apply(const Step& step, const FoldedDecision<T>& decision) {
    const auto& block = net_.blocks[decision.block];
    const auto actions = decisions_.actions_to_write(decision.block);
    ClipInput input(*this, step.inputs[0]);
    const bool agent_ran = this->decide(
        decision, {block.name, number_, 0, frames_, block.channels, &input}, running_, actions,
        [&](const FoldedAgent<T>& agent) { run_agent(agent, step.inputs[0], actions.data()); });
    decisions_.follow(block, decision.block);
    return agent_ran ? all_work() : 0;
  }

  /// The input of a block, value `x`, of the clips that run.
  class ClipInput final : public BlockInput {
   public:
    ClipInput(ClipSession& session, ValueId x) : session_(session), x_(x) {}

    double change(std::uint64_t clip, Index t) override {
      if (t == 0) return std::numeric_limits<double>::infinity();
      const auto maps = session_.to_read(x_);
      const Index f = static_cast<Index>(clip - session_.number_) * session_.frames_ + t;
      const Index frame = maps.channels * maps.pixels;
      RelativeChange sum;
      add_change<T>(sum, {maps.data + f * frame, maps.live, f},
                    {maps.data + (f - 1) * frame, maps.live, f - 1}, maps.channels, maps.pixels);
      return sum.value();
    }

   private:
    ClipSession& session_;
    ValueId x_;
  };

  double all_work() const { return static_cast<double>(running_frames()); }

  /// What is pooled of a clip lies behind a row of zeros, so that the pair v_{t-1}, v_t of each
  /// frame is there as one, and pairs overlap. A memory begins anew with each clip.
  void run_agent(const FoldedAgent<T>& agent, ValueId x, std::uint8_t* actions) {
    const Index c = agent.config.in_channels, frames = running_frames();
    const Index pixels = net_.value(x).pixels();
    const auto pair_at = [&](Index f) { return scratch() + (f + f / frames_) * c; };
    for (Index n = 0; n < running_; ++n) {
      const Index first = n * frames_;
      T* const zeros = pair_at(first);
      std::fill_n(zeros, c, T{0});
      agent.pool(frames_, pixels, read(x) + first * c * pixels, frames_of(live(x), first, frames_),
                 zeros + c);
    }
    T* const work = scratch() + 2 * frames * c;
    if (!agent.memory) return agent.decide(frames, pair_at, work, actions);
    const Index hidden = agent.memory->hidden();
    T* const h = work + agent.memory->room();
    const auto h_at = [h, hidden](Index f) { return h + f * hidden; };
    for (Index f = 0; f < frames; ++f)
      agent.memory->step(f % frames_ == 0, pair_at(f) + c, work, h_at(f));
    agent.decide(frames, h_at, h + frames * hidden, actions);
  }

  Index clips_, frames_;
  ClipDecisions decisions_;
  ClipLayout layout_;
  Storage<T> memory_;
  Tensor<T> logits_;

  // Of the run that is under way.
  const T* input_ = nullptr;
  Index running_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
