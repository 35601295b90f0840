// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/reference/slice.hpp>
#include <adafuse/kernels/slice.hpp>
#include <limits>

namespace slice_test {

using namespace adafuse;

TEST_CASE("read_rows: agrees with a strided view, upwards and downwards") {
  auto x = Tensor<float>::randn({3, 11, 7}, Key(1));
  for (const auto& [start, step, count] : std::vector<std::array<Index, 3>>{
           {0, 1, 11}, {2, 3, 3}, {10, -2, 6}, {5, -1, 1}, {0, 1, 0}}) {
    auto y = Tensor<float>({3, count, 7});
    kernels::read_rows(x.data(), 11, {start, step}, y.data(), {3, count, 7});
    const auto expected = contiguous(x.view<3>().slice(1, start, start + count * step, step));
    CHECK(std::equal(y.begin(), y.end(), expected.begin(), expected.end()));
  }
}

TEST_CASE("write_rows: writes what read_rows reads, and nothing else") {
  const auto x = Tensor<float>::randn({2, 4, 3}, Key(1));
  Tensor<float> y({2, 9, 3});
  kernels::write_rows(x.data(), {2, 4, 3}, y.data(), 9, {7, -2});
  auto back = Tensor<float>({2, 4, 3});
  kernels::read_rows(y.data(), 9, {7, -2}, back.data(), {2, 4, 3});
  CHECK(std::equal(x.begin(), x.end(), back.begin()));
  CHECK(std::count(y.begin(), y.end(), 0.f) == 2 * 5 * 3);
}

TEST_CASE("read_rows and write_rows: equal the naive loops") {
  Draws draw{Key(1)};
  for (int attempt = 0; attempt < 40; ++attempt) {
    const Index outer = 1 + draw.integer(4), inner = 1 + draw.integer(9),
                all = 1 + draw.integer(12), step = 1 + draw.integer(3),
                count = 1 + draw.integer((all - 1) / step + 1);
    const bool down = draw.chance(0.5);
    const kernels::Rows rows{down ? all - 1 : 0, down ? -step : step};
    const auto wide = Tensor<float>::randn({outer, all, inner}, Key(2));
    const kernels::Middle m{outer, count, inner};
    Tensor<float> y({outer, count, inner}), expected(y.shape());
    kernels::read_rows(wide.data(), all, rows, y.data(), m);
    kernels::reference::read_rows(wide.data(), all, rows, expected.data(), m);
    CHECK(std::equal(y.begin(), y.end(), expected.begin()));
    Tensor<float> back(wide.shape()), expected_back(wide.shape());
    kernels::write_rows(y.data(), m, back.data(), all, rows);
    kernels::reference::write_rows(y.data(), m, expected_back.data(), all, rows);
    CHECK(std::equal(back.begin(), back.end(), expected_back.begin()));
  }
}

TEST_CASE("embed_rows and roll_rows: equal the naive loops, long rows and short ones") {
  Draws draw{Key(4)};
  for (int attempt = 0; attempt < 80; ++attempt) {
    const Index outer = 1 + draw.integer(40), all = 1 + draw.integer(attempt % 2 ? 12 : 90),
                inner = 1 + draw.integer(attempt % 4 ? 9 : 300), step = 1 + draw.integer(3),
                count = 1 + draw.integer((all - 1) / step + 1);
    const bool down = draw.chance(0.3);
    const Index spare = all - 1 - (count - 1) * step, first = draw.integer(spare + 1);
    const kernels::Rows rows{down ? all - 1 - first : first, down ? -step : step};
    const kernels::Middle m{outer, count, inner};
    const auto x = Tensor<float>::randn({outer, count, inner}, Key(5));
    auto y = Tensor<float>::full({outer, all, inner}, 99), expected = y.clone();
    kernels::embed_rows(x.data(), m, y.data(), all, rows);
    kernels::reference::embed_rows(x.data(), m, expected.data(), all, rows);
    CHECK(std::equal(y.begin(), y.end(), expected.begin()));
    if (count < 2) continue;
    const Index shift = 1 + draw.integer(count - 1);
    auto z = Tensor<float>::full(x.shape(), 99), expected_z = z.clone();
    kernels::roll_rows(x.data(), m, shift, z.data());
    kernels::reference::roll_rows(x.data(), m, shift, expected_z.data());
    CHECK(std::equal(z.begin(), z.end(), expected_z.begin()));
  }
}

TEST_CASE("embed_rows: no row at all leaves zeros") {
  auto y = Tensor<float>::full({20, 3, 4}, 99);
  kernels::embed_rows<float>(y.data(), {20, 0, 4}, y.data(), 3, {0, 1});
  CHECK(std::count(y.begin(), y.end(), 0.f) == y.size());
}

TEST_CASE("read_rows: of one row, the step may be any number") {
  const auto x = Tensor<float>::randn({2, 3, 4}, Key(1));
  Tensor<float> y({2, 1, 4});
  kernels::read_rows(x.data(), 3, {2, std::numeric_limits<Index>::max()}, y.data(), {2, 1, 4});
  CHECK(y(1, 0, 3) == x(1, 2, 3));
}

}  // namespace slice_test
