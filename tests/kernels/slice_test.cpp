// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/slice.hpp>

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

}  // namespace slice_test
