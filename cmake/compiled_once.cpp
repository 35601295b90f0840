// What is long to compile or, in a program that is not optimised, long to run: once for all
// programs of a build (ADAFUSE_COMPILE_ONCE).
// SPDX-License-Identifier: MIT
#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <adafuse/kernels/gemm.hpp>

namespace adafuse {

template Tensor<float> Tensor<float>::randn(Shape, Key);
template Tensor<double> Tensor<double>::randn(Shape, Key);
template Tensor<float> Tensor<float>::uniform(Shape, Key, float, float);
template Tensor<double> Tensor<double>::uniform(Shape, Key, double, double);

namespace kernels::inline ADAFUSE_SIMD {

template void conv2d(const Conv2dGeometry&, const float*, const float*, float*,
                     const Conv2dOptions<float>&);
template void conv2d(const Conv2dGeometry&, const double*, const double*, double*,
                     const Conv2dOptions<double>&);
template void conv2d_backward_data(const Conv2dGeometry&, const float*, const float*, float*,
                                   ConvAlgorithm);
template void conv2d_backward_data(const Conv2dGeometry&, const double*, const double*, double*,
                                   ConvAlgorithm);
template void conv2d_backward_weights(const Conv2dGeometry&, const float*, const float*, float*,
                                      ConvAlgorithm);
template void conv2d_backward_weights(const Conv2dGeometry&, const double*, const double*, double*,
                                      ConvAlgorithm);

template void gemm(const GemmShape&, const float*, const float*, float*);
template void gemm(const GemmShape&, const double*, const double*, double*);

}  // namespace kernels::inline ADAFUSE_SIMD
}  // namespace adafuse
