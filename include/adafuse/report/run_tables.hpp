// The tables of a run's page: all runs side by side, epochs, blocks, classes, clips, and the
// ledger.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/infer/steps/ledger.hpp>
#include <adafuse/io/json.hpp>
#include <adafuse/report/filmstrip.hpp>
#include <adafuse/report/html.hpp>
#include <adafuse/report/metrics_table.hpp>
#include <algorithm>
#include <cmath>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// A clip and what was decided on it.
struct Film {
  std::string clip;  ///< its name
  Filmstrip strip;   ///< the frames and the decisions
};

/// What is known of a run. What is missing is left out of the page.
struct RunPage {
  std::string name;           ///< its directory
  io::Json summary = {};      ///< summary.json; null: the run is not complete
  MetricsTable metrics = {};  ///< metrics.csv
  io::Json evaluation = {};   ///< `eval --json`; null: there are no data
  /// Clips that the network knew, and clips that it did not.
  std::vector<Film> right = {}, wrong = {};
  infer::Ledger ledger = {};  ///< of some clips; no frames: none
  infer::Ledger dense = {};   ///< of the same clips, all channels kept; no frames: none
  bool swept = false;         ///< one of a sweep's runs: told briefly
};

namespace detail {

/// A JSON number: rounded for the eye, kept as it is in the file.
inline Cell number_cell(const io::Json& value, double factor, int decimals,
                        const std::string& unit = "") {
  return {.text = number(factor * value.get<double>(), decimals) + unit, .exact = value.dump()};
}
inline Cell share_cell(const io::Json& value) { return number_cell(value, 100, 1, " %"); }
inline Cell count_cell(const io::Json& value) {
  return {.text = value.dump(), .exact = value.dump()};
}
inline Cell text_cell(const io::Json& value) { return {.text = value.get<std::string>()}; }

/// The cell that `make` makes of a key's value, or an empty one.
template <class Make>
Cell cell_or_dash(const io::Json& object, const char* key, const Make& make) {
  return object.is_object() && object.contains(key) ? make(object[key]) : Cell{.text = "\u2013"};
}

}  // namespace detail

namespace detail {

/// Without the columns of numbers in which no row has one.
inline Table without_empty_columns(Table t) {
  for (std::size_t c = t.columns.size(); c-- > 0;) {
    const bool empty = std::all_of(t.rows.begin(), t.rows.end(),
                                   [c](const auto& row) { return row[c].text == "\u2013"; });
    if (!t.columns[c].numeric || !empty) continue;
    const auto at = static_cast<std::ptrdiff_t>(c);
    t.columns.erase(t.columns.begin() + at);
    for (auto& row : t.rows) row.erase(row.begin() + at);
  }
  return t;
}

}  // namespace detail

/// A row for each run: what it is, what it reaches, what that costs.
inline Element runs_table(const std::vector<RunPage>& runs) {
  using detail::cell_or_dash, detail::number_cell, detail::text_cell;
  Table t{.caption = "Results of the best model of each run, on the validation clips",
          .columns = {{"run", false},
                      {"model", false},
                      {"fusion", false},
                      {"policy", false},
                      {"top-1"},
                      {"top-5"},
                      {"class mean"},
                      {"mAP"},
                      {"of dense MACs"},
                      {"MACs a clip"},
                      {"GFLOPs a clip"},
                      {"parameters"},
                      {"training"}}};
  const auto per_cent = [](const io::Json& v) { return number_cell(v, 1, 1, " %"); };
  for (const auto& run : runs) {
    const auto& result = run.summary.is_null() ? run.evaluation : run.summary;
    const auto& e = run.evaluation;
    const auto gflops = [](const io::Json& macs) {  // three digits, however small
      const double value = 2 * macs.get<double>() / 1e9;
      const double decimals =
          value > 0 ? std::clamp(2 - std::floor(std::log10(value)), 0., 15.) : 0;
      return Cell{.text = number(value, static_cast<int>(decimals))};
    };
    t.rows.push_back({{.text = run.name},
                      cell_or_dash(result, "model", text_cell),
                      cell_or_dash(result, "fusion", text_cell),
                      cell_or_dash(result, "policy", text_cell),
                      cell_or_dash(e.is_null() ? result : e, "top1", per_cent),
                      cell_or_dash(e, "top5", per_cent),
                      cell_or_dash(e, "mean_class_accuracy", per_cent),
                      cell_or_dash(e.is_null() ? result : e, "map", per_cent),
                      cell_or_dash(e.is_null() ? result : e, "macs_fraction", detail::share_cell),
                      cell_or_dash(e.is_null() ? result : e, "macs_per_clip",
                                   [](const io::Json& v) { return number_cell(v, 1e-6, 2, " M"); }),
                      cell_or_dash(result, "macs_per_clip", gflops),
                      cell_or_dash(run.summary, "parameters",
                                   [](const io::Json& v) { return number_cell(v, 1e-6, 3, " M"); }),
                      cell_or_dash(run.summary, "train_seconds",
                                   [](const io::Json& v) { return number_cell(v, 1, 1, " s"); })});
  }
  return table(detail::without_empty_columns(std::move(t)));
}

