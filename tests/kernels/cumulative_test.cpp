// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/cumulative.hpp>
#include <adafuse/kernels/reference/cumulative.hpp>

namespace cumulative_test {

using namespace adafuse;

TEST_CASE("cumulative_sum: equals its naive twin, both ways, for any number of threads") {
  const int before = num_threads();
  for (const kernels::Middle m :
       {kernels::Middle{1, 7, 1}, {3, 1, 5}, {2, 40, 3}, {2, 9, 600}, {0, 3, 2}})
    for (const bool backwards : {false, true}) {
      const auto x = Tensor<float>::randn({m.outer, m.count, m.inner}, Key(1));
      Tensor<float> y(x.shape()), twin(x.shape());
      kernels::reference::cumulative_sum(x.data(), m, backwards, twin.data());
      for (const int threads : {1, 2, 3}) {
        set_num_threads(threads);
        kernels::cumulative_sum(x.data(), m, backwards, y.data());
        CHECK(std::equal(y.begin(), y.end(), twin.begin(),
                         [](float a, float b) { return a == doctest::Approx(b).epsilon(1e-6); }));
      }
    }
  set_num_threads(before);
}

TEST_CASE("cumulative_sum: a million floats keep their digits") {
  const auto x = Tensor<float>::full({1'000'000}, 0.1f);
  Tensor<float> y(x.shape());
  kernels::cumulative_sum(x.data(), {1, 1'000'000, 1}, false, y.data());
  CHECK(y(999'999) == doctest::Approx(0.1f * 1e6).epsilon(1e-7));
}

TEST_CASE(
    "cumulative_product: it and its gradient equal their naive twins, with zeros among them") {
  const int before = num_threads();
  for (const kernels::Middle m :
       {kernels::Middle{1, 7, 1}, {3, 1, 5}, {2, 40, 3}, {2, 9, 60}, {0, 3, 2}})
    for (const Index zeros : {0, 1, 3}) {
      auto x = Tensor<float>::uniform({m.outer, m.count, m.inner}, Key(1), -1.5, 1.5);
      for (Index k = 0; k < zeros && k < x.size(); ++k) x.data()[x.size() / (k + 1) - 1] = 0;
      const auto dy = Tensor<float>::randn(x.shape(), Key(2));
      Tensor<float> y(x.shape()), y_twin(x.shape()), dx(x.shape()), dx_twin(x.shape());
      kernels::reference::cumulative_product(x.data(), m, y_twin.data());
      kernels::reference::cumulative_product_gradient(x.data(), m, dy.data(), dx_twin.data());
      for (const int threads : {1, 3}) {
        set_num_threads(threads);
        kernels::cumulative_product(x.data(), m, y.data());
        kernels::cumulative_product_gradient(x.data(), m, dy.data(), dx.data());
        for (Index i = 0; i < x.size(); ++i) {
          CHECK(y.data()[i] == doctest::Approx(y_twin.data()[i]).epsilon(1e-6));
          CHECK(dx.data()[i] == doctest::Approx(dx_twin.data()[i]).epsilon(1e-5));
        }
      }
    }
  set_num_threads(before);
}

}  // namespace cumulative_test
