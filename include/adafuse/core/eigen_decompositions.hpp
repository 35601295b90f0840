// The other half of Eigen's door: decompositions of matrices. They take as long to read as all else
// of this library, so no other header brings them but ops/linalg.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/eigen.hpp>

// As in core/eigen.hpp: what GCC 12 takes for mistakes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>
#include <Eigen/SVD>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
