// Errors: one family, and each text names the op or the file, what was expected, what was got.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace adafuse {

/// The root of everything that this library throws on purpose.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// Shapes that do not fit together.
struct ShapeError : Error {
  using Error::Error;
};
/// A value outside of what the function is defined for.
struct ValueError : Error {
  using Error::Error;
};
/// A file that was read, and is not what it should be.
struct FormatError : Error {
  using Error::Error;
};
/// A file that could not be read or written.
struct IoError : Error {
  using Error::Error;
};

inline namespace ADAFUSE_SIMD {

/// The parts, written one after the other: `concat("x ", shape, " has ", 3)`.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  ((out << parts), ...);
  return std::move(out).str();
}

namespace detail {

/// Kept out of line: what remains of `require` where it is used is one branch.
template <class E, class... Parts>
[[noreturn, gnu::cold, gnu::noinline]] void fail(const Parts&... parts) {
  throw E(concat(parts...));
}

}  // namespace detail

/// Throws `E` with the joined parts unless `ok`. The text is only built when it is needed.
template <class E, class... Parts>
[[gnu::always_inline]] constexpr void require(bool ok, const Parts&... parts) {
  if (!ok) [[unlikely]]
    detail::fail<E>(parts...);
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse
