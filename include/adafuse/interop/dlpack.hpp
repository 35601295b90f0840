// DLPack: tensors to and from other libraries of one process, without a copy. The door to DLPack.
//
// What is handed over is a struct with a deleter (https://dmlc.github.io/dlpack, version 0.6 and
// later): whoever takes it calls that once, on any thread, and the memory lives until then. Either
// side may let go first. It says nothing of who writes: somebody else's writes are told with
// `mark_written`.
// SPDX-License-Identifier: MIT
#pragma once

#include <dlpack/dlpack.h>

#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace adafuse::interop::inline ADAFUSE_SIMD {

namespace detail {

/// float is {kDLFloat, 32, 1}.
template <Scalar T>
DLDataType dlpack_type() {
  const DLDataTypeCode code = std::is_floating_point_v<T> ? kDLFloat
                              : std::is_signed_v<T>       ? kDLInt
                                                          : kDLUInt;
  return {static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(8 * sizeof(T)), 1};
}

/// "float32", as the libraries call it; of types that have no such name, their numbers.
inline std::string name_of(DLDataType type) {
  const char* const kind = type.code == kDLFloat    ? "float"
                           : type.code == kDLInt    ? "int"
                           : type.code == kDLUInt   ? "uint"
                           : type.code == kDLBfloat ? "bfloat"
                                                    : nullptr;
  const int code = type.code, bits = type.bits, lanes = type.lanes;
  if (kind && lanes == 1) return concat(kind, bits);
  return concat("type ", code, " of ", bits, " bits and ", lanes, " lanes");
}

/// A tensor that somebody else has taken, with the arrays that its struct points to.
template <Scalar T>
struct Exported {
  Tensor<T> tensor;
  std::vector<std::int64_t> sizes, strides;
  DLManagedTensor managed{};
};

/// Somebody else's tensor, which is given back at the end.
struct Imported {
  Imported() = default;
  Imported(const Imported&) = delete;
  Imported& operator=(const Imported&) = delete;
  ~Imported() {
    if (managed && managed->deleter) managed->deleter(managed);
  }
  DLManagedTensor* managed = nullptr;
};

/// Whether the last dimension is the fastest and nothing lies between. Strides count elements.
inline bool is_contiguous(const DLTensor& x) {
  if (!x.strides) return true;
  std::int64_t distance = 1;
  for (int i = x.ndim - 1; i >= 0; --i) {
    if (x.shape[i] == 0) return true;
    if (x.shape[i] != 1 && x.strides[i] != distance) return false;
    distance *= x.shape[i];
  }
  return true;
}

}  // namespace detail

/// The tensor as DLPack's struct: its memory, contiguous, in the computer's own memory. The caller
/// calls the deleter, or hands the struct to somebody who does. Throws ValueError for an undefined
/// tensor.
template <Scalar T>
DLManagedTensor* to_dlpack(const Tensor<T>& tensor) {
  require<ValueError>(tensor.defined(), "to_dlpack: the tensor is undefined");
  auto out = std::make_unique<detail::Exported<T>>();
  out->tensor = tensor;
  out->sizes.assign(tensor.shape().begin(), tensor.shape().end());
  out->strides.assign(out->sizes.size(), 1);
  for (std::size_t i = out->sizes.size(); i-- > 1;)
    out->strides[i - 1] = out->strides[i] * std::max<Index>(out->sizes[i], 1);
  DLManagedTensor& managed = out->managed;
  managed.dl_tensor.data = out->tensor.data();  // the other side may write
  managed.dl_tensor.device = {kDLCPU, 0};
  managed.dl_tensor.ndim = static_cast<int>(out->sizes.size());
  managed.dl_tensor.dtype = detail::dlpack_type<T>();
  managed.dl_tensor.shape = out->sizes.data();
  managed.dl_tensor.strides = out->strides.data();
  managed.dl_tensor.byte_offset = 0;
  managed.deleter = [](DLManagedTensor* self) {
    delete static_cast<detail::Exported<T>*>(self->manager_ctx);
  };
  managed.manager_ctx = out.get();
  return &out.release()->managed;
}

/// Why a struct of DLPack cannot be shared as a Tensor<T>; empty: it can.
template <Scalar T>
std::string why_not_shared(const DLTensor& x) {
  const auto expected = detail::dlpack_type<T>();
  if (x.device.device_type != kDLCPU)
    return concat("expects memory of the processor, got device ",
                  static_cast<int>(x.device.device_type));
  if (x.dtype.code != expected.code || x.dtype.bits != expected.bits || x.dtype.lanes != 1)
    return concat("expects ", detail::name_of(expected), ", got ", detail::name_of(x.dtype));
  if (x.ndim > Shape::max_rank)
    return concat("expects at most ", Shape::max_rank, " dimensions, got ", x.ndim);
  if (!detail::is_contiguous(x))
    return "expects contiguous elements, the last dimension fastest, got other strides";
  if ((reinterpret_cast<std::uintptr_t>(x.data) + x.byte_offset) % alignof(T) != 0)
    return concat("expects elements at multiples of ", alignof(T), " bytes");
  return "";
}

/// A tensor of the same memory. It takes the struct over: the deleter is called when the last copy
/// goes. Throws ValueError, saying what was expected and what it got; the struct is then still the
/// caller's.
template <Scalar T>
Tensor<T> from_dlpack(DLManagedTensor* managed) {
  const DLTensor& x = managed->dl_tensor;
  const auto reason = why_not_shared<T>(x);
  require<ValueError>(reason.empty(), "from_dlpack: ", reason);
  Shape shape;
  for (int i = 0; i < x.ndim; ++i) shape.push_back(x.shape[i]);
  const auto owner = std::make_shared<detail::Imported>();
  // There may be no memory behind an empty tensor, and one that is defined has some.
  auto tensor =
      shape.size() == 0
          ? Tensor<T>(shape)
          : Tensor<T>::borrow(reinterpret_cast<T*>(static_cast<std::byte*>(x.data) + x.byte_offset),
                              shape, owner);
  owner->managed = managed;
  return tensor;
}

}  // namespace adafuse::interop::inline ADAFUSE_SIMD
