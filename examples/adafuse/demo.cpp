// adafuse demo: the paper's claim on one page. On gestures whose opposites consist of the same
// frames, a frame-wise network guesses; AdaFuse knows, at a fraction of the arithmetic.
// SPDX-License-Identifier: MIT
#include <adafuse/data/cached_dataset.hpp>
#include <adafuse/data/gesture_folder.hpp>
#include <adafuse/report/charts.hpp>
#include <adafuse/report/filmstrip.hpp>
#include <cstdio>

#include "command.hpp"
#include "progress.hpp"

namespace adafuse::cli {

namespace {

struct DemoOptions {
  std::string out = "runs/demo";
  data::GesturesConfig gestures;
  Index epochs = 12;
  std::uint64_t seed = 0;
  bool overwrite = false;
};

struct Contender {
  std::string title, directory, fusion, policy;
};

/// The recipe of every contender: resnet8 with a stem of stride 2, all else as it comes.
train::TrainConfig recipe(const Contender& contender, const DemoOptions& options) {
  train::TrainConfig config;
  config.model.fusion = models::parse_fusion(contender.fusion);
  config.model.stem_stride = 2;
  config.model.frames = options.gestures.frames;
  config.policy = train::parse_policy(contender.policy);
  config.epochs = options.epochs;
  config.seed = options.seed;
  const bool learns = config.model.fusion.adaptive && config.policy.learned();
  config.model.agents = learns || !config.model.fusion.adaptive;
  if (!learns) config.lambda = 0;
  return config;
}

/// One validation clip that moves, its frames above what the last block decided on them.
void draw_decisions(const std::filesystem::path& file, const train::SavedModel& saved,
                    const data::FrameClips& clips) {
  Index clip = 0;  // the first whose class is not the last, "still"
  while (clip + 1 < clips.size() && clips.label(clip) + 1 == std::ssize(saved.card.classes)) ++clip;
  const Index frames = clips.frame_count(clip);
  std::vector<Tensor<std::uint8_t>> pictures;
  for (Index t = 0; t < frames; ++t) pictures.push_back(clips.frame(clip, t));
  const Index height = pictures[0].size(0), width = pictures[0].size(1);
  Tensor<std::uint8_t> film({frames, height, width, 3});
  Tensor<float> input({1, frames, 3, height, width});
  for (Index t = 0; t < frames; ++t) {
    film[t].copy_from(pictures[static_cast<std::size_t>(t)]);
    auto planes = input[0][t];
    data::normalise(film[t], saved.card.input.normalisation, planes.view<3>());
  }
  const NoGrad guard;
  AdaptiveContext<float> ctx;
  const auto out = saved.model.forward(input, ctx);
  const auto& decision = out.decisions.back();
  const auto row = out.logits.value()[0];
  const auto guess = std::max_element(row.begin(), row.end()) - row.begin();
  const auto name = [&](std::int64_t label) {
    return saved.card.classes[static_cast<std::size_t>(label)];
  };
  report::write_svg(file, report::filmstrip({.frames = film,
                                             .actions = decision.actions(),
                                             .block = decision.block,
                                             .true_class = name(clips.label(clip)),
                                             .predicted_class = name(guess)}));
}

void print_table(const std::vector<Contender>& contenders,
                 const std::vector<train::RunSummary>& rows) {
  std::printf("\n%-24s %9s %14s %10s %9s\n", "", "top-1", "MACs a clip", "of dense", "seconds");
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::printf("%-24s %7.1f %% %12.2f M %8.1f %% %9.1f\n", contenders[i].title.c_str(),
                rows[i].top1, rows[i].macs_per_clip / 1e6, 100 * rows[i].macs_fraction,
                rows[i].train_seconds);
}

void run_demo(DemoOptions options) {
  const std::vector<Contender> contenders{
      {"TSN (frame by frame)", "tsn", "none", "learned"},
      {"TSM (temporal shift)", "tsm", "tsm", "learned"},
      {"AdaFuse, random choice", "adafuse-random", "adafuse", "random:0.34,0.33,0.33"},
      {"AdaFuse", "adafuse", "adafuse", "learned"}};
  // What can't be trained is told before anything is written.
  for (const auto& contender : contenders) {
    const auto config = recipe(contender, options);
    train::check(config);
    require<ValueError>(options.gestures.train >= config.batch, "demo: ", options.gestures.train,
                        " training clips do not fill one batch of ", config.batch);
  }
  for (const auto& contender : contenders)
    io::refuse_strangers(std::filesystem::path(options.out) / contender.directory,
                         train::run_directory());
  io::DirectoryWriter writer(options.out,
                             {.what = "a demonstration",
                              .names = {"gestures", "tsn", "tsm", "adafuse-random", "adafuse",
                                        "accuracy_cost.svg", "decisions.svg", "summary.json"},
                              .last = "summary.json"},
                             options.overwrite);
  const auto& out = writer.path();
  if (writer.replaces())
    std::printf("%s stays as it is until this demonstration is complete; it grows in %s\n",
                options.out.c_str(), out.c_str());
  options.gestures.dir = out / "gestures";
  options.gestures.seed = options.seed;
  data::write_gestures(options.gestures);
  std::printf("%lld + %lld clips of %lld frames in %s\n",
              static_cast<long long>(options.gestures.train),
              static_cast<long long>(options.gestures.val),
              static_cast<long long>(options.gestures.frames), options.gestures.dir.c_str());

  const auto dataset = data::load_dataset(options.gestures.dir);
  const data::CachedDataset cached(dataset);  // Frames are decoded for the first contender.
  std::vector<train::RunSummary> rows;
  report::TradeOffChart chart;
  chart.title = "Gestures: accuracy against cost";
  chart.reference = {"the most that single frames can tell: 55.6 %", 500.0 / 9};
  io::Json summaries = io::Json::array();
  for (const auto& contender : contenders) {
    train::Trainer trainer(recipe(contender, options), cached);
    train::RunWriter run(out / contender.directory);
    rows.push_back(trainer.run(run, progress_printer("\n" + contender.title)));
    summaries.push_back(train::to_json(rows.back()));
    chart.points.push_back({.label = contender.title,
                            .macs_fraction = rows.back().macs_fraction,
                            .top1 = rows.back().top1,
                            .accent = contender.directory == "adafuse"});
  }
  report::write_svg(out / "accuracy_cost.svg", report::trade_off_chart(chart));
  draw_decisions(out / "decisions.svg", train::load_model(train::RunFiles(out / "adafuse").best()),
                 dataset.val);
  io::write_json(out / "summary.json", summaries);
  writer.commit();
  print_table(contenders, rows);
  std::printf("\nwrote %s, accuracy_cost.svg and decisions.svg\n", (out / "summary.json").c_str());
}

}  // namespace

void add_demo(CLI::App& app) {
  auto* command = app.add_subcommand("demo",
                                     "Make gestures, train TSN, TSM, AdaFuse with random decisions "
                                     "and AdaFuse on them, and compare.");
  auto o = std::make_shared<DemoOptions>();
  add_value(*command, "--out", o->out, "DIR", "directory of the demonstration")
      ->capture_default_str();
  add_value(*command, "--train", o->gestures.train, "N", "training clips")->capture_default_str();
  add_value(*command, "--val", o->gestures.val, "N", "validation clips")->capture_default_str();
  add_value(*command, "--epochs", o->epochs, "N", "passes over the training clips")
      ->capture_default_str();
  add_value(*command, "--seed", o->seed, "S", "seed of clips, weights, order and noise")
      ->capture_default_str();
  command->add_flag("--overwrite", o->overwrite,
                    "replace an earlier demonstration, once this one is complete; until then it\n"
                    "grows in DIR.new");
  add_threads(*command);
  command->callback([o] { run_demo(*o); });
}

}  // namespace adafuse::cli
