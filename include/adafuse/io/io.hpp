// The room of files, whole: bytes, JSON, safetensors, pictures. The umbrella header takes only the
// files of this room that reach no JSON.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/file.hpp>
#include <adafuse/io/gif.hpp>
#include <adafuse/io/half.hpp>
#include <adafuse/io/image.hpp>
#include <adafuse/io/json.hpp>
#include <adafuse/io/picture_end.hpp>
#include <adafuse/io/safetensors.hpp>
#include <adafuse/io/stb.hpp>
#include <adafuse/io/tensor_file.hpp>
