// A run as a part of a report. See run_report.hpp.
// SPDX-License-Identifier: MIT
#include "run_report.hpp"

#include <adafuse/infer/infer.hpp>
#include <adafuse/train/evaluation_files.hpp>
#include <adafuse/train/model_file.hpp>
#include <adafuse/train/run_files.hpp>

namespace adafuse::cli {

namespace {

namespace fs = std::filesystem;

/// How many clips are shown of each kind, and how many the ledger measures.
constexpr std::size_t films_of_a_kind = 3;
constexpr Index ledger_clips = 16;
/// Pictures in the page are not larger than a filmstrip draws them.
constexpr Index picture_side = 112;

fs::path model_file(const fs::path& dir) {
  const train::RunFiles files(dir);
  return fs::exists(files.best()) ? files.best() : files.last();
}

/// A run's model and how its clips are read.
class RunModel {
 public:
  RunModel(const fs::path& dir, const data::Dataset& clips)
      : saved_(train::load_model(model_file(dir))), clips_(clips) {
    train::require_finite_state(saved_.model, model_file(dir).string());
    const auto file = train::RunFiles(dir).config();
    const auto config = train::from_json<train::TrainConfig>(io::read_json(file), file.string());
    seed_ = config.seed, batch_ = config.batch;
  }

  const train::ModelCard& card() const { return saved_.card; }
  bool adaptive() const { return card().config.fusion.adaptive; }

  data::LoaderConfig loader_config() const {
    return train::test_loader(card().input, card().config.frames, batch_);
  }

  train::Evaluation evaluate(const data::Loader& loader) const {
    return train::evaluate(
        saved_.model, loader,
        {.policy = card().policy, .key = key(), .several_labels = card().several_labels});
  }

  /// The frames of a clip that the network sees, as bytes.
  std::vector<Tensor<std::uint8_t>> pictures(Index clip) const {
    std::vector<Tensor<std::uint8_t>> pictures;
    const auto& input = card().input;
    const auto chosen =
        data::test_frames(input.sampling, clips_.frame_count(clip), card().config.frames);
    for (const auto& frame : clips_.frames(clip, chosen))
      pictures.push_back(data::framed(frame, input.framing()));
    return pictures;
  }

  /// What the network reads of these frames: [1, T, 3, h, w].
  Tensor<float> input(const std::vector<Tensor<std::uint8_t>>& frames) const {
    Tensor<float> planes({1, std::ssize(frames), 3, frames[0].size(0), frames[0].size(1)});
    for (Index t = 0; t < std::ssize(frames); ++t)
      planes[0][t].copy_from(
          data::normalise(frames[static_cast<std::size_t>(t)], card().input.normalisation));
    return planes;
  }

  /// A clip above what the last block decided on it, as in the evaluation.
  report::Film film(const train::ClipResult& result) const {
    const auto frames = pictures(result.clip);
    const NoGrad guard;
    AdaptiveContext<float> ctx(false, key().of("noise"));
    ctx.decisions = card().policy.source<float>(key().of("lots"));
    ctx.samples = {static_cast<std::uint64_t>(result.clip)};
    const auto out = saved_.model.forward(input(frames), ctx);
    const auto& decision = out.decisions.back();
    Tensor<std::uint8_t> strip;
    for (std::size_t t = 0; t < frames.size(); ++t) {
      const bool large = std::min(frames[t].size(0), frames[t].size(1)) > picture_side;
      const auto shown = large ? data::resize_shorter_side(frames[t], picture_side) : frames[t];
      if (!strip.defined())
        strip = Tensor<std::uint8_t>({std::ssize(frames), shown.size(0), shown.size(1), 3});
      strip[static_cast<Index>(t)].copy_from(shown);
    }
    const auto name = [this](std::int64_t k) {
      return card().classes[static_cast<std::size_t>(k)];
    };
    return {clips_.name(result.clip),
            {.frames = strip,
             .actions = decision.actions(),
             .block = decision.block,
             .true_class = train::detail::labels_text(result, card().classes),
             .predicted_class = name(result.guess)}};
  }

  /// What each step costs on the first clips, `decider` deciding.
  infer::Ledger ledger(const infer::Decider& decider) const {
    const auto first = input(pictures(0));
    const Index frames = card().config.frames;
    infer::ClipSession<float> session(
        infer::fold(saved_.model, first.size(3), first.size(4), {.frames = frames}), 1, frames);
    session.set_decider(decider);
    session.run(first);  // The first run makes room; it is not timed.
    infer::Ledger ledger;
    session.set_ledger(&ledger);
    for (Index clip = 0; clip < std::min(ledger_clips, clips_.size()); ++clip)
      if (const auto planes = input(pictures(clip)); planes.shape() == first.shape())
        session.run(planes, static_cast<std::uint64_t>(clip));
    return ledger;
  }

