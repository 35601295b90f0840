// The rows of a tile, found in the tensors of a convolution.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/microkernel.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Output channels `channels[block]` .. `channels[block + rows - 1]` of frame `n`, finished
/// by the epilogue. A shift alone costs nothing: the sums begin with it.
inline TileRows rows_of_frame(const Correlation& g, const Conv2dEpilogue<float>& epilogue,
                              const float* w, float* y, Index n, const ChannelList& channels,
                              Index block, int rows) {
  TileRows tile;
  tile.epilogue = epilogue.parts();
  tile.epilogue.affine = epilogue.scale != nullptr;
  for (int r = 0; r < rows; ++r) {
    const auto row = static_cast<std::size_t>(r);
    const Index channel = channels[block + r];
    const Index at = (n * g.out_channels + channel) * g.out_pixels();
    tile.weights[row] = w + channel * g.depth();
    tile.out[row] = y + at;
    if (epilogue.residual) tile.residual[row] = epilogue.residual + at;
    const float shift = epilogue.shift ? epilogue.shift[channel] : 0;
    if (tile.epilogue.affine)
      tile.scale[row] = epilogue.scale[channel], tile.shift[row] = shift;
    else
      tile.start[row] = shift;
  }
  return tile;
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
