// Copies and fills of runs, at any place and of any length.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/base/runs.hpp>
#include <cstdint>
#include <vector>

namespace runs_test {

using namespace adafuse;

constexpr Index counts[] = {0, 1, 7, 31, 32, 63, 64, 65, 127, 128, 200, 255, 256, 257, 1000, 4099};

TEST_CASE_TEMPLATE("copy_run: what was there arrives, and nothing else is written", T, float,
                   double, std::int64_t, std::uint8_t) {
  for (const Index count : counts)
    for (const Index from : {0, 1, 5, 16})
      for (const Index to : {0, 1, 3, 16}) {
        std::vector<T> x(static_cast<std::size_t>(count + from)),
            y(static_cast<std::size_t>(count + to + 8), T{99});
        for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<T>(k * 7 % 97);
        kernels::copy_run(x.data() + from, count, y.data() + to);
        Index wrong = 0;
        for (Index k = 0; k < std::ssize(y); ++k) {
          const bool inside = to <= k && k < to + count;
          const T expected = inside ? x[static_cast<std::size_t>(k - to + from)] : T{99};
          wrong += y[static_cast<std::size_t>(k)] == expected ? 0 : 1;
        }
        CAPTURE(count);
        CHECK(wrong == 0);
      }
}

TEST_CASE_TEMPLATE("fill_run and fill: each place has the value, and nothing else is written", T,
                   float, double, std::int64_t, std::uint8_t) {
  for (const Index count : counts)
    for (const Index to : {0, 1, 3, 16}) {
      std::vector<T> y(static_cast<std::size_t>(count + to + 8), T{99});
      kernels::fill_run(y.data() + to, count, T{42});
      Index wrong = 0;
      for (Index k = 0; k < std::ssize(y); ++k) {
        const T expected = to <= k && k < to + count ? T{42} : T{99};
        wrong += y[static_cast<std::size_t>(k)] == expected ? 0 : 1;
      }
      CAPTURE(count);
      CHECK(wrong == 0);
    }
  std::vector<T> y(200000, T{99});
  kernels::fill(y.data() + 1, 199998, T{42});
  CHECK(std::count(y.begin(), y.end(), T{42}) == 199998);
  kernels::clear(y.data() + 1, 199998);
  CHECK(std::count(y.begin(), y.end(), T{0}) == 199998);
  CHECK(y.front() == 99);
  CHECK(y.back() == 99);
}

TEST_CASE("fill_run: -0 and NaN keep their bits") {
  std::vector<float> y(300);
  kernels::fill(y.data(), 300, -0.f);
  CHECK(std::all_of(y.begin(), y.end(), [](float v) { return std::signbit(v); }));
  kernels::fill(y.data(), 300, NAN);
  CHECK(std::all_of(y.begin(), y.end(), [](float v) { return std::isnan(v); }));
}

}  // namespace runs_test
