// Losses: by hand, in float against double, at the ends of their ranges, and what they refuse.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/loss.hpp>
#include <limits>

namespace loss_test {

using namespace adafuse;
using Labels = Tensor<std::int64_t>;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// `loss` of floats and its gradients are those of doubles, but for rounding.
template <class Loss>
void check_float(const char* name, const Loss& loss, double low, double high) {
  CAPTURE(name);
  const auto a = Tensor<double>::uniform({16, 8}, Key(1), low, high),
             b = Tensor<double>::uniform({16, 8}, Key(2), low, high);
  const auto x = parameter(a), t = parameter(b);
  const auto narrow_x = parameter(a.cast<float>()), narrow_t = parameter(b.cast<float>());
  const auto expected = loss(x, t);
  const auto y = loss(narrow_x, narrow_t);
  CHECK(y.item() == doctest::Approx(expected.item()).epsilon(1e-5));
  backward(expected), backward(y);
  for (const auto& [got, wanted] : {std::pair(narrow_x, x), std::pair(narrow_t, t)}) {
    double scale = 1e-3;
    for (const double v : wanted.grad().value()) scale = std::max(scale, std::abs(v));
    for (Index i = 0; i < wanted.size(); ++i)
      CHECK(std::abs(got.grad().value().data()[i] - wanted.grad().value().data()[i]) <=
            1e-5 * scale);
  }
}

}  // namespace

TEST_CASE("loss: float agrees with double") {
  check_float(
      "mse", [](auto x, auto t) { return mse_loss(x, t); }, -3, 3);
  check_float(
      "l1", [](auto x, auto t) { return l1_loss(x, t); }, -3, 3);
  check_float(
      "smooth", [](auto x, auto t) { return smooth_l1_loss(x, t); }, -3, 3);
  check_float(
      "huber", [](auto x, auto t) { return huber_loss(x, t); }, -3, 3);
  check_float(
      "bce", [](auto x, auto t) { return binary_cross_entropy(x, t); }, 0.01, 0.99);
  check_float(
      "logits", [](auto x, auto t) { return binary_cross_entropy_with_logits(x, t); }, 0, 9);
  check_float(
      "kl", [](auto x, auto t) { return kl_div(x, t); }, 0.1, 1);
  check_float(
      "triplet", [](auto x, auto t) { return triplet_margin_loss(x, t, t * 0.5); }, -1, 1);
}

TEST_CASE("smooth_l1_loss, huber_loss: a parabola in the middle, straight lines outside") {
  const auto x = Tensor<float>::of({0.5f, 2, -4}), zero = Tensor<float>({3});
  const auto smooth = smooth_l1_loss(x, zero, {.reduction = Reduction::none, .beta = 2}).value();
  CHECK(smooth(0) == 0.0625f);
  CHECK(smooth(1) == 1);
  CHECK(smooth(2) == 3);
  const auto huber = huber_loss(x, zero, {.reduction = Reduction::none, .delta = 2}).value();
  CHECK(huber(0) == 0.125f);
  CHECK(huber(1) == 2);
  CHECK(huber(2) == 6);
  CHECK(smooth_l1_loss(x, zero, {.beta = 0}).item() == l1_loss(x, zero).item());
  const auto equal = parameter(Tensor<float>({3}));
  backward(smooth_l1_loss(equal, zero, {.beta = 0}));
  CHECK(equal.grad().value()(0) == 0);
  CHECK_THROWS_WITH_AS(smooth_l1_loss(x, zero, {.beta = -1}),
                       "smooth_l1_loss: beta is not negative, got -1", ValueError);
  CHECK_THROWS_WITH_AS(huber_loss(x, zero, {.delta = 0}),
                       "huber_loss: delta must be positive, got 0", ValueError);
}

TEST_CASE("loss: a NaN stays, and an infinite difference has a finite gradient where lines end") {
  const auto x = parameter(Tensor<float>::of({std::nanf(""), infinity, 1}));
  const Tensor<float> zero({3});
  const auto losses = huber_loss(x, zero, {.reduction = Reduction::none});
  CHECK(std::isnan(losses.value()(0)));
  CHECK(losses.value()(1) == infinity);
  CHECK(losses.value()(2) == 0.5f);
  backward(losses, Tensor<float>::ones({3}));
  CHECK(std::isnan(x.grad().value()(0)));
  CHECK(x.grad().value()(1) == 1);
}

