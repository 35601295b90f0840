// Dims: which dimensions an operation works on. One number or a list; negative ones count from the
// end.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <concepts>
#include <vector>

namespace adafuse::inline ADAFUSE_SIMD {

/// Dimensions as a caller names them: one, several, or none; negative ones count from the end.
class Dims {
 public:
  Dims() = default;                ///< none
  Dims(Index dim) : dims_{dim} {}  ///< one
  /// `{0, 2}`. Not of an initializer_list, which g++ 12 makes of `{.keepdim = true}` as well.
  template <std::convertible_to<Index>... More>
  Dims(Index first, Index second, More... more)
      : dims_{first, second, static_cast<Index>(more)...} {}
  /// Those of a list.
  template <std::same_as<std::vector<Index>> List>
  Dims(List dims) : dims_(std::move(dims)) {}

  /// The dimensions of `shape` that are meant, in [0, rank), in the order given. Throws ShapeError,
  /// named after `op`, for one that is outside or named twice.
  std::vector<Index> of(const Shape& shape, const char* op) const {
    std::vector<Index> result;
    for (const Index dim : dims_) {
      require<ShapeError>(-shape.rank() <= dim && dim < shape.rank(), op, ": dimension ", dim,
                          " is outside of ", shape);
      const Index axis = shape.axis(dim);
      require<ShapeError>(std::find(result.begin(), result.end(), axis) == result.end(), op,
                          ": dimension ", dim, " is named twice");
      result.push_back(axis);
    }
    return result;
  }

 private:
  std::vector<Index> dims_;
};

/// The first member of options beside which a call may list dimensions: `f(x, {0, 1})` then means
/// dimensions, because options are named, as in `f(x, {.keepdim = true})`.
struct NamedOptions {
  explicit NamedOptions() = default;
};

}  // namespace adafuse::inline ADAFUSE_SIMD
