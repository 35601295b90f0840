// DLPack: what is handed over shares memory, is given back once, and is refused with a reason.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/interop/dlpack.hpp>
#include <array>
#include <string>
#include <thread>
#include <vector>

namespace dlpack_test {

using namespace adafuse;

namespace {

/// Somebody else's tensor, which counts how often it is given back.
struct Foreign {
  std::array<float, 6> elements{0, 1, 2, 3, 4, 5};
  std::array<std::int64_t, 2> sizes{2, 3}, strides{3, 1};
  int returned = 0;
  DLManagedTensor managed{};

  Foreign() {
    managed.dl_tensor = {elements.data(), {kDLCPU, 0},    2, {kDLFloat, 32, 1},
                         sizes.data(),    strides.data(), 0};
    managed.manager_ctx = this;
    managed.deleter = [](DLManagedTensor* self) {
      ++static_cast<Foreign*>(self->manager_ctx)->returned;
    };
  }
};

/// The message with which it is refused; it is then not given back.
std::string refusal(Foreign& foreign) {
  std::string text;
  try {
    interop::from_dlpack<float>(&foreign.managed);
  } catch (const ValueError& error) {
    text = error.what();
  }
  CHECK(foreign.returned == 0);
  return text;
}

}  // namespace

TEST_CASE("dlpack: a tensor of somebody else is shared, and given back with its last copy") {
  Foreign foreign;
  auto x = interop::from_dlpack<float>(&foreign.managed);
  CHECK(x.data() == foreign.elements.data());
  CHECK(x.shape() == Shape{2, 3});
  CHECK_FALSE(x.unique());
  auto row = x[1];
  x = {};
  CHECK(foreign.returned == 0);
  CHECK(row(2) == 5);
  std::thread([last = std::move(row)]() mutable { last = {}; }).join();
  CHECK(foreign.returned == 1);
}

TEST_CASE("dlpack: no strides, an offset, dimensions of size 1, nothing at all") {
  Foreign foreign;
  foreign.managed.dl_tensor.strides = nullptr;
  CHECK(interop::from_dlpack<float>(&foreign.managed)(1, 0) == 3);
  foreign.sizes = {1, 3}, foreign.strides = {99, 1};
  foreign.managed.dl_tensor.strides = foreign.strides.data();
  foreign.managed.dl_tensor.byte_offset = 4;
  CHECK(interop::from_dlpack<float>(&foreign.managed)(0, 2) == 3);
  foreign.managed.dl_tensor.byte_offset = 0;
  foreign.sizes = {0, 3};
  foreign.managed.dl_tensor.data = nullptr;
  CHECK(interop::from_dlpack<float>(&foreign.managed).defined());
  CHECK(foreign.returned == 3);
}

TEST_CASE("dlpack: what cannot be shared is refused, and stays its owner's") {
  Foreign type, other_strides, device, rank, misaligned;
  type.managed.dl_tensor.dtype.bits = 64;
  CHECK(refusal(type) == "from_dlpack: expects float32, got float64");
  type.managed.dl_tensor.dtype = {kDLBfloat, 16, 1};
  CHECK(refusal(type) == "from_dlpack: expects float32, got bfloat16");
  type.managed.dl_tensor.dtype = {kDLFloat, 32, 4};
  CHECK(refusal(type) == "from_dlpack: expects float32, got type 2 of 32 bits and 4 lanes");
  other_strides.strides = {1, 2};
  CHECK(refusal(other_strides).find("contiguous") != std::string::npos);
  device.managed.dl_tensor.device.device_type = kDLCUDA;
  CHECK(refusal(device) == "from_dlpack: expects memory of the processor, got device 2");
  rank.managed.dl_tensor.ndim = 9;
  CHECK(refusal(rank) == "from_dlpack: expects at most 8 dimensions, got 9");
  misaligned.managed.dl_tensor.byte_offset = 2;
  CHECK(refusal(misaligned) == "from_dlpack: expects elements at multiples of 4 bytes");
}

TEST_CASE("dlpack: a tensor is lent, and lives until it is given back") {
  auto x = Tensor<float>::arange(24).reshape({2, 3, 4});
  const float* const data = x.data();
  DLManagedTensor* lent = interop::to_dlpack(x);
  const DLTensor& seen = lent->dl_tensor;
  CHECK(seen.data == data);
  CHECK(seen.ndim == 3);
  CHECK(seen.device.device_type == kDLCPU);
  CHECK(std::vector(seen.shape, seen.shape + 3) == std::vector<std::int64_t>{2, 3, 4});
  CHECK(std::vector(seen.strides, seen.strides + 3) == std::vector<std::int64_t>{12, 4, 1});
  CHECK_FALSE(x.unique());
  x = {};
  const auto back = interop::from_dlpack<float>(lent);
  CHECK(back.data() == data);
  CHECK(back(1, 2, 3) == 23);
  CHECK_THROWS_WITH_AS(interop::to_dlpack(Tensor<float>()), "to_dlpack: the tensor is undefined",
                       ValueError);
}

}  // namespace dlpack_test
