// Weights from a file of any format that is read here, told apart by what is in it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/safetensors.hpp>
#include <adafuse/io/torch_file.hpp>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// What a file of weights gave.
struct WeightsFile {
  TensorFile weights;                  ///< the tensors
  std::vector<std::string> left_over;  ///< of a checkpoint: what is no weight, by path: "epoch"
  std::vector<std::string> foreign;    ///< and the names that it asked for: "argparse.Namespace"
};

/// Whether a file begins as safetensors do: after 8 bytes of length, a JSON object. No file of
/// torch.save has a brace there.
inline bool begins_as_safetensors(const std::filesystem::path& path) {
  const std::string start = FileReader(path).start(9);
  return start.size() == 9 && start.back() == '{';
}

/// Reads safetensors, or a checkpoint that torch.save wrote (.pth, .pth.tar), told apart by what is
/// in them. Throws IoError for what is no regular file, and FormatError with the file's name for
/// what is neither.
inline WeightsFile read_weights(const std::filesystem::path& path) {
  require_regular_file(path);
  if (begins_as_safetensors(path) || path.extension() == ".safetensors")
    return {read_safetensors(path), {}, {}};
  TorchFile file = read_torch_file(path);
  return {std::move(file.weights), std::move(file.left_over), std::move(file.foreign)};
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
