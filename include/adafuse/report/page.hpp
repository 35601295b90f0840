// The report: one page of HTML that needs nothing but itself, on one run or several.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/report/charts.hpp>
#include <adafuse/report/confusion_table.hpp>
#include <adafuse/report/curves.hpp>
#include <adafuse/report/decision_chart.hpp>
#include <adafuse/report/film_viewer.hpp>
#include <adafuse/report/page_script.hpp>
#include <adafuse/report/page_style.hpp>
#include <adafuse/report/run_tables.hpp>
#include <adafuse/report/sweep_chart.hpp>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// What a report shows.
struct Page {
  std::string title = "adafuse report";         ///< of the page
  std::vector<RunPage> runs;                    ///< one below the other
  std::optional<ReferenceLine> reference = {};  ///< an accuracy that is worth knowing
  std::vector<Sweep> sweeps = {};               ///< before the runs
};

namespace detail {

/// Top-1 and share of MACs of a run's best model; of one that is not complete, of its last epoch.
inline std::optional<TradeOffPoint> place_of(const RunPage& run) {
  const auto& best = run.evaluation.is_null() ? run.summary : run.evaluation;
  if (!best.is_null())
    return TradeOffPoint{.label = run.name,
                         .macs_fraction = best.at("macs_fraction").get<double>(),
                         .top1 = best.at("top1").get<double>()};
  const auto top1 = run.metrics.values("val_top1"), macs = run.metrics.values("macs_fraction");
  if (top1.empty() || macs.empty()) return std::nullopt;
  return TradeOffPoint{
      .label = run.name + " (unfinished)", .macs_fraction = macs.back(), .top1 = top1.back()};
}

inline Element curves_of(const MetricsTable& m) {
  Element grid = styled("div", "curves");
  const auto add = [&](const std::string& title, bool per_cent, std::vector<Curve> curves) {
    std::erase_if(curves, [](const Curve& curve) { return curve.values.empty(); });
    if (curves.empty()) return;
    grid.add(figure(
        curve_chart({.title = title, .curves = std::move(curves), .per_cent = per_cent}), ""));
  };
  const auto &own = theme::accent, &other = theme::compared;
  add("Cross-entropy, nats", false,
      {{"training", m.values("train_cross_entropy"), other, true},
       {"validation", m.values("val_cross_entropy"), own}});
  add("Top-1, %", true,
      {{"training", m.values("train_top1"), other, true},
       {"validation", m.values("val_top1"), own}});
  add("Mean average precision, %", true, {{"validation", m.values("val_map"), own}});
  const auto kept = m.values("keep");
  const bool decides =
      std::any_of(kept.begin(), kept.end(), [](double k) { return !equals(k, 1); });
  if (decides)
    add("Cost, % of the dense network", true,
        {{"training", m.values("train_cost", 100), other, true},
         {"validation", m.values("macs_fraction", 100), own}});
  if (decides)
    add("Decisions, %", true,
        {{"keep", m.values("keep", 100), action_colour(Action::keep)},
         {"reuse", m.values("reuse", 100), action_colour(Action::reuse)},
         {"skip", m.values("skip", 100), theme::quiet, true}});
  add("Loss", false, {{"training", m.values("train_loss"), own}});
  add("Learning rate", false, {{"last step of the epoch", m.values("rate"), own}});
  return grid;
}

inline Shares shares_of(const io::Json& json) {
  Shares shares{};
  for (const Action action : all_actions)
    shares[static_cast<std::size_t>(action)] =
        json.at(std::string(row_of(action).name)).get<double>();
  return shares;
}

inline std::vector<BlockShares> block_shares(const io::Json& e) {
  std::vector<BlockShares> blocks;
  for (const auto& [name, shares] : e.at("blocks").items()) {
    blocks.push_back({.block = name, .all = shares_of(shares), .frames = {}});
    for (const auto& frame : e.at("frames").at(name))
      blocks.back().frames.push_back(shares_of(frame));
  }
  return blocks;
}

inline Confusion confusion_of(const io::Json& e) {
  Confusion c;
  for (const auto& row : e.at("classes")) c.classes.push_back(row.at("class").get<std::string>());
  c.counts = e.at("confusion").get<std::vector<std::vector<Index>>>();
  return c;
}

inline void add_films(Element& section, const char* title, const std::vector<Film>& films) {
  if (films.empty()) return;
  section.add(Element("h3", {}, title));
  Element row = styled("div", "films");
  for (const auto& film : films) row.add(film_viewer(film.strip, film.clip));
  section.add(std::move(row));
}

inline void add_confusion(Element& section, const Confusion& confusion) {
  section.add(Element("h3", {}, "Confusion"));
  if (confusion.classes.size() <= most_tabled_classes) {
    section.add(confusion_table(confusion));
  } else {
    section.add(figure(confusion_picture(confusion),
                       "A row for each class and a column for each answer, in the order of the "
                       "classes; right answers lie on the diagonal."));
    section.add(commonest_mistakes(confusion, 20));
  }
}

inline void add_evaluation(Element& section, const RunPage& run) {
  const auto& e = run.evaluation;
  if (const auto blocks = block_shares(e); !blocks.empty()) {
    section.add(Element("h3", {}, "Keep, reuse and skip by block and frame"));
    section.add(figure(decision_chart(blocks),
                       "Each bar is cut into the shares of the channels that a block keeps, reuses "
                       "and skips: over all frames, then frame by frame, from the bottom up."));
    section.add(blocks_table(e));
  }
  add_films(section, "Clips that were recognised", run.right);
  add_films(section, "Clips that were taken for something else", run.wrong);
  section.add(Element("h3", {}, "Classes"));
  section.add(classes_table(e.at("classes")));
  if (e.contains("confusion")) add_confusion(section, confusion_of(e));
  if (!e.at("blocks").empty()) {
    section.add(Element("h3", {}, "Cheapest and dearest clips"));
    section.add(clips_table("The cheapest clips", e.at("cheapest")));
    section.add(clips_table("The dearest clips", e.at("dearest")));
  }
}

inline void add_ledger(Element& section, const RunPage& run) {
  if (run.ledger.frames == 0) return;
  using Row = infer::LedgerRow;
  const double frames = static_cast<double>(run.ledger.frames);
  const double own = run.ledger.total(&Row::seconds), kept = run.dense.total(&Row::seconds);
  section.add(Element("h3", {}, "Milliseconds and multiply-accumulates"));
  std::string words = "A frame takes " + number(1e3 * own / frames, 3) + " ms at " +
                      number(100 * run.ledger.macs_fraction(), 1) +
                      " % of the dense network's multiply-accumulates, agents included";
  if (run.dense.frames > 0)
    words += "; with all channels kept it takes " + number(1e3 * kept / frames, 3) + " ms";
  section.add(Element(
      "p", {},
      words + ". Measured on " + number(frames) + " frames on the machine that wrote this page."));
  section.add(folded("Step by step", ledger_table(run.ledger, run.dense)));
}

inline Element run_section(const RunPage& run, std::size_t number_of_run) {
  const std::string id = "run-" + std::to_string(number_of_run);
  Element section("section", {{"aria-labelledby", id}});
  if (run.swept) section.set({"class", "brief"});
  section.add(Element("h2", {{"id", id}}, run.name));
  if (run.summary.is_null())
    section.add(styled("p", "quiet", "This run is not complete: it has no summary.json."));
  if (!run.metrics.rows.empty()) {
    if (run.swept) {
      section.add(folded("Training", curves_of(run.metrics)));
    } else {
      section.add(Element("h3", {}, "Training"));
      section.add(curves_of(run.metrics));
    }
    section.add(folded("Every number of metrics.csv", metrics_table(run.metrics)));
  }
  if (run.evaluation.is_null() && !run.swept)
    section.add(
        styled("p", "quiet",
               "Decisions, classes and clips need the data: adafuse report RUN --data DIR."));
  if (!run.evaluation.is_null()) add_evaluation(section, run);
  add_ledger(section, run);
  return section;
}

inline void add_sweep(Element& section, const Sweep& sweep,
                      const std::vector<TradeOffPoint>& others) {
  if (sweep.runs.empty()) return;
  section.add(Element("h3", {}, "Sweep " + sweep.name));
  section.add(figure(
      sweep_chart(sweep, others),
      "A ring for each run. Dots are the means of each lambda's runs, crosses and the band reach "
      "from the least to the greatest of them. Up is more accurate, left is cheaper."));
  section.add(sweep_table(sweep));
}

inline Element overview(const Page& page) {
  Element section("section", {{"aria-labelledby", "results"}});
  section.add(Element("h2", {{"id", "results"}, {"class", "first"}}, "Results"));
  TradeOffChart chart{.points = {}, .reference = page.reference};
  for (const auto& run : page.runs)
    if (auto place = run.swept ? std::nullopt : place_of(run)) {
      const bool adapts = !equals(place->macs_fraction, 1);
      place->accent = page.runs.size() == 1 || adapts;
      chart.points.push_back(std::move(*place));
    }
  for (const auto& sweep : page.sweeps) add_sweep(section, sweep, chart.points);
  section.add(runs_table(page.runs));
  if (!chart.points.empty() && page.sweeps.empty())
    section.add(figure(trade_off_chart(chart),
                       "Up is more accurate, left is cheaper. The cost counts what is run, agents "
                       "included, against the dense network without agents."));
  return section;
}

}  // namespace detail

