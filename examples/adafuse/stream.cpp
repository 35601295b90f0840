// adafuse stream: frames as they come, a prediction for each.
// SPDX-License-Identifier: MIT
#include <deque>

#include "consensus_option.hpp"
#include "frame_rule_options.hpp"
#include "frame_source.hpp"
#include "stop_signals.hpp"
#include "stream_output.hpp"

namespace adafuse::cli {

namespace {

struct StreamCommand {
  SessionOptions session;
  SourceOptions source;
  std::string future, consensus;
  Index ledger_every = 0;
  bool skip_broken = false, decisions = false;
  train::FrameRules rules;
};

/// A stream that is under way: a session is made for the size of the first frame.
class RunningStream {
 public:
  RunningStream(const StreamCommand& o, const LoadedModel& model, infer::StreamOptions options)
      : o_(o),
        model_(model),
        options_(std::move(options)),
        output_(o.session.json),
        gate_(o.rules) {}

  /// Throws FormatError for a broken frame that is not to be left out.
  void push(const StreamFrame& frame) {
    const Index number = seen_++;
    const auto fault = fault_of(frame);
    if (!fault.empty()) {
      require<FormatError>(o_.skip_broken, fault);
      ++broken_;
      return;
    }
    const auto input = model_.frame_of(frame.picture, frame.name);
    if (!gate_.admits(input)) {
      ++passed_over_;
      return;
    }
    if (!session_) begin(frame.picture.shape(), input.shape());
    numbers_.push_back(number);
    timed([&] { return session_->push(input); });
  }

  /// The answers that are still on their way.
  void drain() {
    if (!session_ || sure_) return;
    while (timed([&] { return session_->drain(); })) {
    }
  }

  /// What is printed at the end, in any case.
  void finish() {
    const bool printed = o_.ledger_every > 0 && answers_ > 0 && answers_ % o_.ledger_every == 0;
    if (counts() && !printed) output_.print(ledger_);
    io::Json about{{"model", model_.card().config.model},
                   {"policy", model_.policy()},
                   {"consensus", consensus_text(options_.consensus)}};
    if (o_.rules.frame_change > 0) about["passed_over"] = passed_over_;
    if (o_.rules.exit_confidence < 1) about["sure"] = sure_;
    output_.print_summary(broken_, about);
    StreamOutput::flush();
  }

  bool has_begun() const { return session_.has_value(); }
  /// Whether an answer was surer than --exit-confidence asks for.
  bool is_sure() const { return sure_; }
  /// Whether somebody takes what is printed.
  bool is_read() const { return read_; }

 private:
  bool counts() const { return o_.session.ledger || o_.ledger_every > 0; }

  /// Why a frame cannot be taken; empty when it can.
  std::string fault_of(const StreamFrame& frame) const {
    if (!frame.fault.empty()) return frame.fault;
    const Shape now = frame.picture.shape();
    const auto reason = data::refusal(model_.card().input.framing(), now[0], now[1]);
    if (!reason.empty()) return concat(frame.name, ": a picture ", reason);
    if (!session_ || model_.card().input.size > 0 || now == size_) return {};
    return concat(frame.name, ": is ", now[1], "x", now[0], ", the frames before are ", size_[1],
                  "x", size_[0]);
  }

  void begin(const Shape& picture, const Shape& input) {
    size_ = picture;
    session_.emplace(model_.fold(input, 1), options_);
    session_->set_decider(model_.decider());
    if (counts()) session_->set_ledger(&ledger_);
    output_.start();
  }

  /// Runs a step, and prints the prediction that it may give. Returns whether there was one.
  template <class Step>
  bool timed(const Step& step) {
    const auto start = std::chrono::steady_clock::now();
    const auto prediction = step();
    const std::chrono::duration<double, std::milli> ms = std::chrono::steady_clock::now() - start;
    const double run = session_->macs_run();
    const double share = (run - std::exchange(run_before_, run)) / session_->network().dense_macs();
    if (!prediction) return false;
    const Index number = numbers_.front();
    numbers_.pop_front();
    const Guess guess(prediction->logits, concat("frame ", number), model_.card().several_labels);
    output_.print({number, model_.card().classes[guess.label], guess.score, ms.count(), share,
                   o_.decisions ? decided() : std::vector<BlockDecisions>()});
    ++answers_;
    sure_ = train::is_sure(guess.score, o_.rules);
    if (o_.ledger_every > 0 && answers_ % o_.ledger_every == 0) output_.print(ledger_);
    read_ = StreamOutput::flush();  // who reads a stream wants each line as it comes
    return true;
  }

