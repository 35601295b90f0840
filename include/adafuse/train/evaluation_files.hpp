// An evaluation as files: one JSON object that holds all of it but scores and decisions; scores and
// confusion as CSV; decisions as safetensors.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/json.hpp>
#include <adafuse/io/safetensors.hpp>
#include <adafuse/train/evaluation.hpp>
#include <cstdio>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Two operations for each multiply-accumulate, in billions.
inline double gflops(double macs) { return 2 * macs / 1e9; }

/// How many clips are named as the cheapest, and as the dearest.
inline constexpr std::size_t extreme_clips = 5;

namespace detail {

inline io::Json shares_json(const ActionCounts& counts) {
  io::Json json;
  for (const Action action : all_actions)
    json[std::string(row_of(action).name)] = counts.share(action);
  return json;
}

inline io::Json classes_json(const Evaluation& e, const std::vector<std::string>& classes) {
  io::Json json = io::Json::array();
  const auto results = class_results(e.results, std::ssize(classes));
  const auto precisions = average_precisions(e.results, std::ssize(classes));
  for (std::size_t k = 0; k < classes.size(); ++k) {
    io::Json row{{"class", classes[k]}, {"clips", results[k].clips}};
    if (!e.several_labels) {
      row["right"] = results[k].right;
      row["accuracy"] = results[k].accuracy();
    }
    row["average_precision"] = results[k].clips > 0 ? precisions[k] : 0;
    row["macs_fraction"] = results[k].macs_fraction;
    if (const auto own = e.classes.find(static_cast<std::int64_t>(k)); own != e.classes.end())
      row["actions"] = shares_json(own->second);
    json.push_back(std::move(row));
  }
  return json;
}

/// The classes of a clip, "walks;waves".
inline std::string labels_text(const ClipResult& clip, const std::vector<std::string>& classes) {
  std::string text;
  for (const auto label : clip.labels)
    text.append(text.empty() ? "" : ";").append(classes[static_cast<std::size_t>(label)]);
  return text;
}

inline io::Json clip_json(const ClipResult& clip, const std::vector<std::string>& classes,
                          const data::Loader& loader) {
  return {{"clip", loader.name(clip.clip)},
          {"class", labels_text(clip, classes)},
          {"predicted", classes[static_cast<std::size_t>(clip.guess)]},
          {"right", clip.right()},
          {"macs", clip.macs},
          {"macs_fraction", clip.macs_fraction}};
}

/// A field of CSV: in quotes where it holds a comma, a quote or an end of line (RFC 4180).
inline std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

inline std::string csv_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.8g", value);
  return text;
}

inline io::Json confusion_json(const Evaluation& e, Index classes) {
  io::Json rows = io::Json::array();
  const auto counts = confusion(e.results, classes);
  for (Index k = 0; k < counts.size(0); ++k) {
    const auto row = counts[k];
    rows.push_back(std::vector<Index>(row.begin(), row.end()));
  }
  return rows;
}

}  // namespace detail

