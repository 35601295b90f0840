// Tensor: numbers with a shape, contiguous, last dimension fastest (NCHW), 64-byte aligned.
//
// A copy shares the elements, as do `reshape`, `t[i]` and `narrow`; `clone()` copies them. A
// strided window onto a tensor is a `View`. A tensor that was moved from is undefined. A tensor
// knows nothing of derivatives (see autograd/variable.hpp), but when its elements were written:
// whatever is handed out for writing is noted. A pointer, iterator or view that was kept from
// before is not seen, nor is who owns borrowed memory: they call `mark_written`.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/rng.hpp>
#include <adafuse/core/shape.hpp>
#include <adafuse/core/storage.hpp>
#include <adafuse/core/view.hpp>
#include <algorithm>
#include <concepts>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace adafuse {

/// What a tensor may hold.
template <class T>
concept Scalar = std::same_as<T, float> || std::same_as<T, double> ||
    std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t> || std::same_as<T, std::uint8_t>;

/// A handle on contiguous elements and their shape.
template <Scalar T>
class Tensor {
 public:
  using value_type = T;

  /// No tensor at all: `defined()` is false.
  ADAFUSE_INLINE Tensor() = default;
  ADAFUSE_INLINE Tensor(const Tensor&) = default;
  ADAFUSE_INLINE Tensor& operator=(const Tensor&) & = default;
  /// Takes the handle; `from` is undefined afterwards.
  ADAFUSE_INLINE Tensor(Tensor&& from) noexcept
      : shape_(from.shape_), storage_(std::move(from.storage_)), data_(from.data_) {
    from.shape_ = undefined_shape;
    from.data_ = nullptr;
  }
  /// Takes the handle; `from` is undefined afterwards.
  ADAFUSE_INLINE Tensor& operator=(Tensor&& from) & noexcept {
    shape_ = std::exchange(from.shape_, undefined_shape);
    storage_ = std::move(from.storage_);
    data_ = std::exchange(from.data_, nullptr);
    return *this;
  }
  /// There is no `x.value() = t` and no `x[0] = t`: what stands on the left is read, or a handle
  /// that ends here. A parameter's elements are `mutable_value()`, under NoGrad.
  void operator=(const Tensor&) const& = delete;  // elements are written by copy_from(t)
  ADAFUSE_INLINE ~Tensor() = default;

  /// A tensor of zeros.
  ADAFUSE_INLINE explicit Tensor(Shape shape) : Tensor(uninitialized(shape)) { fill(T{0}); }

  /// The given elements, row by row.
  ADAFUSE_INLINE Tensor(Shape shape, std::span<const T> elements) : Tensor(uninitialized(shape)) {
    require<ShapeError>(std::ssize(elements) == size(), "Tensor: ", shape, " has ", size(),
                        " elements, got ", elements.size());
    std::copy(elements.begin(), elements.end(), begin());
  }

  /// Elements that hold anything; for results that are about to be written.
  ADAFUSE_INLINE static Tensor uninitialized(Shape shape) {
    Tensor result;
    result.shape_ = shape;
    result.storage_ = Storage<T>(static_cast<std::size_t>(shape.size()));
    result.data_ = result.storage_.data();
    return result;
  }

  /// A tensor of zeros.
  ADAFUSE_INLINE static Tensor zeros(Shape shape) { return Tensor(shape); }
  /// A tensor of ones.
  ADAFUSE_INLINE static Tensor ones(Shape shape) { return full(shape, T{1}); }
  /// A tensor in which every element is `value`.
  ADAFUSE_INLINE static Tensor full(Shape shape, T value) {
    Tensor result = uninitialized(shape);
    result.fill(value);
    return result;
  }

  /// 0, 1, ..., count - 1.
  ADAFUSE_INLINE static Tensor arange(Index count) {
    Tensor result = uninitialized({count});
    for (Index i = 0; i < count; ++i) result.data_[i] = static_cast<T>(i);
    return result;
  }

