// A page with all its parts, of a run that never was.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/report/page.hpp>

namespace page_test {

using namespace adafuse;
using namespace adafuse::report;

/// Three classes; names come from data, so one of them is an attack.
inline const std::string evil = "</script><script>alert('&')</script>\"'";

inline io::Json tiny_shares(double keep, double reuse) {
  return {{"keep", keep}, {"reuse", reuse}, {"skip", 1 - keep - reuse}};
}

inline io::Json tiny_evaluation() {
  const auto row = [](const std::string& name, int clips, int right) {
    return io::Json{{"class", name},
                    {"clips", clips},
                    {"right", right},
                    {"accuracy", clips > 0 ? 100.0 * right / clips : 0},
                    {"macs_fraction", 0.3}};
  };
  const io::Json clip{{"clip", evil},
                      {"class", "left"},
                      {"predicted", evil},
                      {"macs", 1e6},
                      {"macs_fraction", 0.25}};
  return {{"model", "resnet8"},
          {"fusion", "adafuse"},
          {"policy", "learned"},
          {"top1", 83.33333333333333},
          {"top5", 100.0},
          {"mean_class_accuracy", 75.0},
          {"macs_per_clip", 8650000.0},
          {"macs_fraction", 0.3457},
          {"actions", tiny_shares(0.3125, 0.375)},
          {"blocks", {{"layer1.0", tiny_shares(0.5, 0.25)}, {"layer2.0", tiny_shares(0.125, 0.5)}}},
          {"frames",
           {{"layer1.0", {tiny_shares(0.75, 0), tiny_shares(0.25, 0.5)}},
            {"layer2.0", {tiny_shares(0.25, 0.25), tiny_shares(0, 0.75)}}}},
          {"classes", {row("left", 4, 3), row(evil, 2, 2), row("nobody", 0, 0)}},
          {"confusion", {{3, 1, 0}, {0, 2, 0}, {0, 0, 0}}},
          {"cheapest", {clip}},
          {"dearest", {clip}}};
}

inline Film tiny_film(const std::string& answer) {
  return {evil,
          {.frames = Tensor<std::uint8_t>({2, 4, 6, 3}),
           .actions = Tensor<std::uint8_t>::of({{0, 2, 0, 2}, {1, 1, 0, 2}}),
           .block = "layer2.0",
           .true_class = "left",
           .predicted_class = answer}};
}

inline RunPage tiny_run() {
  RunPage run{.name = "runs/<adafuse>"};
  run.summary = {
      {"model", "resnet8"},        {"fusion", "adafuse"},        {"policy", "learned"},
      {"top1", 83.33333333333333}, {"macs_per_clip", 8650000.0}, {"macs_fraction", 0.3457},
      {"parameters", 78346},       {"train_seconds", 31.25},     {"clips_per_second", 900.5}};
  run.metrics = parse_metrics(
      "epoch,rate,train_loss,train_cross_entropy,train_cost,train_top1,val_cross_entropy,val_top1,"
      "keep,reuse,skip,macs_fraction\n"
      "0,0.0029999999,2.25,2.125,1.0400001,22.222222,2.0000001,33.333333,0.5,0.25,0.25,0.71234567\n"
      "1,1.2e-08,1.25,1.125,0.61234567,66.666667,1.0625,83.333333,0.25,0.375,0.375,0.3457\n",
      "metrics.csv");
  run.evaluation = tiny_evaluation();
  run.right = {tiny_film("left")};
  run.wrong = {tiny_film(evil)};
  run.ledger.frames = run.dense.frames = 16;
  run.ledger.rows = {{"conv1", false, 3.2e6, 3.2e6, 1e-3, 1e4},
                     {"layer1.0.policy_net", true, 1e5, 1e5, 1e-4, 1e3},
                     {"layer1.0.conv1", false, 6.4e6, 1.6e6, 2e-3, 1e4}};
  run.dense.rows = run.ledger.rows;
  run.dense.rows[2].macs_run = 6.4e6, run.dense.rows[2].seconds = 6e-3;
  return run;
}

/// The run, one without data, and one that was interrupted.
inline Page tiny_page() {
  RunPage bare = tiny_run(), unfinished = tiny_run();
  bare.name = "bare", unfinished.name = "unfinished";
  for (RunPage* run : {&bare, &unfinished}) {
    run->evaluation = {};
    run->right.clear(), run->wrong.clear();
    run->ledger = {}, run->dense = {};
  }
  bare.summary["macs_fraction"] = 1.0, bare.summary["top1"] = 55.5;
  unfinished.summary = {};
  unfinished.metrics.rows.pop_back();
  return {.title = "adafuse report", .runs = {tiny_run(), bare, unfinished}};
}

}  // namespace page_test
