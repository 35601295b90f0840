// From a window onto a storage's bytes to a tensor: the elements in order, and in a type of ours.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/half.hpp>
#include <adafuse/io/tensor_file.hpp>
#include <adafuse/io/torch_objects.hpp>
#include <cstring>
#include <functional>

namespace adafuse::io::inline ADAFUSE_SIMD {

namespace detail {

/// The shape of a tensor whose every element lies in its storage. Throws FormatError.
inline Shape checked_shape(const TorchTensor& tensor, const std::string& where) {
  Shape shape;
  try {
    shape = Shape(tensor.sizes);
  } catch (const ShapeError& error) {
    throw FormatError(where + ": " + error.what());
  }
  if (shape.size() == 0) return shape;
  std::int64_t last = tensor.offset;  // the position of the last element
  bool fits = true;
  for (std::size_t d = 0; d < tensor.sizes.size(); ++d) {
    std::int64_t step = 0;
    fits = fits && !__builtin_mul_overflow(tensor.sizes[d] - 1, tensor.strides[d], &step) &&
           !__builtin_add_overflow(last, step, &last);
  }
  require<FormatError>(fits && last < tensor.storage.size, where, ": ", shape, " from element ",
                       tensor.offset, " reaches beyond its storage of ", tensor.storage.size,
                       " elements");
  return shape;
}

/// Whether the elements lie one after the other.
inline bool is_contiguous(const TorchTensor& tensor) {
  std::int64_t expected = 1;
  for (std::size_t d = tensor.sizes.size(); d-- > 0;) {
    if (tensor.sizes[d] != 1 && tensor.strides[d] != expected) return false;
    expected *= tensor.sizes[d];
  }
  return true;
}

/// Calls `visit(position)` for each element in order; positions count in the storage.
template <class Visit>
void for_each_position(const TorchTensor& tensor, std::size_t dim, std::int64_t position,
                       const Visit& visit) {
  if (dim == tensor.sizes.size()) return visit(position);
  for (std::int64_t i = 0; i < tensor.sizes[dim]; ++i)
    for_each_position(tensor, dim + 1, position + i * tensor.strides[dim], visit);
}

/// The elements, stored as `Raw`, each widened to `T` (or, by std::identity, taken as it is).
template <class Raw, Scalar T, class Widen>
Tensor<T> gather(const TorchTensor& tensor, const Shape& shape, std::string_view data,
                 const Widen& widen) {
  auto result = Tensor<T>::uninitialized(shape);
  if (result.size() == 0) return result;
  const char* first = data.data() + static_cast<std::size_t>(tensor.storage.begin) * sizeof(Raw);
  if (std::is_same_v<Widen, std::identity> && is_contiguous(tensor)) {
    std::memcpy(result.data(), first + static_cast<std::size_t>(tensor.offset) * sizeof(Raw),
                static_cast<std::size_t>(result.size()) * sizeof(Raw));
    return result;
  }
  T* out = result.data();
  for_each_position(tensor, 0, tensor.offset, [&](std::int64_t position) {
    Raw raw;  // The file's bytes are not aligned.
    std::memcpy(&raw, first + static_cast<std::size_t>(position) * sizeof(Raw), sizeof(Raw));
    *out++ = widen(raw);
  });
  return result;
}

template <Scalar T>
Tensor<T> gather(const TorchTensor& tensor, const Shape& shape, std::string_view data) {
  return gather<T, T>(tensor, shape, data, std::identity{});
}

}  // namespace detail

/// A tensor whose storage has the bytes `data`: F32, F64, I32, I64 and U8 as they are, F16 and BF16
/// as float, BOOL as uint8 (0 or 1). `where` is what errors call it. Throws FormatError for other
/// types, for elements outside of the storage, and for more than `most` bytes of elements, before
/// any is allocated.
inline AnyTensor read_torch_tensor(const TorchTensor& tensor, std::string_view data,
                                   std::uint64_t most, const std::string& where) {
  const Shape shape = detail::checked_shape(tensor, where);
  const auto [storage, dtype, element] = *tensor.storage.type;
  require<FormatError>(static_cast<std::uint64_t>(shape.size()) <= most / element, where, ": ",
                       dtype, " ", shape, " repeats its ", tensor.storage.size,
                       " elements too often");
  if (dtype == "F32") return detail::gather<float>(tensor, shape, data);
  if (dtype == "F64") return detail::gather<double>(tensor, shape, data);
  if (dtype == "I32") return detail::gather<std::int32_t>(tensor, shape, data);
  if (dtype == "I64") return detail::gather<std::int64_t>(tensor, shape, data);
  if (dtype == "U8") return detail::gather<std::uint8_t>(tensor, shape, data);
  if (dtype == "BOOL")
    return detail::gather<std::uint8_t, std::uint8_t>(
        tensor, shape, data, [](std::uint8_t x) -> std::uint8_t { return x != 0; });
  if (dtype == "F16")
    return detail::gather<std::uint16_t, float>(tensor, shape, data, half_to_float);
  if (dtype == "BF16")
    return detail::gather<std::uint16_t, float>(tensor, shape, data, bfloat16_to_float);
  throw FormatError(concat(where, ": dtype ", dtype,
                           " is not read; expected F32 F64 F16 BF16 I32 I64 U8 or BOOL"));
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
