// Products of matrices, one by one or in batches, and the linear map of a layer.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/gemm.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

struct MatmulOptions {
  bool transpose_a = false;  ///< The last two dimensions of a are exchanged first.
  bool transpose_b = false;  ///< The last two dimensions of b are exchanged first.
};

/// y[i,j] = sum_l a[i,l] b[l,j] for a [m,k] and b [k,n]; with a leading batch dimension on either
/// or both, for each of the batch. Throws ShapeError when the sizes do not fit.
template <Operand A, OperandLike<A> B>
Variable<scalar_of<A, B>> matmul(const A& left, const B& right, MatmulOptions options = {}) {
  using T = scalar_of<A, B>;
  const Variable<T> a = left, b = right;
  const bool ta = options.transpose_a, tb = options.transpose_b;
  require<ShapeError>((a.rank() == 2 || a.rank() == 3) && (b.rank() == 2 || b.rank() == 3),
                      "matmul: expects operands of rank 2 or 3, got ", a.shape(), " and ",
                      b.shape());
  const Index m = a.size(ta ? -1 : -2), k = a.size(ta ? -2 : -1);
  const Index n = b.size(tb ? -2 : -1);
  require<ShapeError>(b.size(tb ? -1 : -2) == k, "matmul: ", a.shape(), (ta ? " transposed" : ""),
                      " and ", b.shape(), (tb ? " transposed" : ""), " do not fit: ", k,
                      " columns against ", b.size(tb ? -1 : -2), " rows");
  // A batch of rows times one matrix is one product.
  if (a.rank() == 3 && b.rank() == 2 && !ta)
    return reshape(matmul(reshape(a, {a.size(0) * m, k}), b, options), {a.size(0), m, n});

  const bool batched = a.rank() == 3 || b.rank() == 3;
  const Index batch = a.rank() == 3 ? a.size(0) : b.rank() == 3 ? b.size(0) : 1;
  require<ShapeError>(b.rank() == 2 || b.size(0) == batch, "matmul: batches of ", a.shape(),
                      " and ", b.shape(), " differ");
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
      gradients[0] = sum_to(ta ? matmul(b, dy, {.transpose_a = tb, .transpose_b = true})
                               : matmul(dy, b, {.transpose_b = !tb}),
                            a.shape());
    if (b.requires_grad())
      gradients[1] = sum_to(tb ? matmul(dy, a, {.transpose_a = true, .transpose_b = ta})
                               : matmul(a, dy, {.transpose_a = !ta}),
                            b.shape());
    return gradients;
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

}  // namespace adafuse::inline ADAFUSE_SIMD
