// Colours: torchvision's bytes (golden/transforms.py), and naive pixels.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/colour_jitter.hpp>
#include <adafuse/io/safetensors.hpp>
#include <set>

namespace colour_jitter_test {

using namespace adafuse;
using namespace adafuse::data;

namespace {

/// y = f x + (1 - f) other, for each byte of a pixel, cut.
std::uint8_t blended(double f, std::uint8_t x, double other) {
  const double y = f * x + (1 - f) * other;
  return static_cast<std::uint8_t>(y < 0 ? 0 : y > 255 ? 255 : y);
}

double naive_grey(const Tensor<std::uint8_t>& image, Index i, Index j) {
  return std::floor(0.2989 * image(i, j, 0) + 0.587 * image(i, j, 1) + 0.114 * image(i, j, 2));
}

void check_bytes(const Tensor<std::uint8_t>& got, const Tensor<std::uint8_t>& expected,
                 Index most_different) {
  REQUIRE(got.shape() == expected.shape());
  Index different = 0;
  for (Index i = 0; i < got.size(); ++i) {
    CHECK(std::abs(got.data()[i] - expected.data()[i]) <= 1);
    different += got.data()[i] != expected.data()[i];
  }
  CHECK(different <= most_different);
}

}  // namespace

TEST_CASE("colours: brightness, contrast, saturation and hue are torchvision's") {
  const auto golden = io::read_safetensors(ADAFUSE_TEST_DIR "/golden/transforms.safetensors");
  const auto picture = golden.get<std::uint8_t>("colour.picture");
  const auto check = [&](const std::string& name, const auto& change) {
    for (int number = 0; number < 4; ++number) {
      const std::string row = name + "." + std::to_string(number);
      CAPTURE(row);
      auto image = picture.clone();
      change(image, golden.get<double>(row + ".value")());
      // Where a result is about whole, float arithmetic may cut it to one less.
      const Index most = name == "hue" ? image.size() : image.size() / 100;
      check_bytes(image, golden.get<std::uint8_t>(row + ".y"), most);
    }
  };
  check("brightness", [](auto& image, double f) { adjust_brightness(image, f); });
  check("contrast", [](auto& image, double f) { adjust_contrast(image, f); });
  check("saturation", [](auto& image, double f) { adjust_saturation(image, f); });
  check("hue", [](auto& image, double f) { adjust_hue(image, f); });
}

TEST_CASE("colours: tables say what naive pixels do") {
  Tensor<std::uint8_t> image({5, 6, 3});
  for (Index i = 0; i < image.size(); ++i)
    image.data()[i] = static_cast<std::uint8_t>(Key(1).integer(static_cast<std::uint64_t>(i), 256));
  double mean = 0;
  for (Index i = 0; i < 5; ++i)
    for (Index j = 0; j < 6; ++j) mean += naive_grey(image, i, j) / 30;
  const double f = 1.4;
  auto bright = image.clone(), contrast = image.clone(), saturated = image.clone();
  adjust_brightness(bright, f), adjust_contrast(contrast, f), adjust_saturation(saturated, f);
  auto naive_bright = image.clone(), naive_contrast = image.clone(),
       naive_saturated = image.clone();
  for (Index i = 0; i < 5; ++i)
    for (Index j = 0; j < 6; ++j)
      for (Index c = 0; c < 3; ++c) {
        naive_bright(i, j, c) = blended(f, image(i, j, c), 0);
        naive_contrast(i, j, c) = blended(f, image(i, j, c), mean);
        naive_saturated(i, j, c) = blended(f, image(i, j, c), naive_grey(image, i, j));
      }
  check_bytes(bright, naive_bright, 1);
  check_bytes(contrast, naive_contrast, 1);
  check_bytes(saturated, naive_saturated, 1);
}

TEST_CASE("colour jitter: factors lie where they may, in every order") {
  std::set<std::array<int, 4>> orders;
  const JitterOptions options{.brightness = 0.4, .contrast = 1.5, .saturation = 0.2, .hue = 0.1};
  for (std::uint64_t k = 0; k < 500; ++k) {
    const auto drawn = draw_jitter(options, Key(k));
    orders.insert(drawn.order);
    CHECK(std::abs(drawn.brightness - 1) <= 0.4);
    CHECK(drawn.contrast >= 0);
    CHECK(drawn.contrast <= 2.5);
    CHECK(std::abs(drawn.saturation - 1) <= 0.2);
    CHECK(std::abs(drawn.hue) <= 0.1);
  }
  CHECK(orders.size() == 24);
}

TEST_CASE("colour jitter: what is not asked for changes nothing") {
  const auto drawn = draw_jitter({.brightness = 0.5}, Key(3));
  CHECK(drawn.brightness != 1);
  CHECK(drawn.contrast == 1);
  CHECK(drawn.saturation == 1);
  CHECK(drawn.hue == 0);
}

}  // namespace colour_jitter_test
