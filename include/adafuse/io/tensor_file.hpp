// What a file of weights holds, whatever its format: tensors under names, and text about them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// A tensor of any scalar type.
using AnyTensor = std::variant<Tensor<float>, Tensor<double>, Tensor<std::int32_t>,
                               Tensor<std::int64_t>, Tensor<std::uint8_t>>;

/// The name of a scalar type in files and errors.
template <Scalar T>
constexpr std::string_view dtype_name() {
  if constexpr (std::is_same_v<T, float>) return "F32";
  if constexpr (std::is_same_v<T, double>) return "F64";
  if constexpr (std::is_same_v<T, std::int32_t>) return "I32";
  if constexpr (std::is_same_v<T, std::int64_t>) return "I64";
  if constexpr (std::is_same_v<T, std::uint8_t>) return "U8";
}

/// The name of the type of its elements: "F32".
inline std::string_view dtype_name(const AnyTensor& tensor) {
  return std::visit([]<class T>(const Tensor<T>&) { return dtype_name<T>(); }, tensor);
}

/// The sizes of its dimensions.
inline const Shape& shape_of(const AnyTensor& tensor) {
  return std::visit([](const auto& x) -> const Shape& { return x.shape(); }, tensor);
}

/// Tensors under names, and text about them.
struct TensorFile {
  std::string name = "tensors";                 ///< what errors call it: the file's path, once read
  std::map<std::string, std::string> metadata;  ///< text under names
  std::map<std::string, AnyTensor> tensors;     ///< by name

  bool contains(const std::string& tensor) const { return tensors.count(tensor) > 0; }

  /// The tensor of that name, whatever it holds. Throws FormatError when there is none.
  const AnyTensor& at(const std::string& tensor) const {
    const auto found = tensors.find(tensor);
    require<FormatError>(found != tensors.end(), name, ": no tensor ", in_quotes(tensor));
    return found->second;
  }

  /// The tensor of that name, which must hold `T`. Shares the elements. Throws FormatError.
  template <Scalar T>
  Tensor<T> get(const std::string& tensor) const {
    const AnyTensor& any = at(tensor);
    const auto* exact = std::get_if<Tensor<T>>(&any);
    require<FormatError>(exact, name, ": tensor ", in_quotes(tensor), ": expected ",
                         dtype_name<T>(), ", got ", dtype_name(any));
    return *exact;
  }

  /// The tensor of that name with its elements cast to `T`. Throws FormatError when there is none.
  template <Scalar T>
  Tensor<T> get_cast(const std::string& tensor) const {
    return std::visit([](const auto& x) { return x.template cast<T>(); }, at(tensor));
  }
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD
