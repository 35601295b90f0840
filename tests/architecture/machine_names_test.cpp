// Files of one program may be compiled for different machines: what a header defines carries the
// name of the machine, but for the types that such files hand to each other (core/machine.hpp).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "source_tree.hpp"

namespace machine_names_test {

using namespace architecture;

namespace {

/// Types and variables of these have one name; functions and lesser types beside them do not.
const std::set<std::string> of_shared_types = {"adafuse/autograd/no_grad.hpp",
                                               "adafuse/autograd/saved.hpp",
                                               "adafuse/autograd/variable.hpp",
                                               "adafuse/core/error.hpp",
                                               "adafuse/core/peers.hpp",
                                               "adafuse/core/rng.hpp",
                                               "adafuse/core/shape.hpp",
                                               "adafuse/core/storage.hpp",
                                               "adafuse/core/system.hpp",
                                               "adafuse/core/tensor.hpp",
                                               "adafuse/core/thread_count.hpp",
                                               "adafuse/core/thread_team.hpp",
                                               "adafuse/core/view.hpp",
                                               "adafuse/core/writes.hpp",
                                               "adafuse/infer/fold/folded_linear.hpp",
                                               "adafuse/io/file.hpp",
                                               "adafuse/kernels/base/activation.hpp",
                                               "adafuse/kernels/conv2d/shared/algorithm.hpp",
                                               "adafuse/kernels/conv2d/shared/prepared_weights.hpp",

                                               "adafuse/kernels/base/vector_path.hpp",
                                               "adafuse/kernels/batch_norm.hpp",
                                               "adafuse/kernels/channel_sums.hpp",
                                               "adafuse/kernels/conv2d/shared/geometry.hpp",
                                               "adafuse/kernels/conv2d/shared/options.hpp",
                                               "adafuse/kernels/conv2d/shared/winograd_setting.hpp",
                                               "adafuse/kernels/function.hpp",
                                               "adafuse/kernels/fuse.hpp",
                                               "adafuse/kernels/gemm.hpp",
                                               "adafuse/kernels/layer_norm.hpp",
                                               "adafuse/kernels/linear.hpp",
                                               "adafuse/kernels/pool2d_geometry.hpp",
                                               "adafuse/kernels/reduce.hpp",
                                               "adafuse/nn/activation.hpp",
                                               "adafuse/nn/attention.hpp",
                                               "adafuse/nn/batch_norm.hpp",
                                               "adafuse/nn/conv2d.hpp",
                                               "adafuse/nn/conv_nd.hpp",
                                               "adafuse/nn/conv_transpose.hpp",
                                               "adafuse/nn/dropout.hpp",
                                               "adafuse/nn/embedding.hpp",
                                               "adafuse/nn/flatten.hpp",
                                               "adafuse/nn/gru.hpp",
                                               "adafuse/nn/init.hpp",
                                               "adafuse/nn/library.hpp",
                                               "adafuse/nn/linear.hpp",
                                               "adafuse/nn/lstm.hpp",
                                               "adafuse/nn/normalization.hpp",
                                               "adafuse/nn/pool.hpp",
                                               "adafuse/nn/pool_nd.hpp",
                                               "adafuse/nn/sequential.hpp",
                                               "adafuse/nn/transformer.hpp",
                                               "adafuse/nn/transformer_decoder.hpp",
                                               "adafuse/nn/upsample.hpp"};

/// The namespaces that a header opens for every machine alike.
std::vector<std::string> unnamed_namespaces(const Header& header) {
  std::vector<std::string> found;
  for (const auto& line : header.lines)
    if (line.starts_with("namespace adafuse") && line.find("::inline ADAFUSE_SIMD") == line.npos)
      found.push_back(line);
  return found;
}

}  // namespace

TEST_CASE("machine names: all that a header defines carries one, but for the shared types") {
  for (const auto& [path, header] : library())
    if (!of_shared_types.contains(path))
      for (const auto& line : unnamed_namespaces(header)) FAIL_CHECK(path << ": " << line);
}

TEST_CASE("machine names: the list of headers with shared types is no longer than it must be") {
  for (const auto& path : of_shared_types) {
    REQUIRE_MESSAGE(library().contains(path), path);
    CHECK_MESSAGE(!unnamed_namespaces(library().at(path)).empty(), path);
  }
}

TEST_CASE("machine names: every header reaches the one that names the machine and refuses flags") {
  for (const auto& [path, header] : library())
    if (!reach(library(), path).contains("adafuse/core/machine.hpp"))
      FAIL_CHECK(path << " does not reach adafuse/core/machine.hpp");
}

}  // namespace machine_names_test
