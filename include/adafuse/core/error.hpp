// Errors: one family, and each text names the op or the file, what was expected, what was got.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <initializer_list>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
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

namespace detail {

/// A part of a message, and how its type is written.
struct MessagePart {
  const void* part;
  void (*write)(std::ostream& out, const void* part);
};

inline MessagePart message_part(const char* text) {
  return {text, [](std::ostream& out, const void* part) { out << static_cast<const char*>(part); }};
}
template <class T>
MessagePart message_part(const T& part) {
  if constexpr (std::is_array_v<T>)
    return message_part(static_cast<const char*>(part));
  else
    return {&part, [](std::ostream& out, const void* of) { out << *static_cast<const T*>(of); }};
}

/// A message is long to compile and seldom made: it is compiled once for all that are.
[[gnu::cold, gnu::noinline]] inline std::string join(std::initializer_list<MessagePart> parts) {
  std::ostringstream out;
  for (const MessagePart& part : parts) part.write(out, part.part);
  return std::move(out).str();
}

}  // namespace detail

/// The parts, written one after the other: `concat("x ", shape, " has ", 3)`.
template <class... Parts>
std::string concat(const Parts&... parts) {
  return detail::join({detail::message_part(parts)...});
}

namespace detail {

template <class E>
[[noreturn, gnu::cold, gnu::noinline]] void fail_with(std::initializer_list<MessagePart> parts) {
  throw E(join(parts));
}

/// Kept out of line: what remains of `require` where it is used is one branch.
template <class E, class... Parts>
[[noreturn, gnu::cold, gnu::noinline]] void fail(const Parts&... parts) {
  fail_with<E>({message_part(parts)...});
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
