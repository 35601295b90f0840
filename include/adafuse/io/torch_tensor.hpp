// From a window onto a storage's bytes to a tensor: the elements in order, and in a type of ours.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/dtype.hpp>
#include <adafuse/io/torch_objects.hpp>
#include <cstring>

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

}  // namespace detail

/// A tensor whose storage has the bytes `data`; io/dtype.hpp says what becomes of which type.
/// `where` is what errors call it. Throws FormatError for other types, for elements outside of the
/// storage, and for more than `most` bytes of elements (as the file has them), before any is
/// allocated.
inline AnyTensor read_torch_tensor(const TorchTensor& tensor, std::string_view data,
                                   std::uint64_t most, const std::string& where) {
  const Shape shape = detail::checked_shape(tensor, where);
  const auto [storage, dtype, element] = *tensor.storage.type;
  require_dtype(dtype, where);
  require<FormatError>(static_cast<std::uint64_t>(shape.size()) <= most / element, where, ": ",
                       dtype, " ", shape, " repeats its ", tensor.storage.size,
                       " elements too often");
  return read_as(dtype, where, [&]<class Raw, Scalar T, class Widen>(const Widen& widen) {
    return detail::gather<Raw, T>(tensor, shape, data, widen);
  });
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