TEST_CASE("loss: shapes that differ are refused, also where they would stretch") {
  const Tensor<float> x({3, 1}), t({3});
  CHECK_THROWS_WITH_AS(mse_loss(x, t), "mse_loss: expects a target of x's shape, got [3,1] and [3]",
                       ShapeError);
  CHECK_THROWS_AS(l1_loss(x, t), ShapeError);
  CHECK_THROWS_AS(smooth_l1_loss(x, t), ShapeError);
  CHECK_THROWS_AS(huber_loss(x, t), ShapeError);
  CHECK_THROWS_AS(binary_cross_entropy(x, t), ShapeError);
  CHECK_THROWS_AS(binary_cross_entropy_with_logits(x, t), ShapeError);
  CHECK_THROWS_AS(kl_div(x, t), ShapeError);
  CHECK_THROWS_AS(mse_loss(Variable<float>(), Variable<float>()), ShapeError);
}

TEST_CASE("nll_loss: of log_softmax it is cross_entropy") {
  const auto x = Tensor<double>::randn({4, 3, 2}, Key(1));
  const auto labels = Labels::of({{0, 2}, {1, 1}, {2, 0}, {0, 0}});
  const auto weight = Tensor<double>::of({1, 2, 0.5});
  const auto log_p = log_softmax(x, 1);
  CHECK(nll_loss(log_p, labels).item() == doctest::Approx(cross_entropy(x, labels).item()));
  CHECK(nll_loss(log_p, labels, {.weight = weight, .ignore_index = 1}).item() ==
        doctest::Approx(cross_entropy(x, labels, {.weight = weight, .ignore_index = 1}).item()));
}

TEST_CASE("nll_loss: an ignored row is not read; labels outside are named") {
  const auto log_p = Tensor<float>::of({{-infinity, 0}, {-1, -2}});
  const auto each =
      nll_loss(log_p, Labels::of({7, 1}), {.ignore_index = 7, .reduction = Reduction::none});
  CHECK(each.value()(0) == 0);
  CHECK(each.value()(1) == 2);
  CHECK_THROWS_WITH_AS(nll_loss(log_p, Labels::of({0, 7})),
                       "nll_loss: label 7 at position 1 is outside of [0, 2)", ValueError);
  CHECK_THROWS_WITH_AS(nll_loss(log_p, Labels::of({0})),
                       "nll_loss: expects [N,K,...] and labels [N,...], got [2,2] and [1]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      nll_loss(log_p, Labels::of({7, 7}), {.ignore_index = 7}),
      "nll_loss: no label counts, all are ignored or of weight 0: there is no mean", ValueError);
}

TEST_CASE("binary_cross_entropy: a sure and wrong answer costs 100, a sure and right one 0") {
  const auto p = Tensor<float>::of({0, 1, 0, 1}), t = Tensor<float>::of({0, 1, 1, 0});
  const auto each = binary_cross_entropy(p, t, {.reduction = Reduction::none}).value();
  CHECK(each(0) == 0);
  CHECK(each(1) == 0);
  CHECK(each(2) == 100);
  CHECK(each(3) == 100);
}

TEST_CASE("binary_cross_entropy: what is no probability is named with its position") {
  const auto t = Tensor<float>({2});
  CHECK_THROWS_WITH_AS(
      binary_cross_entropy(Tensor<float>::of({0.5f, 1.5f}), t),
      "binary_cross_entropy: expects probabilities in [0, 1], x has 1.5 at position 1", ValueError);
  CHECK_THROWS_AS(binary_cross_entropy(Tensor<float>::of({std::nanf(""), 0}), t), ValueError);
  CHECK_THROWS_AS(binary_cross_entropy(t, t, {.weight = Tensor<float>({2, 1})}), ShapeError);
  CHECK_THROWS_AS(binary_cross_entropy(t, t, {.weight = Tensor<float>({3})}), ShapeError);
}

