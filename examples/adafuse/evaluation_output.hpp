// How an evaluation is shown: as lines, as one JSON object, and as files.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/evaluation_files.hpp>
#include <iostream>

#include "command.hpp"

namespace adafuse::cli {

namespace detail {

inline const char* text_of(const io::Json& json) {
  return json.get_ref<const std::string&>().c_str();
}

inline void print_blocks(const io::Json& blocks) {
  if (blocks.empty()) return;
  std::printf("\n%-16s", "block");
  for (const ActionRow& action : adafuse_actions)
    std::printf(" %5s", std::string(action.name).c_str());
  std::printf("\n");
  for (const auto& [name, shares] : blocks.items()) {
    std::printf("%-16s", name.c_str());
    for (const ActionRow& action : adafuse_actions)
      std::printf(" %3.0f %%", 100 * shares[std::string(action.name)].get<double>());
    std::printf("\n");
  }
}

inline void print_classes(const io::Json& classes) {
  const bool several = !classes.empty() && !classes[0].contains("accuracy");
  const char* measure = several ? "average_precision" : "accuracy";
  const bool decides = std::any_of(classes.begin(), classes.end(),
                                   [](const io::Json& row) { return row.contains("actions"); });
  std::printf("\n%-32s %6s %9s %9s", "class", "clips", several ? "AP" : "accuracy", "of dense");
  for (const ActionRow& action : adafuse_actions)
    if (decides) std::printf(" %5s", std::string(action.name).c_str());
  std::printf("\n");
  for (const auto& row : classes) {
    std::printf("%-32s %6lld", io::in_quotes(row["class"].get<std::string>()).c_str(),
                static_cast<long long>(row["clips"].get<Index>()));
    if (row["clips"].get<Index>() == 0)
      std::printf(" %9s %9s", "-", "-");
    else
      std::printf(" %7.1f %% %7.1f %%", row[measure].get<double>(),
                  100 * row["macs_fraction"].get<double>());
    if (row.contains("actions"))
      for (const ActionRow& action : adafuse_actions)
        std::printf(" %3.0f %%", 100 * row["actions"][std::string(action.name)].get<double>());
    std::printf("\n");
  }
}

inline void print_clips(const char* title, const io::Json& clips) {
  std::printf("\n%s clips\n", title);
  for (const auto& clip : clips) {
    const bool right = clip["right"].get<bool>();
    const auto predicted = io::in_quotes(clip["predicted"].get<std::string>());
    std::printf("  %5.1f %% of dense  %s  %s%s%s\n", 100 * clip["macs_fraction"].get<double>(),
                io::in_quotes(clip["clip"].get<std::string>()).c_str(),
                io::in_quotes(clip["class"].get<std::string>()).c_str(),
                right ? "" : ", taken for ", right ? "" : predicted.c_str());
  }
}

inline void print_evaluation(const io::Json& r) {
  const auto number = [&r](const char* key) { return r[key].get<double>(); };
  std::printf("%s, fusion %s, policy %s, %lld clips\n", text_of(r["model"]), text_of(r["fusion"]),
              text_of(r["policy"]), static_cast<long long>(r["clips"].get<Index>()));
  if (const auto views = r["views"].get<Index>(); views > 1)
    std::printf("views          %lld of each clip, logits averaged, cost of all\n",
                static_cast<long long>(views));
  std::printf("top-1          %.2f %%\n", number("top1"));
  std::printf("top-5          %.2f %%\n", number("top5"));
  const bool several = r.contains("several_labels");
  if (!several) std::printf("class mean     %.2f %%\n", number("mean_class_accuracy"));
  std::printf("mAP            %.2f %%\n", number("map"));
  std::printf("cross-entropy  %.4f nats%s\n", number("cross_entropy"),
              several ? ", binary, the sum over the classes" : "");
  std::printf(
      "MACs a clip    %.3f M, %.1f %% of dense (%.1f %% by the paper's formula, %.1f %% by its "
      "upper bound)\n",
      number("macs_per_clip") / 1e6, 100 * number("macs_fraction"), 100 * number("paper_fraction"),
      100 * number("upper_bound_fraction"));
  std::printf("GFLOPs a clip  %.4g of %.4g\n", number("gflops_per_clip"),
              number("dense_gflops_per_clip"));
  if (r.contains("frames_per_clip"))
    std::printf("frames a clip  %.2f looked at, %.3f ms a clip\n", number("frames_per_clip"),
                number("milliseconds_per_clip"));
  print_blocks(r["blocks"]);
  print_classes(r["classes"]);
  if (r["blocks"].empty()) return;  // all clips cost the same
  print_clips("cheapest", r["cheapest"]);
  print_clips("dearest", r["dearest"]);
}

}  // namespace detail

struct EvaluationOutput {
  std::string confusion, scores, decisions;  ///< files; empty: not asked for
  bool json = false;

  /// Throws before anything is run: for a file that is read, one that is named twice, a directory
  /// that is not there, decisions of a model without any, and confusion of several labels.
  void check(const std::vector<std::string>& inputs, bool decides, bool several_labels) const {
    require<ValueError>(confusion.empty() || !several_labels,
                        "--confusion has no effect: clips have several labels, and none is taken "
                        "for another");
    require<ValueError>(decides || decisions.empty(),
                        "--decisions has no effect: this model decides nothing");
    std::vector<std::filesystem::path> seen;
    for (const auto& name : {confusion, scores, decisions}) {
      if (name.empty()) continue;
      refuse_output_over(name, inputs);
      const auto path = std::filesystem::absolute(name).lexically_normal();
      require<ValueError>(std::find(seen.begin(), seen.end(), path) == seen.end(), name,
                          ": is named for two outputs");
      require<IoError>(std::filesystem::is_directory(path.parent_path()), name,
                       ": there is no directory ", path.parent_path().string());
      require<IoError>(!std::filesystem::is_directory(path), name, ": is a directory");
      seen.push_back(path);
    }
  }

  /// `about` comes first in the JSON object: model, fusion, policy.
  void write(io::Json about, const train::Evaluation& e, const std::vector<std::string>& classes,
             const data::Loader& loader) const {
    about.update(train::evaluation_json(e, classes, loader));
    if (!confusion.empty()) io::write_file(confusion, train::confusion_csv(e, classes));
    if (!scores.empty()) io::write_file(scores, train::scores_csv(e, classes, loader));
    if (!decisions.empty()) io::write_safetensors(decisions, train::decisions_file(e));
    if (json)
      std::cout << io::json_text(about) << "\n";
    else
      detail::print_evaluation(about);
  }
};

}  // namespace adafuse::cli
