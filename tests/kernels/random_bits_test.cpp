// Random bits in bulk are the key's own.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/kernels/random_bits.hpp>
#include <vector>

namespace random_bits_test {

using namespace adafuse;

TEST_CASE("random_bits: a run is what the key gives at each position") {
  constexpr auto word = std::uint64_t{1} << 32;
  for (const std::uint64_t seed : {std::uint64_t{1}, ~std::uint64_t{0}, word})
    for (const std::uint64_t first : {std::uint64_t{0}, word - 30, ~std::uint64_t{0} - 30})
      for (const Index count : {0, 1, 63, 64, 65, 300}) {
        const Key key(seed);
        std::vector<std::uint64_t> bits(static_cast<std::size_t>(count) + 1, 7);
        kernels::random_bits(key, first, count, bits.data());
        Index wrong = 0;
        for (Index i = 0; i < count; ++i)
          wrong +=
              bits[static_cast<std::size_t>(i)] == key.bits(first + static_cast<std::uint64_t>(i))
                  ? 0
                  : 1;
        CAPTURE(first);
        CAPTURE(count);
        CHECK(wrong == 0);
        CHECK(bits.back() == 7);
      }
}

}  // namespace random_bits_test
