// Linear algebra by Eigen, which takes longer to read than what uses it.
// SPDX-License-Identifier: MIT
#define ADAFUSE_LIBRARY
#include <adafuse/ops/decompositions.hpp>
#include <adafuse/ops/factors.hpp>

namespace adafuse::inline ADAFUSE_SIMD {
namespace detail {

template Tensor<float> solve_each(const char*, const Tensor<float>&, const Tensor<float>&);
template Tensor<double> solve_each(const char*, const Tensor<double>&, const Tensor<double>&);
template LogDeterminants<float> log_determinants(const Tensor<float>&);
template LogDeterminants<double> log_determinants(const Tensor<double>&);
template Determinants<float> determinants(const Tensor<float>&);
template Determinants<double> determinants(const Tensor<double>&);
template Tensor<float> lower_triangles(const Tensor<float>&);
template Tensor<double> lower_triangles(const Tensor<double>&);

}  // namespace detail
}  // namespace adafuse::inline ADAFUSE_SIMD
