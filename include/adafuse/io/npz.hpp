// NumPy's files of several arrays: a zip archive of .npy files.
//
// `numpy.savez` stores them as they are. `numpy.savez_compressed` packs them by deflate; they are
// read by who hands in a function that unpacks, io::inflate_raw of io/zlib.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/npy.hpp>
#include <adafuse/io/tensor_file.hpp>
#include <adafuse/io/zip_archive.hpp>
#include <adafuse/io/zip_writer.hpp>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// What unpacks an entry: exactly `bytes` bytes come out, or it throws FormatError in the name of
/// `where`.
using Inflate = std::string (*)(std::string_view packed, std::uint64_t bytes,
                                const std::string& where);

/// The arrays in these bytes, which are one .npz file, by their names. Throws FormatError, which
/// begins with `name`.
inline TensorFile parse_npz(std::string_view bytes, const std::string& name,
                            Inflate inflate = nullptr) {
  const ZipArchive archive(bytes, name, ZipEntries::stored_or_deflated);
  TensorFile file;
  file.name = name;
  for (const auto& [entry, where] : archive.entries()) {
    constexpr std::string_view ending = ".npy";
    const std::string what = concat(name, ": entry ", in_quotes(entry));
    require<FormatError>(entry.ends_with(ending), what, " is no .npy file");
    const std::string array = entry.substr(0, entry.size() - ending.size());
    if (where.method == 0) {
      file.tensors.emplace(array, parse_npy(archive.read(entry), what));
      continue;
    }
    require<FormatError>(inflate != nullptr, what,
                         " is compressed: include <adafuse/io/zlib.hpp>, and call "
                         "read_npz(path, io::inflate_raw)");
    const std::string unpacked = inflate(where.data, where.size, what);
    const std::uint32_t sum = crc32(unpacked);
    require<FormatError>(sum == where.crc, what, " is damaged: CRC-32 ", sum, ", expected ",
                         where.crc);
    file.tensors.emplace(array, parse_npy(unpacked, what));
  }
  return file;
}

/// Reads a .npz file. Throws IoError, and FormatError with the file's name.
inline TensorFile read_npz(const std::filesystem::path& path, Inflate inflate = nullptr) {
  return parse_npz(read_file(path), path.string(), inflate);
}

/// Writes the tensors as a .npz file, as `numpy.savez` does, or leaves what was there. Throws
/// IoError; ValueError for more than 4 GiB, and for metadata, which the format does not have.
inline void write_npz(const std::filesystem::path& path, const TensorFile& file) {
  require<ValueError>(file.metadata.empty(), "write_npz: ", path.string(),
                      ": a .npz file has no metadata");
  ZipWriter writer(path);
  for (const auto& [name, tensor] : file.tensors) {
    std::string bytes = npy_head(tensor);
    bytes += bytes_of(tensor);
    writer.add(name + ".npy", bytes);
  }
  writer.commit();
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
