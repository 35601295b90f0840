// Vectors along one dimension by their length: normalize, cosine_similarity, and the p-norm that
// they and distances are made of.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/ops/pow.hpp>
#include <adafuse/ops/reduce.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// 1 where x is 0, and 0 elsewhere.
template <class T>
Tensor<T> where_zero(const Tensor<T>& x) {
  return kernels::map(x, [](T v) { return equals(v, 0) ? T{1} : T{0}; });
}

/// y = (sum of |x|^p along dimension `axis`)^(1/p), which stays with size 1; p > 0 may be infinite:
/// the largest |x|. Where y is 0 the gradient is 0.
template <class T>
Variable<T> p_norm(const char* op, const Variable<T>& x, Index axis, double p) {
  require<ValueError>(p > 0, op, ": p must be positive, got ", p);
  if (std::isinf(p)) {
    if (x.size(axis) > 0) return max(abs(x), axis, {.keepdim = true});
    return Tensor<T>(x.shape().with(axis, 1));
  }
  const Shape row = x.shape().with(axis, 1);
  if (equals(p, 2)) {
    const auto squares = kernels::sum_of(x.value(), row, [](double v) { return v * v; });
    // dx = dy x / y; where y is 0 so is x, and a 1 in the place of y gives the 0
    const auto root = [](double sum) { return static_cast<T>(std::sqrt(sum)); };
    return record("p_norm", kernels::map(squares, root), {x},
                  [x](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
                    return {x * (dy / (y + where_zero(y.value())))};
                  });
  }
  const T power = static_cast<T>(p), root = static_cast<T>(1 / p);
  const auto powers = kernels::sum_to(
      kernels::pow(kernels::map(x.value(), [](T v) { return std::abs(v); }), power), row);
  // dx = dy sign(x) (|x| / y)^(p-1), which is 0 where x is 0: a 1 in the place of that |x| keeps
  // powers below 0 finite
  return record("p_norm", kernels::pow(powers, root), {x},
                [x, p](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
                  const auto sign = kernels::map(
                      x.value(), [](T v) { return static_cast<T>((v > 0) - (v < 0)); });
                  const auto ratio = (abs(x) + where_zero(x.value())) / (y + where_zero(y.value()));
                  return {dy * sign * pow(ratio, p - 1)};
                });
}

}  // namespace detail

/// What normalize is told.
struct NormalizeOptions {
  double p = 2;        ///< of the norm; may be infinite
  Index dim = 1;       ///< The vectors lie along it.
  double eps = 1e-12;  ///< What a smaller norm counts as.
};

/// y = x / max(|x|_p, eps), where |x|_p = (sum of |x|^p)^(1/p) along dimension `dim`. Vectors of 0
/// stay 0.
template <Operand X>
Variable<scalar_of<X>> normalize(const X& input, const NormalizeOptions& options = {}) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const Index axis = Dims(options.dim).of(x.shape(), "normalize")[0];
  require<ValueError>(options.eps >= 0, "normalize: eps is not negative, got ", options.eps);
  const auto norm = detail::p_norm("normalize", x, axis, options.p);
  return x / clamp_min(norm, static_cast<T>(options.eps));
}

/// What cosine_similarity is told.
struct CosineSimilarityOptions {
  Index dim = 1;      ///< The vectors lie along it.
  double eps = 1e-8;  ///< What a smaller length counts as.
};

/// y = sum of a b / (max(|a|, eps) max(|b|, eps)) along dimension `dim`, which goes; sizes of 1
/// stretch in the others.
template <Operand A, OperandLike<A> B>
Variable<scalar_of<A, B>> cosine_similarity(const A& first, const B& second,
                                            const CosineSimilarityOptions& options = {}) {
  using T = scalar_of<A, B>;
  const Variable<T> a = first, b = second;
  const Shape shape = broadcast_shapes(a.shape(), b.shape(), "cosine_similarity");
  const Index axis = Dims(options.dim).of(shape, "cosine_similarity")[0];
  require<ValueError>(options.eps >= 0, "cosine_similarity: eps is not negative, got ",
                      options.eps);
  const auto unit = [&](const Variable<T>& x) {
    const Variable<T> all =
        x.rank() == shape.rank() && x.size(axis) == shape[axis] ? x : broadcast_to(x, shape);
    const auto norm = detail::p_norm("cosine_similarity", all, axis, 2);
    return all / clamp_min(norm, static_cast<T>(options.eps));
  };
  return sum(unit(a) * unit(b), axis);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
