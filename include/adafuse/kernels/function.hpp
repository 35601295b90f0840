// Functions of one number, many elements at a time: e^x, ln x, tanh x ... in vectors, within two
// units in the last place.
//
//   map(x, of<Function::exp>)                           e^x
//   map(x, through<Function::exp>(before, after))       after(x, e^before(x))
//   zip(dy, x, through<Function::exp>(before, after))   after(dy, x, e^before(x))
//
// An element's value depends on that element alone: what is left at the end of a run is put into a
// vector of its own. It is the same on every vector path (decision 0038).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#ifndef ADAFUSE_COMPILED
#include <adafuse/kernels/base/vector_angles.hpp>
#include <adafuse/kernels/base/vector_erf.hpp>
#include <adafuse/kernels/base/vector_exp.hpp>
#include <adafuse/kernels/base/vector_log.hpp>
#endif

namespace adafuse::kernels {

enum class Function : std::uint8_t {
  exp,          ///< e^x
  expm1,        ///< e^x - 1
  log,          ///< ln x
  log1p,        ///< ln(1 + x)
  log2,         ///< ln x / ln 2
  sqrt,         ///< x^(1/2)
  sigmoid,      ///< 1 / (1 + e^-x)
  tanh,         ///< tanh x
  silu,         ///< x / (1 + e^-x)
  erf,          ///< erf x
  gelu,         ///< x (1 + erf(x / sqrt 2)) / 2
  gelu_slope,   ///< its derivative
  softplus,     ///< ln(1 + e^x)
  log_sigmoid,  ///< -ln(1 + e^-x)
  mish,         ///< x tanh(ln(1 + e^x))
  mish_slope,   ///< its derivative
  sin,          ///< sin x
  cos,          ///< cos x
};
inline constexpr std::size_t function_count = 18;

inline namespace ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
/// y[i] = f(x[i]) for i in [0, count); y may be x.
template <Function f, class T>
void apply(Index count, const T* x, T* y) {
  compiled::kernels_of<T>().function(f, count, x, y);
}
#else
namespace detail {

template <Function f, class T>
[[gnu::always_inline]] inline Doubles function_of(Doubles x) {
  if constexpr (f == Function::exp)
    return vectors::exp<T>(x);
  else if constexpr (f == Function::expm1)
    return vectors::expm1<T>(x);
  else if constexpr (f == Function::log)
    return vectors::log<T>(x);
  else if constexpr (f == Function::log1p)
    return vectors::log1p<T>(x);
  else if constexpr (f == Function::log2)
    return vectors::log2<T>(x);
  else if constexpr (f == Function::sqrt)
    return sqrt(x);
  else if constexpr (f == Function::sigmoid)
    return vectors::sigmoid<T>(x);
  else if constexpr (f == Function::tanh)
    return vectors::tanh<T>(x);
  else if constexpr (f == Function::silu)
    return vectors::silu<T>(x);
  else if constexpr (f == Function::erf)
    return vectors::erf<T>(x);
  else if constexpr (f == Function::gelu)
    return vectors::gelu<T>(x);
  else if constexpr (f == Function::gelu_slope)
    return vectors::gelu_slope<T>(x);
  else if constexpr (f == Function::softplus)
    return vectors::softplus<T>(x);
  else if constexpr (f == Function::log_sigmoid)
    return vectors::log_sigmoid<T>(x);
  else if constexpr (f == Function::mish)
    return vectors::mish<T>(x);
  else if constexpr (f == Function::mish_slope)
    return vectors::mish_slope<T>(x);
  else if constexpr (f == Function::sin)
    return vectors::sin<T>(x);
  else
    return vectors::cos<T>(x);
}

}  // namespace detail

template <Function f, class T>
void apply(Index count, const T* x, T* y) {
  // A root of floats needs no doubles: it is right to the last digit as it is.
  constexpr bool floats = f == Function::sqrt && std::is_same_v<T, float>;
  constexpr Index width = floats ? Floats::width : Doubles::width;
  const auto one_vector = [](const T* from, T* to) {
    if constexpr (floats)
      sqrt(Floats::load(from)).store(to);
    else
      detail::function_of<f, T>(Doubles::load(from)).store(to);
  };
  Index i = 0;
  // Four short chains that do not wait for each other: a tenth faster. The long ones of doubles
  // would leave the registers.
  if constexpr (std::is_same_v<T, float> && !floats) {
    constexpr Index chains = 4;
    for (; i + chains * width <= count; i += chains * width) {
      Doubles v[Bound{chains}];
#pragma GCC unroll 4
      for (Index c = 0; c < chains; ++c)
        v[c] = detail::function_of<f, T>(Doubles::load(x + i + c * width));
#pragma GCC unroll 4
      for (Index c = 0; c < chains; ++c) v[c].store(y + i + c * width);
    }
  }
  for (; i + width <= count; i += width) one_vector(x + i, y + i);
  if (i == count) return;
  T rest[Bound{width}] = {};
  std::copy(x + i, x + count, rest);
  one_vector(rest, rest);
  std::copy_n(rest, count - i, y + i);
}

namespace detail {

template <class T>
using Apply = void (*)(Index count, const T* x, T* y);

/// Of all functions, in their order.
template <class T, std::size_t... f>
constexpr std::array<Apply<T>, sizeof...(f)> all_functions(std::index_sequence<f...>) {
  return {apply<static_cast<Function>(f), T>...};
}

}  // namespace detail

/// The same for a function that the compiler does not know: all of them are compiled.
template <class T>
void apply_any(Function f, Index count, const T* x, T* y) {
  static constexpr auto all = detail::all_functions<T>(std::make_index_sequence<function_count>());
  all[static_cast<std::size_t>(f)](count, x, y);
}
#endif

/// Names a function for map() and elementwise().
template <Function f>
struct Of {};
template <Function f>
inline constexpr Of<f> of{};

/// y[i] = f(x[i]).
template <class T, Function f>
Tensor<T> map(const Tensor<T>& x, const Of<f>&) {
  auto y = Tensor<T>::uninitialized(x.shape());
  const T* const in = x.data();
  T* const out = y.data();
  parallel_for(x.size(), elements_per_chunk, Work::functions(1), [in, out](Index begin, Index end) {
    apply<f>(end - begin, in + begin, out + begin);
  });
  return y;
}

/// A function between two others, which are plain arithmetic.
template <Function f, class Before, class After>
struct Through {
  Before before;
  After after;
};
template <Function f, class Before, class After>
Through<f, Before, After> through(const Before& before, const After& after) {
  return {before, after};
}
struct Itself {
  template <class T>
  T operator()(T x) const {
    return x;
  }
};
template <Function f, class After>
Through<f, Itself, After> through(const After& after) {
  return {Itself(), after};
}

namespace detail {

/// `body(i, n, of)`: elements i, i + 1, ... i + n - 1 and f(before(x[i])), ... of them.
template <class T, Function f, class Before, class After, class Body>
void for_blocks(const Tensor<T>& x, const Through<f, Before, After>& g, const Body& body) {
  const T* const in = x.data();
  parallel_for(x.size(), elements_per_chunk, Work::functions(1), [&, in](Index begin, Index end) {
    const Before before = g.before;  // a copy: no store can change what it captured
    constexpr Index most = 512;
    T of[most];
    for (Index i = begin; i < end; i += most) {
      const Index n = std::min(most, end - i);
      for (Index k = 0; k < n; ++k) of[k] = before(in[i + k]);
      apply<f>(n, of, of);
      body(i, n, of);
    }
  });
}

}  // namespace detail

/// y[i] = after(x[i], f(before(x[i]))).
template <class T, Function f, class Before, class After>
Tensor<T> map(const Tensor<T>& x, const Through<f, Before, After>& g) {
  auto y = Tensor<T>::uninitialized(x.shape());
  const T* const in = x.data();
  T* const out = y.data();
  detail::for_blocks(x, g, [&g, in, out](Index i, Index n, const T* of) {
    const After after = g.after;
    for (Index k = 0; k < n; ++k) out[i + k] = after(in[i + k], of[k]);
  });
  return y;
}

/// y[i] = after(a[i], x[i], f(before(x[i]))); a has the shape of x.
template <class T, Function f, class Before, class After>
Tensor<T> zip(const Tensor<T>& a, const Tensor<T>& x, const Through<f, Before, After>& g) {
  auto y = Tensor<T>::uninitialized(x.shape());
  const T *const in_a = a.data(), *const in = x.data();
  T* const out = y.data();
  detail::for_blocks(x, g, [&g, in_a, in, out](Index i, Index n, const T* of) {
    const After after = g.after;
    for (Index k = 0; k < n; ++k) out[i + k] = after(in_a[i + k], in[i + k], of[k]);
  });
  return y;
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
