// Session: what running clips and running a stream have in common: the network, who decides in
// place of its agents, and a ledger of what was done.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/steps/decider.hpp>
#include <adafuse/infer/steps/step_ledger.hpp>
#include <chrono>
#include <memory>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// What becomes of the agents when there is a decider.
enum class Agents {
  replaced,   ///< They do not run, unless it leaves a block to its agent.
  overruled,  ///< They decide; the decider sees their actions, and may change them.
};

template <class T>
class Session {
 public:
  /// Who decides besides the agents; empty: they alone do.
  void set_decider(Decider decider, Agents agents = Agents::replaced) {
    decider_ = std::move(decider);
    agents_ = agents;
  }
  /// Where to count what is done from now on; null: nowhere. It outlives the session, or is unset.
  void set_ledger(Ledger* ledger) { ledger_ = ledger; }

  const FoldedNetwork<T>& network() const { return net_; }
  /// Multiply-accumulates that were run since the session was made; counting them costs nothing,
  /// unlike a ledger.
  double macs_run() const { return macs_run_; }

 protected:
  using Step = FoldedStep<T>;

  /// Errors begin with `title`.
  Session(std::shared_ptr<const FoldedNetwork<T>> network, const char* title)
      : network_(std::move(network)), net_(*network_), title_(title) {}

  /// So many frames are coming.
  void announce(Index frames) const {
    if (ledger_) open_ledger(*ledger_, net_, frames);
  }

  /// Runs step i on `frames` frames and enters it in the ledger. `run()` returns its work, in
  /// frames of all channels; `moved()` how many numbers it had to read and write.
  template <class Run, class Moved>
  void perform(std::size_t i, Index frames, const Run& run, const Moved& moved) {
    if (!ledger_) {
      macs_run_ += net_.steps[i].macs * run();
      return;
    }
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const double work = run();
    auto& row = ledger_->rows[i];
    row.seconds += std::chrono::duration<double>(Clock::now() - start).count();
    row.macs += net_.steps[i].macs * static_cast<double>(frames);
    row.macs_run += net_.steps[i].macs * work;
    macs_run_ += net_.steps[i].macs * work;
    row.bytes += sizeof(T) * moved();
  }

  /// Actions [clips * frames, c'] of a block, for clips from that of the question on.
  /// `run_agent(agent)` writes the agent's. Returns whether it was run.
  template <class RunAgent>
  bool decide(const FoldedDecision<T>& decision, const Question& ask, Index clips,
              std::span<std::uint8_t> actions, const RunAgent& run_agent) const {
    const bool asks = static_cast<bool>(decider_);
    if (asks && agents_ == Agents::replaced && ask_clips(decider_, ask, clips, actions))
      return false;
    require<ValueError>(decision.agent.has_value(), title_, ": ", ask.block,
                        " has no agent; a decider must say which channels to keep");
    try {
      run_agent(*decision.agent);
    } catch (const ValueError& error) {  // An agent does not know whose it is.
      throw ValueError(concat(title_, ": ", ask.block, ": ", error.what()));
    }
    if (asks && agents_ == Agents::overruled) ask_clips(decider_, ask, clips, actions);
    return true;
  }

 private:
  std::shared_ptr<const FoldedNetwork<T>> network_;

 protected:
  const FoldedNetwork<T>& net_;

 private:
  const char* title_;
  Decider decider_;
  Agents agents_ = Agents::replaced;
  Ledger* ledger_ = nullptr;
  double macs_run_ = 0;
};

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
