// The algorithms that a test of all of them runs: those of the table that fit.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <vector>

namespace adafuse::testing {

using kernels::ConvAlgorithm;

/// Every way to compute a convolution of floats, of those that fit.
inline std::vector<ConvAlgorithm> algorithms_for(const kernels::Conv2dGeometry& g) {
  std::vector<ConvAlgorithm> all{ConvAlgorithm::automatic, ConvAlgorithm::direct,
                                 ConvAlgorithm::im2col, ConvAlgorithm::reference};
  for (const auto& entry : kernels::algorithms)
    if (entry.fits(kernels::forward_correlation(g))) all.push_back(entry.name);
  return all;
}

}  // namespace adafuse::testing
