// Comparisons, element by element, and questions to each number. The answer is a mask: a
// Tensor<std::uint8_t> of 1 where it is yes and 0 where it is no. It has no gradient.
//
// Tensors and variables of any type of number compare with those of the same type, and with plain
// numbers. A NaN compares as in C++: it is unequal to everything, and neither less nor greater.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/variable.hpp>
#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/elementwise.hpp>
#include <cmath>
#include <functional>
#include <limits>

namespace adafuse::inline ADAFUSE_SIMD {

template <class X>
concept Elements = is_variable<X> || is_tensor<X>;

/// What comparisons take: two of one type of number, or one and a plain number.
template <class A, class B>
concept Comparable = (Elements<A> && Elements<B> &&
                      std::same_as<typename A::value_type, typename B::value_type>) ||
                     (Elements<A> && std::is_arithmetic_v<B>) ||
                     (std::is_arithmetic_v<A> && Elements<B>);

namespace detail {

template <class X>
const Tensor<typename X::value_type>& elements_of(const char* op, const X& x) {
  if constexpr (is_variable<X>) {
    return x.value(op);
  } else {
    require<ValueError>(x.defined(), op, ": needs a tensor that is defined");
    return x;
  }
}

/// The number as the type in which it is compared with a `T`: as T when that is a floating-point
/// type, as PyTorch does; a whole number keeps its value, and a fraction its own.
template <class T, class N>
auto comparand(const char* op, N number) {
  if constexpr (std::floating_point<T>)
    return static_cast<T>(number);
  else if constexpr (std::floating_point<N>)
    return static_cast<double>(number);
  else {
    if constexpr (std::unsigned_integral<N> && sizeof(N) == sizeof(std::int64_t))
      require<ValueError>(number <= static_cast<N>(std::numeric_limits<std::int64_t>::max()), op,
                          ": the number ", number, " is above 2^63 - 1");
    return static_cast<std::int64_t>(number);
  }
}

template <class A, class B, class Holds>
Tensor<std::uint8_t> compare(const char* op, const A& a, const B& b, Holds holds) {
  if constexpr (std::is_arithmetic_v<A>) {
    return compare(op, b, a, [holds](auto v, auto w) { return holds(w, v); });
  } else if constexpr (std::is_arithmetic_v<B>) {
    const auto number = comparand<typename A::value_type>(op, b);
    using N = std::remove_const_t<decltype(number)>;
    return kernels::map(elements_of(op, a), [holds, number](auto v) {
      return static_cast<std::uint8_t>(holds(static_cast<N>(v), number));
    });
  } else {
    broadcast_shapes(a.shape(), b.shape(), op);
    return kernels::zip(elements_of(op, a), elements_of(op, b),
                        [holds](auto v, auto w) { return static_cast<std::uint8_t>(holds(v, w)); });
  }
}

}  // namespace detail

/// a < b. Sizes of 1 stretch; ShapeError when the shapes do not broadcast. So for all of these.
template <class A, Comparable<A> B>
Tensor<std::uint8_t> lt(const A& a, const B& b) {
  return detail::compare("lt", a, b, std::less<>());
}

/// a <= b.
template <class A, Comparable<A> B>
Tensor<std::uint8_t> le(const A& a, const B& b) {
  return detail::compare("le", a, b, std::less_equal<>());
}

/// a > b.
template <class A, Comparable<A> B>
Tensor<std::uint8_t> gt(const A& a, const B& b) {
  return detail::compare("gt", a, b, std::greater<>());
}

/// a >= b.
template <class A, Comparable<A> B>
Tensor<std::uint8_t> ge(const A& a, const B& b) {
  return detail::compare("ge", a, b, std::greater_equal<>());
}

/// Whether a and b are equal, element by element.
template <class A, Comparable<A> B>
Tensor<std::uint8_t> eq(const A& a, const B& b) {
  return detail::compare("eq", a, b, std::equal_to<>());
}

/// Whether a and b differ, element by element.
template <class A, Comparable<A> B>
Tensor<std::uint8_t> ne(const A& a, const B& b) {
  return detail::compare("ne", a, b, std::not_equal_to<>());
}

template <class A, Comparable<A> B>
Tensor<std::uint8_t> operator<(const A& a, const B& b) {
  return lt(a, b);
}
template <class A, Comparable<A> B>
Tensor<std::uint8_t> operator<=(const A& a, const B& b) {
  return le(a, b);
}
/// Whether a > b, element by element: `gt(a, b)`.
template <class A, Comparable<A> B>
Tensor<std::uint8_t> operator>(const A& a, const B& b) {
  return gt(a, b);
}
/// Whether a >= b, element by element: `ge(a, b)`.
template <class A, Comparable<A> B>
Tensor<std::uint8_t> operator>=(const A& a, const B& b) {
  return ge(a, b);
}

/// There is no a == b, and no a != b. Containers, algorithms and tests take == for one answer, yes
/// or no, where a tensor has one for each element. Element by element: eq(a, b), ne(a, b); one
/// answer: all(eq(a, b)).item(); the sizes: a.shape() == b.shape().
template <class A, Comparable<A> B>
bool operator==(const A& use_eq_of_a_and_b, const B& or_ne) = delete;

/// Whether each number is NaN.
template <Operand X>
Tensor<std::uint8_t> isnan(const X& x) {
  return kernels::map(detail::elements_of("isnan", x),
                      [](auto v) { return static_cast<std::uint8_t>(is_nan(v)); });
}

/// Whether each number is infinite, of either sign.
template <Operand X>
Tensor<std::uint8_t> isinf(const X& x) {
  constexpr auto inf = std::numeric_limits<scalar_of<X>>::infinity();
  return kernels::map(detail::elements_of("isinf", x), [inf](auto v) {
    return static_cast<std::uint8_t>(equals(std::abs(v), inf));
  });
}

/// Whether each number is neither NaN nor infinite.
template <Operand X>
Tensor<std::uint8_t> isfinite(const X& x) {
  constexpr auto inf = std::numeric_limits<scalar_of<X>>::infinity();
  return kernels::map(detail::elements_of("isfinite", x),
                      [](auto v) { return static_cast<std::uint8_t>(std::abs(v) < inf); });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
