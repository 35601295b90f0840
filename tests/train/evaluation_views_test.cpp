// Several views of a clip: logits are averaged, costs added.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/evaluation_views.hpp>

#include "../data/made_up_clips.hpp"

namespace evaluation_views_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

data::LoaderConfig loading() {
  data::LoaderConfig config;
  config.batch_size = 4;
  config.frames = 2;
  config.sampling = data::Sampling::middle;
  config.shuffle = false;
  config.size = 8;
  config.shorter_side = 10;
  return config;
}

models::VideoModel<float> small_model() {
  models::ModelConfig config;
  config.model = "resnet8";
  config.classes = 3;
  config.frames = 2;
  config.stem_stride = 2;
  return models::VideoModel<float>(config, Key(1));
}

}  // namespace

TEST_CASE("views: one is what evaluate says") {
  const data::MadeUpClips clips(5, 12, 10, 16);
  const auto model = small_model();
  const auto one = evaluate_views(model, clips, loading(), {});
  const auto plain = evaluate(model, data::Loader(clips, loading()));
  CHECK(one.cross_entropy == plain.cross_entropy);
  CHECK(one.macs_per_clip == plain.macs_per_clip);
  for (std::size_t i = 0; i < 5; ++i) CHECK(one.results[i].scores == plain.results[i].scores);
}

TEST_CASE("views: logits are the mean of each view's, mirrored ones by counterpart") {
  const data::MadeUpClips clips(5, 12, 10, 16);
  const auto model = small_model();
  const std::vector<std::int64_t> mirrored{1, 0, 2};
  const auto all = evaluate_views(model, clips, loading(), {.clips = 2, .crops = 10}, {}, mirrored);
  REQUIRE(all.results.size() == 5);
  std::vector<std::vector<double>> sums(5, std::vector<double>(3));
  double macs = 0;
  for (Index clip = 0; clip < 2; ++clip)
    for (Index crop = 0; crop < 10; ++crop) {
      auto config = loading();
      config.view = {.clip = clip, .clips = 2, .crop = {.number = crop, .count = 10}};
      const auto view = evaluate(model, data::Loader(clips, config));
      macs += view.macs_per_clip;
      for (std::size_t i = 0; i < 5; ++i)
        for (std::size_t k = 0; k < 3; ++k)
          sums[i][k] += static_cast<double>(
              view.results[i].logits[crop < 5 ? k : static_cast<std::size_t>(mirrored[k])]);
    }
  CHECK(all.macs_per_clip == doctest::Approx(macs));
  CHECK(all.macs_fraction == doctest::Approx(1));
  Index right = 0;
  double entropy = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const auto& result = all.results[i];
    CHECK(result.clip == static_cast<Index>(i));
    CHECK(result.macs == doctest::Approx(macs));
    double total = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(static_cast<double>(result.logits[k]) == doctest::Approx(sums[i][k] / 20));
      total += std::exp(sums[i][k] / 20);
    }
    const auto label = static_cast<std::size_t>(result.label);
    entropy -= std::log(std::exp(sums[i][label] / 20) / total) / 5;
    right += result.right();
  }
  CHECK(all.cross_entropy == doctest::Approx(entropy));
  CHECK(all.top1 == doctest::Approx(20 * static_cast<double>(right)));
}

TEST_CASE("views: decisions of several are not kept") {
  const data::MadeUpClips clips(2, 4, 10, 16);
  EvaluationOptions keep;
  keep.keep_decisions = true;
  CHECK_THROWS_AS(evaluate_views(small_model(), clips, loading(), {.clips = 2}, keep), ValueError);
}

TEST_CASE("views: of several labels the loss is that of the mean logits") {
  const data::MadeUpClips clips(5, 12, 10, 16);
  EvaluationOptions options;
  options.several_labels = true;
  const auto all =
      evaluate_views(small_model(), clips, loading(), {.clips = 2, .crops = 3}, options);
  Tensor<float> logits({5, 3});
  LabelSets sets;
  for (Index n = 0; n < 5; ++n) {
    const auto& clip = all.results[static_cast<std::size_t>(n)];
    for (Index k = 0; k < 3; ++k) logits(n, k) = clip.logits[static_cast<std::size_t>(k)];
    sets.push_back(clip.labels);
    CHECK(clip.scores[0] ==
          doctest::Approx(1 / (1 + std::exp(-static_cast<double>(logits(n, 0))))));
  }
  CHECK(all.cross_entropy ==
        doctest::Approx(static_cast<double>(mean(label_losses(logits, sets)).item())));
}

}  // namespace evaluation_views_test
