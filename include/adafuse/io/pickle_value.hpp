// What a pickle holds: values in one flat list that refer to each other by their numbers.
//
// A value that somebody else wrote may be nested a million deep, or contain itself. In a flat list
// neither is a problem: building and destroying it recurses into nothing. Text and bytes are
// windows onto the file's bytes, so that no size a file claims is ever allocated.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace adafuse::io::inline ADAFUSE_SIMD::pickle {

/// A value, by its number in `Values`.
using Ref = std::uint32_t;

struct NoneValue {};
/// An integer of more than 64 bits.
struct BigInteger {
  std::string_view bytes;  ///< two's complement, little endian, more than 64 bits
};
/// A str of Python.
struct Text {
  std::string_view text;  ///< UTF-8
};
/// A bytes object of Python.
struct Bytes {
  std::string_view bytes;  ///< as they stand in the pickle
};
/// A list of Python.
struct List {
  std::vector<Ref> items;  ///< in order
};
/// A tuple of Python.
struct Tuple {
  std::vector<Ref> items;  ///< in order
};
/// A dict of Python.
struct Dict {
  std::vector<std::pair<Ref, Ref>> items;  ///< key and value, in the order they were set
};
/// A class or function that the pickle asked for; its number is the builder's.
struct Global {
  std::size_t number;  ///< which of those that the builder knows
};
/// What a class or function of the builder made; its number is the builder's.
struct Object {
  std::size_t number;  ///< which of those that the builder has made
};

/// A name that means nothing to the builder, or whatever it would have made. Nothing of it is: what
/// is given to it, set in it or called of it is passed over.
struct Opaque {
  /// As the pickle names it.
  std::string_view module, name;
};

/// Whatever a pickle holds.
using Value = std::variant<NoneValue, bool, std::int64_t, BigInteger, double, Text, Bytes, List,
                           Tuple, Dict, Global, Object, Opaque>;

/// What errors call a value.
inline std::string_view kind_of(const Value& value) {
  static constexpr std::array<std::string_view, std::variant_size_v<Value>> names{
      "None",
      "a bool",
      "an integer",
      "a large integer",
      "a number",
      "text",
      "bytes",
      "a list",
      "a tuple",
      "a dict",
      "a class or function",
      "an object",
      "an object of a kind that is not known"};
  return names[value.index()];
}

/// All values of a pickle, by number.
class Values {
 public:
  /// A tensor takes about 16; large networks have a thousand tensors.
  static constexpr std::size_t most = std::size_t{1} << 22;

  /// Keeps a value. Throws FormatError when there are `most` already.
  Ref add(Value value) {
    require<FormatError>(values_.size() < most, "pickle: more than ", most, " values");
    values_.push_back(std::move(value));
    return static_cast<Ref>(values_.size() - 1);
  }

  /// The value of this number, which must be one.
  const Value& operator[](Ref ref) const { return values_[ref]; }
  /// How many values there are.
  std::size_t size() const { return values_.size(); }

  /// The value as `V`, or null when it is something else. Valid until the next `add`.
  template <class V>
  const V* as(Ref ref) const {
    return std::get_if<V>(&values_[ref]);
  }
  template <class V>
  V* as(Ref ref) {
    return std::get_if<V>(&values_[ref]);
  }

 private:
  std::vector<Value> values_;
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD::pickle
