// The types of elements that files of tensors name, and which type of ours holds each of them.
//
//   as they are    F32 F64 I32 I64 U8
//   widened        F16 BF16 -> float,  I8 I16 U16 -> int32,  U32 U64 -> int64,  BOOL -> uint8, 0 or
//   1
//
// Nothing is rounded. A U64 that no int64 holds is refused.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/half.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <adafuse/io/tensor_file.hpp>
#include <array>
#include <functional>
#include <limits>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// The type of a file's elements: its name, and bytes for each element.
struct Dtype {
  std::string_view name;  ///< as the file writes it
  std::uint64_t bytes;    ///< of each element
};

/// All that are read.
inline constexpr std::array<Dtype, 13> dtypes{{{"F32", 4},
                                               {"F64", 8},
                                               {"F16", 2},
                                               {"BF16", 2},
                                               {"I8", 1},
                                               {"I16", 2},
                                               {"I32", 4},
                                               {"I64", 8},
                                               {"U8", 1},
                                               {"U16", 2},
                                               {"U32", 4},
                                               {"U64", 8},
                                               {"BOOL", 1}}};

/// Bytes of an element, 0 for a type that is not read.
inline std::uint64_t dtype_bytes(std::string_view name) {
  for (const auto& dtype : dtypes)
    if (dtype.name == name) return dtype.bytes;
  return 0;
}

/// Throws FormatError unless a type of that name is read. `where` is what the error begins with.
inline void require_dtype(std::string_view name, const std::string& where) {
  if (dtype_bytes(name) > 0) return;
  std::string known;
  for (const auto& dtype : dtypes) known.append(" ").append(dtype.name);
  throw FormatError(concat(where, ": dtype ", in_quotes(name), " is not read; expected", known));
}

/// The tensor that `read.template operator()<Raw, T>(widen)` gives: elements that the file holds as
/// `Raw`, each `widen`ed to `T`; std::identity where the two are the same. Throws FormatError for
/// other types. `where` is what errors begin with.
template <class Read>
AnyTensor read_as(std::string_view dtype, const std::string& where, const Read& read) {
  require_dtype(dtype, where);
  constexpr std::identity same;
  const auto to_int32 = [](std::int32_t x) { return x; };
  const auto to_int64 = [](std::int64_t x) { return x; };
  if (dtype == "F32") return read.template operator()<float, float>(same);
  if (dtype == "F64") return read.template operator()<double, double>(same);
  if (dtype == "F16") return read.template operator()<std::uint16_t, float>(half_to_float);
  if (dtype == "BF16") return read.template operator()<std::uint16_t, float>(bfloat16_to_float);
  if (dtype == "I8") return read.template operator()<std::int8_t, std::int32_t>(to_int32);
  if (dtype == "I16") return read.template operator()<std::int16_t, std::int32_t>(to_int32);
  if (dtype == "U16") return read.template operator()<std::uint16_t, std::int32_t>(to_int32);
  if (dtype == "I32") return read.template operator()<std::int32_t, std::int32_t>(same);
  if (dtype == "U32") return read.template operator()<std::uint32_t, std::int64_t>(to_int64);
  if (dtype == "I64") return read.template operator()<std::int64_t, std::int64_t>(same);
  if (dtype == "U8") return read.template operator()<std::uint8_t, std::uint8_t>(same);
  if (dtype == "BOOL")
    return read.template operator()<std::uint8_t, std::uint8_t>(
        [](std::uint8_t x) -> std::uint8_t { return x != 0; });
  return read.template operator()<std::uint64_t, std::int64_t>([&where](std::uint64_t x) {
    require<FormatError>(x <= std::uint64_t{std::numeric_limits<std::int64_t>::max()}, where,
                         ": the U64 ", x, " is beyond what int64 holds");
    return static_cast<std::int64_t>(x);
  });
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
