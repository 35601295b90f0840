// The same work, compiled for three machines.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/variable.hpp>
#include <adafuse/nn/linear.hpp>
#include <cstdint>
#include <vector>

namespace linkage_test {

/// What a process has once, as a file sees it. Of objects the address.
struct Process {
  int threads;
  bool recording, winograd;
  std::uint64_t last_event;
  unsigned temporary_files;
  const void *pool, *team, *inside_parallel, *running_pullback;

  friend bool operator==(const Process&, const Process&) = default;
};

/// What a file offers.
struct File {
  std::vector<double> (*work)();
  Process (*process)();
  /// [] of x [N, in]: the sum of the squares of layer(x).
  adafuse::Variable<float> (*loss)(const adafuse::nn::Linear<float>& layer,
                                   const adafuse::Tensor<float>& x);
  void (*backward)(const adafuse::Variable<float>& loss);
  /// Throws ShapeError.
  void (*fail)();
};

extern const File plain_file, avx2_file, avx512_file;

}  // namespace linkage_test
