// The same elements in another arrangement: reshape, permute, slice, cat and what they are used
// for.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/record.hpp>
#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/kernels/slice.hpp>
#include <adafuse/ops/dims.hpp>
#include <adafuse/ops/tensor_like.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// The same elements in another shape; one size may be -1 and is worked out. The memory is shared.
/// Throws ShapeError when the number of elements differs.
template <Operand X>
Variable<scalar_of<X>> reshape(const X& input, std::span<const Index> sizes) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const Tensor<T> y = x.value().reshape(sizes);
  if (y.shape() == x.shape()) return detail::unchanged(x);
  return record("reshape", y, {x}, [shape = x.shape()](const Variable<T>& dy) -> Gradients<T> {
    return {reshape(dy, shape)};
  });
}
template <Operand X>
Variable<scalar_of<X>> reshape(const X& x, std::initializer_list<Index> sizes) {
  return reshape(x, std::span(sizes.begin(), sizes.size()));
}
template <Operand X>
Variable<scalar_of<X>> reshape(const X& x, const Shape& shape) {
  return reshape(x, std::span(shape.begin(), shape.end()));
}

/// Dimensions `first` ... last as one: [N,C,H,W] -> [N,C*H*W].
template <Operand X>
Variable<scalar_of<X>> flatten(const X& x, Index first = 1) {
  const Index axis = Dims(first).of(x.shape(), "flatten")[0];
  Shape shape;
  for (Index d = 0; d < axis; ++d) shape.push_back(x.size(d));
  Index rest = 1;
  for (Index d = axis; d < x.rank(); ++d) rest *= x.size(d);
  shape.push_back(rest);
  return reshape(x, shape);
}

/// The dimensions in another order: dimension d of the result is dimension order[d] of x.
/// Throws ShapeError when `order` does not name each dimension once.
template <Operand X>
Variable<scalar_of<X>> permute(const X& input, const Dims& order) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const std::vector<Index> axes = order.of(x.shape(), "permute");
  require<ShapeError>(std::ssize(axes) == x.rank(), "permute: ", axes.size(), " dimensions for ",
                      x.shape());
  // y(i[order]) = x(i)  =>  dx is dy in the inverse order
  std::vector<Index> inverse(axes.size());
  for (std::size_t d = 0; d < axes.size(); ++d)
    inverse[static_cast<std::size_t>(axes[d])] = static_cast<Index>(d);
  return record(
      "permute", kernels::permute<T>(x.value(), axes), {x},
      [inverse](const Variable<T>& dy) -> Gradients<T> { return {permute(dy, inverse)}; });
}

/// Dimensions a and b exchanged.
template <Operand X>
Variable<scalar_of<X>> transpose(const X& x, Index a, Index b) {
  std::vector<Index> order(static_cast<std::size_t>(x.rank()));
  for (std::size_t d = 0; d < order.size(); ++d) order[d] = static_cast<Index>(d);
  const auto at = [&](Index dim) {
    return static_cast<std::size_t>(Dims(dim).of(x.shape(), "transpose")[0]);
  };
  std::swap(order[at(a)], order[at(b)]);
  return permute(x, order);
}

/// A tensor of zeros of `shape`, except that rows start, start + step, ... of dimension `dim` are
/// x: the transpose of slice.
template <Operand X>
Variable<scalar_of<X>> embed(const X& input, const Shape& shape, Index dim, Index start,
                             Index step = 1);

namespace detail {

/// `count` positions start, start + step, ... of dimension `axis`, which all exist.
template <class T>
Tensor<T> slice(const Tensor<T>& x, Index axis, Index start, Index count, Index step) {
  auto y = Tensor<T>::uninitialized(x.shape().with(axis, count));
  kernels::read_rows(x.data(), x.size(axis), {start, step}, y.data(),
                     kernels::middle_of(y.shape(), axis, axis));
  return y;
}
template <class T>
Variable<T> slice(const Variable<T>& x, Index axis, Index start, Index count, Index step) {
  // dx is dy at those positions, 0 elsewhere
  return record("slice", slice(x.value(), axis, start, count, step), {x},
                [shape = x.shape(), axis, start, step](const Variable<T>& dy) -> Gradients<T> {
                  return {embed(dy, shape, axis, start, step)};
                });
}

/// `count` positions from `start` of dimension `axis`.
struct SliceRange {
  Index axis, start, count;
};
inline SliceRange slice_range(const Shape& shape, Index dim, Index start, Index stop, Index step) {
  const Index axis = Dims(dim).of(shape, "slice")[0], size = shape[axis];
  require<ShapeError>(step != 0, "slice: step is 0");
  const bool to_first = step < 0 && (stop == -1 || stop == -size - 1);
  const Index first = start < 0 ? start + size : start;
  const Index end = to_first ? -1 : stop < 0 ? stop + size : stop;
  const Index count = positions_before(first, end, step);
  require<ShapeError>(0 <= first && first <= size && (0 <= end || to_first) &&
                          (count == 0 || positions_lie_inside(first, count, step, size)),
                      "slice: ", start, ":", stop, ":", step, " is outside of dimension ", dim,
                      " of ", shape);
  return {axis, first, count};
}

}  // namespace detail

