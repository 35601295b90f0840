// Printing: a tensor as nested rows, shortened in the middle when a dimension is long.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <ostream>
#include <string>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

template <class T>
void print_rows(std::ostream& out, const Tensor<T>& x, Index indent) {
  if (x.rank() == 0) {
    out << +x.item();  // + prints a uint8 as a number
    return;
  }
  constexpr Index shown = 4;  // at each end of a long dimension
  const Index n = x.size(0);
  out << '[';
  for (Index i = 0; i < n; ++i) {
    if (i > 0) {
      out << ',';
      if (x.rank() == 1)
        out << ' ';
      else
        out << std::string(static_cast<std::size_t>(x.rank() - 1), '\n')
            << std::string(static_cast<std::size_t>(indent + 1), ' ');
    }
    if (n > 2 * shown + 1 && i == shown) {
      out << "...";
      i = n - shown - 1;
      continue;
    }
    print_rows(out, x[i], indent + 1);
  }
  out << ']';
}

}  // namespace detail

/// `[[1, 2],\n [3, 4]]`, then the shape is the reader's to ask for.
template <class T>
std::ostream& operator<<(std::ostream& out, const Tensor<T>& x) {
  if (!x.defined()) return out << "undefined";
  detail::print_rows(out, x, 0);
  return out;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
