// What a file holds, told by rank 0 to the others, which need not see the same disk. All end with
// the same bits.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/json.hpp>
#include <adafuse/io/tensor_file.hpp>
#include <adafuse/train/gather.hpp>
#include <bit>

namespace adafuse::train::inline ADAFUSE_SIMD {

namespace detail {

/// Rank 0's elements, on all ranks. The bits of a float are a whole number, which a double holds:
/// also those of a zero's sign.
inline void share_elements(const Peers& peers, Tensor<float>& tensor) {
  std::vector<double> bits(static_cast<std::size_t>(tensor.size()), 0.);
  if (peers.rank() == 0)
    for (Index i = 0; i < tensor.size(); ++i)
      bits[static_cast<std::size_t>(i)] = std::bit_cast<std::uint32_t>(tensor.data()[i]);
  peers.sum(bits);
  for (Index i = 0; i < tensor.size(); ++i)
    tensor.data()[i] =
        std::bit_cast<float>(static_cast<std::uint32_t>(bits[static_cast<std::size_t>(i)]));
}

}  // namespace detail

/// Rank 0's texts and tensors, which are floats, on all ranks; what others give does not count. A
/// call of all ranks. Throws FormatError where a tensor holds something else.
inline io::TensorFile file_of_first(const Peers& peers, io::TensorFile file) {
  if (peers.size() == 1) return file;
  io::Json header{{"name", file.name}, {"metadata", file.metadata}, {"shapes", io::Json::object()}};
  for (const auto& [name, tensor] : file.tensors) {
    const Shape& shape = io::shape_of(tensor);
    header["shapes"][name] = std::vector<Index>(shape.begin(), shape.end());
  }
  const auto told =
      io::parse_json(text_of_first(peers, io::json_text(header, -1)), "rank 0's file");
  io::TensorFile result;
  result.name = told["name"].get<std::string>();
  result.metadata = told["metadata"].get<std::map<std::string, std::string>>();
  for (const auto& entry : told["shapes"].items()) {
    Shape shape;
    for (const auto& side : entry.value()) shape.push_back(side.get<Index>());
    auto tensor = peers.rank() == 0 ? file.get<float>(entry.key()) : Tensor<float>(shape);
    detail::share_elements(peers, tensor);
    result.tensors.emplace(entry.key(), std::move(tensor));
  }
  return result;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
