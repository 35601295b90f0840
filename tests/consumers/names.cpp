// Names that Qt, the C library, Windows and X11 take as macros: none of them may be ours, nor what
// ours begins to mean something else. Compiles; does nothing.
// SPDX-License-Identifier: MIT
#ifndef ADAFUSE_COMPILED
#include <Eigen/Core>  // It has some itself, X11's Success: who compiles Eigen includes it first.
#endif
#include <complex>
#include <filesystem>
#include <functional>
#include <regex>

#include "x11_macros.h"
#define signals public
#define slots
#define emit
#define foreach(x, y) for (x : y)
#define forever for (;;)
#define I (1.0fi)
#define major(device) ((device) >> 8)
#define minor(device) ((device)&255)
#define near
#define far
#define small char
#define hyper long
#define interface struct
#define IN
#define OUT
#define ERROR 0
#define plain

#include <adafuse/adafuse.hpp>
#include <adafuse/data/open_dataset.hpp>
#include <adafuse/io/image.hpp>
#ifdef ADAFUSE_COMPILED
#include <adafuse/ops/decompositions.hpp>
#include <adafuse/ops/linalg.hpp>
#endif
