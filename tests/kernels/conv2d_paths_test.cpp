// Two files of one program, compiled for different vector paths, must not share a kernel's symbol:
// the linker would keep either one, and a machine without the wider vectors might get the wrong
// one.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <string>

#include "conv2d_plain.hpp"

namespace conv2d_paths_test {

using namespace adafuse;

TEST_CASE("conv2d: each file of a program runs the kernels of its own vector path") {
  CHECK(std::string(testing::path_of_plain_file()) == "plain");
  using Kernel = void (*)(const kernels::Correlation&, const float*, const float*, float*,
                          const kernels::Conv2dOptions<float>&);
  const Kernel here = kernels::correlate;
  if (std::string(simd_path) != "plain")
    CHECK(reinterpret_cast<const void*>(here) != testing::kernel_of_plain_file());

  const auto x = Tensor<float>::randn({2, 17, 13, 11}, Key(1)),
             w = Tensor<float>::randn({19, 17, 3, 3}, Key(2));
  Tensor<float> y({2, 19, 13, 11}), z({2, 19, 13, 11});
  kernels::conv2d(testing::geometry_of_both, x.data(), w.data(), y.data());
  testing::conv2d_of_plain_file(x.data(), w.data(), z.data());
  for (Index i = 0; i < y.size(); ++i)
    CHECK(y.data()[i] == doctest::Approx(z.data()[i]).epsilon(1e-3));
}

}  // namespace conv2d_paths_test
