// The version of these headers: major.minor.patch. CMake reads its project's version from here.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>

#define ADAFUSE_VERSION_MAJOR 0
#define ADAFUSE_VERSION_MINOR 1
#define ADAFUSE_VERSION_PATCH 0
#define ADAFUSE_VERSION "0.1.0"
