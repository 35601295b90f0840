// What is drawn for a clip: once for all frames, by key, and the same for any number of workers.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/loader.hpp>
#include <cstring>

#include "made_up_clips.hpp"

namespace clip_transform_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

Tensor<std::uint8_t> noise(Index height, Index width, std::uint64_t seed) {
  Tensor<std::uint8_t> image({height, width, 3});
  for (Index i = 0; i < image.size(); ++i)
    image.data()[i] =
        static_cast<std::uint8_t>(Key(seed).integer(static_cast<std::uint64_t>(i), 256));
  return image;
}

bool same(const Tensor<std::uint8_t>& a, const Tensor<std::uint8_t>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

TransformOptions all_of(Crop crop) {
  TransformOptions options{.fit = Fit::any, .crop = crop};
  options.jitter = {.brightness = 0.4, .contrast = 0.4, .saturation = 0.4, .hue = 0.1};
  options.erase = 0.5;
  return options;
}

Tensor<float> first_batch(const LoaderConfig& config, Index epoch = 1) {
  const MadeUpClips clips(9, 6, 20, 26);
  const Loader loader(clips, config);
  for (const auto& batch : loader.epoch(epoch)) return batch.clips;
  return {};
}

bool identical(const Tensor<float>& a, const Tensor<float>& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(float)) == 0;
}

}  // namespace

TEST_CASE("clip transform: step by step, by naive calls of each") {
  const Framing framing{.size = 8, .shorter_side = 12};
  for (const Crop kind : {Crop::centre, Crop::random, Crop::multi_scale, Crop::resized})
    for (std::uint64_t k = 0; k < 6; ++k) {
      const auto options = all_of(kind);
      const ClipTransform transform(framing, options, true, {});
      const auto drawn = transform.draw(Key(k));
      const auto frame = noise(20, 26, k), untouched = frame.clone();
      const auto scaled = resize_shorter_side(frame, 12);
      const Index h = scaled.size(0), w = scaled.size(1);
      auto expected = kind == Crop::centre   ? centre_crop(scaled, 8)
                      : kind == Crop::random ? crop(scaled, random_crop_box(h, w, 8, drawn.crop))
                      : kind == Crop::multi_scale
                          ? resize(crop(scaled, multi_scale_crop_box(h, w, 8, drawn.crop)), 8, 8)
                          : resize(crop(scaled, resized_crop_box(h, w, {}, drawn.crop)), 8, 8);
      if (drawn.mirrored) expected = mirror(expected);
      expected = expected.clone();
      apply(drawn.jitter, expected);
      const auto picture = transform.picture(frame, drawn);
      CHECK(same(picture, expected));
      CHECK(same(frame, untouched));

      Tensor<float> planes({3, 8, 8});
      transform.planes(picture, drawn, planes.view<3>());
      auto naive = normalise(expected, {});
      if (const auto box = erased_box(8, 8, 0.5, drawn.erase)) erase(naive.view<3>(), *box);
      CHECK(identical(planes, naive));
    }
}

TEST_CASE("clip transform: drawn once for a clip, anew for the next one") {
  const ClipTransform transform({.size = 8, .shorter_side = 12}, all_of(Crop::multi_scale), true,
                                {});
  const auto frame = noise(20, 26, 1);
  const auto a = transform.picture(frame, transform.draw(Key(5)));
  CHECK(same(a, transform.picture(frame.clone(), transform.draw(Key(5)))));
  CHECK(!same(a, transform.picture(frame, transform.draw(Key(6)))));
}

TEST_CASE(
    "clip transform: batches are the same bits for any number of workers, and differ by epoch") {
  for (const Crop kind : {Crop::random, Crop::multi_scale, Crop::resized}) {
    LoaderConfig config{.batch_size = 4, .frames = 3, .flip = true, .size = 8, .shorter_side = 12};
    config.transform = all_of(kind);
    config.transform.sampling = FrameSampling::dense;
    config.workers = 0;
    const auto expected = first_batch(config);
    CHECK(!identical(expected, first_batch(config, 2)));
    for (const int workers : {1, 3, 8}) {
      config.workers = workers;
      CHECK(identical(expected, first_batch(config)));
    }
  }
}

