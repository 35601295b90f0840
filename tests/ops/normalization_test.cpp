// Layer, group, instance and RMS norm: their definition, float against double, what they refuse.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/batch_norm.hpp>
#include <adafuse/ops/normalization.hpp>
#include <adafuse/ops/reduce.hpp>

namespace normalization_test {

using namespace adafuse;

namespace {

void check_close(const Tensor<double>& a, const Tensor<double>& b, double tolerance = 1e-12) {
  REQUIRE(a.shape() == b.shape());
  for (Index i = 0; i < a.size(); ++i)
    CHECK(a.data()[i] == doctest::Approx(b.data()[i]).epsilon(tolerance).scale(1));
}

}  // namespace

TEST_CASE("layer_norm: each row has mean 0 and variance 1, before weight and bias") {
  const auto x = Tensor<double>::randn({3, 5, 7}, Key(1));
  const auto y = layer_norm(x, {7}, {}, {}, 0);
  const auto mean_of_rows = mean(y, -1).value(), squares = mean(y * y, -1).value();
  for (const double m : mean_of_rows) CHECK(std::abs(m) < 1e-14);
  for (const double v : squares) CHECK(v == doctest::Approx(1).epsilon(1e-13));
  const auto w = Tensor<double>::randn({7}, Key(2)), b = Tensor<double>::randn({7}, Key(3));
  check_close(layer_norm(x, {7}, w, b, 0).value(), (y * w + b).value());
  check_close(layer_norm(reshape(x, {3, 35}), {35}).value(),
              reshape(layer_norm(x, {5, 7}), {3, 35}).value());
}

TEST_CASE("layer_norm: float keeps its digits far away from 0") {
  const auto x = Tensor<double>::uniform({4, 257}, Key(1), 1000, 1001);
  const auto narrow = parameter(x.cast<float>());
  const auto wide = parameter(narrow.value().cast<double>());
  const auto y = layer_norm(narrow, {257});
  const auto expected = layer_norm(wide, {257});
  check_close(y.value().cast<double>(), expected.value(), 1e-6);
  const auto dy = Tensor<double>::randn(x.shape(), Key(2));
  backward(y, dy.cast<float>());
  backward(expected, dy);
  check_close(narrow.grad().value().cast<double>(), wide.grad().value(), 1e-5);
}

TEST_CASE("layer_norm: a row of equals, or of one element, is the bias") {
  const auto b = Tensor<float>::of({1, 2, 3});
  const auto y = layer_norm(Tensor<float>::full({2, 3}, 1e6f), {3}, {}, b).value();
  for (Index k = 0; k < 3; ++k) CHECK(y(1, k) == b(k));
  CHECK(layer_norm(Tensor<float>::of({5, -7}).reshape({2, 1}), {1}).value()(1, 0) == 0);
  CHECK(layer_norm(Tensor<float>({0, 3}), {3}).shape() == Shape{0, 3});
  CHECK(layer_norm(Tensor<float>({3, 0}), {0}).shape() == Shape{3, 0});
}

TEST_CASE("layer_norm: a NaN or an infinity stays in its row") {
  for (const float v : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    const auto y = layer_norm(Tensor<float>::of({{v, 1, 2}, {0, 1, 2}}), {3}).value();
    for (Index k = 0; k < 3; ++k) {
      CHECK(std::isnan(y(0, k)));
      CHECK(std::isfinite(y(1, k)));
    }
  }
}

TEST_CASE("group_norm: one group is a layer norm, a group for each channel an instance norm") {
  const auto x = Tensor<double>::randn({2, 4, 3, 5}, Key(1));
  check_close(group_norm(x, 1).value(), layer_norm(x, {4, 3, 5}).value());
  check_close(group_norm(x, 4).value(), instance_norm(x).value());
  // Of one image, the batch's statistics are the image's.
  const auto one = Tensor<double>::randn({1, 4, 3, 5}, Key(2));
  const auto w = Tensor<double>::randn({4}, Key(3)), b = Tensor<double>::randn({4}, Key(4));
  check_close(instance_norm(one, w, b).value(), batch_norm_train(one, w, b).y.value());
}

TEST_CASE("rms_norm: each row has mean square 1; eps is the type's without one") {
  const auto x = Tensor<double>::randn({3, 7}, Key(1));
  const auto y = rms_norm(x, {7}, {}, 0);
  for (const double v : mean(y * y, -1).value()) CHECK(v == doctest::Approx(1).epsilon(1e-13));
  const auto tiny = Tensor<float>::full({1, 4}, 1e-10f);
  CHECK(rms_norm(tiny, {4}).value()(0, 0) ==
        doctest::Approx(1e-10 / std::sqrt(std::numeric_limits<float>::epsilon())));
}

TEST_CASE("normalization: what does not fit is told") {
  const Tensor<float> x({2, 6, 4}), three({3});
  CHECK_THROWS_WITH_AS(layer_norm(x, {6}),
                       "layer_norm: expects x [...] that ends in [6], got "
                       "[2,6,4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(layer_norm(x, {4}, three),
                       "layer_norm: expects weight and bias [4], got [3]", ShapeError);
  CHECK_THROWS_AS(layer_norm(x, {}), ShapeError);
  CHECK_THROWS_AS(layer_norm(x, {1, 2, 6, 4}), ShapeError);
  CHECK_THROWS_WITH_AS(layer_norm(x, {4}, {}, {}, -1), "layer_norm: eps is not negative, got -1",
                       ValueError);
  CHECK_THROWS_AS(rms_norm(x, {4}, three), ShapeError);
  CHECK_THROWS_WITH_AS(group_norm(x, 4),
                       "group_norm: 4 groups do not divide the channels of x [2,6,4]", ValueError);
  CHECK_THROWS_AS(group_norm(x, 0), ValueError);
  CHECK_THROWS_AS(group_norm(three, 1), ShapeError);
  CHECK_THROWS_WITH_AS(group_norm(x, 2, three),
                       "group_norm: expects weight and bias [6] for x [2,6,4], got [3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      instance_norm(Tensor<float>({2, 6, 1})),
      "instance_norm: expects more than one element for each channel, got x [2,6,1]", ValueError);
  CHECK_THROWS_AS(instance_norm(Tensor<float>({2, 6})), ShapeError);
}

TEST_CASE(
    "group_norm: channels of many pixels and of few, and its gradient as a graph computes it") {
  for (const Index pixels : {1, 3, 15, 16, 17, 50})
    for (const bool affine : {false, true}) {
      const auto x = parameter(Tensor<double>::randn({3, 6, pixels}, Key(20)));
      const auto w = parameter(Tensor<double>::randn({6}, Key(21))),
                 b = parameter(Tensor<double>::randn({6}, Key(22)));
      const auto y = affine ? group_norm(x, 2, w, b) : group_norm(x, 2);
      for (Index n = 0; n < 3; ++n)
        for (Index g = 0; g < 2; ++g) {
          double mean = 0, variance = 0;
          const auto each = [&](const auto& f) {
            for (Index c = 3 * g; c < 3 * g + 3; ++c)
              for (Index i = 0; i < pixels; ++i) f(c, i);
          };
          const auto count = static_cast<double>(3 * pixels);
          each([&](Index c, Index i) { mean += x.value()(n, c, i) / count; });
          each([&](Index c, Index i) {
            variance += std::pow(x.value()(n, c, i) - mean, 2) / count;
          });
          each([&](Index c, Index i) {
            const double xhat = (x.value()(n, c, i) - mean) / std::sqrt(variance + 1e-5);
            const double expected = affine ? xhat * w.value()(c) + b.value()(c) : xhat;
            REQUIRE(y.value()(n, c, i) == doctest::Approx(expected).epsilon(1e-10));
          });
        }
      const std::vector<Variable<double>> inputs = affine ? std::vector{x, w, b} : std::vector{x};
      const Variable<double> dy = Tensor<double>::randn(y.shape(), Key(23));
      const auto one = grad<double>({y}, inputs, {.grad_outputs = {dy}, .retain_graph = true});
      const auto two = grad<double>({y}, inputs, {.grad_outputs = {dy}, .create_graph = true});
      for (std::size_t k = 0; k < inputs.size(); ++k)
        for (Index i = 0; i < inputs[k].size(); ++i)
          REQUIRE(std::abs(one[k].value().data()[i] - two[k].value().data()[i]) < 1e-11);
    }
}

TEST_CASE("group_norm: float keeps its digits far away from 0, and a NaN stays in its group") {
  auto x = Tensor<float>::uniform({2, 4, 40}, Key(24), 0, 1);
  auto far = x.clone();
  for (float& v : x) v = std::round(v * 16);
  for (Index i = 0; i < x.size(); ++i) far.data()[i] = x.data()[i] + 4096;
  const auto y = group_norm(x, 2, {}, {}, 0).value(), z = group_norm(far, 2, {}, {}, 0).value();
  for (Index i = 0; i < y.size(); ++i) REQUIRE(std::abs(y.data()[i] - z.data()[i]) < 1e-6f);
  x(0, 1, 33) = std::numeric_limits<float>::quiet_NaN();
  const auto u = group_norm(x, 2, {}, {}, 0).value();
  for (Index c = 0; c < 4; ++c)
    for (Index i = 0; i < 40; ++i) {
      CHECK(std::isnan(u(0, c, i)) == (c < 2));
      CHECK(!std::isnan(u(1, c, i)));
    }
}

TEST_CASE("group_norm: far away from 0 the gradients of a graph keep their digits too") {
  const auto dweight = [](float away, bool create_graph) {
    auto values = Tensor<float>::uniform({4, 8, 64}, Key(27), -1, 1);
    for (float& v : values) v = std::round(v * 8) / 8 + away;
    const auto w = parameter(Tensor<float>::ones({8}));
    const auto y = group_norm(values, 2, w, {}, 0);
    const Variable<float> dy = Tensor<float>::randn(y.shape(), Key(28));
    return grad<float>({y}, {w}, {.grad_outputs = {dy}, .create_graph = create_graph})[0].value();
  };
  const auto near = dweight(0, false);
  for (const bool create_graph : {false, true}) {
    const auto far = dweight(1 << 17, create_graph);
    for (Index c = 0; c < 8; ++c) CHECK(far(c) == doctest::Approx(near(c)).epsilon(1e-5));
  }
}

TEST_CASE("group_norm: where the variance is infinite, gradients are 0") {
  auto values = Tensor<double>({1, 1, 16});
  for (Index i = 0; i < 16; ++i) values(0, 0, i) = (i < 8 ? 1 : -1) * 1.7e308;
  const auto x = parameter(values), w = parameter(Tensor<double>::ones({1}));
  const Variable<double> dy = Tensor<double>::arange(16).reshape({1, 1, 16});
  for (const auto& g : grad<double>({group_norm(x, 1, w)}, {x, w}, {.grad_outputs = {dy}}))
    for (const double v : g.value()) CHECK(v == 0);
}

TEST_CASE("rms_norm: the definition, and its gradient as a graph computes it") {
  for (const Index count : {1, 7, 16, 33, 200})
    for (const bool weighted : {false, true}) {
      const auto x = parameter(Tensor<double>::randn({5, count}, Key(25)));
      const auto w = parameter(Tensor<double>::randn({count}, Key(26)));
      const auto y = weighted ? rms_norm(x, {count}, w, 0.1) : rms_norm(x, {count}, {}, 0.1);
      for (Index r = 0; r < 5; ++r) {
        double square = 0;
        for (Index i = 0; i < count; ++i)
          square += std::pow(x.value()(r, i), 2) / static_cast<double>(count);
        for (Index i = 0; i < count; ++i)
          REQUIRE(y.value()(r, i) == doctest::Approx(x.value()(r, i) / std::sqrt(square + 0.1) *
                                                     (weighted ? w.value()(i) : 1))
                                         .epsilon(1e-12));
      }
      std::vector<Variable<double>> inputs{x};
      if (weighted) inputs.push_back(w);
      const Variable<double> dy = Tensor<double>::randn(y.shape(), Key(27));
      const auto one = grad<double>({y}, inputs, {.grad_outputs = {dy}, .retain_graph = true});
      const auto two = grad<double>({y}, inputs, {.grad_outputs = {dy}, .create_graph = true});
      for (std::size_t k = 0; k < inputs.size(); ++k)
        for (Index i = 0; i < inputs[k].size(); ++i)
          REQUIRE(std::abs(one[k].value().data()[i] - two[k].value().data()[i]) < 1e-12);
    }
}

}  // namespace normalization_test
