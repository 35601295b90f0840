// Layer normalisation against its naive twin, and the numbers that a careless one gets wrong.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/thread_count.hpp>
#include <adafuse/kernels/layer_norm.hpp>
#include <adafuse/kernels/reference/layer_norm.hpp>

#include "relative_error.hpp"

namespace layer_norm_test {

using namespace adafuse;
using namespace adafuse::kernels;
using adafuse::testing::relative_error;

namespace {

template <class T>
void compare_with_reference(Index rows, Index count, double tolerance) {
  CAPTURE(rows);
  CAPTURE(count);
  const Shape shape{rows, count}, row{count};
  const auto x = Tensor<T>::randn(shape, Key(1)), dy = Tensor<T>::randn(shape, Key(2));
  const auto weight = Tensor<T>::randn(row, Key(3)), bias = Tensor<T>::randn(row, Key(4));
  const auto ones = Tensor<T>::ones(row), zeros = Tensor<T>(row);
  Tensor<double> mean({rows}), inverse({rows});
  for (const bool has_weight : {false, true})
    for (const bool has_bias : {false, true}) {
      const T* const w = has_weight ? weight.data() : nullptr;
      const T* const b = has_bias ? bias.data() : nullptr;
      const T* const full_w = has_weight ? weight.data() : ones.data();
      const T* const full_b = has_bias ? bias.data() : zeros.data();
      Tensor<T> y(shape), expected(shape);
      layer_norm(rows, count, x.data(), w, b, 1e-3, y.data(), mean.data(), inverse.data());
      reference::layer_norm(rows, count, x.data(), full_w, full_b, 1e-3, expected.data());
      CHECK(relative_error(y, expected) < tolerance);

      Tensor<T> dx(shape), dw(row), db(row), dx2(shape), dw2(row), db2(row);
      const auto& m = std::as_const(mean);
      const auto& s = std::as_const(inverse);
      layer_norm_backward(rows, count, x.data(), w, m.data(), s.data(), dy.data(), dx.data(),
                          dw.data(), db.data());
      reference::layer_norm_backward(rows, count, x.data(), full_w, 1e-3, dy.data(), dx2.data(),
                                     dw2.data(), db2.data());
      CHECK(relative_error(dx, dx2) < tolerance);
      CHECK(relative_error(dw, dw2) < 10 * tolerance);  // the twin adds up in T
      CHECK(relative_error(db, db2) < 10 * tolerance);
      // What is not wanted is not written, and the rest is the same.
      Tensor<T> alone(shape), bias_alone(row);
      layer_norm_backward<T>(rows, count, x.data(), w, m.data(), s.data(), dy.data(), alone.data(),
                             nullptr, nullptr);
      CHECK(relative_error(alone, dx) == 0);
      layer_norm_backward<T>(rows, count, x.data(), w, m.data(), s.data(), dy.data(), nullptr,
                             nullptr, bias_alone.data());
      CHECK(relative_error(bias_alone, db) == 0);
    }
}

}  // namespace

TEST_CASE("layer_norm: what the naive loops compute, and its gradients") {
  for (const auto& [rows, count] : std::vector<std::pair<Index, Index>>{
           {1, 2}, {3, 15}, {5, 16}, {7, 33}, {2000, 31}, {150, 769}, {2, 20000}}) {
    compare_with_reference<float>(rows, count, 2e-6);
    compare_with_reference<double>(rows, count, 1e-12);
  }
}

TEST_CASE("layer_norm: a small deviation from a large mean keeps its digits") {
  Tensor<float> x({1, 64}), y({1, 64}), expected({1, 64});
  for (Index i = 0; i < 64; ++i) x.data()[i] = 10000 + 0.0625f * static_cast<float>(i % 5);
  Tensor<double> mean({1}), inverse({1});
  const auto ones = Tensor<float>::ones({64}), zeros = Tensor<float>({64});
  layer_norm<float>(1, 64, x.data(), nullptr, nullptr, 1e-5, y.data(), mean.data(), inverse.data());
  reference::layer_norm(1, 64, x.data(), ones.data(), zeros.data(), 1e-5, expected.data());
  CHECK(relative_error(y, expected) < 1e-6);
}

TEST_CASE("layer_norm: a NaN or an infinity makes NaN of its row alone") {
  for (const float v : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    auto x = Tensor<float>::randn({3, 40}, Key(1));
    x(1, 17) = v;
    Tensor<float> y({3, 40});
    Tensor<double> mean({3}), inverse({3});
    layer_norm<float>(3, 40, x.data(), nullptr, nullptr, 1e-5, y.data(), mean.data(),
                      inverse.data());
    for (Index r = 0; r < 3; ++r)
      for (Index i = 0; i < 40; ++i) CHECK(std::isnan(y(r, i)) == (r == 1));
  }
}

TEST_CASE("layer_norm: the same bits for any number of threads") {
  const auto x = Tensor<float>::randn({999, 65}, Key(1)),
             dy = Tensor<float>::randn({999, 65}, Key(2));
  const auto w = Tensor<float>::randn({65}, Key(3));
  const int before = num_threads();
  std::vector<Tensor<float>> first;
  for (const int threads : {1, 2, 5}) {
    set_num_threads(threads);
    Tensor<float> y({999, 65}), dx({999, 65}), dw({65}), db({65});
    Tensor<double> mean({999}), inverse({999});
    layer_norm<float>(999, 65, x.data(), w.data(), nullptr, 1e-5, y.data(), mean.data(),
                      inverse.data());
    layer_norm_backward(999, 65, x.data(), w.data(), std::as_const(mean).data(),
                        std::as_const(inverse).data(), dy.data(), dx.data(), dw.data(), db.data());
    const std::vector<Tensor<float>> all{y, dx, dw, db};
    if (first.empty()) first = all;
    for (std::size_t k = 0; k < all.size(); ++k)
      CHECK(std::equal(all[k].begin(), all[k].end(), first[k].begin()));
  }
  set_num_threads(before);
}

TEST_CASE("layer_norm: of no rows, and of rows without elements") {
  Tensor<double> mean({3}), inverse({3});
  Tensor<float> none({3, 0}), sums({5});
  sums.fill(7);
  layer_norm<float>(3, 0, none.data(), nullptr, nullptr, 1e-5, none.data(), mean.data(),
                    inverse.data());
  layer_norm_backward<float>(0, 5, none.data(), nullptr, mean.data(), inverse.data(), none.data(),
                             none.data(), sums.data(), nullptr);
  for (const float v : sums) CHECK(v == 0);
}

}  // namespace layer_norm_test