/// All that an evaluation says. Where clips have several labels no class is taken for another:
/// there is no confusion, and no accuracy of a class. `classes` are those of the model, `loader`
/// names the clips.
inline io::Json evaluation_json(const Evaluation& e, const std::vector<std::string>& classes,
                                const data::Loader& loader) {
  const double dense = e.macs_per_clip / e.macs_fraction;
  io::Json blocks = io::Json::object(), frames = io::Json::object();
  for (std::size_t b = 0; b < e.blocks.size(); ++b) {
    blocks[e.blocks[b].first] = detail::shares_json(e.blocks[b].second);
    auto& own = frames[e.blocks[b].first] = io::Json::array();
    for (const auto& counts : e.frames[b]) own.push_back(detail::shares_json(counts));
  }
  io::Json cheapest = io::Json::array(), dearest = io::Json::array();
  const auto order = by_cost(e.results);
  for (std::size_t i = 0; i < std::min(extreme_clips, order.size()); ++i) {
    cheapest.push_back(detail::clip_json(e.results[order[i]], classes, loader));
    dearest.push_back(detail::clip_json(e.results[order[order.size() - 1 - i]], classes, loader));
  }
  io::Json json{{"clips", e.clips},
                {"top1", e.top1},
                {"top5", top_k(e.results, 5)},
                {"map", map_of(e)},
                {"cross_entropy", e.cross_entropy},
                {"macs_per_clip", e.macs_per_clip},
                {"macs_fraction", e.macs_fraction},
                {"paper_fraction", e.paper_fraction},
                {"upper_bound_fraction", e.upper_bound_fraction},
                {"gflops_per_clip", gflops(e.macs_per_clip)},
                {"dense_gflops_per_clip", gflops(dense)},
                {"actions", detail::shares_json(e.actions)},
                {"blocks", blocks},
                {"frames", frames},
                {"classes", detail::classes_json(e, classes)},
                {"cheapest", cheapest},
                {"dearest", dearest},
                {"clips_per_second", static_cast<double>(e.clips) / e.seconds}};
  if (e.several_labels) {
    json["several_labels"] = true;
  } else {
    json["mean_class_accuracy"] =
        mean_class_accuracy(class_results(e.results, std::ssize(classes)));
    json["confusion"] = detail::confusion_json(e, std::ssize(classes));
  }
  return json;
}

/// A row for each class, a column for each class that was answered.
inline std::string confusion_csv(const Evaluation& e, const std::vector<std::string>& classes) {
  std::string text = "class";
  for (const auto& name : classes) text += "," + detail::csv_field(name);
  text += "\n";
  const auto counts = confusion(e.results, std::ssize(classes));
  for (Index k = 0; k < counts.size(0); ++k) {
    text += detail::csv_field(classes[static_cast<std::size_t>(k)]);
    for (const Index count : counts[k]) text += "," + std::to_string(count);
    text += "\n";
  }
  return text;
}

/// A row for each clip: its class, or classes, the answer, its cost, and the score of each class.
inline std::string scores_csv(const Evaluation& e, const std::vector<std::string>& classes,
                              const data::Loader& loader) {
  std::string text = "clip,class,predicted,macs,macs_fraction";
  for (const auto& name : classes) text += "," + detail::csv_field(name);
  text += "\n";
  for (const auto& clip : e.results) {
    text += detail::csv_field(loader.name(clip.clip));
    text += "," + detail::csv_field(detail::labels_text(clip, classes));
    text += "," + detail::csv_field(classes[static_cast<std::size_t>(clip.guess)]);
    text += "," + detail::csv_number(clip.macs) + "," + detail::csv_number(clip.macs_fraction);
    for (const double score : clip.scores) text += "," + detail::csv_number(score);
    text += "\n";
  }
  return text;
}

/// Tensors by name: `decisions.B` [clips, T, c] of each block B (0 keep, 1 reuse, 2 skip), `labels`
/// and `predicted` [clips]; several labels are `labels` [clips, classes], 1 where a clip has a
/// class.
inline io::TensorFile decisions_file(const Evaluation& e) {
  io::TensorFile file;
  Tensor<std::int64_t> labels({e.clips}), predicted({e.clips});
  for (Index i = 0; i < e.clips; ++i) {
    labels(i) = e.results[static_cast<std::size_t>(i)].label;
    predicted(i) = e.results[static_cast<std::size_t>(i)].guess;
  }
  file.tensors["labels"] = labels;
  if (e.several_labels) {
    LabelSets sets;
    for (const auto& clip : e.results) sets.push_back(clip.labels);
    file.tensors["labels"] =
        label_indicators(sets, std::ssize(e.results.front().scores)).cast<std::int64_t>();
  }
  file.tensors["predicted"] = predicted;
  for (const auto& [block, taken] : e.decisions) file.tensors["decisions." + block] = taken;
  return file;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
