// The vector vocabulary against loops over lanes. Compiled with several flags: one run for each
// path.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/byte_bits.hpp>
#include <adafuse/core/rng.hpp>
#include <adafuse/core/simd.hpp>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace simd_test {

using namespace adafuse;

namespace {

constexpr int W = Floats::width;

std::vector<float> lanes(Floats x) {
  std::vector<float> result(W);
  x.store(result.data());
  return result;
}

Floats ramp(float start, float step) {
  std::vector<float> values(W);
  for (int i = 0; i < W; ++i)
    values[static_cast<std::size_t>(i)] = start + step * static_cast<float>(i);
  return Floats::load(values.data());
}

}  // namespace

TEST_CASE("simd: arithmetic works lane by lane") {
  const Floats a = ramp(-3, 1.5f), b = ramp(2, -0.75f), c = ramp(0.5f, 0.25f);
  const auto x = lanes(a), y = lanes(b), z = lanes(c);
  float total = 0;
  for (std::size_t i = 0; i < W; ++i) {
    CHECK(lanes(a + b)[i] == x[i] + y[i]);
    CHECK(lanes(a - b)[i] == x[i] - y[i]);
    CHECK(lanes(a * b)[i] == x[i] * y[i]);
    CHECK(lanes(a / c)[i] == x[i] / z[i]);
    CHECK(lanes(max(a, b))[i] == std::max(x[i], y[i]));
    CHECK(lanes(fma(a, b, c))[i] == doctest::Approx(x[i] * y[i] + z[i]));
    CHECK(lanes(Floats::broadcast(4))[i] == 4);
    CHECK(lanes(Floats::zero())[i] == 0);
    total += x[i];
  }
  CHECK(sum(a) == doctest::Approx(total));
}

TEST_CASE("simd: masked loads and stores touch the lanes of the mask and nothing else") {
  std::vector<float> source(W), target(W);
  for (std::uint32_t bits = 0; bits < 1u << W; bits += W == 16 ? 37 : 1) {
    const Mask mask(bits);
    for (std::size_t i = 0; i < W; ++i) source[i] = static_cast<float>(i + 1), target[i] = -1;
    const auto zeroed = lanes(Floats::load(source.data(), mask));
    const auto merged = lanes(Floats::broadcast(9).load_over(source.data(), mask));
    Floats::load(source.data()).store(target.data(), mask);
    for (std::size_t i = 0; i < W; ++i) {
      const bool live = (bits >> i & 1u) != 0;
      CHECK(zeroed[i] == (live ? source[i] : 0));
      CHECK(merged[i] == (live ? source[i] : 9));
      CHECK(target[i] == (live ? source[i] : -1));
    }
  }
  for (Index count = 0; count <= W + 1; ++count)
    CHECK(sum(Floats::broadcast(0).load_over(source.data(), first_lanes(count))) ==
          static_cast<float>(std::min<Index>(count, W) * (std::min<Index>(count, W) + 1) / 2));
}

TEST_CASE("simd: join_lanes joins all lanes of each row") {
  float numbers[Floats::width][Floats::width];
  Floats rows[Floats::width];
  for (int r = 0; r < Floats::width; ++r) {
    for (int l = 0; l < Floats::width; ++l) numbers[r][l] = static_cast<float>(100 * r + l * l);
    rows[r] = Floats::load(numbers[r]);
  }
  float sums[Floats::width];
  join_lanes([&](int r) { return rows[r]; }, [](Floats a, Floats b) { return a + b; }).store(sums);
  for (int r = 0; r < Floats::width; ++r)
    CHECK(sums[r] == std::accumulate(numbers[r], numbers[r] + Floats::width, 0.0f));
}

TEST_CASE("simd: zip interleaves, unzip undoes it, transpose exchanges rows and columns") {
  Floats a = ramp(0, 1), b = ramp(100, 1);
  zip(a, b);
  for (int i = 0; i < 2 * W; ++i) {
    const auto half = lanes(i < W ? a : b);
    CHECK(half[static_cast<std::size_t>(i % W)] == static_cast<float>(i / 2 + i % 2 * 100));
  }
  unzip(a, b);
  CHECK(lanes(a) == lanes(ramp(0, 1)));
  CHECK(lanes(b) == lanes(ramp(100, 1)));
  Floats rows[W];
  for (int i = 0; i < W; ++i) rows[i] = ramp(static_cast<float>(i * W), 1);
  transpose(rows);
  for (int i = 0; i < W; ++i) CHECK(lanes(rows[i]) == lanes(ramp(static_cast<float>(i), W)));

  std::array<float, W*(W + 1)> memory;  // Rows in any order, from memory.
  std::iota(memory.begin(), memory.end(), 0.f);
  const float* from[W];
  for (int l = 0; l < W; ++l) from[l] = memory.data() + (l * 3 + 1) % W * (W + 1);
  Floats columns[W];
  load_transposed(from, columns);
  for (int c = 0; c < W; ++c)
    for (int l = 0; l < W; ++l) CHECK(lanes(columns[c])[static_cast<std::size_t>(l)] == from[l][c]);
}

