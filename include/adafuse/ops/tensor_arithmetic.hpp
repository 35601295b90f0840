// Arithmetic of tensors and numbers: a + b, 2 * a, -a, and in place a += b. Element by element;
// sizes of 1 stretch.
//
// Tensors know no history, so the result is a tensor. Where an operand is a variable the result is
// one (arithmetic.hpp), and so it is of the functions add(a, b) and the like, whatever they take.
//
// Whole numbers wrap around the ends of their type, as in PyTorch, and are not divided: PyTorch
// gives fractions there, C++ cuts them off. `x.cast<double>() / 2` says what is meant.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/kernels/in_place.hpp>
#include <adafuse/ops/tensor_like.hpp>
#include <functional>
#include <limits>
#include <utility>

namespace adafuse::inline ADAFUSE_SIMD {

/// A plain number that tensors of T are combined with: any, but no fraction with whole numbers.
template <class N, class T>
concept NumberFor = std::is_arithmetic_v<N> &&(std::floating_point<T> || std::integral<N>);

/// What tensor arithmetic takes: two tensors of one type of number, or one and a plain number.
template <class A, class B>
concept TensorOperands = (is_tensor<A> && is_tensor<B> && std::same_as<A, B>) ||
                         (is_tensor<A> && NumberFor<B, typename A::value_type>) ||
                         (is_tensor<B> && NumberFor<A, typename B::value_type>);

/// The one of two operands that is a tensor.
template <class A, class B>
using tensor_of = std::conditional_t<is_tensor<A>, A, B>;

/// Operands of two types of number, or whole numbers and a fraction: PyTorch would choose a type.
template <class A, class B>
concept MixedNumbers = (TensorLike<A> && TensorLike<B> &&
                        !std::same_as<typename A::value_type, typename B::value_type>) ||
                       (TensorLike<A> && std::integral<typename A::value_type> &&
                        std::floating_point<B>) ||
                       (TensorLike<B> && std::integral<typename B::value_type> &&
                        std::floating_point<A>);

namespace detail {

/// Whole numbers without a sign, which wrap around where others overflow.
template <class T>
auto wrapping(T v) {
  if constexpr (std::floating_point<T>)
    return v;
  else
    return static_cast<std::make_unsigned_t<T>>(v);
}

struct Sum {
  static constexpr const char* name = "add";
  template <class T>
  T operator()(T v, T w) const {
    return static_cast<T>(wrapping(v) + wrapping(w));
  }
};
struct Difference {
  static constexpr const char* name = "sub";
  template <class T>
  T operator()(T v, T w) const {
    return static_cast<T>(wrapping(v) - wrapping(w));
  }
};
struct Product {
  static constexpr const char* name = "mul";
  template <class T>
  T operator()(T v, T w) const {
    return static_cast<T>(wrapping(v) * wrapping(w));
  }
};
struct Quotient {
  static constexpr const char* name = "div";
  template <std::floating_point T>
  T operator()(T v, T w) const {
    return v / w;
  }
};

/// The number as a T. Throws ValueError for a whole number that a whole T does not hold.
template <class T, class N>
T number_as(const char* op, N number) {
  if constexpr (std::integral<T>) {
    const auto whole = +number;  // of bool and char as well
    require<ValueError>(std::in_range<T>(whole), op, ": the tensor holds whole numbers from ",
                        +std::numeric_limits<T>::min(), " to ", +std::numeric_limits<T>::max(),
                        ", not ", whole);
  }
  return static_cast<T>(number);
}

template <class T>
void require_defined(const char* op, const Tensor<T>& x) {
  require<ValueError>(x.defined(), op, ": needs a tensor that is defined");
}

template <class F, class A, class B>
tensor_of<A, B> tensor_arithmetic(const A& a, const B& b) {
  const F f{};
  if constexpr (!is_tensor<B>) {
    require_defined(F::name, a);
    const auto number = number_as<typename A::value_type>(F::name, b);
    return kernels::map(a, [f, number](auto v) { return f(v, number); });
  } else if constexpr (!is_tensor<A>) {
    require_defined(F::name, b);
    const auto number = number_as<typename B::value_type>(F::name, a);
    return kernels::map(b, [f, number](auto w) { return f(number, w); });
  } else {
    require_defined(F::name, a);
    require_defined(F::name, b);
    broadcast_shapes(a.shape(), b.shape(), F::name);
    return kernels::zip(a, b, f);
  }
}

/// Whether writing a, element by element, would change elements of b that are still to be read.
template <class T>
bool overwrites(const Tensor<T>& a, const Tensor<T>& b) {
  const T *const a_begin = a.data(), *const b_begin = b.data();
  if (a_begin == b_begin && a.size() == b.size()) return false;
  const std::less<const T*> before;
  return before(a_begin, b_begin + b.size()) && before(b_begin, a_begin + a.size());
}

template <class F, class T, class B>
void tensor_arithmetic_in_place(Tensor<T>& a, const B& b) {
  const F f{};
  require_defined(F::name, a);
  if constexpr (is_tensor<B>) {
    require_defined(F::name, b);
    require<ShapeError>(broadcast_shapes(a.shape(), b.shape(), F::name) == a.shape(), F::name,
                        ": in place, ", b.shape(), " does not broadcast to ", a.shape());
    kernels::zip_into(a, overwrites(a, b) ? b.clone() : b, f);
  } else {
    const T number = number_as<T>(F::name, b);
    kernels::map_into(a, [f, number](T v) { return f(v, number); });
  }
}

}  // namespace detail

/// a + b of tensors and numbers. ShapeError when the shapes do not broadcast; ValueError for a
/// whole number that the tensor cannot hold. So for all of these.
template <class A, TensorOperands<A> B>
tensor_of<A, B> operator+(const A& a, const B& b) {
  return detail::tensor_arithmetic<detail::Sum>(a, b);
}
/// a - b.
template <class A, TensorOperands<A> B>
tensor_of<A, B> operator-(const A& a, const B& b) {
  return detail::tensor_arithmetic<detail::Difference>(a, b);
}
/// a b, element by element.
template <class A, TensorOperands<A> B>
tensor_of<A, B> operator*(const A& a, const B& b) {
  return detail::tensor_arithmetic<detail::Product>(a, b);
}
/// a / b, element by element.
template <class A, TensorOperands<A> B>
requires std::floating_point<typename tensor_of<A, B>::value_type> tensor_of<A, B>
operator/(const A& a, const B& b) { return detail::tensor_arithmetic<detail::Quotient>(a, b); }
/// -x.
template <Scalar T>
Tensor<T> operator-(const Tensor<T>& x) {
  detail::require_defined("neg", x);
  return kernels::map(x, [](T v) { return static_cast<T>(-detail::wrapping(v)); });
}

/// a <- a + b, in place: whoever shares the elements sees it, as of `x[0] += 1`. b stretches to a's
/// shape, and may be a part of a. A gradient that still needs a as it was is an error.
template <class A, TensorOperands<std::remove_reference_t<A>> B>
requires is_tensor<std::remove_reference_t<A>> A operator+=(A&& a, const B& b) {
  detail::tensor_arithmetic_in_place<detail::Sum>(a, b);
  return std::forward<A>(a);
}
/// a <- a - b, in place.
template <class A, TensorOperands<std::remove_reference_t<A>> B>
requires is_tensor<std::remove_reference_t<A>> A operator-=(A&& a, const B& b) {
  detail::tensor_arithmetic_in_place<detail::Difference>(a, b);
  return std::forward<A>(a);
}
/// a <- a b, element by element, in place.
template <class A, TensorOperands<std::remove_reference_t<A>> B>
requires is_tensor<std::remove_reference_t<A>> A operator*=(A&& a, const B& b) {
  detail::tensor_arithmetic_in_place<detail::Product>(a, b);
  return std::forward<A>(a);
}
/// a <- a / b, element by element, in place.
template <class A, TensorOperands<std::remove_reference_t<A>> B>
requires(is_tensor<std::remove_reference_t<A>>&&
             std::floating_point<typename std::remove_reference_t<A>::value_type>) A
operator/=(A&& a, const B& b) {
  detail::tensor_arithmetic_in_place<detail::Quotient>(a, b);
  return std::forward<A>(a);
}

// ---- What is not there

/// No arithmetic of two types of number, of tensors or of variables: PyTorch would choose one of
/// them. Cast one operand: `a + b.cast<float>()`, and a variable when it is made.
template <class A, MixedNumbers<A> B>
void operator+(const A& two_types_of_number, const B& cast_one_of_them) = delete;
template <class A, MixedNumbers<A> B>
void operator-(const A& two_types_of_number, const B& cast_one_of_them) = delete;
template <class A, MixedNumbers<A> B>
void operator*(const A& two_types_of_number, const B& cast_one_of_them) = delete;
template <class A, MixedNumbers<A> B>
void operator/(const A& two_types_of_number, const B& cast_one_of_them) = delete;

/// No division of whole numbers: `a.cast<double>() / b` has fractions.
template <class A, TensorOperands<A> B>
requires std::integral<typename tensor_of<A, B>::value_type>
void operator/(const A& whole_numbers, const B& cast_them_to_divide) = delete;

}  // namespace adafuse::inline ADAFUSE_SIMD
