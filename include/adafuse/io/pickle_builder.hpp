// The builder: whoever reads a pickle says with it what the names in there mean.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/pickle_value.hpp>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD::pickle {

/// Where in which pickle; errors begin with it.
struct Place {
  const std::string& name;  ///< of the file, for errors
  std::size_t byte;         ///< counted from the beginning of the pickle

  friend std::ostream& operator<<(std::ostream& out, const Place& place) {
    return out << place.name << ": byte " << place.byte << ": ";
  }
};

/// Decides what the names in a pickle mean. What a member does not expect, it refuses with a
/// FormatError that begins with the place.
class Builder {
 public:
  virtual ~Builder() = default;
  /// The class or function `module.name`; Opaque when it is not known. What an opaque value is
  /// asked for is not asked here.
  virtual Value global(std::string_view module, std::string_view name, const Place& place) = 0;
  /// What `callable(*arguments)` gives.
  virtual Ref call(Values& values, Ref callable, Ref arguments, const Place& place) = 0;
  /// `object.__setstate__(state)`.
  virtual void set_state(Values& values, Ref object, Ref state, const Place& place) = 0;
  /// What lies outside of the pickle under this identity.
  virtual Ref persistent(Values& values, Ref id, const Place& place) = 0;
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD::pickle