/// metrics.csv. Epochs count from 0, as there.
inline Element metrics_table(const MetricsTable& metrics) {
  Table t{.caption = "metrics.csv, epoch by epoch", .columns = {}};
  for (const auto& column : metrics.columns) {
    std::string name = column;
    std::replace(name.begin(), name.end(), '_', ' ');
    t.columns.push_back({name, true});
  }
  for (const auto& row : metrics.rows) {
    std::vector<Cell> cells;
    for (const auto& text : row) {
      const double value = MetricsTable::number_of(text);
      const bool is_small = !equals(value, 0) && std::abs(value) < 1e-3;
      cells.push_back({.text = is_small ? text : number(value, 3), .exact = text});
    }
    t.rows.push_back(std::move(cells));
  }
  return table(t);
}

/// The blocks of an evaluation, and all of them together.
inline Element blocks_table(const io::Json& e) {
  Table t{.caption = "Shares of the decisions, block by block", .columns = {{"block", false}}};
  for (const ActionRow& action : adafuse_actions) t.columns.push_back({std::string(action.name)});
  const auto add = [&t](const std::string& name, const io::Json& shares, const char* look) {
    std::vector<Cell> row{{.text = name, .look = look}};
    for (const ActionRow& action : adafuse_actions)
      row.push_back(detail::share_cell(shares.at(std::string(action.name))));
    t.rows.push_back(std::move(row));
  };
  for (const auto& [name, shares] : e.at("blocks").items()) add(name, shares, "");
  add("all channels", e.at("actions"), "sum");
  return table(t);
}

/// A row for each class of `eval --json`.
inline Element classes_table(const io::Json& classes) {
  // Where clips have several labels, a class has an average precision and no accuracy.
  const bool several = !classes.empty() && !classes[0].contains("accuracy");
  Table t{.caption = "Classes: clips, accuracy and cost",
          .columns = {{"class", false}, {"clips"}, {"right"}, {"accuracy"}, {"of dense MACs"}}};
  if (several) {
    t.caption = "Classes: clips, average precision and cost";
    t.columns = {{"class", false}, {"clips"}, {"average precision"}, {"of dense MACs"}};
  }
  for (const auto& row : classes) {
    const bool empty = row.at("clips") == 0;
    const Cell none{.text = "\u2013"};
    std::vector<Cell> cells{detail::text_cell(row.at("class")),
                            detail::count_cell(row.at("clips"))};
    if (!several) cells.push_back(detail::count_cell(row.at("right")));
    const auto& measure = row.at(several ? "average_precision" : "accuracy");
    cells.push_back(empty ? none : detail::number_cell(measure, 1, 1, " %"));
    cells.push_back(empty ? none : detail::share_cell(row.at("macs_fraction")));
    t.rows.push_back(std::move(cells));
  }
  return table(t);
}

/// The cheapest or the dearest clips.
inline Element clips_table(const std::string& caption, const io::Json& clips) {
  Table t{.caption = caption,
          .columns = {{"clip", false}, {"class", false}, {"answer", false}, {"of dense MACs"}}};
  for (const auto& clip : clips) {
    Cell answer = detail::text_cell(clip.at("predicted"));
    if (!clip.value("right", clip.at("class") == clip.at("predicted"))) answer.look = "bad";
    t.rows.push_back({detail::text_cell(clip.at("clip")), detail::text_cell(clip.at("class")),
                      answer, detail::share_cell(clip.at("macs_fraction"))});
  }
  return table(t);
}

/// What each step costs, a frame: multiply-accumulates and milliseconds, beside the dense run's
/// where there is one.
inline Element ledger_table(const infer::Ledger& ledger, const infer::Ledger& dense) {
  using Row = infer::LedgerRow;
  const bool both = dense.frames > 0;
  Table t{.caption = "Ledger: what each step costs, a frame",
          .columns = {{"step", false}, {"M MACs"}, {"M run"}, {"share"}, {"ms"}}};
  if (both) t.columns.push_back({"ms, all kept"});
  const double frames = static_cast<double>(ledger.frames);
  const auto line = [&](const std::string& name, double macs, double run, double seconds,
                        std::optional<double> seconds_kept, const char* look) {
    std::vector<Cell> row{{.text = name, .look = look},
                          {.text = number(macs / frames / 1e6, 4)},
                          {.text = number(run / frames / 1e6, 4)},
                          {.text = macs > 0 ? number(100 * run / macs, 1) + " %" : "\u2013"},
                          {.text = number(1e3 * seconds / frames, 4)}};
    if (both)
      row.push_back({.text = seconds_kept ? number(1e3 * *seconds_kept / frames, 4) : "\u2013"});
    t.rows.push_back(std::move(row));
  };
  for (std::size_t i = 0; i < ledger.rows.size(); ++i) {
    const Row& row = ledger.rows[i];
    line(row.step, row.macs, row.macs_run, row.seconds,
         i < dense.rows.size() ? std::optional(dense.rows[i].seconds) : std::nullopt, "");
  }
  line("agents", ledger.policy(&Row::macs), ledger.policy(&Row::macs_run),
       ledger.policy(&Row::seconds), dense.policy(&Row::seconds), "sum");
  line("all", ledger.total(&Row::macs), ledger.total(&Row::macs_run), ledger.total(&Row::seconds),
       dense.total(&Row::seconds), "sum");
  return table(t);
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
