// Products along a dimension and their gradients, against the naive twins.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/prod.hpp>
#include <adafuse/kernels/reference/prod.hpp>

namespace prod_kernel_test {

using namespace adafuse;

namespace {

/// Numbers between 1/2 and 3/2 of either sign.
template <class T>
Tensor<T> factors(const kernels::Middle& m) {
  auto x = Tensor<T>::uniform({m.outer, m.count, m.inner}, Key(1), T(0.5), T(1.5));
  for (Index i = 0; i < x.size(); i += 3) x.data()[i] = -x.data()[i];
  return x;
}

/// Whether a is b, but for rounding; a NaN is one.
bool close(double a, double b, double tolerance) {
  return a == b || (a != a && b != b) || std::abs(a - b) <= tolerance * std::abs(b);
}

template <class T>
void check(const Tensor<T>& x, const kernels::Middle& m) {
  const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-12;
  const auto y = kernels::product_of_middle(x.data(), m);
  const auto y_twin = kernels::reference::product_of_middle(x.data(), m);
  for (Index i = 0; i < y.size(); ++i) CHECK(close(y.data()[i], y_twin.data()[i], 1e-12));
  const auto dy = Tensor<T>::randn({m.outer, m.inner}, Key(2));
  Tensor<T> dx(x.shape()), dx_twin(x.shape());
  kernels::product_gradient(x.data(), m, y.data(), dy.data(), dx.data());
  kernels::reference::product_gradient(x.data(), m, dy.data(), dx_twin.data());
  for (Index i = 0; i < dx.size(); ++i) {
    CAPTURE(i);
    REQUIRE(close(static_cast<double>(dx.data()[i]), static_cast<double>(dx_twin.data()[i]),
                  tolerance));
  }
}

constexpr kernels::Middle middles[] = {
    {5, 1, 1}, {4, 40, 1}, {3, 17, 5}, {1, 33, 300}, {2, 9, 260}};

}  // namespace

TEST_CASE_TEMPLATE("prod: products and gradients equal their naive twins", T, float, double) {
  for (const auto& m : middles) check(factors<T>(m), m);
}

TEST_CASE_TEMPLATE("prod: with a zero, with two, with NaN and infinity", T, float, double) {
  for (const auto& m : middles) {
    auto x = factors<T>(m);
    x.data()[x.size() / 2] = 0;
    check(x, m);
    x.data()[0] = 0;
    check(x, m);
    x.data()[x.size() - 1] = std::numeric_limits<T>::infinity();
    check(x, m);
    x.data()[x.size() / 3] = std::numeric_limits<T>::quiet_NaN();
    check(x, m);
  }
}

TEST_CASE("prod: what exceeds a float in between does not matter") {
  const kernels::Middle m{1, 6, 1};
  check(Tensor<float>::of({1e30f, 1e30f, 1e30f, 1e-30f, 1e-30f, 1e-30f}).reshape({1, 6, 1}), m);
}

TEST_CASE(
    "prod: long runs, with the same bits for any number of threads, and products of nothing") {
  const int before = num_threads();
  const kernels::Middle m{2, 50000, 1};
  const auto x = Tensor<double>::uniform({2, 50000, 1}, Key(1), 0.99, 1.01);
  set_num_threads(1);
  const auto alone = kernels::product_of_middle(x.data(), m);
  const auto twin = kernels::reference::product_of_middle(x.data(), m);
  for (Index o = 0; o < 2; ++o) CHECK(close(alone.data()[o], twin.data()[o], 1e-10));
  set_num_threads(3);
  const auto shared = kernels::product_of_middle(x.data(), m);
  CHECK(std::equal(alone.begin(), alone.end(), shared.begin()));
  set_num_threads(before);
  CHECK(kernels::product_of_middle(x.data(), {3, 0, 2})(2, 1) == 1);
}

}  // namespace prod_kernel_test
