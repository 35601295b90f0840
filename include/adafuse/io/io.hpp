// The room of files, whole: bytes, JSON, safetensors, NumPy's files, pictures. The umbrella header
// takes only the files of this room that reach no JSON. io/zlib.hpp and io/film.hpp are not here:
// who includes them links zlib or FFmpeg.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/byte_reader.hpp>
#include <adafuse/io/cifar.hpp>
#include <adafuse/io/crc32.hpp>
#include <adafuse/io/directory_writer.hpp>
#include <adafuse/io/dtype.hpp>
#include <adafuse/io/exif_orientation.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/film_end.hpp>
#include <adafuse/io/film_options.hpp>
#include <adafuse/io/gif.hpp>
#include <adafuse/io/half.hpp>
#include <adafuse/io/idx.hpp>
#include <adafuse/io/image.hpp>
#include <adafuse/io/image_options.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <adafuse/io/json.hpp>
#include <adafuse/io/left_directory.hpp>
#include <adafuse/io/npy.hpp>
#include <adafuse/io/npz.hpp>
#include <adafuse/io/pickle.hpp>
#include <adafuse/io/pickle_builder.hpp>
#include <adafuse/io/pickle_op.hpp>
#include <adafuse/io/pickle_value.hpp>
#include <adafuse/io/picture_end.hpp>
#include <adafuse/io/raw_elements.hpp>
#include <adafuse/io/safetensors.hpp>
#include <adafuse/io/stb.hpp>
#include <adafuse/io/stb_library.hpp>
#include <adafuse/io/stb_macros.hpp>
#include <adafuse/io/tensor_file.hpp>
#include <adafuse/io/torch_container.hpp>
#include <adafuse/io/torch_file.hpp>
#include <adafuse/io/torch_objects.hpp>
#include <adafuse/io/torch_tensor.hpp>
#include <adafuse/io/weights_file.hpp>
#include <adafuse/io/words.hpp>
#include <adafuse/io/writer_lock.hpp>
#include <adafuse/io/zip_archive.hpp>
#include <adafuse/io/zip_writer.hpp>
