// The kernels of one vector path, as a table. This file is compiled once for each path, with its
// flags and its name; nothing but the table leaves the object (cmake/own_names.cmake).
// SPDX-License-Identifier: MIT
#include <adafuse/infer/fold/global_pool.hpp>
#include <adafuse/kernels/atan2.hpp>
#include <adafuse/kernels/base/runs.hpp>
#include <adafuse/kernels/batch_norm.hpp>
#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <adafuse/kernels/dropout.hpp>
#include <adafuse/kernels/function.hpp>
#include <adafuse/kernels/fuse.hpp>
#include <adafuse/kernels/gemm.hpp>
#include <adafuse/kernels/gumbel.hpp>
#include <adafuse/kernels/layer_norm.hpp>
#include <adafuse/kernels/linear.hpp>
#include <adafuse/kernels/normal.hpp>
#include <adafuse/kernels/outer.hpp>
#include <adafuse/kernels/pool2d.hpp>
#include <adafuse/kernels/pool_plane.hpp>
#include <adafuse/kernels/pow.hpp>
#include <adafuse/kernels/prod.hpp>
#include <adafuse/kernels/random_bits.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <adafuse/kernels/softmax.hpp>
#include <adafuse/kernels/softmax_backward.hpp>

#ifdef ADAFUSE_COMPILED
#error adafuse: a vector path is made of the kernels, not of calls to another one
#endif

namespace adafuse::compiled {

namespace {

template <class T>
void pool_plane(const Pool2dGeometry& g, bool maximum, const T* divisors, const T* x, T* y,
                T* row) {
  if (maximum)
    kernels::plane::pool<true>(g, divisors, x, y, row);
  else
    kernels::plane::pool<false>(g, divisors, x, y, row);
}

void linear(const LinearShape& s, Index rows, const float* (*row_at)(const void*, Index),
            const void* row_of, const float* packed, const float* bias, Activation activation,
            float* y) {
  kernels::linear(
      s, rows, [=](Index r) { return row_at(row_of, r); }, packed, bias, activation, y);
}

template <class T>
constexpr Kernels<T> table{.conv2d = kernels::conv2d<T>,
                           .conv2d_backward_data = kernels::conv2d_backward_data<T>,
                           .conv2d_backward_weights = kernels::conv2d_backward_weights<T>,
                           .gemm = kernels::gemm<T>,
                           .batch_norm = kernels::batch_norm<T>,
                           .batch_norm_backward = kernels::batch_norm_backward<T>,
                           .batch_norm_train = kernels::batch_norm_train<T>,
                           .batch_norm_train_backward = kernels::batch_norm_train_backward<T>,
                           .layer_norm = kernels::layer_norm<T>,
                           .layer_norm_backward = kernels::layer_norm_backward<T>,
                           .group_norm = kernels::group_norm<T>,
                           .group_norm_backward = kernels::group_norm_backward<T>,
                           .max_pool2d = kernels::max_pool2d<T>,
                           .avg_pool2d = kernels::avg_pool2d<T>,
                           .avg_pool2d_backward = kernels::avg_pool2d_backward<T>,
                           .pool_plane = pool_plane<T>,
                           .global_pool = infer::global_pool<T>,
                           .softmax = kernels::softmax<T>,
                           .log_softmax = kernels::log_softmax<T>,
                           .row_logarithms = kernels::row_logarithms<T>,
                           .scaled_softmax = kernels::scaled_softmax<T>,
                           .softmax_backward = kernels::softmax_backward<T>,
                           .log_softmax_backward = kernels::log_softmax_backward<T>,
                           .sum_middle = kernels::sum_middle<T>,
                           .product_of_middle = kernels::product_of_middle<T>,
                           .fuse = kernels::fuse<T>,
                           .fuse_backward_maps = kernels::fuse_backward_maps<T>,
                           .fuse_backward_weights = kernels::fuse_backward_weights<T>,
                           .gumbel = kernels::gumbel<T>,
                           .dropout_mask = kernels::dropout_mask<T>,
                           .normal = kernels::normal<T>,
                           .outer = kernels::outer<T>,
                           .function = kernels::apply_any<T>,
                           .pow_run = kernels::pow_run<T>,
                           .atan2_run = kernels::atan2_run<T>};

}  // namespace

extern const VectorPath ADAFUSE_VECTOR_PATH;
const VectorPath ADAFUSE_VECTOR_PATH{.name = simd_path,
                                     .width = Floats::width,
                                     .floats = table<float>,
                                     .doubles = table<double>,
                                     .prepared = {.linear = linear,
                                                  .may_take_shortcut = kernels::may_take_shortcut,
                                                  .prepare_conv2d = kernels::prepare_conv2d},
                                     .numbers = {.copy_bytes = kernels::copy_bytes,
                                                 .fill_bytes = kernels::fill_bytes,
                                                 .random_bits = kernels::random_bits}};

}  // namespace adafuse::compiled
