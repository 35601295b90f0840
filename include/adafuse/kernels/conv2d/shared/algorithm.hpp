// ConvAlgorithm: how a convolution is computed, by name. The names are those of the table in
// conv2d/algorithms.hpp, and four that stand for more than one entry or for none.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <cstddef>
#include <string_view>

namespace adafuse::kernels {

/// A name; that it is known, and fits the geometry, is checked by the call that uses it.
class ConvAlgorithm {
 public:
  static const ConvAlgorithm automatic;  ///< the fastest entry by the model of cost
  static const ConvAlgorithm direct;     ///< the fastest whose rounding is that of plain sums
  static const ConvAlgorithm im2col;     ///< columns, then a matrix product: any scalar, any shape
  static const ConvAlgorithm reference;  ///< the naive loops that all others are tested against

  /// An entry of the table: "packed", "winograd", ...
  template <std::size_t Size>
  ADAFUSE_INLINE constexpr ConvAlgorithm(const char (&literal)[Size]) : name_(literal) {}

  ADAFUSE_INLINE constexpr std::string_view name() const { return name_; }
  /// Whether the model of cost chooses.
  ADAFUSE_INLINE constexpr bool is_choice() const { return *this == automatic || *this == direct; }
  ADAFUSE_INLINE friend constexpr bool operator==(const ConvAlgorithm& a, const ConvAlgorithm& b) {
    return a.name_ == b.name_;
  }

 private:
  std::string_view name_;
};

inline constexpr ConvAlgorithm ConvAlgorithm::automatic{"automatic"};
inline constexpr ConvAlgorithm ConvAlgorithm::direct{"direct"};
inline constexpr ConvAlgorithm ConvAlgorithm::im2col{"im2col"};
inline constexpr ConvAlgorithm ConvAlgorithm::reference{"reference"};

}  // namespace adafuse::kernels