  /// Who decides in a session; none for a policy that sessions do not have.
  std::optional<infer::Decider> decider() const {
    using Kind = train::PolicyChoice::Kind;
    const auto& policy = card().policy;
    if (!adaptive() || policy.kind == Kind::learned) return infer::Decider{};
    if (policy.kind == Kind::keep_all) return infer::keep_everything();
    if (policy.kind == Kind::random) return infer::draw_lots(policy.shares, key().of("lots"));
    if (policy.kind == Kind::change) return infer::reuse_unchanged(policy.threshold);
    return std::nullopt;
  }

 private:
  Key key() const { return Key(seed_).of("evaluation"); }

  train::SavedModel saved_;
  const data::Dataset& clips_;
  std::uint64_t seed_ = 0;
  Index batch_ = 1;
};

/// Of the clips that were recognised the cheapest, the one in the middle and the dearest.
std::vector<train::ClipResult> right_clips(const train::Evaluation& e) {
  std::vector<train::ClipResult> right, chosen;
  for (const std::size_t i : train::by_cost(e.results))
    if (e.results[i].right()) right.push_back(e.results[i]);
  if (right.size() <= films_of_a_kind) return right;
  for (std::size_t k = 0; k < films_of_a_kind; ++k)
    chosen.push_back(right[k * (right.size() - 1) / (films_of_a_kind - 1)]);
  return chosen;
}

/// The mistakes of which the network was most certain.
std::vector<train::ClipResult> wrong_clips(const train::Evaluation& e) {
  std::vector<train::ClipResult> wrong;
  for (const auto& clip : e.results)
    if (!clip.right()) wrong.push_back(clip);
  const auto score = [](const auto& clip) {
    return clip.scores[static_cast<std::size_t>(clip.guess)];
  };
  std::stable_sort(wrong.begin(), wrong.end(),
                   [&](const auto& a, const auto& b) { return score(a) > score(b); });
  if (wrong.size() > films_of_a_kind) wrong.erase(wrong.begin() + films_of_a_kind, wrong.end());
  return wrong;
}

}  // namespace

report::RunPage read_run(const fs::path& dir) {
  const train::RunFiles files(dir);
  report::RunPage run;
  const auto whole = fs::absolute(dir).lexically_normal();
  run.name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  train::from_json<train::TrainConfig>(io::read_json(files.config()), files.config().string());
  run.metrics = report::parse_metrics(io::read_file(files.metrics()), files.metrics().string());
  if (fs::exists(files.summary()))
    run.summary = train::to_json(train::from_json<train::RunSummary>(io::read_json(files.summary()),
                                                                     files.summary().string()));
  return run;
}

void add_clips(report::RunPage& run, const fs::path& dir, const data::Dataset& clips) {
  const RunModel model(dir, clips);
  const auto& card = model.card();
  const data::Loader loader(clips, model.loader_config());
  const auto e = model.evaluate(loader);
  run.evaluation = {{"model", card.config.model},
                    {"fusion", models::to_string(card.config.fusion)},
                    {"policy", model.adaptive() ? to_string(card.policy) : "none"}};
  run.evaluation.update(train::evaluation_json(e, card.classes, loader));
  if (model.adaptive() && !e.blocks.empty()) {
    for (const auto& clip : right_clips(e)) run.right.push_back(model.film(clip));
    for (const auto& clip : wrong_clips(e)) run.wrong.push_back(model.film(clip));
  }
  if (const auto decider = model.decider()) {
    run.ledger = model.ledger(*decider);
    if (model.adaptive()) run.dense = model.ledger(infer::keep_everything());
  }
}

std::vector<std::string> classes_of_run(const fs::path& dir) {
  const io::SafetensorsReader file(model_file(dir));
  return train::detail::read_card(file).classes;
}

fs::path write_run_report(const fs::path& dir, const data::Dataset& clips) {
  report::Page page{.title = "adafuse report", .runs = {read_run(dir)}};
  add_clips(page.runs[0], dir, clips);
  const auto file = train::RunFiles(dir).report();
  io::write_file(file, report::html_page(page));
  return file;
}

}  // namespace adafuse::cli