  /// What each block decided on the frame that has just been answered.
  std::vector<BlockDecisions> decided() const {
    std::vector<BlockDecisions> all;
    const auto& blocks = session_->network().blocks;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      all.push_back({blocks[b].name, {}});
      for (const auto action : session_->actions(b))
        all.back().letters += row_of(Action{action}).name.front();
    }
    return all;
  }

  const StreamCommand& o_;
  const LoadedModel& model_;
  infer::StreamOptions options_;
  StreamOutput output_;
  std::optional<infer::StreamSession<float>> session_;
  infer::Ledger ledger_;
  Shape size_;                 // of the pictures that the session is for
  std::deque<Index> numbers_;  // of the frames whose answers are on their way
  Index seen_ = 0, answers_ = 0;
  std::uint64_t broken_ = 0, passed_over_ = 0;
  double run_before_ = 0;
  bool read_ = true, sure_ = false;
  train::FrameGate gate_;
};

infer::StreamOptions stream_options(const StreamCommand& o, const models::ModelConfig& config,
                                    const CLI::App& command) {
  if (!config.fusion.shift) refuse(command, {"--future"}, "on a model without temporal shift");
  if (config.consensus == models::Consensus::lstm)
    refuse(command, {"--consensus"}, "on a recurrent model: it remembers by itself");
  require<ValueError>(!config.fusion.shift || !o.future.empty(),
                      "this model looks at the next frame: --future wait gives its answers late, ",
                      "--future zero does without");
  return {.future = o.future == "wait"   ? infer::Future::wait
                    : o.future == "zero" ? infer::Future::zero
                                         : infer::Future::refuse,
          .consensus = o.consensus.empty() ? infer::LastFrames{config.frames}
                                           : parse_consensus(o.consensus)};
}

void stream(const StreamCommand& o, const CLI::App& command) {
  asks_for_frame_rules(command, o.rules);
  const LoadedModel model(o.session, command);
  require<ValueError>(!model.card().several_labels || command.count("--exit-confidence") == 0,
                      "--exit-confidence: clips have several labels; to be sure of one says "
                      "nothing of the others");
  if (!model.card().config.fusion.adaptive)
    refuse(command, {"--decisions"}, "on a model that decides nothing");
  if (o.future == "wait")
    refuse(command, {"--decisions"},
           "beside --future wait: blocks have decided on later frames than the one answered");
  const auto options = stream_options(o, model.card().config, command);
  const auto next = open_frames(o.source, o.session.allow_holes, o.skip_broken, o.session.pictures,
                                model.side(), command);
  catch_stop_signals();
  RunningStream stream(o, model, options);
  while (stream.is_read() && !stream.is_sure()) {
    const auto frame = next();
    if (!frame) break;
    stream.push(*frame);
  }
  stream.drain();
  const int signal = stop_signal();
  require<IoError>(stream.has_begun() || signal != 0, o.source.source, ": holds no frame",
                   o.skip_broken ? " that is whole" : "");
  if (stream.has_begun()) stream.finish();
  if (signal != 0) throw ExitCode{128 + signal};
}

}  // namespace

void add_stream(CLI::App& app) {
  auto* command = app.add_subcommand(
      "stream",
      "Say what is going on, frame by frame: frame, class, score, ms, share of MACs.\n"
      "Fields are set apart by tabs, names stand in quotes. Ctrl-C finishes the frame.");
  auto o = std::make_shared<StreamCommand>();
  o->session.add_to(*command, "print a JSON object a line: frames, ledgers, at last a summary");
  o->source.add_to(*command);
  command->add_flag("--skip-broken", o->skip_broken,
                    "leave out frames that cannot be decoded, and count them");
  command->add_flag("--decisions", o->decisions,
                    "print what each block decided on the frame: a letter for each channel,\n"
                    "k keep, r reuse, s skip");
  add_value(*command, "--ledger-every", o->ledger_every, "N",
            "print the ledger, of all frames so far, after every N")
      ->check(CLI::PositiveNumber);
  add_value(*command, "--consensus", o->consensus, "C",
            "mean over the frames so far: all, last:T or fading:K\n"
            "(default: last:T, T frames as the model was trained with)");
  add_frame_rules(*command, o->rules);
  add_value(*command, "--future", o->future, "F",
            "with temporal shift: wait (exact, late) or zero (at once)")
      ->check(CLI::IsMember({"wait", "zero"}));
  command->callback([o, command] { stream(*o, *command); });
}

}  // namespace adafuse::cli
