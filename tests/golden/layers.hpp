// What PyTorch computed for layers, optimisers and the agent: layers.safetensors, made by
// layers.py.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/safetensors.hpp>
#include <string>

#include "compare.hpp"

namespace adafuse::golden {

inline const io::TensorFile& layers() {
  static const auto file = io::read_safetensors(ADAFUSE_TEST_DIR "/golden/layers.safetensors");
  return file;
}

/// A group of tensors of the file: `prefix.name`.
struct Case {
  std::string prefix;

  bool has(const std::string& name) const { return layers().contains(prefix + "." + name); }
  Tensor<double> operator[](const std::string& name) const {
    return layers().get<double>(prefix + "." + name);
  }
  /// A group inside of this one.
  template <class Name>
  Case at(const Name& name) const {
    return {concat(prefix, ".", name)};
  }
};

}  // namespace adafuse::golden
