// What PyTorch computed for layers, optimisers and the agent: layers.safetensors, made by
// layers.py.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/io/safetensors.hpp>
#include <string>

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

/// Equal within `tolerance` of the largest element.
inline void check_close(const Tensor<double>& got, const Tensor<double>& expected, const char* name,
                        double tolerance = 1e-12) {
  CAPTURE(name);
  REQUIRE(got.shape() == expected.shape());
  double difference = 0, scale = 1;
  for (Index i = 0; i < got.size(); ++i) {
    const double d = std::abs(got.data()[i] - expected.data()[i]);
    if (!(d <= difference)) difference = d;
    scale = std::max(scale, std::abs(expected.data()[i]));
  }
  CHECK(difference <= tolerance * scale);
}

}  // namespace adafuse::golden
