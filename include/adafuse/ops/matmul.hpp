// Products of matrices, one by one or in batches, of vectors, and the linear map of a layer.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/gemm.hpp>
#include <adafuse/kernels/outer.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What matmul is told.
struct MatmulOptions {
  bool transpose_a = false;  ///< The last two dimensions of a are exchanged first.
  bool transpose_b = false;  ///< The last two dimensions of b are exchanged first.
};

namespace detail {

/// The product of a and b, of rank 2 or 3 and fitting; where both have rank 3, of equal batches.
template <class T>
Variable<T> batched_matmul(const Variable<T>& a, const Variable<T>& b, MatmulOptions options) {
  const bool ta = options.transpose_a, tb = options.transpose_b;
  const Index m = a.size(ta ? -1 : -2), k = a.size(ta ? -2 : -1);
  const Index n = b.size(tb ? -2 : -1);
  // A batch of rows times one matrix is one product.
  if (a.rank() == 3 && b.rank() == 2 && !ta)
    return reshape(batched_matmul(reshape(a, {a.size(0) * m, k}), b, options), {a.size(0), m, n});

  const bool batched = a.rank() == 3 || b.rank() == 3;
  const Index batch = a.rank() == 3 ? a.size(0) : b.rank() == 3 ? b.size(0) : 1;
  auto y = Tensor<T>::uninitialized(batched ? Shape{batch, m, n} : Shape{m, n});
  kernels::gemm({.m = m,
                 .k = k,
                 .n = n,
                 .batch = batch,
                 .transpose_a = ta,
                 .transpose_b = tb,
                 .shared_a = a.rank() == 2,
                 .shared_b = b.rank() == 2},
                a.value().data(), b.value().data(), y.data());
  // Y = A B  =>  dA = dY B^T, dB = A^T dY; of a transposed operand the transpose, in other words
  // the factors in the other order; summed over the batch for an operand that all of it shares.
  return record("matmul", y, {a, b}, [a, b, ta, tb](const Variable<T>& dy) -> Gradients<T> {
    Gradients<T> gradients(2);
    if (a.requires_grad())
      gradients[0] = sum_to(ta ? batched_matmul(b, dy, {.transpose_a = tb, .transpose_b = true})
                               : batched_matmul(dy, b, {.transpose_b = !tb}),
                            a.shape());
    if (b.requires_grad())
      gradients[1] = sum_to(tb ? batched_matmul(dy, a, {.transpose_a = true, .transpose_b = ta})
                               : batched_matmul(a, dy, {.transpose_a = !ta}),
                            b.shape());
    return gradients;
  });
}

/// The dimensions before the last two.
inline Shape leading(const Shape& shape) {
  return Shape(std::span(shape.begin(), shape.end() - 2));
}

/// x [..., r, c] with the dimensions in front of its matrices as one, stretched to `to` before; a
/// matrix where there is but one of them.
template <class T>
Variable<T> as_batch(const Variable<T>& x, const Shape& to) {
  const Index r = x.size(-2), c = x.size(-1);
  if (leading(x.shape()).size() == 1) return reshape(x, {r, c});
  Shape all = to;
  all.push_back(r);
  all.push_back(c);
  return reshape(broadcast_to(x, all), {to.size(), r, c});
}

}  // namespace detail