TEST_CASE("simd: two halves of a vector come from two places") {
  std::array<float, 3 * W> memory;
  std::iota(memory.begin(), memory.end(), 0.f);
  const auto halves = lanes(Floats::load_lower(memory.data() + 1).load_upper(memory.data() + W));
  for (std::size_t i = 0; i < W; ++i) CHECK(halves[i] == memory[i < W / 2 ? 1 + i : W / 2 + i]);
}

TEST_CASE("simd: move_up moves each lane to the next, and leaves zeros outside of the mask") {
  for (std::uint32_t bits = 0; bits<1u << W; bits += W> 8 ? 302 : 2) {
    const auto moved = lanes(move_up(ramp(5, 1), Mask(bits)));
    for (int i = 0; i < W; ++i)
      CHECK(moved[static_cast<std::size_t>(i)] ==
            ((bits >> i & 1u) != 0 ? static_cast<float>(5 + i - 1) : 0));
  }
}

TEST_CASE(
    "simd: move_down moves each lane to the one before, and leaves zeros outside of the mask") {
  for (std::uint32_t bits = 0; bits<1u << (W - 1); bits += W> 8 ? 151 : 1) {
    const auto moved = lanes(move_down(ramp(5, 1), Mask(bits)));
    for (int i = 0; i < W; ++i)
      CHECK(moved[static_cast<std::size_t>(i)] ==
            ((bits >> i & 1u) != 0 ? static_cast<float>(5 + i + 1) : 0));
  }
}

TEST_CASE("simd: bits of equal bytes are listed, and nothing is written behind them") {
  Draws draw{Key(5)};
  for (Index count = 0; count < 40; ++count)
    for (const double share : {0., 0.2, 0.9, 1.}) {
      std::vector<std::uint8_t> bytes(static_cast<std::size_t>(count));
      std::vector<std::int32_t> expected;
      for (Index i = 0; i < count; ++i) {
        const bool equal = draw.chance(share);
        bytes[static_cast<std::size_t>(i)] =
            equal ? std::uint8_t{200} : static_cast<std::uint8_t>(draw.integer(200));
        if (equal && i < bits_at_once) expected.push_back(static_cast<std::int32_t>(1000 + i));
      }
      std::vector<std::int32_t> numbers(expected.size() + 1, -7);
      const auto listed = list_bits(equal_bits(bytes.data(), count, 200), 1000, numbers.data());
      CHECK(numbers.back() == -7);
      numbers.resize(static_cast<std::size_t>(listed));
      CHECK(numbers == expected);
    }
}

TEST_CASE(
    "simd: what becomes of NaN and of -0: max takes the second, ReLU and max_or_nan keep NaN") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto is_nan = [](Floats x) {
    const auto all = lanes(x);
    return std::all_of(all.begin(), all.end(), [](float v) { return std::isnan(v); });
  };
  const Floats no = Floats::broadcast(nan), one = Floats::broadcast(1),
               minus_zero = Floats::broadcast(-0.f);
  CHECK(lanes(max(no, one))[0] == 1);
  CHECK(is_nan(max(one, no)));
  CHECK(is_nan(max_or_nan(no, one)));
  CHECK(is_nan(max_or_nan(one, no)));
  CHECK(is_nan(max_or_nan(no, no)));
  CHECK(lanes(max_or_nan(one, Floats::broadcast(2)))[0] == 2);
  CHECK(lanes(max_or_nan(Floats::broadcast(2), one))[0] == 2);
  CHECK(is_nan(rectified(no)));
  CHECK(lanes(rectified(Floats::broadcast(-1)))[0] == 0);
  CHECK(lanes(rectified(one))[0] == 1);
  CHECK(std::signbit(lanes(rectified(minus_zero))[0]));  // As the operation relu has it.
  for (int place = 0; place < W; ++place) {              // Lane by lane.
    std::vector<float> some(W, 3);
    some[static_cast<std::size_t>(place)] = nan;
    const auto joined = lanes(max_or_nan(Floats::load(some.data()), one)),
               other = lanes(max_or_nan(one, Floats::load(some.data())));
    for (int i = 0; i < W; ++i) {
      CHECK(std::isnan(joined[static_cast<std::size_t>(i)]) == (i == place));
      CHECK(std::isnan(other[static_cast<std::size_t>(i)]) == (i == place));
    }
  }
}

TEST_CASE("simd: denormals are flushed inside of the scope and come back after it") {
  volatile float tiny = std::numeric_limits<float>::min(), half = 0.5f;
  CHECK(tiny * half > 0);
#if defined(__SSE2__) || defined(ADAFUSE_NEON)
  {
    const FlushDenormals scope;
    CHECK(tiny * half == 0);
    {
      const FlushDenormals inner;
      CHECK(tiny * half == 0);
    }
    CHECK(tiny * half == 0);
  }
#endif
  CHECK(tiny * half > 0);
}

}  // namespace simd_test
