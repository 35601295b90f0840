// The ranks that run these tests: each test program runs under mpirun, every rank runs every case.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/distributed.hpp>
#include <cmath>

namespace distributed_test {

/// Made once in a process. The timeout ends a run in which one rank failed and the others wait.
inline const adafuse::distributed::World& the_world() {
  static const adafuse::distributed::World world({.timeout = 30});
  return world;
}

/// The largest difference, as a fraction of the largest expected number.
template <class T>
double apart(const adafuse::Tensor<T>& got, const adafuse::Tensor<T>& expected) {
  if (got.shape() != expected.shape()) return std::numeric_limits<double>::infinity();
  double difference = 0, scale = 1e-300;
  for (adafuse::Index i = 0; i < got.size(); ++i) {
    const double d = std::abs(double(got.data()[i]) - double(expected.data()[i]));
    if (!(d <= difference)) difference = d;
    scale = std::max(scale, std::abs(double(expected.data()[i])));
  }
  return difference / scale;
}

/// Whether both hold the same bits.
template <class T>
bool same_bits(const adafuse::Tensor<T>& a, const adafuse::Tensor<T>& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(T)) == 0;
}

/// The samples of x that are this rank's: as many for each.
template <class T>
adafuse::Tensor<T> own_part(const adafuse::Tensor<T>& x) {
  const adafuse::Index n = x.size(0) / the_world().size();
  return x.narrow(the_world().rank() * n, (the_world().rank() + 1) * n).clone();
}

}  // namespace distributed_test