/// Positions start, start + step, ... before stop of dimension `dim`. Negative positions count from
/// the end: `slice(x, 0, 0, -1)` is all but the last. A negative step walks downwards; `stop` may
/// then be -1, before the first (from the end it would never name anything). Throws ShapeError for
/// positions outside of x: nothing is cut off in silence.
template <Operand X>
Variable<scalar_of<X>> slice(const X& input, Index dim, Index start, Index stop, Index step = 1) {
  const Variable<scalar_of<X>> x = input;
  const auto range = detail::slice_range(x.shape(), dim, start, stop, step);
  return detail::slice(x, range.axis, range.start, range.count, step);
}
template <IntegerTensor X>
X slice(const X& input, Index dim, Index start, Index stop, Index step = 1) {
  const X x = elements_of(input, "slice");
  const auto range = detail::slice_range(x.shape(), dim, start, stop, step);
  return detail::slice(x, range.axis, range.start, range.count, step);
}

template <Operand X>
Variable<scalar_of<X>> embed(const X& input, const Shape& shape, Index dim, Index start,
                             Index step) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const Index axis = Dims(dim).of(shape, "embed")[0];
  require<ShapeError>(x.rank() == shape.rank(), "embed: ", x.shape(), " into ", shape);
  const Index count = x.size(axis);
  require<ShapeError>(x.shape() == shape.with(axis, count), "embed: ", x.shape(), " differs from ",
                      shape, " in more than dimension ", dim);
  require<ShapeError>(
      step != 0 && (count == 0 || positions_lie_inside(start, count, step, shape[axis])),
      "embed: ", count, " positions from ", start, " by ", step, " are outside of dimension ", dim,
      " of ", shape);
  auto y = Tensor<T>::uninitialized(shape);
  kernels::embed_rows(x.value().data(), kernels::middle_of(x.shape(), axis, axis), y.data(),
                      shape[axis], {start, step});
  // dx is dy at those positions
  return record("embed", y, {x}, [axis, start, count, step](const Variable<T>& dy) -> Gradients<T> {
    return {detail::slice(dy, axis, start, count, step)};
  });
}

/// x without dimension `dim`, at position `i` of it, where -1 is the last. Throws ShapeError for a
/// position outside of x.
template <Operand X>
Variable<scalar_of<X>> select(const X& input, Index dim, Index i) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "select")[0], size = x.size(axis);
  require<ShapeError>(-size <= i && i < size, "select: position ", i, " is outside of dimension ",
                      dim, " of ", x.shape());
  Shape shape;
  for (Index d = 0; d < x.rank(); ++d)
    if (d != axis) shape.push_back(x.size(d));
  return reshape(detail::slice(x, axis, i < 0 ? i + size : i, 1, 1), shape);
}

namespace detail {

/// Where parts of these shapes lie along `axis` of the whole.
struct Joined {
  Index axis;
  Shape shape;
  std::vector<Index> starts, stops;
};
template <class X>
Joined joined(const std::vector<X>& parts, Index dim) {
  require<ValueError>(!parts.empty(), "cat: nothing to join");
  const Shape& first = parts[0].shape();
  Joined whole{.axis = Dims(dim).of(first, "cat")[0], .shape = {}, .starts = {}, .stops = {}};
  Index total = 0;
  for (const auto& x : parts) {
    require<ShapeError>(
        x.rank() == first.rank() && x.shape().with(whole.axis, first[whole.axis]) == first,
        "cat: ", x.shape(), " and ", first, " differ in more than dimension ", dim);
    whole.starts.push_back(total);
    const Checked sum = Checked(total) + x.size(whole.axis);  // of empty parts, sizes may be any
    require<ShapeError>(sum.fits(), "cat: too many positions along dimension ", dim);
    total = sum.value();
    whole.stops.push_back(total);
  }
  whole.shape = first.with(whole.axis, total);
  return whole;
}

/// Writes part number `k` to its place in `y`.
template <class T>
void write_part(const Tensor<T>& part, const Joined& whole, std::size_t k, Tensor<T>& y) {
  kernels::write_rows(part.data(), kernels::middle_of(part.shape(), whole.axis, whole.axis),
                      y.data(), whole.shape[whole.axis], {whole.starts[k], 1});
}

/// The shape of parts of a shape when they are the positions of a new dimension, and that
/// dimension; the parts have size 1 there.
struct Stacked {
  Index axis;
  Shape part;
};
template <class X>
Stacked stacked(const std::vector<X>& parts, Index dim) {
  require<ValueError>(!parts.empty(), "stack: nothing to join");
  const Shape& shape = parts[0].shape();
  require<ShapeError>(-shape.rank() - 1 <= dim && dim <= shape.rank(), "stack: dimension ", dim,
                      " is outside of the result of joining ", shape);
  for (const auto& part : parts)
    require<ShapeError>(part.shape() == shape, "stack: ", part.shape(), " and ", shape, " differ");
  const Index axis = dim < 0 ? dim + shape.rank() + 1 : dim;
  Shape with_one;
  for (Index d = 0; d <= shape.rank(); ++d)
    with_one.push_back(d == axis ? 1 : shape[d < axis ? d : d - 1]);
  return {axis, with_one};
}

}  // namespace detail

