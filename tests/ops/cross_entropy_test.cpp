// Cross-entropy: against the naive twin, its extremes, and the labels it refuses.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/kernels/reference/softmax.hpp>
#include <adafuse/ops/cross_entropy.hpp>

namespace cross_entropy_test {

using namespace adafuse;
using Labels = Tensor<std::int64_t>;

TEST_CASE("cross_entropy: the mean over rows of the definition") {
  const auto x = Tensor<double>::randn({7, 5}, Key(1));
  const auto labels = Labels::of({0, 4, 2, 2, 1, 3, 0});
  for (const double smoothing : {0.0, 0.1, 1.0}) {
    const double expected =
        kernels::reference::cross_entropy(7, 5, x.data(), labels.data(), smoothing);
    CHECK(cross_entropy(x, labels, {.label_smoothing = smoothing}).item() ==
          doctest::Approx(expected).epsilon(1e-13));
  }
}

TEST_CASE("cross_entropy: equal logits cost log K, and a sure and right answer nothing") {
  const auto labels = Labels::of({1, 0});
  CHECK(cross_entropy(Tensor<float>({2, 9}), labels).item() == doctest::Approx(std::log(9.0)));
  const auto sure = Tensor<float>::of({{0, 1000}, {1000, 0}});
  CHECK(cross_entropy(sure, labels).item() == 0);
  CHECK(cross_entropy(sure, Labels::of({0, 1})).item() == 1000);
}

TEST_CASE("cross_entropy: an impossible class costs nothing where it is not the label") {
  const float never = -std::numeric_limits<float>::infinity();
  const auto x = Tensor<float>::of({{0, 0, never}});
  CHECK(cross_entropy(x, Labels::of({0})).item() == doctest::Approx(std::log(2.0)));
}

TEST_CASE("cross_entropy: the gradient of each row sums to 0") {
  const auto x = parameter(Tensor<double>::randn({3, 4}, Key(2)));
  backward(cross_entropy(x, Labels::of({3, 3, 0}), {.label_smoothing = 0.2}));
  for (Index n = 0; n < 3; ++n) {
    double sum = 0;
    for (Index k = 0; k < 4; ++k) sum += x.grad().value()(n, k);
    CHECK(std::abs(sum) < 1e-15);
  }
}

TEST_CASE("cross_entropy: a label outside is named with its position") {
  const Tensor<float> x({3, 9});
  CHECK_THROWS_WITH_AS(cross_entropy(x, Labels::of({0, 9, 1})),
                       "cross_entropy: label 9 at position 1 is outside of [0, 9)", ValueError);
  CHECK_THROWS_AS(cross_entropy(x, Labels::of({0, 1, -1})), ValueError);
  CHECK_THROWS_WITH_AS(cross_entropy(x, Labels::of({0, 1})),
                       "cross_entropy: expects [N,K,...] and labels [N,...], got [3,9] and [2]",
                       ShapeError);
  CHECK_THROWS_AS(cross_entropy(Tensor<float>({0, 9}), Labels({0})), ShapeError);
  CHECK_THROWS_AS(cross_entropy(x, Labels::of({0, 1, 2}), {.label_smoothing = 1.5}), ValueError);
}

TEST_CASE("cross_entropy: float agrees with double, whatever the options") {
  const auto x = Tensor<double>::randn({6, 5, 3}, Key(3));
  const auto weight = Tensor<double>::uniform({5}, Key(4), 0.5, 2);
  Labels labels({6, 3});
  for (Index i = 0; i < labels.size(); ++i) labels.data()[i] = i % 5;
  for (const auto reduction : {Reduction::mean, Reduction::sum, Reduction::none})
    for (const double smoothing : {0.0, 0.1}) {
      const CrossEntropyOptions options{.weight = weight,
                                        .ignore_index = 3,
                                        .reduction = reduction,
                                        .label_smoothing = smoothing};
      const auto narrow = parameter(x.cast<float>());
      const auto wide = parameter(x);
      const auto y = cross_entropy(narrow, labels, options);
      const auto expected = cross_entropy(wide, labels, options);
      REQUIRE(y.shape() == expected.shape());
      for (Index i = 0; i < y.size(); ++i)
        CHECK(y.value().data()[i] == doctest::Approx(expected.value().data()[i]).epsilon(1e-5));
      backward(y, Tensor<float>::ones(y.shape()));
      backward(expected, Tensor<double>::ones(y.shape()));
      for (Index i = 0; i < x.size(); ++i)
        CHECK(narrow.grad().value().data()[i] ==
              doctest::Approx(wide.grad().value().data()[i]).epsilon(1e-5).scale(1));
    }
}

TEST_CASE("cross_entropy: rows that are ignored cost nothing and get no gradient") {
  const auto x = parameter(Tensor<double>::randn({3, 4}, Key(2)));
  const auto labels = Labels::of({3, -100, 0});
  const auto kept = Labels::of({3, 0});
  CHECK_THROWS_AS(cross_entropy(x, labels), ValueError);
  const auto loss = cross_entropy(x, labels, {.ignore_index = -100});
  backward(loss);
  for (Index k = 0; k < 4; ++k) CHECK(x.grad().value()(1, k) == 0);
  CHECK(x.grad().value()(0, 0) != 0);
  auto rows = Tensor<double>::uninitialized({2, 4});
  std::copy_n(x.value().begin(), 4, rows.begin());
  std::copy_n(x.value().begin() + 8, 4, rows.begin() + 4);
  CHECK(loss.item() == doctest::Approx(cross_entropy(rows, kept).item()).epsilon(1e-14));
  const auto each =
      cross_entropy(x, labels, {.ignore_index = -100, .reduction = Reduction::none}).value();
  CHECK(each(1) == 0);
  CHECK(each(0) > 0);
}

TEST_CASE("cross_entropy: the mean of nothing is an error, the sum of nothing 0") {
  const auto labels = Labels::of({1, 1});
  const Tensor<float> x({2, 3});
  CHECK_THROWS_WITH_AS(
      cross_entropy(x, labels, {.ignore_index = 1}),
      "cross_entropy: no label counts, all are ignored or of weight 0: there is no mean",
      ValueError);
  CHECK_THROWS_AS(cross_entropy(x, labels, {.weight = Tensor<float>::of({1, 0, 1})}), ValueError);
  CHECK(cross_entropy(x, labels, {.ignore_index = 1, .reduction = Reduction::sum}).item() == 0);
  CHECK(cross_entropy(Tensor<float>({0, 3}), Labels({0}), {.reduction = Reduction::sum}).item() ==
        0);
  CHECK(cross_entropy(Tensor<float>({0, 3, 2}), Labels({0, 2}), {.reduction = Reduction::none})
            .shape() == Shape{0, 2});
  CHECK_THROWS_AS(cross_entropy(Tensor<float>({0, 3}), Labels({0})), ShapeError);
  CHECK_THROWS_AS(cross_entropy(Tensor<float>({0, 3}), Tensor<float>({0, 3})), ShapeError);
}

TEST_CASE("cross_entropy: one-hot distributions are labels") {
  const auto x = Tensor<double>::randn({3, 4}, Key(2));
  const auto one_hot = Tensor<double>::of({{0, 0, 1, 0}, {1, 0, 0, 0}, {0, 0, 0, 1}});
  const auto labels = Labels::of({2, 0, 3});
  for (const double smoothing : {0.0, 0.3})
    CHECK(cross_entropy(x, one_hot, {.label_smoothing = smoothing}).item() ==
          doctest::Approx(cross_entropy(x, labels, {.label_smoothing = smoothing}).item())
              .epsilon(1e-14));
}

TEST_CASE("cross_entropy: a row of distributions alone, [K], costs what it does in [1,K]") {
  const auto x = Tensor<double>::randn({1, 4}, Key(2)),
             t = softmax(Tensor<double>::randn({1, 4}, Key(3)), 1).value();
  const CrossEntropyOptions options{.weight = Tensor<double>::of({1, 2, 3, 4}),
                                    .label_smoothing = 0.3};
  const auto alone = cross_entropy(x[0], t[0], options);
  CHECK(alone.shape() == Shape());
  CHECK(alone.item() == cross_entropy(x, t, options).item());
}

TEST_CASE("cross_entropy: weights are read when it is called, as floats or doubles") {
  auto weight = Tensor<float>::of({1, 2, 4});
  const auto x = parameter(Tensor<double>::randn({2, 3}, Key(2)));
  const auto labels = Labels::of({2, 1});
  const auto loss = cross_entropy(x, labels, {.weight = weight});
  const auto expected = grad<double>({cross_entropy(x, labels, {.weight = weight})}, {x});
  weight.fill(0);
  const auto gradients = grad<double>({loss}, {x});
  for (Index i = 0; i < 6; ++i)
    CHECK(gradients[0].value().data()[i] == expected[0].value().data()[i]);
}

TEST_CASE("cross_entropy: options and shapes that do not fit are told") {
  const Tensor<float> x({2, 3, 4});
  const Labels labels({2, 4});
  CHECK(cross_entropy(x, labels).item() == doctest::Approx(std::log(3.0)));
  CHECK_THROWS_WITH_AS(cross_entropy(x, Labels({2, 3})),
                       "cross_entropy: expects [N,K,...] and labels [N,...], got [2,3,4] and [2,3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(x, labels, {.weight = Tensor<float>({4})}),
                       "cross_entropy: expects a weight for each of 3 classes, got [4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cross_entropy(x, labels, {.reduction = Reduction::batchmean}),
                       "cross_entropy: reduction is none, mean or sum; batchmean is for kl_div",
                       ValueError);
  CHECK_THROWS_WITH_AS(cross_entropy(x, x, {.ignore_index = 0}),
                       "cross_entropy: ignore_index is for labels, and distributions were given",
                       ValueError);
  CHECK_THROWS_AS(cross_entropy(x, Tensor<float>({2, 3})), ShapeError);
  CHECK_THROWS_AS(cross_entropy(x, x, {.weight = Tensor<float>({4})}), ShapeError);
  CHECK_THROWS_AS(cross_entropy(x, Labels()), ShapeError);
}

TEST_CASE("cross_entropy: the gradient is what a graph of it computes, whatever the options") {
  for (const Shape& shape : {Shape{6, 5}, Shape{6, 40}, Shape{2, 5, 3}}) {
    const auto x = parameter(Tensor<double>::randn(shape, Key(7)));
    const auto labels =
        Labels::of({0, 4, 2, 2, 1, 3}).reshape(shape.rank() == 2 ? Shape{6} : Shape{2, 3});
    const auto weight = Tensor<double>::uniform({shape[1]}, Key(8), 0, 2);
    for (const auto reduction : {Reduction::none, Reduction::mean, Reduction::sum})
      for (const double smoothing : {0.0, 0.2})
        for (const bool weighted : {false, true})
          for (const bool ignores : {false, true}) {
            CrossEntropyOptions options{.reduction = reduction, .label_smoothing = smoothing};
            if (weighted) options.weight = weight;
            if (ignores) options.ignore_index = 2;
            const auto loss = cross_entropy(x, labels, options);
            const Variable<double> dy = Tensor<double>::randn(loss.shape(), Key(9));
            const auto g =
                grad<double>({loss}, {x}, {.grad_outputs = {dy}, .retain_graph = true})[0];
            const auto h =
                grad<double>({loss}, {x}, {.grad_outputs = {dy}, .create_graph = true})[0];
            for (Index i = 0; i < x.size(); ++i)
              REQUIRE(std::abs(g.value().data()[i] - h.value().data()[i]) < 1e-14);
          }
  }
}

TEST_CASE(
    "cross_entropy: a class that is impossible costs inf, and one that is not asked nothing") {
  const float inf = std::numeric_limits<float>::infinity();
  const auto x = parameter(Tensor<float>::of({{0, -inf, 0}, {0, -inf, 0}}));
  const auto losses = cross_entropy(x, Labels::of({0, 1}), {.reduction = Reduction::none});
  CHECK(losses.value()(0) == doctest::Approx(std::log(2.0)));
  CHECK(losses.value()(1) == inf);
  backward(cross_entropy(x, Labels::of({0, 2})));
  CHECK(x.grad().value()(0, 0) == -0.25f);
  CHECK(x.grad().value()(0, 1) == 0);
  CHECK(cross_entropy(x, Labels::of({0, 2}), {.label_smoothing = 0.1}).item() == inf);
}

}  // namespace cross_entropy_test
