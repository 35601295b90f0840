// Windows onto storages: strides, offsets, and extents that lie.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/torch_tensor.hpp>
#include <limits>
#include <string>

namespace torch_tensor_test {

using namespace adafuse;
using io::TorchTensor;

namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
using Sizes = std::vector<std::int64_t>;

const io::TorchType& type_of(std::string_view dtype) {
  for (const auto& type : io::torch_types)
    if (type.dtype == dtype) return type;
  throw ValueError("no such type");
}

/// A window onto 24 elements 0, 1, ..., read as int32.
std::vector<int> window(std::int64_t offset, Sizes sizes, Sizes strides) {
  std::vector<std::int32_t> elements(24);
  for (std::size_t i = 0; i < 24; ++i) elements[i] = static_cast<std::int32_t>(i);
  // One byte further: files do not align what they hold.
  std::string bytes = "x" + std::string(reinterpret_cast<const char*>(elements.data()), 24 * 4);
  const TorchTensor tensor{{"k", &type_of("I32"), 24, 0, 24}, offset, sizes, strides};
  const auto any = io::read_torch_tensor(tensor, std::string_view(bytes).substr(1), no_limit, "w");
  const auto& t = std::get<Tensor<std::int32_t>>(any);
  CHECK(t.shape() == Shape(sizes));
  return {t.begin(), t.end()};
}

void check_refused(std::int64_t offset, Sizes sizes, Sizes strides, const char* reason,
                   std::uint64_t most = no_limit) {
  const TorchTensor tensor{{"k", &type_of("U8"), 24, 0, 24}, offset, sizes, strides};
  CHECK_THROWS_WITH_AS(io::read_torch_tensor(tensor, std::string(24, 'a'), most, "w"),
                       doctest::Contains(reason), FormatError);
}

}  // namespace

TEST_CASE("torch tensor: elements come in their order, whatever the strides") {
  CHECK(window(0, {2, 3}, {3, 1}) == std::vector{0, 1, 2, 3, 4, 5});
  CHECK(window(0, {3, 2}, {1, 3}) == std::vector{0, 3, 1, 4, 2, 5});
  CHECK(window(4, {2, 2}, {12, 5}) == std::vector{4, 9, 16, 21});
  CHECK(window(7, {2, 3}, {0, 0}) == std::vector(6, 7));
  CHECK(window(23, {}, {}) == std::vector{23});
  CHECK(window(23, {1, 1}, {std::int64_t{1} << 62, 1000}) == std::vector{23});
  CHECK(window(100, {0, 3}, {3, 1}).empty());
  CHECK(window(0, {2, 1, 2}, {2, 99, 1}) == std::vector{0, 1, 2, 3});
}

TEST_CASE("torch tensor: a storage may be a window itself") {
  const TorchTensor tensor{{"k", &type_of("U8"), 6, 2, 3}, 1, {2}, {1}};
  const auto any = io::read_torch_tensor(tensor, "abcdef", no_limit, "w");
  CHECK(std::get<Tensor<std::uint8_t>>(any)(0) == 'd');
  CHECK(std::get<Tensor<std::uint8_t>>(any)(1) == 'e');
  const TorchTensor beyond{{"k", &type_of("U8"), 6, 2, 3}, 1, {3}, {1}};
  CHECK_THROWS_AS(io::read_torch_tensor(beyond, "abcdef", no_limit, "w"), FormatError);
}

TEST_CASE("torch tensor: booleans are 0 or 1, whatever the byte") {
  const TorchTensor tensor{{"k", &type_of("BOOL"), 3, 0, 3}, 0, {3}, {1}};
  const auto any = io::read_torch_tensor(tensor, std::string("\x00\x01\x02", 3), no_limit, "w");
  const auto& t = std::get<Tensor<std::uint8_t>>(any);
  CHECK(t(0) == 0);
  CHECK(t(1) == 1);
  CHECK(t(2) == 1);
}

TEST_CASE("torch tensor: types that tensors do not have are refused by name") {
  for (const char* dtype : {"C64", "C128"}) {
    const TorchTensor tensor{{"k", &type_of(dtype), 1, 0, 1}, 0, {1}, {1}};
    CHECK_THROWS_WITH_AS(io::read_torch_tensor(tensor, std::string(16, 'a'), no_limit, "w"),
                         doctest::Contains(dtype), FormatError);
  }
}

TEST_CASE("torch tensor: elements beyond the storage and sizes that overflow are refused") {
  const std::int64_t large = std::numeric_limits<std::int64_t>::max();
  check_refused(0, {25}, {1}, "w: [25] from element 0 reaches beyond its storage of 24 elements");
  check_refused(1, {24}, {1}, "reaches beyond");
  check_refused(24, {}, {}, "reaches beyond");
  check_refused(0, {2, 13}, {12, 1}, "reaches beyond");
  check_refused(0, {3, 2}, {large, 1}, "reaches beyond");
  check_refused(large, {2}, {1}, "reaches beyond");
  check_refused(large, {2}, {large}, "reaches beyond");
  check_refused(1, {2, 2}, {large, large}, "reaches beyond");
  check_refused(0, {large, 2}, {0, 0}, "too many elements");
  check_refused(0, {large}, {0}, "repeats its 24 elements too often", 1 << 20);
  check_refused(0, {101}, {0}, "repeats its 24 elements too often", 100);
}

}  // namespace torch_tensor_test
