// The files of an evaluation hold what it says.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/evaluation_files.hpp>

#include "../models/lively_model.hpp"
#include "tiny_run.hpp"

namespace evaluation_files_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

/// A model that nobody trained, evaluated on nine clips in batches of four.
struct Evaluated {
  TinyGestures gestures{"evaluation-files"};
  data::FolderDataset dataset = data::load_dataset(gestures.dir);
  data::LoaderConfig config{
      .batch_size = 4, .frames = 4, .sampling = data::Sampling::middle, .shuffle = false};
  data::Loader loader{dataset.val, config};
  Evaluation e;

  Evaluated() {
    auto model = tiny_config("adafuse").model;
    model.classes = 9;
    e = evaluate(models::lively_model<float>(model), loader,
                 {.policy = {}, .key = Key(0), .sample = false, .keep_decisions = true});
  }
};

}  // namespace

TEST_CASE("evaluation: clips, frames and decisions add up to the whole") {
  const Evaluated run;
  const auto& e = run.e;
  REQUIRE(e.results.size() == 9);
  double macs = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(e.results[i].clip == static_cast<Index>(i));
    macs += e.results[i].macs;
  }
  CHECK(macs == 9 * e.macs_per_clip);
  CHECK(top_k(e.results, 1) == e.top1);
  for (std::size_t b = 0; b < e.blocks.size(); ++b) {
    REQUIRE(e.frames[b].size() == 4);
    ActionCounts sum;
    for (const auto& frame : e.frames[b])
      for (std::size_t a = 0; a < sum.count.size(); ++a) sum.count[a] += frame.count[a];
    CHECK(sum.count == e.blocks[b].second.count);
    ActionCounts kept;
    const auto& taken = e.decisions.at(e.blocks[b].first);
    CHECK(taken.shape()[0] == 9);
    CHECK(taken.shape()[1] == 4);
    kept.add(taken);
    CHECK(kept.count == e.blocks[b].second.count);
  }
}

TEST_CASE("evaluation_json: names each class once and counts each clip once") {
  const Evaluated run;
  const auto json = evaluation_json(run.e, run.dataset.classes, run.loader);
  CHECK(json["top1"] == run.e.top1);
  CHECK(json["gflops_per_clip"] == 2 * run.e.macs_per_clip / 1e9);
  CHECK(json["dense_gflops_per_clip"].get<double>() ==
        doctest::Approx(2 * run.e.macs_per_clip / run.e.macs_fraction / 1e9));
  CHECK(json["classes"].size() == 9);
  CHECK(json["cheapest"].size() == extreme_clips);
  CHECK(json["cheapest"][0]["macs"] <= json["dearest"][0]["macs"]);
  CHECK(json["frames"]["layer2.0"].size() == 4);
  Index all = 0;
  for (const auto& row : json["confusion"])
    for (const auto& count : row) all += count.get<Index>();
  CHECK(all == 9);
}

TEST_CASE("confusion_csv, scores_csv: names with commas, quotes and ends of lines are fields") {
  const Evaluated run;
  auto classes = run.dataset.classes;
  classes[0] = "left, \"then\" right";
  const auto confusion = confusion_csv(run.e, classes);
  CHECK(confusion.starts_with("class,\"left, \"\"then\"\" right\"," + classes[1]));
  CHECK(std::count(confusion.begin(), confusion.end(), '\n') == 10);
  const auto scores = scores_csv(run.e, run.dataset.classes, run.loader);
  CHECK(scores.starts_with("clip,class,predicted,macs,macs_fraction,"));
  CHECK(std::count(scores.begin(), scores.end(), '\n') == 10);
  CHECK(scores.find("\nval_000000,") != std::string::npos);
}

TEST_CASE("decisions_file: labels, answers and a tensor for each block") {
  const Evaluated run;
  const auto file = decisions_file(run.e);
  CHECK(file.tensors.size() == 2 + run.e.blocks.size());
  CHECK(file.get<std::uint8_t>("decisions.layer2.0").shape() == Shape{9, 4, 32});
  CHECK(file.get<std::int64_t>("labels")(3) == run.dataset.val.label(3));
}

}  // namespace evaluation_files_test
