// ClipSession: runs clips through a folded network and skips what the decisions say to skip.
//
// A block decides from its input, before its first convolution. So each frame's convolution gets
// the list of output channels that this frame or the next needs, and its reader the list of input
// channels that are not zero. All memory is taken when the session is made.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/clip_layout.hpp>
#include <adafuse/infer/decider.hpp>
#include <adafuse/infer/fold.hpp>
#include <adafuse/infer/map_copies.hpp>
#include <adafuse/infer/step_ledger.hpp>
#include <chrono>

namespace adafuse::infer {

template <class T>
class ClipSession {
 public:
  /// For up to `clips` clips of `frames` frames at a time.
  ClipSession(std::shared_ptr<const FoldedNetwork<T>> network, Index clips, Index frames)
      : network_(std::move(network)),
        net_(*network_),
        clips_(clips),
        frames_(frames),
        logits_({clips, net_.value(net_.output).channels()}) {
    require<ValueError>(clips > 0 && frames > 0, "clip session: expects clips and frames, got ",
                        clips, " of ", frames);
    for (const Index channels : net_.lists) lists_.emplace_back(clips * frames, channels);
    for (const auto& block : net_.blocks)
      actions_.push_back(Tensor<std::uint8_t>({clips * frames, block.channels}));
    layout_ = plan_clips(net_, clips * frames);
    memory_ = Storage<T>(static_cast<std::size_t>(layout_.total));
  }

  /// Who decides in place of the agents; empty: they do.
  void set_decider(Decider decider) { decider_ = std::move(decider); }
  /// Where to count what is done from now on; null: nowhere. It outlives the session, or is unset.
  void set_ledger(Ledger* ledger) { ledger_ = ledger; }

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
    input_ = clip.data();
    running_ = clip.size(0);
    number_ = number;
    if (ledger_) open_ledger(*ledger_, net_, running_frames());
    for (std::size_t i = 0; i < net_.steps.size(); ++i) {
      const auto& step = net_.steps[i];
      const auto start = ledger_ ? Clock::now() : Clock::time_point();
      work_ = static_cast<double>(running_ * frames_);
      std::visit([&](const auto& operation) { apply(step, operation); }, step.operation);
      if (ledger_) record(i, Clock::now() - start);
    }
    return logits_.narrow(0, running_);
  }

  /// What the blocks decided in the last run, [N*T, c'], in the order of the network's blocks.
  Tensor<std::uint8_t> actions(std::size_t block) const {
    return actions_[block].narrow(0, running_ * frames_);
  }
  const FoldedNetwork<T>& network() const { return net_; }
  /// Bytes of maps that it holds on to.
  std::size_t bytes() const { return static_cast<std::size_t>(layout_.total) * sizeof(T); }

 private:
  using Clock = std::chrono::steady_clock;
  using Step = FoldedStep<T>;

  // ---- Memory ----

  T* data(ValueId id) { return memory_.data() + layout_.offsets[layout_.home[id]]; }
  const T* read(ValueId id) { return id == net_.input ? input_ : data(id); }
  T* scratch() { return memory_.data() + layout_.scratch; }

  ChannelLists lists(std::optional<ListId> id) const {
    if (!id) return {};
    return lists_[*id].frames().first(static_cast<std::size_t>(running_ * frames_));
  }
  ChannelLists live(ValueId id) const { return lists(net_.value(id).live); }
  ClipMaps maps(ValueId id) const {
    return {running_, frames_, net_.value(id).channels(), net_.value(id).pixels()};
  }
  Index running_frames() const { return running_ * frames_; }

  // ---- Steps ----

  void apply(const Step& step, const FoldedConv<T>& conv) {
    const ValueId x = step.inputs[0];
    const auto wanted = lists(net_.value(step.output).wanted);
    conv(running_frames(), read(x), step.inputs.size() > 1 ? read(step.inputs[1]) : nullptr,
         data(step.output), live(x), wanted);
    work_ = conv.work(running_frames(), live(x), wanted);
  }
  void apply(const Step& step, const FoldedPool<T>& pool) {
    const ValueId x = step.inputs[0];
    pool_live(pool, running_frames(), net_.value(x).channels(), read(x), live(x),
              lists(net_.value(step.output).wanted), data(step.output));
  }
  void apply(const Step& step, const FoldedGlobalPool&) {
    const auto& x = net_.value(step.inputs[0]);
    global_pool(false, running_frames(), x.channels(), x.pixels(), read(step.inputs[0]),
                live(step.inputs[0]), data(step.output));
  }
  void apply(const Step& step, const FoldedShift& shift) {
    const ValueId x = step.inputs[0];
    shift_live(maps(x), shift.fold, read(x), live(x), data(step.output));
    const auto& out = net_.value(step.output);
    if (!out.live) return;
    for (Index f = 0; f < running_frames(); ++f)
      lists_[*out.live].set(f, [&](Index c) {
        const Index offset = shift_offset(c, shift.fold), t = f % frames_ + offset;
        return 0 <= t && t < frames_ && channels_in(live(x), f + offset, c, c + 1).count > 0;
      });
  }
  void apply(const Step& step, const FoldedConcat&) {
    Index first = 0;
    for (const ValueId part : step.inputs) {
      copy_into(maps(part), read(part), first, net_.value(step.output).channels(),
                data(step.output));
      first += net_.value(part).channels();
    }
  }
  void apply(const Step& step, const FoldedFuse& fuse) {
    const auto& block = net_.blocks[fuse.block];
    for (const auto& part : block.parts) {
      const ActionColumns action{actions_[fuse.block].data(), block.channels, part.first};
      if (block.parts.size() == 1)
        fuse_in_place(maps(part.value), action, data(part.value));
      else
        fuse_into(maps(part.value), action, data(part.value), block.channels, data(step.output));
    }
  }
  void apply(const Step& step, const FoldedAdd& sum) {
    const ValueId a = step.inputs[0], b = step.inputs[1];
    add_live(maps(a), read(a), live(a), read(b), live(b), sum.relu, data(step.output));
  }
  void apply(const Step& step, const FoldedLinear<T>& linear) {
    linear(running_frames(), read(step.inputs[0]), data(step.output));
  }
  void apply(const Step& step, const FoldedLstm<T>& lstm) {
    const Index n = lstm.hidden();
    T *h = scratch(), *c = h + n, *gates = c + n;
    const T* x = read(step.inputs[0]);
    T* y = data(step.output);
    for (Index f = 0; f < running_frames(); ++f) {
      if (f % frames_ == 0) std::fill_n(h, 2 * n, T{0});
      lstm.step(x + f * lstm.input.in(), h, c, gates);
      std::copy_n(h, n, y + f * n);
    }
  }
  void apply(const Step& step, const FoldedConsensus& consensus) {
    const Index classes = logits_.size(1);
    const T* x = read(step.inputs[0]);
    for (Index n = 0; n < running_; ++n)
      for (Index k = 0; k < classes; ++k) {
        T sum = 0;
        for (Index t = consensus.last ? frames_ - 1 : 0; t < frames_; ++t)
          sum += x[(n * frames_ + t) * classes + k];
        logits_.data()[n * classes + k] = sum / static_cast<T>(consensus.last ? Index{1} : frames_);
      }
  }