/// The page as HTML. Throws ValueError for a page without runs, and for what cannot be drawn.
inline std::string html_page(const Page& page) {
  require<ValueError>(!page.runs.empty(), "report: there are no runs");
  Element head("head");
  head.add(Element("meta", {{"charset", "utf-8"}}));
  head.add(
      Element("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}));
  head.add(Element("meta", {{"name", "color-scheme"}, {"content", "light dark"}}));
  head.add(Element("title", {}, page.title));
  head.add(Element("link", {{"rel", "icon"}, {"href", "data:,"}}));  // nothing to fetch
  head.add(Element("style", {}, page_style()));
  Element body("body"), contents("ul"), main("main");
  Element header("header");
  header.add(Element("h1", {}, page.title));
  for (std::size_t i = 0; i < page.runs.size(); ++i)
    contents.add(Element("li").add(
        Element("a", {{"href", "#run-" + std::to_string(i + 1)}}, page.runs[i].name)));
  if (page.runs.size() > 1)
    header.add(Element("nav", {{"aria-label", "Runs"}}).add(std::move(contents)));
  main.add(detail::overview(page));
  for (std::size_t i = 0; i < page.runs.size(); ++i)
    main.add(detail::run_section(page.runs[i], i + 1));
  body.add(std::move(header)).add(std::move(main));
  body.add(Element("script", {}, page_script));
  Element html("html", {{"lang", "en"}});
  html.add(std::move(head)).add(std::move(body));
  return "<!DOCTYPE html>\n" + html.html();
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
