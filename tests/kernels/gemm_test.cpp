// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/gemm.hpp>
#include <adafuse/kernels/reference/gemm.hpp>

namespace gemm_test {

using namespace adafuse;
using kernels::GemmShape;

namespace {

struct Product {
  explicit Product(const GemmShape& g)
      : a(Tensor<double>::randn({g.shared_a ? 1 : g.batch, g.m, g.k}, Key(1))),
        b(Tensor<double>::randn({g.shared_b ? 1 : g.batch, g.k, g.n}, Key(2))),
        c(Tensor<double>::full({g.batch, g.m, g.n}, NAN)) {}
  Tensor<double> a, b, c;
};

double largest_difference(const Tensor<double>& a, const Tensor<double>& b) {
  double largest = 0;
  for (Index i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a.data()[i] - b.data()[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

}  // namespace

TEST_CASE("gemm: equals its naive twin, transposed or not, shared or not, cut or whole") {
  for (const GemmShape& size :
       {GemmShape{.m = 1, .k = 1, .n = 1}, GemmShape{.m = 3, .k = 5, .n = 2},
        GemmShape{.m = 200, .k = 17, .n = 9}, GemmShape{.m = 9, .k = 33, .n = 211},
        GemmShape{.m = 97, .k = 4, .n = 97}})
    for (int mode = 0; mode < 16; ++mode)
      for (const Index batch : {1, 3}) {
        GemmShape g = size;
        g.batch = batch;
        g.transpose_a = mode & 1;
        g.transpose_b = mode & 2;
        g.shared_a = mode & 4;
        g.shared_b = mode & 8;
        Product fast(g), slow(g);
        kernels::gemm(g, fast.a.data(), fast.b.data(), fast.c.data());
        kernels::reference::gemm(g, slow.a.data(), slow.b.data(), slow.c.data());
        CHECK_MESSAGE(largest_difference(fast.c, slow.c) < 1e-12, g.m, "x", g.k, "x", g.n,
                      " batch ", g.batch, " mode ", mode);
      }
}

TEST_CASE("gemm: a sum of no terms is 0") {
  const GemmShape g{.m = 2, .k = 0, .n = 3};
  Product p(g);
  kernels::gemm(g, p.a.data(), p.b.data(), p.c.data());
  CHECK(largest_difference(p.c, Tensor<double>(p.c.shape())) == 0);
}

TEST_CASE("gemm: has the same bits for any number of threads") {
  const int before = num_threads();
  const GemmShape g{.m = 300, .k = 70, .n = 130, .batch = 2};
  set_num_threads(1);
  Product alone(g);
  kernels::gemm(g, alone.a.data(), alone.b.data(), alone.c.data());
  for (const int threads : {2, 3}) {
    set_num_threads(threads);
    Product p(g);
    kernels::gemm(g, p.a.data(), p.b.data(), p.c.data());
    CHECK(std::equal(p.c.begin(), p.c.end(), alone.c.begin()));
  }
  set_num_threads(before);
}

TEST_CASE("gemm: sums of a million terms keep their digits") {
  constexpr Index k = 1000000;
  for (const auto& [m, n] : {std::pair<Index, Index>{1, 1}, {1, 3}, {3, 1}, {2, 2}})
    for (const bool ta : {false, true})
      for (const bool tb : {false, true}) {
        const auto a = Tensor<float>::full({m, k}, 0.1f), b = Tensor<float>::ones({k, n});
        Tensor<float> c({m, n});
        kernels::gemm({.m = m, .k = k, .n = n, .transpose_a = ta, .transpose_b = tb}, a.data(),
                      b.data(), c.data());
        for (const float v : c) CHECK(std::abs(v / (0.1f * double(k)) - 1) < 3e-5);
      }
}

}  // namespace gemm_test