  void apply(const Step& step, const FoldedDecision<T>& decision) {
    const auto& block = net_.blocks[decision.block];
    auto& actions = actions_[decision.block];
    if (decide_outside(block, actions)) {
      work_ = 0;
    } else {
      require<ValueError>(decision.agent.has_value(), "clip session: ", block.name,
                          " has no agent; a decider must say which channels to keep");
      decide(*decision.agent, step.inputs[0], actions.data());
    }
    fill_lists(block, actions);
  }

  bool decide_outside(const FoldedBlock& block, Tensor<std::uint8_t>& actions) const {
    if (!decider_) return false;
    const Index count = frames_ * block.channels;
    for (Index n = 0; n < running_; ++n) {
      const std::span<std::uint8_t> of_clip(actions.data() + n * count,
                                            static_cast<std::size_t>(count));
      if (!decider_(
              {block.name, number_ + static_cast<std::uint64_t>(n), 0, frames_, block.channels},
              of_clip))
        return false;
      check_actions(block.name, of_clip);
    }
    return true;
  }

  /// The pairs v_{t-1}, v_t of all frames, and what the agent makes of them.
  void decide(const FoldedAgent<T>& agent, ValueId x, std::uint8_t* actions) {
    const Index c = agent.config.in_channels, frames = running_frames();
    T *pairs = scratch(), *v = pairs + frames * agent.room();
    agent.pool(frames, net_.value(x).pixels(), read(x), live(x), v);
    for (Index f = 0; f < frames; ++f) {
      T* pair = pairs + 2 * f * c;
      if (f % frames_ == 0)
        std::fill_n(pair, c, T{0});
      else
        std::copy_n(v + (f - 1) * c, c, pair);
      std::copy_n(v + f * c, c, pair + c);
    }
    agent.decide(frames, pairs, actions);
  }

  /// What the decisions ask for: the lists of the block's parts, and of who reads the fused maps.
  void fill_lists(const FoldedBlock& block, const Tensor<std::uint8_t>& actions) {
    for (Index f = 0; f < running_frames(); ++f) {
      const bool first = f % frames_ == 0, last = f % frames_ == frames_ - 1;
      const std::uint8_t* now = actions.data() + f * block.channels;
      lists_[block.live].set(f, [&](Index c) { return is_live(Action{now[c]}, first); });
      for (const auto& part : block.parts)
        lists_[part.wanted].set(f, [&](Index c) {
          const Index i = part.first + c;
          return is_computed(
              Action{now[i]},
              last ? std::nullopt : std::optional<Action>(Action{now[block.channels + i]}));
        });
    }
  }

  // ---- Ledger ----

  void record(std::size_t i, Clock::duration time) {
    const auto& step = net_.steps[i];
    auto& row = ledger_->rows[i];
    row.macs += step.macs * static_cast<double>(running_frames());
    row.macs_run += step.macs * work_;
    row.seconds += std::chrono::duration<double>(time).count();
    const auto numbers = [&](ValueId id, ChannelLists channels) {
      return numbers_in(net_.value(id), running_frames(), channels);
    };
    double moved = step_weights(step);
    for (const ValueId id : step.inputs) moved += numbers(id, live(id));
    const auto wanted = net_.value(step.output).wanted;
    if (!row.policy) moved += numbers(step.output, wanted ? lists(wanted) : live(step.output));
    row.bytes += sizeof(T) * moved;
  }

  std::shared_ptr<const FoldedNetwork<T>> network_;
  const FoldedNetwork<T>& net_;
  Index clips_, frames_;
  Decider decider_;
  Ledger* ledger_ = nullptr;

  std::vector<LiveLists> lists_;
  std::vector<Tensor<std::uint8_t>> actions_;  // of each block, [clips * frames, c']
  ClipLayout layout_;
  Storage<T> memory_;
  Tensor<T> logits_;

  // Of the run that is under way.
  const T* input_ = nullptr;
  Index running_ = 0;
  std::uint64_t number_ = 0;
  double work_ = 0;  // of the step, in frames of it
};

}  // namespace adafuse::infer