/// Tensors one after the other along dimension `dim`; their other sizes are equal.
/// Throws ShapeError when these differ, ValueError when there are none.
template <Operand X>
Variable<scalar_of<X>> cat(const std::vector<X>& parts, Index dim) {
  using T = scalar_of<X>;
  const std::vector<Variable<T>> inputs(parts.begin(), parts.end());
  const auto whole = detail::joined(inputs, dim);
  auto y = Tensor<T>::uninitialized(whole.shape);
  for (std::size_t k = 0; k < inputs.size(); ++k)
    detail::write_part(inputs[k].value(), whole, k, y);
  // dx_k is part k of dy
  return record("cat", y, inputs,
                [axis = whole.axis, starts = whole.starts,
                 stops = whole.stops](const Variable<T>& dy) -> Gradients<T> {
                  Gradients<T> gradients;
                  for (std::size_t k = 0; k < starts.size(); ++k)
                    gradients.push_back(slice(dy, axis, starts[k], stops[k]));
                  return gradients;
                });
}
template <IntegerTensor X>
X cat(const std::vector<X>& parts, Index dim) {
  const auto whole = detail::joined(parts, dim);
  auto y = X::uninitialized(whole.shape);
  for (std::size_t k = 0; k < parts.size(); ++k)
    detail::write_part(elements_of(parts[k], "cat"), whole, k, y);
  return y;
}

/// Tensors of one shape as the positions of a new dimension `dim` of the result.
/// Throws ShapeError when their shapes differ, ValueError when there are none.
template <Operand X>
Variable<scalar_of<X>> stack(const std::vector<X>& parts, Index dim) {
  const auto whole = detail::stacked(parts, dim);
  std::vector<Variable<scalar_of<X>>> thick;
  for (const auto& part : parts) thick.push_back(reshape(part, whole.part));
  return cat(thick, whole.axis);
}
template <IntegerTensor X>
X stack(const std::vector<X>& parts, Index dim) {
  const auto whole = detail::stacked(parts, dim);
  std::vector<X> thick;
  for (const auto& part : parts) thick.push_back(elements_of(part, "stack").reshape(whole.part));
  return cat(thick, whole.axis);
}

// Written out: `cat({a, b}, 0)`. A list of tensors is one of tensors; any other, of variables or of
// both, is one of variables.
/// `cat({a, b}, 0)` of tensors.
template <class X>
requires(is_tensor<X>) auto cat(std::initializer_list<X> parts, Index dim) {
  return cat(std::vector<X>(parts), dim);
}
/// `cat({a, b}, 0)` of variables, or of variables and tensors.
template <std::same_as<float> T = float>
Variable<T> cat(std::initializer_list<std::type_identity_t<Variable<T>>> parts, Index dim) {
  return cat(std::vector<Variable<T>>(parts), dim);
}
template <std::same_as<double> T = double>
Variable<T> cat(std::initializer_list<std::type_identity_t<Variable<T>>> parts, Index dim) {
  return cat(std::vector<Variable<T>>(parts), dim);
}
/// `stack({a, b}, 0)` of tensors.
template <class X>
requires(is_tensor<X>) auto stack(std::initializer_list<X> parts, Index dim) {
  return stack(std::vector<X>(parts), dim);
}
/// `stack({a, b}, 0)` of variables, or of variables and tensors.
template <std::same_as<float> T = float>
Variable<T> stack(std::initializer_list<std::type_identity_t<Variable<T>>> parts, Index dim) {
  return stack(std::vector<Variable<T>>(parts), dim);
}
template <std::same_as<double> T = double>
Variable<T> stack(std::initializer_list<std::type_identity_t<Variable<T>>> parts, Index dim) {
  return stack(std::vector<Variable<T>>(parts), dim);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