  /// Standard normal numbers of a key: element i is `key.normal(i)`.
  ADAFUSE_INLINE static Tensor randn(Shape shape, Key key) requires std::floating_point<T> {
    Tensor result = uninitialized(shape);
    for (Index i = 0; i < result.size(); ++i)
      result.data_[i] = static_cast<T>(key.normal(static_cast<std::uint64_t>(i)));
    return result;
  }

  /// Uniform numbers of a key between low and high; rounding to `T` may reach either.
  ADAFUSE_INLINE static Tensor uniform(Shape shape, Key key, T low = 0,
                                       T high = 1) requires std::floating_point<T> {
    Tensor result = uninitialized(shape);
    for (Index i = 0; i < result.size(); ++i)
      result.data_[i] = static_cast<T>(
          static_cast<double>(low) +
          rounded(static_cast<double>(high - low) * key.uniform(static_cast<std::uint64_t>(i))));
    return result;
  }

  /// One number, rank 0.
  ADAFUSE_INLINE static Tensor scalar(T value) { return full({}, value); }

  /// Written out: `Tensor<float>::of({1, 2})`, `of({{1, 2}, {3, 4}})`, and three levels. A number
  /// may stand in braces of its own as well, so of two meanings of `{{1}, {2}}` the column is
  /// taken: the row is a template, which comes second.
  template <int = 0>
  ADAFUSE_INLINE static Tensor of(std::initializer_list<T> row) {
    return Tensor({std::ssize(row)}, std::span(row.begin(), row.size()));
  }
  ADAFUSE_INLINE static Tensor of(std::initializer_list<std::initializer_list<T>> rows) {
    return stack_of(rows);
  }
  ADAFUSE_INLINE static Tensor of(
      std::initializer_list<std::initializer_list<std::initializer_list<T>>> planes) {
    return stack_of(planes);
  }

  /// Memory that the caller owns and keeps alive for as long as any copy of the result lives.
  ADAFUSE_INLINE static Tensor borrow(T* data, Shape shape) {
    Tensor result;
    result.shape_ = shape;
    result.storage_ = Storage<T>::borrow(data, static_cast<std::size_t>(shape.size()));
    result.data_ = data;
    return result;
  }
  /// Memory of an owner that is kept until the last copy of the result goes.
  ADAFUSE_INLINE static Tensor borrow(T* data, Shape shape, std::shared_ptr<void> owner) {
    Tensor result;
    result.shape_ = shape;
    result.storage_ =
        Storage<T>::borrow(data, static_cast<std::size_t>(shape.size()), std::move(owner));
    result.data_ = data;
    return result;
  }

  /// Whether there is a tensor at all.
  bool defined() const { return data_ != nullptr; }
  /// A tensor is no condition: it has an answer for each element, and an undefined one has none.
  explicit operator bool() const = delete;  // any(mask).item(), all(mask).item(), or x.defined()
  /// The sizes of the dimensions.
  const Shape& shape() const { return shape_; }
  /// How many dimensions there are.
  ADAFUSE_INLINE Index rank() const { return shape_.rank(); }
  /// How many elements there are.
  ADAFUSE_INLINE Index size() const { return shape_.size(); }
  /// The size of one dimension; negative positions count from the end.
  ADAFUSE_INLINE Index size(Index dim) const { return shape_[dim]; }

  /// The first element, for writing: a derivative that still needs the old ones is then an error.
  ADAFUSE_INLINE T* data() {
    storage_.open();
    return data_;
  }
  /// The first element, for reading.
  const T* data() const { return data_; }
  /// Where the elements begin, for writing.
  ADAFUSE_INLINE T* begin() { return data(); }
  /// Behind the last element, for writing.
  ADAFUSE_INLINE T* end() { return data_ + size(); }
  /// Where the elements begin.
  const T* begin() const { return data_; }
  /// Behind the last element.
  ADAFUSE_INLINE const T* end() const { return data_ + size(); }
  /// All elements, row by row.
  ADAFUSE_INLINE std::span<const T> values() const { return {begin(), end()}; }

