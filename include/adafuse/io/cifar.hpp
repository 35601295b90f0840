// CIFAR's binary files: pictures of 32 x 32, each a label or two (a byte each) and the planes of
// red, green and blue, row by row.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/io/file.hpp>
#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// Pictures and what they show.
struct CifarBatch {
  Tensor<std::uint8_t> images;         ///< [N, 3, 32, 32]
  Tensor<std::int64_t> labels;         ///< [N]: the class, of 10 or of 100
  Tensor<std::int64_t> coarse_labels;  ///< [N]: of CIFAR-100 the group of classes, of 20
};

namespace detail {

/// `coarse`: whether a label of the group stands before the label.
inline CifarBatch parse_cifar(std::string_view bytes, const std::string& name, bool coarse) {
  constexpr Index pixels = 3 * 32 * 32;
  const Index record = pixels + (coarse ? 2 : 1), all = std::ssize(bytes);
  require<FormatError>(all % record == 0, name, ": no file of CIFAR-", coarse ? 100 : 10, ": ", all,
                       " bytes are not records of ", record);
  const Index count = all / record;
  CifarBatch batch;
  batch.images = Tensor<std::uint8_t>::uninitialized({count, 3, 32, 32});
  batch.labels = Tensor<std::int64_t>::uninitialized({count});
  if (coarse) batch.coarse_labels = Tensor<std::int64_t>::uninitialized({count});
  const auto label = [&](Index n, Index at, int classes) {
    const int found = static_cast<unsigned char>(bytes[static_cast<std::size_t>(n * record + at)]);
    require<FormatError>(found < classes, name, ": picture ", n, " has the label ", found,
                         ", expected less than ", classes);
    return std::int64_t{found};
  };
  for (Index n = 0; n < count; ++n) {
    if (coarse) batch.coarse_labels(n) = label(n, 0, 20);
    batch.labels(n) = label(n, coarse ? 1 : 0, coarse ? 100 : 10);
    std::copy_n(bytes.data() + (n + 1) * record - pixels, pixels, batch.images.data() + n * pixels);
  }
  return batch;
}

}  // namespace detail

/// Reads a file of CIFAR-10, such as data_batch_1.bin. Throws IoError, and FormatError with the
/// file's name.
inline CifarBatch read_cifar10(const std::filesystem::path& path) {
  return detail::parse_cifar(read_file(path), path.string(), false);
}

/// Reads a file of CIFAR-100, such as train.bin. Throws IoError, and FormatError with the file's
/// name.
inline CifarBatch read_cifar100(const std::filesystem::path& path) {
  return detail::parse_cifar(read_file(path), path.string(), true);
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
