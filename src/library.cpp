// What the rooms' library.hpp list: templates for float and double, and functions of files.
// SPDX-License-Identifier: MIT
#define ADAFUSE_LIBRARY
#include <adafuse/autograd/library.hpp>
#include <adafuse/io/safetensors.hpp>
#include <adafuse/models/library.hpp>
#include <adafuse/models/load_weights.hpp>
#include <adafuse/nn/library.hpp>
#include <adafuse/ops/library.hpp>
#include <adafuse/optim/library.hpp>
