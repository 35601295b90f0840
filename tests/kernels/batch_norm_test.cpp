// Batch normalisation against its naive twin, and the numbers that a careless one gets wrong.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/batch_norm.hpp>
#include <adafuse/kernels/reference/batch_norm.hpp>

#include "relative_error.hpp"

namespace batch_norm_test {

using namespace adafuse;
using namespace adafuse::kernels;
using adafuse::testing::relative_error;

namespace {

template <class T>
void compare_with_reference(const ChannelLayout& layout, Key key, double tolerance) {
  const Shape shape{layout.batch, layout.channels, layout.inner}, channel{layout.channels};
  const auto x = Tensor<T>::randn(shape, key.of("x")), dy = Tensor<T>::randn(shape, key.of("dy"));
  const auto weight = Tensor<T>::randn(channel, key.of("w"));
  const auto bias = Tensor<T>::randn(channel, key.of("b"));
  const double eps = 1e-3;

  const auto moments = reference::channel_moments(layout, x.data());
  Tensor<T> y(shape), expected(shape);
  Tensor<double> mean(channel), variance(channel);
  batch_norm_train(layout, x.data(), weight.data(), bias.data(), eps, y.data(), mean.data(),
                   variance.data());
  reference::batch_norm(layout, x.data(), moments, weight.data(), bias.data(), eps,
                        expected.data());
  CHECK(relative_error(y, expected) < tolerance);
  CHECK(relative_error(mean, Tensor<double>(channel, moments.mean)) < 1e-12);
  CHECK(relative_error(variance, Tensor<double>(channel, moments.variance)) < 1e-12);

  const auto mean_t = mean.template cast<T>(), variance_t = variance.template cast<T>();
  Tensor<T> evaluated(shape);
  batch_norm(layout, x.data(), mean_t.data(), variance_t.data(), weight.data(), bias.data(), eps,
             evaluated.data());
  CHECK(relative_error(evaluated, expected) < tolerance);

  Tensor<T> dx(shape), dx_expected(shape), dw(channel), dw_expected(channel), db(channel),
      db_expected(channel);
  batch_norm_train_backward(layout, x.data(), weight.data(), bias.data(), mean.data(),
                            variance.data(), eps, false, dy.data(), dx.data(), dw.data(),
                            db.data());
  reference::batch_norm_train_backward(layout, x.data(), weight.data(), moments, eps, dy.data(),
                                       dx_expected.data(), dw_expected.data(), db_expected.data());
  CHECK(relative_error(dx, dx_expected) < tolerance);
  CHECK(relative_error(dw, dw_expected) < tolerance);
  CHECK(relative_error(db, db_expected) < tolerance);

  // What follows the normalisation: an addition, a ReLU; and the ReLU's gate on the way back.
  const auto residual = Tensor<T>::randn(shape, key.of("residual"));
  auto gated = dy.clone();
  for (Index i = 0; i < y.size(); ++i)
    if (y.data()[i] <= 0) gated.data()[i] = 0;
  for (const bool relu : {false, true})
    for (const bool add : {false, true}) {
      Tensor<T> tailed(shape);
      batch_norm_train(layout, x.data(), weight.data(), bias.data(), eps, tailed.data(),
                       mean.data(), variance.data(),
                       {.residual = add ? residual.data() : nullptr, .relu = relu});
      auto by_hand = y.clone();
      for (Index i = 0; i < y.size(); ++i) {
        if (add) by_hand.data()[i] += residual.data()[i];
        if (relu) by_hand.data()[i] = std::max(by_hand.data()[i], T{0});
      }
      CHECK(relative_error(tailed, by_hand) < tolerance);
    }
  batch_norm_train_backward(layout, x.data(), weight.data(), bias.data(), mean.data(),
                            variance.data(), eps, true, dy.data(), dx.data(), dw.data(), db.data());
  reference::batch_norm_train_backward(layout, x.data(), weight.data(), moments, eps, gated.data(),
                                       dx_expected.data(), dw_expected.data(), db_expected.data());
  CHECK(relative_error(dx, dx_expected) < tolerance);
  CHECK(relative_error(dw, dw_expected) < tolerance);
  CHECK(relative_error(db, db_expected) < tolerance);
}

}  // namespace

TEST_CASE("batch_norm: forward and gradients are those of the naive loops") {
  Draws draw{Key(1)};
  for (int round = 0; round < 40; ++round) {
    const ChannelLayout layout{2 + draw.integer(6), 1 + draw.integer(9),
                               round % 3 == 0 ? 1 : 1 + draw.integer(60)};
    const Key key = Key(2).of(static_cast<std::uint64_t>(round));
    CAPTURE(round);
    compare_with_reference<double>(layout, key, 1e-12);
    // Of very few elements, dx is a difference of nearly equal numbers.
    if (layout.count() >= 8) compare_with_reference<float>(layout, key, 1e-5);
  }
}

TEST_CASE("batch_norm: a small variance on a large mean keeps its digits") {
  // In float, sum x^2 / M - mean^2 would be 1e8 - 1e8 and lose all of the variance.
  const ChannelLayout layout{64, 1, 64};
  auto x = Tensor<float>::randn({layout.size()}, Key(3));
  for (float& v : x) v = 10000 + v;
  Tensor<float> y({layout.size()});
  double mean = 0, variance = 0;
  batch_norm_train<float>(layout, x.data(), nullptr, nullptr, 1e-5, y.data(), &mean, &variance);
  const auto expected = reference::channel_moments(layout, x.data());
  CHECK(variance == doctest::Approx(expected.variance[0]).epsilon(1e-6));
  CHECK(variance == doctest::Approx(1).epsilon(0.1));
}

TEST_CASE("batch_norm: without weight and bias, y has mean 0 and variance 1") {
  const ChannelLayout layout{7, 3, 35};
  const auto x = Tensor<double>::uniform({7, 3, 35}, Key(4), 5, 9);
  Tensor<double> y(x.shape()), mean({3}), variance({3});
  batch_norm_train<double>(layout, x.data(), nullptr, nullptr, 0, y.data(), mean.data(),
                           variance.data());
  const auto moments = reference::channel_moments(layout, y.data());
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(std::abs(moments.mean[c]) < 1e-13);
    CHECK(moments.variance[c] == doctest::Approx(1).epsilon(1e-13));
  }
}

