// Dropout's mask: the elements that its definition names.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/dropout.hpp>
#include <adafuse/kernels/reference/dropout.hpp>
#include <cmath>
#include <vector>

namespace dropout_test {

using namespace adafuse;

TEST_CASE("dropout: an element stays where the key's number is at least p") {
  const double p = 0.3;
  Tensor<float> mask({10000});
  kernels::dropout_mask(0, mask.size(), p, Key(1), mask.data());
  double sum = 0;
  for (Index i = 0; i < mask.size(); ++i) {
    const bool stays = Key(1).uniform(static_cast<std::uint64_t>(i)) >= p;
    REQUIRE(mask(i) == (stays ? static_cast<float>(1 / 0.7) : 0.f));
    sum += mask(i);
  }
  CHECK(sum / 10000 == doctest::Approx(1).epsilon(0.03));  // four standard deviations
}

TEST_CASE("dropout: equals the naive loop, for any share, any length and any position") {
  for (const double p : {0.0, 0.25, 0.999, 1.0})
    for (const Index count : {0, 1, 4096, 10001}) {
      const std::uint64_t first = p > 0.5 ? 12345 : 0;
      Tensor<float> mask({count}), expected({count});
      kernels::dropout_mask(first, count, p, Key(7), mask.data());
      kernels::reference::dropout_mask(first, count, p, Key(7), expected.data());
      CHECK(std::equal(mask.begin(), mask.end(), expected.begin()));
    }
}

TEST_CASE("dropout: at the very share that a number has it stays, and next to it it does not") {
  // Also the smallest and the largest shares, where 2^52 p is no whole number.
  std::vector<double> shares{0x1p-1074, 0x1p-54, 0x1p-53, 0x1.8p-53, 0x1p-52, 1 - 0x1p-53};
  for (const std::uint64_t i : {0u, 1u, 63u, 64u, 99u}) {
    const double u = Key(7).uniform(i);
    shares.insert(shares.end(), {u, std::nextafter(u, 0.0), std::nextafter(u, 1.0)});
  }
  for (const double p : shares) {
    Tensor<double> mask({100}), expected({100});
    kernels::dropout_mask(0, 100, p, Key(7), mask.data());
    kernels::reference::dropout_mask(0, 100, p, Key(7), expected.data());
    CAPTURE(p);
    CHECK(std::equal(mask.begin(), mask.end(), expected.begin()));
  }
}

}  // namespace dropout_test
