// The vector path in use: by which vectors the kernels of this program compute.
//
// Header-only, the flags of each file decide. With adafuse::compiled, a library holds the kernels
// once for each path that its compiler knows, each as a table of plain functions, and chooses a
// table when the program first asks: the widest that the processor runs, or the one that
// ADAFUSE_VECTOR_PATH names. The entry points of kernels/ then call through that table (decision
// 0033).
//
// A kernel joins the tables by a member here, a line in src/vector_path.cpp, and its entry point.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/activation.hpp>
#include <cstdint>
#include <span>
#include <type_traits>

namespace adafuse {

class Peers;

namespace kernels {
class ConvAlgorithm;
struct WeightsToPrepare;
struct Conv2dGeometry;
template <class T>
struct Conv2dOptions;
struct GemmShape;
struct LinearShape;
struct ChannelLayout;
template <class T>
struct BatchNormTail;
struct Pool2dGeometry;
struct Middle;
struct GroupLayout;
struct FuseSizes;
class LiveChannels;
enum class Function : std::uint8_t;
}  // namespace kernels

namespace compiled {

using namespace adafuse::kernels;

/// The kernels of one path for one type of numbers. Each is the function of its name in kernels/.
template <class T>
struct Kernels {
  void (*conv2d)(const Conv2dGeometry&, const T* x, const T* w, T* y, const Conv2dOptions<T>&);
  void (*conv2d_backward_data)(const Conv2dGeometry&, const T* dy, const T* w, T* dx,
                               ConvAlgorithm);
  void (*conv2d_backward_weights)(const Conv2dGeometry&, const T* x, const T* dy, T* dw,
                                  ConvAlgorithm);
  void (*gemm)(const GemmShape&, const T* a, const T* b, T* c);
  void (*batch_norm)(const ChannelLayout&, const T* x, const T* mean, const T* variance,
                     const T* weight, const T* bias, double eps, T* y, const BatchNormTail<T>&);
  void (*batch_norm_backward)(const ChannelLayout&, const T* x, const T* y, const T* mean,
                              const T* variance, const T* weight, double eps, const T* dy, T* dx,
                              T* dweight, T* dbias, T* dresidual);
  double (*batch_norm_train)(const ChannelLayout&, const T* x, const T* weight, const T* bias,
                             double eps, T* y, double* mean, double* variance,
                             const BatchNormTail<T>&, const Peers*);
  void (*batch_norm_train_backward)(const ChannelLayout&, const T* x, const T* weight,
                                    const T* bias, const double* mean, const double* variance,
                                    double eps, bool relu, const T* dy, T* dx, T* dweight, T* dbias,
                                    const Peers*);
  void (*layer_norm)(Index rows, Index count, const T* x, const T* weight, const T* bias,
                     double eps, T* y, double* mean, double* inverse);
  void (*layer_norm_backward)(Index rows, Index count, const T* x, const T* weight,
                              const double* mean, const double* inverse, const T* dy, T* dx,
                              T* dweight, T* dbias);
  void (*group_norm)(const GroupLayout&, const T* x, const T* weight, const T* bias, double eps,
                     T* y, double* mean, double* inverse);
  void (*group_norm_backward)(const GroupLayout&, const T* x, const T* weight, const double* mean,
                              const double* inverse, const T* dy, T* dx, T* dweight, T* dbias);
  void (*max_pool2d)(const Pool2dGeometry&, const T* x, T* y, std::int32_t* positions);
  void (*avg_pool2d)(const Pool2dGeometry&, const T* x, T* y);
  void (*avg_pool2d_backward)(const Pool2dGeometry&, const T* dy, T* dx);
  void (*pool_plane)(const Pool2dGeometry&, bool maximum, const T* divisors, const T* x, T* y,
                     T* row);
  void (*global_pool)(bool maximum, Index frames, Index channels, Index pixels, const T* x,
                      std::span<const LiveChannels> live, T* v);
  void (*softmax)(const Middle&, const T* x, T* y, double* logsumexp);
  void (*log_softmax)(const Middle&, const T* x, T* y);
  void (*row_logarithms)(const Middle&, const T* x, T* largest, double* log_sums);
  void (*scaled_softmax)(const Middle&, const T* x, const T* largest, const double* log_sums,
                         const double* factors, const double* offsets, T* y);
  void (*softmax_backward)(const Middle&, const T* y, const T* dy, T* dx);
  void (*log_softmax_backward)(const Middle&, const T* y, const T* dy, T* dx);
  Tensor<double> (*sum_middle)(const T* x, Middle);
  Tensor<double> (*product_of_middle)(const T* x, Middle);
  void (*fuse)(const FuseSizes&, const T* y, View<const T, 2> keep, View<const T, 2> reuse, T* z);
  void (*fuse_backward_maps)(const FuseSizes&, const T* dz, View<const T, 2> keep,
                             View<const T, 2> reuse, T* dy);
  void (*fuse_backward_weights)(const FuseSizes&, const T* y, const T* dz, View<T, 2> dkeep,
                                View<T, 2> dreuse);
  void (*gumbel)(Key, std::uint64_t first, Index count, T* out);
  void (*dropout_mask)(std::uint64_t first, Index count, double p, Key, T* mask);
  void (*normal)(Key, std::uint64_t first, Index count, double mean, double stddev, T* out);
  void (*outer)(Index rows, Index columns, const T* a, const T* b, T* y);
  void (*function)(Function, Index count, const T* x, T* y);
  void (*pow_run)(Index count, const T* a, Index a_step, const T* b, Index b_step, T* y);
  void (*atan2_run)(Index count, const T* a, Index a_step, const T* b, Index b_step, T* y);
};

/// What exists for floats alone: layers and weights that are prepared before they run.
struct FloatKernels {
  void (*linear)(const LinearShape&, Index rows, const float* (*row_at)(const void*, Index),
                 const void* row_of, const float* packed, const float* bias, Activation, float* y);
  bool (*may_take_shortcut)(const Conv2dGeometry&, const Conv2dGeometry& shortcut);
  ConvAlgorithm (*prepare_conv2d)(const WeightsToPrepare&, const WeightsToPrepare* shortcut,
                                  ConvAlgorithm wanted, bool has_in_lists);
};

/// What knows of no floating-point numbers.
struct NumberKernels {
  void (*copy_bytes)(const void* from, std::size_t bytes, void* to);
  void (*fill_bytes)(const unsigned char* pattern, std::size_t bytes, void* to);
  void (*random_bits)(Key, std::uint64_t first, Index count, std::uint64_t* bits);
};

/// All kernels for one kind of vectors.
struct VectorPath {
  const char* name;  // plain, avx2, avx512, neon
  int width;         // floats in a vector
  Kernels<float> floats;
  Kernels<double> doubles;
  FloatKernels prepared;
  NumberKernels numbers;
};

/// The path that this process uses, the same from the first call on. Throws ValueError when
/// ADAFUSE_VECTOR_PATH names none, or one that this processor cannot run.
const VectorPath& vector_path();

inline namespace ADAFUSE_SIMD {

template <class T>
const Kernels<T>& kernels_of() {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>);
  if constexpr (std::is_same_v<T, float>)
    return vector_path().floats;
  else
    return vector_path().doubles;
}

}  // namespace ADAFUSE_SIMD
}  // namespace compiled

namespace kernels::inline ADAFUSE_SIMD {

/// The vectors that kernels compute by.
struct PathInUse {
  const char* name;  // plain, avx2, avx512, neon
  int width;         // floats in a vector
};

/// Of this program with adafuse::compiled, else of this file. Throws ValueError as vector_path().
inline PathInUse path_in_use() {
#ifdef ADAFUSE_COMPILED
  return {compiled::vector_path().name, compiled::vector_path().width};
#else
  return {simd_path, Floats::width};
#endif
}

}  // namespace kernels::inline ADAFUSE_SIMD
}  // namespace adafuse
