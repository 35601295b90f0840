// adafuse probe: where time travels in a trained network: in the maps that are reused, or in the
// choices.
// SPDX-License-Identifier: MIT
#include <adafuse/train/probe.hpp>
#include <iostream>

#include "data_options.hpp"
#include "run_model.hpp"
#include "transform_options.hpp"

namespace adafuse::cli {

namespace {

struct ProbeCommand {
  std::string run, checkpoint = "best";
  Index batch = 32;
  double ridge = 1;
  std::uint64_t seed = 0;
  bool json = false;
  DataOptions data;
};

const char* title_of(train::Probed probed) {
  switch (probed) {
    case train::Probed::own:
      return "its own decisions";
    case train::Probed::another_clip:
      return "another clip's decisions";
    case train::Probed::majority:
      return "the majority's decisions";
    case train::Probed::keep_all:
      return "everything kept";
    case train::Probed::keep_all_estimated:
      return "everything kept, norms estimated again";
    case train::Probed::decisions_alone:
      return "decisions alone, a linear classifier";
    case train::Probed::commonest_class:
      break;
  }
  return "the commonest class";
}

io::Json probe_json(const train::Probe& probe, const std::vector<std::string>& classes) {
  io::Json rows = io::Json::array(), shares = io::Json::array();
  for (const auto& row : probe.rows)
    rows.push_back({{"probed", io::word_of(row.probed)},
                    {"clips", row.clips},
                    {"top1", row.top1},
                    {"map", row.map},
                    {"macs_fraction", row.macs_fraction}});
  for (std::size_t k = 0; k < classes.size(); ++k)
    shares.push_back({{"class", classes[k]},
                      {"train_share", probe.train_shares[k]},
                      {"val_share", probe.val_shares[k]}});
  return {{"train_clips", probe.train_clips},
          {"features", probe.features},
          {"varying_features", probe.varying_features},
          {"rows", rows},
          {"classes", shares}};
}

void print_probe(const io::Json& about, const train::Probe& probe,
                 const std::vector<std::string>& classes) {
  const auto text = [&about](const char* key) { return about[key].get<std::string>(); };
  std::printf("%s, fusion %s, policy %s; estimates are made of %lld training clips\n\n",
              text("model").c_str(), text("fusion").c_str(), text("policy").c_str(),
              static_cast<long long>(probe.train_clips));
  std::printf("%-40s %6s %9s %9s %9s\n", "classified by", "clips", "top-1", "mAP", "of dense");
  for (const auto& row : probe.rows)
    std::printf("%-40s %6lld %7.2f %% %7.2f %% %7.1f %%\n", title_of(row.probed),
                static_cast<long long>(row.clips), row.top1, row.map, 100 * row.macs_fraction);
  std::printf("\nthe linear classifier: %lld of %lld features vary, ridge %g\n",
              static_cast<long long>(probe.varying_features),
              static_cast<long long>(probe.features), about["ridge"].get<double>());
  std::printf("\n%-32s %9s %9s\n", "share of the clips", "train", "val");
  for (std::size_t k = 0; k < classes.size(); ++k)
    std::printf("%-32s %7.1f %% %7.1f %%\n", io::in_quotes(classes[k]).c_str(),
                100 * probe.train_shares[k], 100 * probe.val_shares[k]);
}

void probe_run(ProbeCommand& options, const CLI::App& command) {
  require<ValueError>(options.ridge >= 0 && std::isfinite(options.ridge),
                      "--ridge: expects a number from 0, got ", options.ridge);
  require_run_directory("--run", options.run);
  const auto saved = load_run(options.run, options.checkpoint);
  const auto& card = saved.card;
  require<ValueError>(card.config.fusion.adaptive, "probe: ", io::escaped(options.run),
                      " decides nothing (fusion ", models::to_string(card.config.fusion),
                      "); expects a run with fusion adafuse");
  const auto file = train::RunFiles(options.run).config();
  const auto trained = train::from_json<train::TrainConfig>(io::read_json(file), file.string());
  if (command.count("--seed") == 0) options.seed = trained.seed;
  if (command.count("--batch") == 0) options.batch = trained.batch;
  const auto& input = card.input;
  const auto dataset = options.data.open(input.shorter_side > 0 ? input.shorter_side : input.size);
  require<ValueError>(dataset.classes == card.classes, options.data.name(),
                      ": its classes are not those that the model was trained on");
  const auto description = data::describe(dataset.train, dataset.val, dataset.classes);
  require_fitting(description, input.framing());
  const auto probe = train::probe(saved.model, dataset.train, dataset.val,
                                  train::test_loader(input, card.config.frames, options.batch),
                                  {.policy = card.policy,
                                   .key = Key(options.seed).of("evaluation"),
                                   .others = Key(options.seed).of("another clip"),
                                   .several_labels = card.several_labels,
                                   .ridge = options.ridge});
  io::Json about{{"model", card.config.model},
                 {"fusion", models::to_string(card.config.fusion)},
                 {"policy", to_string(card.policy)},
                 {"seed", options.seed},
                 {"ridge", options.ridge}};
  if (command.count("--skip-broken") > 0) about["left_out"] = dataset.left_out;
  if (options.json) {
    about.update(probe_json(probe, card.classes));
    std::cout << io::json_text(about) << "\n";
  } else {
    std::printf("%s", first_lines(options.data, dataset, description).c_str());
    print_probe(about, probe, card.classes);
  }
}

}  // namespace

void add_probe(CLI::App& app) {
  auto* command = app.add_subcommand(
      "probe",
      "Where time travels in a trained network: classify the validation clips by its own\n"
      "decisions, another clip's, the majority's, none, and by decisions alone.");
  auto o = std::make_shared<ProbeCommand>();
  o->data.add_to(*command);
  add_value(*command, "--run", o->run, "RUN", "directory of a run with adaptive fusion")
      ->required();
  add_checkpoint(*command, o->checkpoint);
  add_value(*command, "--ridge", o->ridge, "R",
            "R / (2 N) |W|^2 is added to the mean loss of the linear classifier over N clips")
      ->capture_default_str();
  add_value(*command, "--batch", o->batch, "N", "clips at a time (default: as in training)");
  add_value(*command, "--seed", o->seed, "S",
            "seed of which other clip decides, and of what is drawn (default: the run's)");
  command->add_flag("--json", o->json, "print one JSON object with all of it");
  add_threads(*command);
  command->callback([o, command] { probe_run(*o, *command); });
}

}  // namespace adafuse::cli
