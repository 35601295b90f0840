// Weights from a file of any format that is read here, told apart by what is in it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/safetensors.hpp>
#include <adafuse/io/torch_file.hpp>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// What a file of weights gave.
struct WeightsFile {
  TensorFile weights;
  std::vector<std::string> left_over;  ///< of a checkpoint: what is no weight, by path: "epoch"
};

/// Whether a file begins as safetensors do: after 8 bytes of length, a JSON object. No file of
/// torch.save has a brace there.
inline bool begins_as_safetensors(const std::filesystem::path& path) {
  FileReader reader(path);
  char start[9];
  if (reader.size() < sizeof start) return false;
  reader.read(start, sizeof start);
  return start[8] == '{';
}

/// Reads safetensors, or a checkpoint that torch.save wrote (.pth, .pth.tar), told apart by what is
/// in them. Throws IoError, and FormatError with the file's name for what is neither.
inline WeightsFile read_weights(const std::filesystem::path& path) {
  if (begins_as_safetensors(path) || path.extension() == ".safetensors")
    return {read_safetensors(path), {}};
  TorchFile file = read_torch_file(path);
  return {std::move(file.weights), std::move(file.left_over)};
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
