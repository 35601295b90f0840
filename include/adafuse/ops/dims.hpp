// Dims: which dimensions an operation works on. One number or a list; negative ones count from the
// end.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <vector>

namespace adafuse::inline ADAFUSE_SIMD {

class Dims {
 public:
  Dims(Index dim) : dims_{dim} {}
  Dims(std::initializer_list<Index> dims) : dims_(dims) {}
  Dims(std::vector<Index> dims) : dims_(std::move(dims)) {}

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

}  // namespace adafuse::inline ADAFUSE_SIMD
