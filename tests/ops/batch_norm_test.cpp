// Batch normalisation as an operation: its two modes, its statistics, its two backward paths.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/batch_norm.hpp>

namespace batch_norm_test {

using namespace adafuse;

namespace {
double difference(const Tensor<double>& a, const Tensor<double>& b) {
  REQUIRE(a.shape() == b.shape());
  double largest = 0;
  for (Index i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(a.data()[i] - b.data()[i]));
  return largest;
}

/// What an operation and the ones that it fuses get: maps, weight, bias, and a residual or none.
struct Operands {
  Variable<double> x = parameter(Tensor<double>::randn({4, 3, 5, 2}, Key(1)));
  Variable<double> w = parameter(Tensor<double>::randn({3}, Key(2)));
  Variable<double> b = parameter(Tensor<double>::randn({3}, Key(3)));
  Variable<double> r;
  Tensor<double> dy = Tensor<double>::randn(x.shape(), Key(4));

  explicit Operands(bool residual = false) {
    if (residual) r = parameter(Tensor<double>::randn(x.shape(), Key(5)));
  }

  Variable<double> add_and_rectify(const Variable<double>& y) const {
    return relu(r.defined() ? y + r : y);
  }
  std::vector<Variable<double>> gradients(const Variable<double>& y, bool create_graph) const {
    std::vector<Variable<double>> inputs{x, w, b};
    if (r.defined()) inputs.push_back(r);
    return grad<double>({y}, inputs, {.grad_outputs = {dy}, .create_graph = create_graph});
  }
};

void check_same(const std::vector<Variable<double>>& a, const std::vector<Variable<double>>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(difference(a[i].value(), b[i].value()) < 1e-12);
}
}  // namespace

TEST_CASE("batch_norm_train: the statistics are those of each channel, the variance unbiased") {
  const auto x = Tensor<double>::of({{1, 10}, {3, 10}, {8, 40}});
  const auto [y, mean, variance] = batch_norm_train(x, {}, {}, 0);
  CHECK(mean(0) == doctest::Approx(4));
  CHECK(variance(0) == doctest::Approx((9. + 1 + 16) / 2));
  CHECK(mean(1) == doctest::Approx(20));
  CHECK(variance(1) == doctest::Approx((100. + 100 + 400) / 2));
  CHECK(y.value()(0, 0) == doctest::Approx(-3 / std::sqrt(26. / 3)));
}

TEST_CASE("batch_norm: with the batch's own biased statistics, evaluation equals training") {
  for (const Shape& shape : {Shape{6, 3}, Shape{4, 3, 5}, Shape{2, 3, 4, 5}}) {
    const auto x = Tensor<double>::randn(shape, Key(1));
    const auto w = Tensor<double>::randn({3}, Key(2)), b = Tensor<double>::randn({3}, Key(3));
    const auto [y, mean, variance] = batch_norm_train(x, w, b, 0.01);
    const double count = static_cast<double>(x.size() / 3);
    auto biased = variance.clone();
    for (double& v : biased) v *= (count - 1) / count;
    CHECK(difference(batch_norm(x, w, b, mean, biased, 0.01).value(), y.value()) < 1e-13);
  }
}

TEST_CASE("batch_norm_train: the fused gradients equal the composed ones") {
  const Operands on;
  const auto gradients = [&](bool create_graph) {
    return on.gradients(batch_norm_train(on.x, on.w, on.b).y, create_graph);
  };
  check_same(gradients(false), gradients(true));
}

TEST_CASE("batch_norm_relu_train: value and gradients are those of the three operations") {
  for (const bool residual : {false, true})
    for (const bool create_graph : {false, true}) {
      const Operands on(residual);
      const auto fused = batch_norm_relu_train(on.x, on.w, on.b, 1e-5, on.r).y;
      const auto composed = on.add_and_rectify(batch_norm_train(on.x, on.w, on.b).y);
      CHECK(difference(fused.value(), composed.value()) < 1e-14);
      check_same(on.gradients(fused, create_graph), on.gradients(composed, create_graph));
    }
}

TEST_CASE("batch_norm_relu: value and gradients are those of the three operations") {
  const auto mean = Tensor<double>::randn({3}, Key(6));
  const auto variance = Tensor<double>::uniform({3}, Key(7), 0.5, 2);
  for (const bool residual : {false, true}) {
    const Operands on(residual);
    const auto fused = batch_norm_relu(on.x, on.w, on.b, mean, variance, 1e-5, on.r);
    const auto composed = on.add_and_rectify(batch_norm(on.x, on.w, on.b, mean, variance));
    CHECK(difference(fused.value(), composed.value()) < 1e-14);
    check_same(on.gradients(fused, false), on.gradients(composed, false));
  }
}

TEST_CASE("batch_norm_train: weight and bias get gradients when x, a picture, gets none") {
  const auto x = Tensor<float>::randn({4, 2, 3, 3}, Key(1));
  const auto w = parameter(Tensor<float>::ones({2})), b = parameter(Tensor<float>({2}));
  const auto y = batch_norm_train(x, w, b).y;
  backward(y, Tensor<float>::ones(y.shape()));
  CHECK(b.grad().value()(1) == 36);
  CHECK(std::abs(w.grad().value()(1)) < 1e-4);  // the sum of xhat
}

TEST_CASE("batch_norm: a wrong call is refused by name") {
  const Tensor<float> x({4, 3, 2, 2}), three({3}), two({2});
  CHECK_THROWS_WITH_AS(batch_norm_train(Tensor<float>({1, 8})),
                       "batch_norm_train: expects more than one element for each channel, got x "
                       "[1,8]",
                       ValueError);
  CHECK_THROWS_WITH_AS(batch_norm_train(x, two),
                       "batch_norm_train: expects weight and bias [3] for x [4,3,2,2], got [2]",
                       ShapeError);
  CHECK_THROWS_AS(batch_norm_train(Tensor<float>({5})), ShapeError);
  CHECK_THROWS_WITH_AS(batch_norm_relu_train(x, three, three, 1e-5, two),
                       "batch_norm_relu_train: expects a residual [4,3,2,2], got [2]", ShapeError);
  CHECK_THROWS_WITH_AS(
      batch_norm(x, three, three, two, three),
      "batch_norm: expects running statistics [3] for x [4,3,2,2], got [2] and [3]", ShapeError);
}

TEST_CASE("batch_norm: the gradient is what a graph of it computes, for planes long and short") {
  for (const Index pixels : {1, 15, 16, 40, 700})
    for (const bool affine : {false, true})
      for (const bool relu : {false, true}) {
        const auto x = parameter(Tensor<double>::randn({3, 4, pixels}, Key(30))),
                   residual = parameter(Tensor<double>::randn({3, 4, pixels}, Key(31))),
                   w = parameter(Tensor<double>::randn({4}, Key(32))),
                   b = parameter(Tensor<double>::randn({4}, Key(33)));
        const auto mean = Tensor<double>::randn({4}, Key(34)),
                   variance = Tensor<double>::uniform({4}, Key(35), 0.5, 2);
        const Variable<double> none, weight = affine ? w : none, bias = affine ? b : none;
        const auto y = relu ? batch_norm_relu(x, weight, bias, mean, variance, 1e-5, residual)
                            : batch_norm(x, weight, bias, mean, variance, 1e-5);
        std::vector<Variable<double>> inputs{x};
        if (affine) inputs.insert(inputs.end(), {w, b});
        if (relu) inputs.push_back(residual);
        const Variable<double> dy = Tensor<double>::randn(y.shape(), Key(36));
        const auto one = grad<double>({y}, inputs, {.grad_outputs = {dy}, .retain_graph = true});
        const auto two = grad<double>({y}, inputs, {.grad_outputs = {dy}, .create_graph = true});
        for (std::size_t k = 0; k < inputs.size(); ++k)
          for (Index i = 0; i < inputs[k].size(); ++i)
            REQUIRE(one[k].value().data()[i] ==
                    doctest::Approx(two[k].value().data()[i]).epsilon(1e-11));
      }
}

TEST_CASE("batch_norm: of no images the gradients of weight and bias are 0") {
  const auto w = parameter(Tensor<float>::ones({3})), b = parameter(Tensor<float>::ones({3}));
  const auto x = parameter(Tensor<float>({0, 3, 4, 4}));
  const auto y = batch_norm(x, w, b, Tensor<float>({3}), Tensor<float>::ones({3}));
  backward(y, Tensor<float>({0, 3, 4, 4}));
  for (const float v : w.grad().value()) CHECK(v == 0);
  for (const float v : b.grad().value()) CHECK(v == 0);
  const auto none = parameter(Tensor<float>({2, 0, 4, 4}));
  const auto z = batch_norm(none, {}, {}, Tensor<float>({0}), Tensor<float>({0}));
  backward(z, Tensor<float>({2, 0, 4, 4}));
  CHECK(none.grad().shape() == Shape{2, 0, 4, 4});
}

}  // namespace batch_norm_test
