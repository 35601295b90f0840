// Names that Qt, the C library, Windows and X11 take as macros: none of them may be ours, nor what
// ours begins to mean something else. Compiles; does nothing.
// SPDX-License-Identifier: MIT
#include <Eigen/Core>  // Which has some itself: X11's Success.
#include <complex>
#include <filesystem>
#include <functional>
#include <regex>

#define signals public
#define slots
#define emit
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
#define None 0L
#define Bool int
#define Status int
#define True 1
#define False 0
#define Always 2
#define Above 0
#define Below 1
#define Unsorted 0
#define Complex 0

#include <adafuse/adafuse.hpp>