  /// The element at these indices, checked: `t(n, c, h, w)`. Loops take a `view` instead.
  template <std::convertible_to<Index>... Indices>
  ADAFUSE_INLINE T& operator()(Indices... indices) {
    return data()[offset({static_cast<Index>(indices)...})];
  }
  template <std::convertible_to<Index>... Indices>
  ADAFUSE_INLINE const T& operator()(Indices... indices) const {
    return data_[offset({static_cast<Index>(indices)...})];
  }

  /// The only element of a tensor of size 1.
  ADAFUSE_INLINE T item() const {
    require<ShapeError>(size() == 1, "item: expects one element, got ", shape_);
    return *data_;
  }

  /// The same elements in another shape; one size may be -1 and is worked out.
  ADAFUSE_INLINE Tensor reshape(std::initializer_list<Index> sizes) const {
    return reshape(std::span(sizes.begin(), sizes.size()));
  }
  ADAFUSE_INLINE Tensor reshape(const Shape& shape) const {
    return reshape(std::span(shape.begin(), shape.end()));
  }
  ADAFUSE_INLINE Tensor reshape(std::span<const Index> sizes) const {
    require<ShapeError>(std::count(sizes.begin(), sizes.end(), -1) <= 1,
                        "reshape: at most one size is -1");
    Tensor result = *this;
    result.shape_ = {};
    Index unknown = -1;
    for (Index s : sizes) {
      if (s == -1) unknown = result.rank();
      result.shape_.push_back(s == -1 ? 1 : s);
    }
    if (unknown >= 0) {
      const Index known = result.size();
      const bool divides = known > 0 && size() % known == 0;
      result.shape_ = result.shape_.with(unknown, divides ? size() / known : 0);
    }
    require<ShapeError>(result.size() == size(), "reshape: ", shape_, " has ", size(),
                        " elements, and ", result.shape_, " has ", result.size());
    return result;
  }

  /// Without the first dimension: element, row, plane ... number i. Shares the elements.
  ADAFUSE_INLINE Tensor operator[](Index i) const {
    require<ShapeError>(rank() > 0 && 0 <= i && i < size(0), "index ", i, " is outside of ",
                        shape_);
    Tensor result = narrow(i, i + 1);
    result.shape_ = Shape(std::span(shape_.begin() + 1, shape_.end()));
    return result;
  }

  /// Positions [start, stop) of the first dimension. Shares the elements.
  ADAFUSE_INLINE Tensor narrow(Index start, Index stop) const {
    require<ShapeError>(rank() > 0 && 0 <= start && start <= stop && stop <= size(0),
                        "narrow: ", start, ":", stop, " is outside of dimension 0 of ", shape_);
    Tensor result = *this;
    result.shape_ = shape_.with(0, stop - start);
    if (size(0) > 0) result.data_ += start * (size() / size(0));
    return result;
  }

  /// A window of fixed rank. Throws ShapeError when the tensor has another rank.
  template <int R>
  ADAFUSE_INLINE View<T, R> view() {
    return {data(), sizes_of_rank<R>()};
  }
  template <int R>
  ADAFUSE_INLINE View<const T, R> view() const {
    return {data_, sizes_of_rank<R>()};
  }

  /// A copy with memory of its own; undefined of what is undefined.
  ADAFUSE_INLINE Tensor clone() const {
    if (!defined()) return {};
    Tensor result = uninitialized(shape_);
    std::copy(begin(), end(), result.begin());
    return result;
  }

  /// The elements as another type, by static_cast.
  template <Scalar U>
  ADAFUSE_INLINE Tensor<U> cast() const {
    if (!defined()) return {};
    auto result = Tensor<U>::uninitialized(shape_);
    std::transform(begin(), end(), result.begin(), [](T x) { return static_cast<U>(x); });
    return result;
  }

  /// Writes `value` into every element.
  ADAFUSE_INLINE void fill(T value) {
    mark_written();
    std::fill(data_, end(), value);
  }