TEST_CASE("batch_norm: what is no number shows in the moments") {
  const ChannelLayout layout{2, 1, 3};
  auto x = Tensor<float>::randn({6}, Key(1));
  for (const Index place : {0, 4}) {
    auto bad = x.clone();
    bad(place) = std::numeric_limits<float>::quiet_NaN();
    Tensor<float> y({6});
    double mean = 0, variance = 0;
    batch_norm_train<float>(layout, bad.data(), nullptr, nullptr, 1e-5, y.data(), &mean, &variance);
    CHECK(std::isnan(mean));
    CHECK(std::isnan(variance));
  }
}

TEST_CASE("batch_norm: parts of the frames and blocks of the channels make a whole") {
  // Cut into several of either, of uneven sizes; a plane takes several runs, and leaves a rest.
  compare_with_reference<float>({96, 70, 81}, Key(6), 1e-5);
  compare_with_reference<float>({37, 3, 1300}, Key(7), 1e-5);
}

TEST_CASE("batch_norm: the bits do not depend on the number of threads") {
  const ChannelLayout layout{96, 70, 81};
  const Shape shape{96, 70, 81}, channel{70};
  const auto x = Tensor<float>::randn(shape, Key(5)), dy = Tensor<float>::randn(shape, Key(6));
  const int before = num_threads();
  struct Result {
    Tensor<float> y, dx, dweight, dbias;
  };
  const auto run = [&](int threads) {
    set_num_threads(threads);
    Result r{Tensor<float>(shape), Tensor<float>(shape), Tensor<float>(channel),
             Tensor<float>(channel)};
    Tensor<double> mean(channel), variance(channel);
    batch_norm_train<float>(layout, x.data(), nullptr, nullptr, 1e-5, r.y.data(), mean.data(),
                            variance.data());
    batch_norm_train_backward<float>(layout, x.data(), nullptr, nullptr, mean.data(),
                                     variance.data(), 1e-5, true, dy.data(), r.dx.data(),
                                     r.dweight.data(), r.dbias.data());
    return r;
  };
  const auto one = run(1), three = run(3);
  set_num_threads(before);
  const auto same = [](const Tensor<float>& a, const Tensor<float>& b) {
    return std::equal(a.begin(), a.end(), b.begin());
  };
  CHECK(same(one.y, three.y));
  CHECK(same(one.dx, three.dx));
  CHECK(same(one.dweight, three.dweight));
  CHECK(same(one.dbias, three.dbias));
}

}  // namespace batch_norm_test
