// The naive twins of take.hpp: all positions are looked at for each element.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/reduce.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// y[i] = the x[k] with k = index[i].
template <class T>
Tensor<T> take(const Tensor<T>& x, const Tensor<std::int64_t>& index) {
  Tensor<T> y(index.shape());
  for (Index i = 0; i < index.size(); ++i)
    for (Index k = 0; k < x.size(); ++k)
      if (index.data()[i] == k) y.data()[i] = x.data()[k];
  return y;
}

/// y[k] = the sum of x[i] over the i with index[i] = k, in double.
template <class T>
Tensor<T> put(const Tensor<T>& x, const Tensor<std::int64_t>& index, const Shape& shape) {
  Tensor<T> y(shape);
  for (Index k = 0; k < y.size(); ++k) {
    double sum = 0;
    for (Index i = 0; i < x.size(); ++i)
      if (index.data()[i] == k) sum += static_cast<double>(x.data()[i]);
    y.data()[k] = static_cast<T>(sum);
  }
  return y;
}

/// y[o, j, i] = the x[o, k, i] with k = rows[j].
template <class T>
void take_rows(const T* x, Middle m, const Tensor<std::int64_t>& rows, T* y) {
  for (Index o = 0; o < m.outer; ++o)
    for (Index j = 0; j < rows.size(); ++j)
      for (Index k = 0; k < m.count; ++k)
        for (Index i = 0; i < m.inner; ++i)
          if (rows.data()[j] == k)
            y[(o * rows.size() + j) * m.inner + i] = x[(o * m.count + k) * m.inner + i];
}

/// y[o, k, i] = the sum of x[o, j, i] over the j with rows[j] = k, in double.
template <class T>
void put_rows(const T* x, Middle m, const Tensor<std::int64_t>& rows, T* y) {
  for (Index o = 0; o < m.outer; ++o)
    for (Index k = 0; k < m.count; ++k)
      for (Index i = 0; i < m.inner; ++i) {
        double sum = 0;
        for (Index j = 0; j < rows.size(); ++j)
          if (rows.data()[j] == k)
            sum += static_cast<double>(x[(o * rows.size() + j) * m.inner + i]);
        y[(o * m.count + k) * m.inner + i] = static_cast<T>(sum);
      }
}

/// y[o, j, i] = the x[o, k, i] with k = index[o, j, i].
template <class T>
void gather_along(const T* x, Middle m, const Tensor<std::int64_t>& index, Index listed, T* y) {
  for (Index place = 0; place < index.size(); ++place) {
    const Index i = place % m.inner, o = place / m.inner / listed;
    for (Index k = 0; k < m.count; ++k)
      if (index.data()[place] == k) y[place] = x[(o * m.count + k) * m.inner + i];
  }
}

/// y[o, k, i] = the sum of x[o, j, i] over the j with index[o, j, i] = k, in double.
template <class T>
void scatter_along(const T* x, const Tensor<std::int64_t>& index, Index listed, Middle m, T* y) {
  for (Index to = 0; to < m.outer * m.count * m.inner; ++to) {
    const Index i = to % m.inner, k = to / m.inner % m.count, o = to / m.inner / m.count;
    double sum = 0;
    for (Index j = 0; j < listed; ++j)
      if (const Index place = (o * listed + j) * m.inner + i;
          place < index.size() && index.data()[place] == k)
        sum += static_cast<double>(x[place]);
    y[to] = static_cast<T>(sum);
  }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
