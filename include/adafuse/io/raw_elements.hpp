// Elements as files of other programs hold them: of many types, with the highest byte first or
// last, by rows or by columns.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/bits_as.hpp>
#include <adafuse/io/dtype.hpp>
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// In which order the bytes and the elements of a tensor stand.
struct ElementOrder {
  bool big_endian = false;  ///< the highest byte of an element comes first
  bool by_columns = false;  ///< the first dimension is the fastest (Fortran)
};

/// A tensor of `shape` from `bytes`, which are those of its elements and no others: what a header
/// claims is compared with what is there before memory is taken. io/dtype.hpp says what becomes of
/// which type. Throws FormatError, which begins with `where`.
inline AnyTensor read_elements(std::string_view bytes, std::string_view dtype, const Shape& shape,
                               const std::string& where, ElementOrder order = {}) {
  require_dtype(dtype, where);
  std::uint64_t expected = 0;
  const bool fits = !__builtin_mul_overflow(static_cast<std::uint64_t>(shape.size()),
                                            dtype_bytes(dtype), &expected);
  require<FormatError>(fits && expected == bytes.size(), where, ": ", dtype, " ", shape,
                       " does not take the ", bytes.size(), " bytes that are there");
  return read_as(dtype, where, [&]<class Raw, Scalar T, class Widen>(const Widen& widen) {
    auto tensor = Tensor<T>::uninitialized(shape);
    T* const to = tensor.data();
    const auto element = [&](Index i) -> T {
      std::array<char, sizeof(Raw)> raw;
      std::copy_n(bytes.data() + static_cast<std::size_t>(i) * sizeof(Raw), sizeof(Raw),
                  raw.begin());
      if (order.big_endian) std::reverse(raw.begin(), raw.end());
      return widen(bits_as<Raw>(raw));
    };
    if (!order.by_columns || shape.rank() < 2) {
      for (Index i = 0; i < tensor.size(); ++i) to[i] = element(i);
      return tensor;
    }
    std::array<Index, Shape::max_rank> strides{}, index{};
    Index stride = 1, at = 0;
    for (Index d = shape.rank() - 1; d >= 0; --d) {
      strides[static_cast<std::size_t>(d)] = stride;
      stride *= shape[d];
    }
    for (Index i = 0; i < tensor.size(); ++i) {
      to[at] = element(i);
      for (Index d = 0; d < shape.rank(); ++d) {  // the first dimension moves, and carries
        const auto k = static_cast<std::size_t>(d);
        at += strides[k];
        if (++index[k] < shape[d]) break;
        at -= strides[k] * shape[d];
        index[k] = 0;
      }
    }
    return tensor;
  });
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
