// Strided lanes: every set of lanes of some strides against the definition, in memory that ends
// behind the last pixel that a lane may read.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/kernels/base/strided_lanes.hpp>
#include <vector>

namespace strided_lanes_test {

using namespace adafuse;
using namespace adafuse::kernels;

namespace {

Floats load(const StridedLanes& lanes, Index stride, const float* first, Floats before) {
  return stride == 1   ? lanes.load<1>(first, before)
         : stride == 2 ? lanes.load<2>(first, before)
                       : lanes.load<0>(first, before);
}

}  // namespace

TEST_CASE("strided lanes: a lane with a bit reads its pixel, others stay as they were") {
  constexpr int width = Floats::width;
  const Key key(3);
  for (const Index stride : {1, 2, 3, 5})
    for (std::uint64_t trial = 0; trial < 200; ++trial) {
      const auto bits = static_cast<std::uint32_t>(key.integer(trial, 1u << width));
      std::vector<float> pixels(1);  // as many as the last lane with a bit reads, at least one
      for (int l = 0; l < width; ++l)
        if (bits >> l & 1u) pixels.resize(static_cast<std::size_t>(l * stride + 1));
      for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i + 1);
      float before[width], after[width];
      for (int l = 0; l < width; ++l)
        before[l] = bits >> l & 1u ? 0 : -1.0f - static_cast<float>(l);
      load(StridedLanes(bits, stride), stride, pixels.data(), Floats::load(before)).store(after);
      int wrong = 0;
      for (int l = 0; l < width; ++l)
        wrong +=
            after[l] != (bits >> l & 1u ? pixels[static_cast<std::size_t>(l * stride)] : before[l]);
      CAPTURE(stride);
      CAPTURE(bits);
      CHECK(wrong == 0);
    }
}

TEST_CASE("strided lanes: without bits nothing is read") {
  const std::vector<float> pixel{7};
  for (const Index stride : {1, 2, 3}) {
    float after[Floats::width];
    load(StridedLanes(), stride, pixel.data(), Floats::zero()).store(after);
    for (const float lane : after) CHECK(lane == 0);
  }
}

}  // namespace strided_lanes_test