  /// Overwrites the elements with those of a tensor of the same shape.
  ADAFUSE_INLINE void copy_from(const Tensor& source) {
    require<ShapeError>(source.shape_ == shape_, "copy_from: expects ", shape_, ", got ",
                        source.shape_);
    mark_written();
    std::copy(source.begin(), source.end(), data_);
  }

  /// Says that the elements change: for writes through a pointer that was kept, or by the owner of
  /// borrowed memory. A derivative that still needs the old ones is then an error.
  ADAFUSE_INLINE void mark_written() { storage_.announce_write(); }

  /// Whether both are windows onto one buffer.
  ADAFUSE_INLINE bool shares_with(const Tensor& other) const {
    return storage_.shares_with(other.storage_);
  }
  /// Whether nobody else can see the elements: no other tensor shares them, no owner lent them.
  ADAFUSE_INLINE bool unique() const { return storage_.unique(); }
  /// The memory behind it.
  const Storage<T>& storage() const { return storage_; }

 private:
  template <class Nested>
  ADAFUSE_INLINE static Tensor stack_of(const Nested& parts) {
    Tensor result;
    Shape first;
    Index i = 0;
    for (const auto& part : parts) {
      const Tensor child = of(part);
      if (i == 0) {
        first = child.shape();
        Shape shape{std::ssize(parts)};
        for (Index s : first) shape.push_back(s);
        result = uninitialized(shape);
      }
      require<ShapeError>(child.shape() == first, "Tensor::of: expects parts of one shape, got ",
                          first, " and ", child.shape());
      std::copy(child.begin(), child.end(), result.begin() + i++ * child.size());
    }
    return result;
  }

  template <int R>
  ADAFUSE_INLINE std::array<Index, Bound{R}> sizes_of_rank() const {
    require<ShapeError>(rank() == R, "view: expects rank ", R, ", got ", shape_);
    std::array<Index, Bound{R}> sizes{};
    std::copy(shape_.begin(), shape_.end(), sizes.begin());
    return sizes;
  }

  ADAFUSE_INLINE Index offset(std::initializer_list<Index> indices) const {
    require<ShapeError>(std::ssize(indices) == rank(), indices.size(), " indices into ", shape_);
    Index position = 0, dim = 0;
    for (Index i : indices) {
      require<ShapeError>(0 <= i && i < shape_[dim], "index ", i, " is outside of dimension ", dim,
                          " of ", shape_);
      position = position * shape_[dim++] + i;
    }
    return position;
  }

  static constexpr Shape undefined_shape{0};

  Shape shape_ = undefined_shape;
  Storage<T> storage_;
  T* data_ = nullptr;
};

inline namespace ADAFUSE_SIMD {

/// The elements of a strided window, in order, as a tensor of their own.
template <class T, int R>
Tensor<std::remove_const_t<T>> contiguous(const View<T, R>& view) {
  auto result = Tensor<std::remove_const_t<T>>::uninitialized(view.shape());
  auto* out = result.data();
  const auto copy = [&out](const auto& self, const auto& window) -> void {
    if constexpr (std::decay_t<decltype(window)>::rank == 1)
      for (Index i = 0; i < window.size(0); ++i) *out++ = window(i);
    else
      for (Index i = 0; i < window.size(0); ++i) self(self, window[i]);
  };
  copy(copy, view);
  return result;
}

}  // namespace ADAFUSE_SIMD

#ifdef ADAFUSE_IN_LIBRARY
ADAFUSE_EXTERN template Tensor<float> Tensor<float>::randn(Shape, Key);
ADAFUSE_EXTERN template Tensor<double> Tensor<double>::randn(Shape, Key);
ADAFUSE_EXTERN template Tensor<float> Tensor<float>::uniform(Shape, Key, float, float);
ADAFUSE_EXTERN template Tensor<double> Tensor<double>::uniform(Shape, Key, double, double);
#endif

}  // namespace adafuse
