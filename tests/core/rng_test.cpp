// Randomness: Philox against its published answers, the distributions, the independence of streams.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/rng.hpp>
#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace rng_test {

using namespace adafuse;

namespace {

struct Moments {
  double mean, variance, skewness;
};

Moments moments_of(const std::function<double(std::uint64_t)>& draw, int count = 200000) {
  double sum = 0, squares = 0, cubes = 0;
  for (int i = 0; i < count; ++i) sum += draw(static_cast<std::uint64_t>(i));
  const double mean = sum / count;
  for (int i = 0; i < count; ++i) {
    const double d = draw(static_cast<std::uint64_t>(i)) - mean;
    squares += d * d;
    cubes += d * d * d;
  }
  const double variance = squares / count;
  return {mean, variance, cubes / count / std::pow(variance, 1.5)};
}

double correlation(const Key& a, const Key& b, std::uint64_t shift = 0, int count = 20000) {
  double sum = 0;
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::uint64_t>(i);
    sum += (a.uniform(at) - 0.5) * (b.uniform(at + shift) - 0.5);
  }
  return sum / count * 12;
}

}  // namespace

TEST_CASE("philox: gives the known answers of its authors") {
  CHECK(philox({0, 0, 0, 0}, 0) ==
        PhiloxCounter{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
  CHECK(philox({0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu}, 0xffffffffffffffffu) ==
        PhiloxCounter{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu});
  CHECK(philox({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}, 0x299f31d0a4093822u) ==
        PhiloxCounter{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u});
}

TEST_CASE("key: uniform has the moments of (0, 1) and stays inside") {
  const Key key(1);
  const auto m = moments_of([&](std::uint64_t i) { return key.uniform(i); });
  CHECK(m.mean == doctest::Approx(0.5).epsilon(0.005));
  CHECK(m.variance == doctest::Approx(1.0 / 12).epsilon(0.01));
  for (std::uint64_t i = 0; i < 10000; ++i) {
    const double u = key.uniform(i);
    REQUIRE((0 < u && u < 1));
    REQUIRE(std::fmod(u * 0x1p53, 2) == 1);  // the middle of one of 2^52 cells: never 0 or 1
  }
}

TEST_CASE("key: normal has the moments of the standard normal, and its tails") {
  const Key key(2);
  const auto m = moments_of([&](std::uint64_t i) { return key.normal(i); });
  CHECK(std::abs(m.mean) < 0.01);
  CHECK(m.variance == doctest::Approx(1).epsilon(0.01));
  CHECK(std::abs(m.skewness) < 0.02);
  int beyond_two = 0;
  for (std::uint64_t i = 0; i < 200000; ++i) beyond_two += std::abs(key.normal(i)) > 2;
  CHECK(beyond_two / 200000.0 == doctest::Approx(0.0455).epsilon(0.05));
}

TEST_CASE("key: gumbel has the mean and the variance of the Gumbel distribution") {
  const Key key(3);
  const auto m = moments_of([&](std::uint64_t i) { return key.gumbel(i); });
  CHECK(m.mean == doctest::Approx(0.5772156649).epsilon(0.01));
  CHECK(m.variance == doctest::Approx(1.6449340668).epsilon(0.02));
}

TEST_CASE("key: the argmax of logits plus gumbel noise falls as their softmax") {
  const Key key(4);
  const double logits[3] = {std::log(0.5), std::log(0.3), std::log(0.2)};
  int count[3] = {};
  constexpr int rounds = 60000;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    double noisy[3];
    for (std::uint64_t a = 0; a < 3; ++a) noisy[a] = logits[a] + key.gumbel(3 * i + a);
    ++count[std::max_element(noisy, noisy + 3) - noisy];
  }
  CHECK(count[0] / double{rounds} == doctest::Approx(0.5).epsilon(0.02));
  CHECK(count[1] / double{rounds} == doctest::Approx(0.3).epsilon(0.03));
  CHECK(count[2] / double{rounds} == doctest::Approx(0.2).epsilon(0.04));
}

TEST_CASE("key: integer covers [0, n) evenly") {
  const Key key(5);
  int count[7] = {};
  for (std::uint64_t i = 0; i < 70000; ++i) {
    const auto k = key.integer(i, 7);
    REQUIRE((0 <= k && k < 7));
    ++count[k];
  }
  for (int c : count) CHECK(c == doctest::Approx(10000).epsilon(0.05));
  CHECK(key.integer(0, 1) == 0);
  const auto wide = key.integer(1, std::int64_t{1} << 62);
  CHECK((0 <= wide && wide < (std::int64_t{1} << 62)));
}

TEST_CASE("key: equal seeds and paths name equal streams") {
  CHECK(Key(7) == Key(7));
  CHECK(Key(7).of("layer1").of(3) == Key(7).of("layer1").of(3));
  CHECK(Key(7).of(3).uniform(11) == Key(7).of(3).uniform(11));
}

TEST_CASE("key: different seeds, names, numbers and orders name different streams") {
  std::set<std::uint64_t> first_words;
  int streams = 0;
  const auto add = [&](const Key& key) {
    first_words.insert(key.bits(0));
    ++streams;
  };
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    add(Key(seed));
    for (std::uint64_t i = 0; i < 20; ++i) {
      add(Key(seed).of(i));
      add(Key(seed).of("layer" + std::to_string(i)));
    }
  }
  add(Key(0).of(1).of(2));
  add(Key(0).of(2).of(1));
  add(Key(0).of("a").of("b"));
  add(Key(0).of("b").of("a"));
  add(Key(0).of("ab"));
  CHECK(first_words.size() == static_cast<std::size_t>(streams));
}

TEST_CASE("key: streams are not correlated, neither with their parent nor with a neighbour") {
  const Key parent(9);
  CHECK(std::abs(correlation(parent, parent.of(0))) < 0.03);
  CHECK(std::abs(correlation(parent.of(0), parent.of(1))) < 0.03);
  CHECK(std::abs(correlation(Key(9), Key(10))) < 0.03);
  CHECK(std::abs(correlation(parent, parent, 1)) < 0.03);
  CHECK(correlation(parent, parent) == doctest::Approx(1).epsilon(0.05));
}

TEST_CASE("draws: are the numbers of the key, one after the other") {
  const Key key(11);
  Draws draws(key);
  CHECK(draws.uniform() == key.uniform(0));
  CHECK(draws.normal() == key.normal(1));
  CHECK(draws.integer(10) == key.integer(2, 10));
  CHECK(draws.chance(0.5) == (key.uniform(3) < 0.5));
  CHECK(draws.uniform(-1, 3) == -1 + 4 * key.uniform(4));
  CHECK_FALSE(draws.chance(0));
  CHECK(draws.chance(1));
}

#ifdef __SIZEOF_INT128__
TEST_CASE("rng: the upper half of a product is that of 128 bits") {
  __extension__ using Wide = unsigned __int128;
  const Key key(3);
  const auto agree = [](std::uint64_t a, std::uint64_t b) {
    return upper_half(a, b) == static_cast<std::uint64_t>((Wide{a} * Wide{b}) >> 64);
  };
  constexpr std::uint64_t ends[] = {0, 1, 0xffffffffu, 0x100000000u, ~std::uint64_t{0}};
  for (const auto a : ends)
    for (const auto b : ends) CHECK(agree(a, b));
  for (std::uint64_t i = 0; i < 2000; ++i)
    CHECK(agree(key.bits(2 * i) >> (i % 64), key.bits(2 * i + 1) >> (i / 64 % 64)));
}
#endif

}  // namespace rng_test
