// The kernels of channel fusion against their naive twins.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/fuse.hpp>
#include <adafuse/kernels/reference/fuse.hpp>

namespace fuse_test {

using namespace adafuse;
using kernels::FuseSizes;

namespace {

FuseSizes random_sizes(Draws& draw) {
  return {.clips = 1 + draw.integer(3),
          .frames = 1 + draw.integer(5),
          .channels = 1 + draw.integer(7),
          .pixels = 1 + draw.integer(60)};
}

template <class T>
Tensor<T> maps(const FuseSizes& s, Key key) {
  return Tensor<T>::randn({s.clips * s.frames, s.channels, s.pixels}, key);
}

/// Soft weights of which some are exactly 0: the kernel takes short cuts there.
template <class T>
Tensor<T> weights(const FuseSizes& s, Key key) {
  auto w = Tensor<T>::uniform({s.clips * s.frames, s.channels}, key, T(-0.5), 1);
  for (T& v : w) v = std::max(v, T{0});
  return w;
}

template <class T>
double difference(const Tensor<T>& a, const Tensor<T>& b) {
  double largest = 0;
  for (Index i = 0; i < a.size(); ++i) {
    const double d = std::abs(double(a.data()[i]) - double(b.data()[i]));
    if (!(d <= largest)) largest = d;
  }
  return largest;
}

}  // namespace

TEST_CASE_TEMPLATE("fuse kernels: forward and both gradients are those of the naive loops", T,
                   float, double) {
  const double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-13;
  Draws draw{Key(1)};
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const auto s = random_sizes(draw);
    const Key key = Key(2).of(static_cast<std::uint64_t>(round));
    const auto y = maps<T>(s, key.of("y")), dz = maps<T>(s, key.of("dz"));
    const auto keep = weights<T>(s, key.of("keep")), reuse = weights<T>(s, key.of("reuse"));
    const auto k = keep.template view<2>(), r = reuse.template view<2>();

    auto z = Tensor<T>::full(y.shape(), 7), z_naive = z.clone();
    kernels::fuse(s, y.data(), k, r, z.data());
    kernels::reference::fuse(s, y.data(), k, r, z_naive.data());
    CHECK(difference(z, z_naive) < tolerance);

    auto dy = z.clone(), dy_naive = z.clone();
    auto dk = keep.clone(), dr = keep.clone(), dk_naive = keep.clone(), dr_naive = keep.clone();
    kernels::fuse_backward_maps(s, dz.data(), k, r, dy.data());
    kernels::fuse_backward_weights(s, y.data(), dz.data(), dk.template view<2>(),
                                   dr.template view<2>());
    kernels::reference::fuse_backward(s, y.data(), dz.data(), k, r, dy_naive.data(),
                                      dk_naive.template view<2>(), dr_naive.template view<2>());
    CHECK(difference(dy, dy_naive) < tolerance);
    CHECK(difference(dk, dk_naive) < 10 * tolerance);
    CHECK(difference(dr, dr_naive) < 10 * tolerance);
  }
}

TEST_CASE("fuse kernel: a map that nobody asks for is not read") {
  const FuseSizes s{.clips = 1, .frames = 3, .channels = 1, .pixels = 4};
  auto y = Tensor<float>::ones({3, 1, 4});
  auto middle = y.narrow(1, 2);
  middle.fill(std::numeric_limits<float>::quiet_NaN());
  Tensor<float> z({3, 1, 4});
  const auto fused = [&](float keep_1, float reuse_1, float reuse_2) {
    const auto keep = Tensor<float>::of({1, keep_1, 1}).reshape({3, 1});
    const auto reuse = Tensor<float>::of({0, reuse_1, reuse_2}).reshape({3, 1});
    kernels::fuse(s, y.data(), keep.view<2>(), reuse.view<2>(), z.data());
    return std::none_of(z.begin(), z.end(), [](float v) { return std::isnan(v); });
  };
  CHECK(fused(0, 0, 0));
  CHECK(z(1, 0, 2) == 0);
  CHECK(fused(0, 1, 0));
  CHECK(z(1, 0, 2) == 1);
  CHECK(!fused(1, 0, 0));
  CHECK(!fused(0, 0, 1));
}

TEST_CASE("fuse kernels: the same bits for any number of threads") {
  const FuseSizes s{.clips = 2, .frames = 4, .channels = 6, .pixels = 900};
  const auto y = maps<float>(s, Key(3)), dz = maps<float>(s, Key(4));
  const auto keep = weights<float>(s, Key(5)), reuse = weights<float>(s, Key(6));
  CHECK(s.rows() > s.grain());
  const auto all = [&](int threads) {
    set_num_threads(threads);
    Tensor<float> z(y.shape()), dy(y.shape()), dk(keep.shape()), dr(keep.shape());
    kernels::fuse(s, y.data(), keep.view<2>(), reuse.view<2>(), z.data());
    kernels::fuse_backward_maps(s, dz.data(), keep.view<2>(), reuse.view<2>(), dy.data());
    kernels::fuse_backward_weights(s, y.data(), dz.data(), dk.view<2>(), dr.view<2>());
    std::vector<float> bits;
    for (const auto* t : {&z, &dy, &dk, &dr}) bits.insert(bits.end(), t->begin(), t->end());
    return bits;
  };
  const int before = num_threads();
  const auto one = all(1), three = all(3);
  set_num_threads(before);
  CHECK(one == three);
}

}  // namespace fuse_test