TEST_CASE("clip transform: without options a batch is what cropping and normalising make of it") {
  LoaderConfig config{.batch_size = 9, .frames = 3, .shuffle = false, .size = 8};
  config.sampling = Sampling::middle;
  const auto batch = first_batch(config);
  const MadeUpClips clips(9, 6, 20, 26);
  for (Index n = 0; n < 9; ++n)
    for (Index t = 0; t < 3; ++t) {
      const auto frame = clips.frame(n, sample_segment_middles(6, 3)[static_cast<std::size_t>(t)]);
      CHECK(identical(batch[n][t].clone(),
                      normalise(centre_crop(resize_shorter_side(frame, 8), 8), {})));
    }
}

TEST_CASE("clip transform: mirrored clips have the label of their counterpart, and others theirs") {
  const MadeUpClips clips(60, 2);  // labels 0, 1, 2
  LoaderConfig config{.batch_size = 60, .frames = 2, .shuffle = false, .flip = true};
  config.normalisation = {{0, 0, 0}, {1 / 255.f, 1 / 255.f, 1 / 255.f}};
  for (const bool swaps : {true, false}) {
    if (swaps)
      config.mirrored_labels = {1, 0, 2};
    else
      config.mirrored_labels.clear();
    const Loader loader(clips, config);
    Index mirrored = 0;
    for (const auto& batch : loader.epoch(0))
      for (Index n = 0; n < 60; ++n) {
        const bool is_mirrored = batch.clips(n, 0, 2, 0, 0) > 2;  // column 3 in column 0's place
        mirrored += is_mirrored;
        const std::int64_t own = n % 3, other = own == 2 ? 2 : 1 - own;
        CHECK(batch.labels(n) == (is_mirrored && swaps ? other : own));
      }
    CHECK(mirrored > 10);
    CHECK(mirrored < 50);
  }
}

TEST_CASE("clip transform: views of a test are other frames and other crops") {
  LoaderConfig config{.batch_size = 2, .frames = 2, .shuffle = false, .size = 8};
  config.sampling = Sampling::middle;
  config.normalisation = {{0, 0, 0}, {1 / 255.f, 1 / 255.f, 1 / 255.f}};
  config.view = {.clip = 1, .clips = 3, .crop = {.number = 1, .count = 3}};
  const auto middle = first_batch(config);
  config.view.clips = 1, config.view.clip = 0, config.view.crop = {};
  CHECK(identical(middle, first_batch(config)));
  config.view.crop = {.number = 2, .count = 3};
  const auto right = first_batch(config);
  CHECK(right(0, 0, 2, 0, 0) > middle(0, 0, 2, 0, 0));
  config.view = {.clip = 2, .clips = 3};
  CHECK(first_batch(config)(0, 0, 1, 0, 0) > middle(0, 0, 1, 0, 0));
}

TEST_CASE("clip transform: a frame that is refused is named, and so are options without a crop") {
  const MadeUpClips clips(2, 2, 4, 6);
  LoaderConfig config{.frames = 2, .height = 4, .width = 4};
  config.transform.fit = Fit::refuse;
  const Loader loader(clips, config);
  const auto run = [&] {
    for (const auto& batch : loader.epoch(0)) CHECK(batch.labels.size() > 0);
  };
  CHECK_THROWS_WITH_AS(run(), doctest::Contains(": frame "), ShapeError);
  CHECK_THROWS_WITH_AS(run(), doctest::Contains("is 4x6; this model saw 4x4"), ShapeError);
  LoaderConfig no_size;
  no_size.transform.crop = Crop::random;
  CHECK_THROWS_AS(Loader(clips, no_size), ValueError);
  LoaderConfig no_crop;
  no_crop.view.crop.count = 3;
  CHECK_THROWS_AS(Loader(clips, no_crop), ValueError);
}

TEST_CASE("transform options: values that cannot be drawn are refused") {
  const auto refused = [](const auto& change) {
    TransformOptions options;
    change(options);
    CHECK_THROWS_AS(check(options, 8), ValueError);
  };
  CHECK_NOTHROW(check(TransformOptions{}, 0));
  refused([](auto& t) { t.resized.least_area = 0; });
  refused([](auto& t) { t.resized.least_area = 1.5; });
  refused([](auto& t) { t.resized.aspect = 0.5; });
  refused([](auto& t) { t.jitter.brightness = -1; });
  refused([](auto& t) { t.jitter.contrast = std::nan(""); });
  refused([](auto& t) { t.jitter.saturation = 101; });
  refused([](auto& t) { t.jitter.hue = 0.6; });
  refused([](auto& t) { t.erase = 2; });
  TransformOptions crop;
  crop.crop = Crop::resized;
  CHECK_THROWS_AS(check(crop, 0), ValueError);
}

}  // namespace clip_transform_test