/// y[i,j] = sum_l a[i,l] b[l,j] for a [..., m, k] and b [..., k, n]: [..., m, n]; sizes of 1
/// stretch in the leading dimensions. An operand of rank 1 is a row on the left and a column on the
/// right, and that dimension is not in the result. Throws ShapeError when the sizes do not fit.
template <Operand A, OperandLike<A> B>
Variable<scalar_of<A, B>> matmul(const A& left, const B& right, MatmulOptions options = {}) {
  using T = scalar_of<A, B>;
  const Variable<T> given_a = left, given_b = right;
  const bool ta = options.transpose_a, tb = options.transpose_b;
  const Index rank_a = given_a.rank(), rank_b = given_b.rank();
  require<ShapeError>(rank_a >= (ta ? 2 : 1) && rank_b >= (tb ? 2 : 1),
                      "matmul: expects operands of rank 1 or more, and of 2 to transpose, got ",
                      given_a.shape(), " and ", given_b.shape());
  const Variable<T> a = rank_a == 1 ? reshape(given_a, {1, given_a.size()}) : given_a;
  const Variable<T> b = rank_b == 1 ? reshape(given_b, {given_b.size(), 1}) : given_b;
  const Index k = a.size(ta ? -2 : -1);
  require<ShapeError>(b.size(tb ? -1 : -2) == k, "matmul: ", given_a.shape(),
                      (ta ? " transposed" : ""), " and ", given_b.shape(),
                      (tb ? " transposed" : ""), " do not fit: ", k, " columns against ",
                      b.size(tb ? -1 : -2), " rows");
  // Matrices, and equal batches of them.
  if (rank_a <= 3 && rank_b <= 3 && rank_a >= 2 && rank_b >= 2 &&
      (rank_a == 2 || rank_b == 2 || a.size(0) == b.size(0)))
    return detail::batched_matmul(a, b, options);

  Shape shape =
      broadcast_shapes(detail::leading(a.shape()), detail::leading(b.shape()), "matmul: batches");
  const auto y =
      detail::batched_matmul(detail::as_batch(a, shape), detail::as_batch(b, shape), options);
  if (rank_a > 1) shape.push_back(a.size(ta ? -1 : -2));
  if (rank_b > 1) shape.push_back(b.size(tb ? -2 : -1));
  return reshape(y, shape);
}

/// y[i,j] = a[i] b[j] for a [m] and b [n]: [m, n].
template <Operand A, OperandLike<A> B>
Variable<scalar_of<A, B>> outer(const A& left, const B& right) {
  using T = scalar_of<A, B>;
  const Variable<T> a = left, b = right;
  require<ShapeError>(a.rank() == 1 && b.rank() == 1, "outer: expects a [m] and b [n], got ",
                      a.shape(), " and ", b.shape());
  auto y = Tensor<T>::uninitialized({a.size(), b.size()});
  kernels::outer(a.size(), b.size(), a.value().data(), b.value().data(), y.data());
  // y_ij = a_i b_j  =>  da_i = sum_j dy_ij b_j, db_j = sum_i dy_ij a_i
  return record("outer", y, {a, b}, [a, b](const Variable<T>& dy) -> Gradients<T> {
    return {a.requires_grad() ? reshape(sum_to(dy * b, {a.size(), 1}), a.shape()) : Variable<T>(),
            b.requires_grad() ? sum_to(dy * reshape(a, {a.size(), 1}), b.shape()) : Variable<T>()};
  });
}

/// y[..., o] = sum_i weight[o,i] x[..., i] (+ bias[o]) for x [..., in], weight [out,in], bias [out]
/// or undefined. Throws ShapeError when the sizes do not fit.
template <Operand X>
Variable<scalar_of<X>> linear(const X& input,
                              const std::type_identity_t<Variable<scalar_of<X>>>& weight,
                              const std::type_identity_t<Variable<scalar_of<X>>>& bias = {}) {
  const Variable<scalar_of<X>> x = input;
  require<ShapeError>(weight.rank() == 2, "linear: expects a weight [out,in], got ",
                      weight.shape());
  require<ShapeError>(x.rank() >= 1 && x.size(-1) == weight.size(1), "linear: weight ",
                      weight.shape(), " expects ", weight.size(1), " features, x is ", x.shape());
  require<ShapeError>(!bias.defined() || bias.shape() == Shape{weight.size(0)},
                      "linear: expects a bias [", weight.size(0), "], got ", bias.shape());
  const Shape shape = x.shape().with(-1, weight.size(0));
  Index count = 1;  // of rows, which may have no features
  for (Index d = 0; d + 1 < x.rank(); ++d) count *= x.size(d);
  const auto rows = reshape(x, {count, x.size(-1)});
  const auto y = matmul(rows, weight, {.transpose_b = true});
  return reshape(bias.defined() ? y + bias : y, shape);
}

/// No products of whole numbers, or of two types of number: cast one, as in
/// `matmul(x.cast<float>(), w)`.
template <class A, NoOperands<A> B>
void matmul(const A& cast_to_one_floating_type, const B&, MatmulOptions = {}) = delete;
template <class X, NoOperands<X> W>
void linear(const X& cast_to_one_floating_type, const W&) = delete;
template <class X, NoOperands<X> W, class Bias>
void linear(const X& cast_to_one_floating_type, const W&, const Bias&) = delete;

}  // namespace adafuse::inline ADAFUSE_SIMD