TEST_CASE("binary_cross_entropy_with_logits: is that of sigmoid, and finite for any logit") {
  const auto x = Tensor<double>::randn({5}, Key(1)), t = Tensor<double>::uniform({5}, Key(2));
  CHECK(binary_cross_entropy_with_logits(x, t).item() ==
        doctest::Approx(binary_cross_entropy(sigmoid(x), t).item()));
  const auto far = parameter(Tensor<float>::of({1000, -1000, 1000, -1000}));
  const auto loss = binary_cross_entropy_with_logits(far, Tensor<float>::of({1, 0, 0, 1}),
                                                     {.reduction = Reduction::sum});
  CHECK(loss.item() == 2000);
  backward(loss);
  CHECK(far.grad().value()(0) == 0);
  CHECK(far.grad().value()(2) == 1);
  CHECK(far.grad().value()(3) == -1);
}

TEST_CASE("kl_div: of a distribution from itself it is 0, and what cannot be costs nothing") {
  const auto t = Tensor<double>::of({{0.5, 0.5, 0}, {0.1, 0.2, 0.7}});
  const auto log_t = kernels::map(t, [](double v) { return v == 0 ? -1e3 : std::log(v); });
  CHECK(kl_div(log_t, t).item() == doctest::Approx(0).scale(1));
  const auto uniform = Tensor<double>::full({2, 3}, -std::log(3.0));
  const double expected = std::log(3.0) - std::log(2.0);
  CHECK(sum(select(kl_div(uniform, t, {.reduction = Reduction::none}), 0, 0)).item() ==
        doctest::Approx(expected));
  CHECK(kl_div(uniform, t, {.reduction = Reduction::batchmean}).item() ==
        doctest::Approx(kl_div(uniform, t, {.reduction = Reduction::sum}).item() / 2));
  CHECK_THROWS_AS(kl_div(Tensor<float>::scalar(1), Tensor<float>::scalar(1),
                         {.reduction = Reduction::batchmean}),
                  ShapeError);
}

TEST_CASE("triplet_margin_loss: negatives that are far enough away cost nothing") {
  const auto a = Tensor<double>::of({{0, 0}, {0, 0}}), p = Tensor<double>::of({{3, 4}, {3, 4}}),
             n = Tensor<double>::of({{0, 10}, {0, 5.5}});
  const auto each = triplet_margin_loss(a, p, n, {.reduction = Reduction::none}).value();
  CHECK(each(0) == 0);
  CHECK(each(1) == doctest::Approx(0.5).epsilon(1e-5));
  const auto swapped =
      triplet_margin_loss(a, p, n, {.swap = true, .reduction = Reduction::none}).value();
  CHECK(swapped(1) == doctest::Approx(6 - std::hypot(3, 1.5)).epsilon(1e-5));
  CHECK(triplet_margin_loss(a[0], p[0], n[0]).item() == 0);
  CHECK_THROWS_WITH_AS(triplet_margin_loss(a, p, n[0]),
                       "triplet_margin_loss: expects anchors, positives and negatives of one shape "
                       "[...,D], got [2,2], [2,2] and [2]",
                       ShapeError);
  CHECK_THROWS_AS(triplet_margin_loss(a, p, n, {.margin = 0}), ValueError);
  CHECK_THROWS_AS(triplet_margin_loss(a, p, n, {.p = 0}), ValueError);
}

TEST_CASE("cosine_embedding_loss: 1 - c of pairs, what is above the margin of others") {
  const auto a = Tensor<double>::of({{1, 0}, {1, 0}, {1, 0}}),
             b = Tensor<double>::of({{1, 1}, {1, 1}, {-1, 0}});
  const double c = std::sqrt(0.5);
  const auto each = cosine_embedding_loss(a, b, Labels::of({1, -1, -1}),
                                          {.margin = 0.5, .reduction = Reduction::none})
                        .value();
  CHECK(each(0) == doctest::Approx(1 - c));
  CHECK(each(1) == doctest::Approx(c - 0.5));
  CHECK(each(2) == 0);
  CHECK(cosine_embedding_loss(a[0], b[0], Tensor<double>::scalar(1)).item() ==
        doctest::Approx(1 - c));
  CHECK_THROWS_WITH_AS(cosine_embedding_loss(a, b, Labels::of({1, 0, 1})),
                       "cosine_embedding_loss: expects 1 or -1, y has 0 at position 1", ValueError);
  CHECK_THROWS_WITH_AS(cosine_embedding_loss(a, b, Labels::of({1, 1})),
                       "cosine_embedding_loss: expects a and b [N,D] and y [N], got [3,2], [3,2] "
                       "and [2]",
                       ShapeError);
}

}  // namespace loss_test
