// What is drawn by keys: distributions, within bounds of five standard deviations. The keys fix the
// draws, so a test that holds once holds always.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/random.hpp>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace random_test {

using namespace adafuse;

namespace {

/// That `got` of `n` draws of probability p are within five standard deviations of n p.
void check_count(Index got, Index n, double p) {
  CAPTURE(n);
  CAPTURE(p);
  const double expected = static_cast<double>(n) * p;
  CHECK(std::abs(static_cast<double>(got) - expected) <= 5 * std::sqrt(expected * (1 - p)));
}

template <class T>
bool same(const Tensor<T>& a, const Tensor<T>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

template <class T>
Index count_of(const Tensor<T>& x, T value) {
  return std::count(x.begin(), x.end(), value);
}

double mean_of(const Tensor<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}
double variance_of(const Tensor<double>& x) {
  const double mean = mean_of(x);
  double sum = 0;
  for (const double v : x) sum += (v - mean) * (v - mean);
  return sum / static_cast<double>(x.size());
}

}  // namespace

TEST_CASE("random: bernoulli draws 1 with the element's probability") {
  const Index n = 20000;
  Tensor<float> p(Shape{4, n});
  p[0].fill(0);
  p[1].fill(0.25f);
  p[2].fill(0.9f);
  p[3].fill(1);
  const auto y = bernoulli(p, Key(1));
  CHECK(y.shape() == p.shape());
  CHECK(count_of(y[0], 1.0f) == 0);
  check_count(count_of(y[1], 1.0f), n, 0.25);
  check_count(count_of(y[2], 1.0f), n, static_cast<double>(0.9f));
  CHECK(count_of(y[3], 1.0f) == n);
  CHECK(count_of(y, 0.0f) + count_of(y, 1.0f) == y.size());
  CHECK(same(y, bernoulli(p, Key(1))));
  CHECK(!same(y, bernoulli(p, Key(2))));
  CHECK(same(y, bernoulli(Variable<float>(p), Key(1))));
}

TEST_CASE("random: bernoulli refuses what is no probability") {
  CHECK_THROWS_WITH_AS(bernoulli(Tensor<double>::of({0.5, 1.5}), Key(1)),
                       "bernoulli: probabilities are in [0, 1], got 1.5", ValueError);
  CHECK_THROWS_AS(bernoulli(Tensor<float>::of({-0.1f}), Key(1)), ValueError);
  CHECK_THROWS_AS(bernoulli(Tensor<float>::of({std::nanf("")}), Key(1)), ValueError);
}

TEST_CASE("random: multinomial with replacement draws each class by its weight") {
  const auto weights = Tensor<double>::of({{1, 0, 2, 5, 0}, {0, 7, 0, 0, 0}});
  const Index n = 40000;
  const auto y = multinomial(weights, n, Key(3), {.replacement = true});
  CHECK(y.shape() == Shape{2, n});
  for (Index c = 0; c < 5; ++c) {
    check_count(count_of(y[0], std::int64_t{c}), n, weights(0, c) / 8);
    CHECK(count_of(y[1], std::int64_t{c}) == (c == 1 ? n : 0));
  }
  const auto one = multinomial(weights[0], 7, Key(3), {.replacement = true});
  CHECK(one.shape() == Shape{7});
  CHECK(std::equal(one.begin(), one.end(), y[0].begin()));
}

TEST_CASE(
    "random: multinomial without replacement draws each class once, the first by its weight") {
  const Index n = 20000;
  Tensor<float> weights(Shape{n, 4});
  const std::array<float, 4> w{1, 3, 0, 4};
  for (Index i = 0; i < n; ++i) std::copy(w.begin(), w.end(), weights[i].begin());
  const auto y = multinomial(weights, 3, Key(4));
  std::map<std::pair<std::int64_t, std::int64_t>, Index> pairs;
  for (Index i = 0; i < n; ++i) {
    const std::set<std::int64_t> drawn(y[i].begin(), y[i].end());
    REQUIRE(drawn == std::set<std::int64_t>{0, 1, 3});
    ++pairs[{y(i, 0), y(i, 1)}];
  }
  // first a, then b of what remains
  for (const std::size_t a : {0u, 1u, 3u})
    for (const std::size_t b : {0u, 1u, 3u})
      if (a != b) {
        const double p = static_cast<double>(w[a]) / 8 * static_cast<double>(w[b]) /
                         (8 - static_cast<double>(w[a]));
        check_count(pairs[{static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)}], n, p);
      }
}

TEST_CASE("random: multinomial of denormal weights stays within the classes") {
  const double tiny = std::numeric_limits<double>::denorm_min();
  const auto y = multinomial(Tensor<double>::of({tiny, 0}), 100, Key(5), {.replacement = true});
  CHECK(count_of(y, std::int64_t{0}) == 100);
}

TEST_CASE("random: multinomial refuses weights and counts that make no sense") {
  const auto refused = [](const Tensor<double>& weights, Index count, const char* reason) {
    CHECK_THROWS_WITH_AS(multinomial(weights, count, Key(1)), doctest::Contains(reason),
                         ValueError);
  };
  refused(Tensor<double>::of({1, -1}), 1, "at least 0, got -1");
  refused(Tensor<double>::of({1, INFINITY}), 1, "got inf");
  refused(Tensor<double>::of({NAN}), 1, "got nan");
  refused(Tensor<double>::of({{1, 0}, {0, 0}}), 1, "row 1 has no weight above 0");
  refused(Tensor<double>::of({{1, 2}, {1, 0}}), 2,
          "2 draws without replacement from 1 classes in row 1");
  refused(Tensor<double>::of({1e308, 1e308}), 1, "add up to infinity");
  refused(Tensor<double>::of({1}), -1, "count is at least 0");
  CHECK_THROWS_AS(multinomial(Tensor<double>({1, 1, 1}), 1, Key(1)), ShapeError);
  CHECK(multinomial(Tensor<double>::of({1, 2}), 0, Key(1)).shape() == Shape{0});
}

TEST_CASE("random: randint draws each number of its range as often as the others") {
  const Index n = 30000;
  const auto y = randint(-2, 3, {2, n / 2}, Key(6));
  CHECK(y.shape() == Shape{2, n / 2});
  Index all = 0;
  for (std::int64_t v = -2; v < 3; ++v) {
    check_count(count_of(y, v), n, 0.2);
    all += count_of(y, v);
  }
  CHECK(all == n);
  CHECK(same(randint(5, {9}, Key(6)), randint(0, 5, {9}, Key(6))));
  CHECK(count_of(randint(1, {4}, Key(6)), std::int64_t{0}) == 4);
}

TEST_CASE("random: randint at the ends of the type, and beyond them") {
  const auto least = std::numeric_limits<std::int64_t>::min();
  const auto most = std::numeric_limits<std::int64_t>::max();
  for (const auto v : randint(most - 1, most, {3}, Key(7))) CHECK(v == most - 1);
  for (const auto v : randint(least, -1, {9}, Key(7))) CHECK(v < -1);
  CHECK_THROWS_WITH_AS(randint(3, 3, {1}, Key(7)), "randint: expects low < high, got 3 and 3",
                       ValueError);
  CHECK_THROWS_WITH_AS(randint(least, most, {1}, Key(7)), doctest::Contains("more numbers than"),
                       ValueError);
}

TEST_CASE("random: randperm is a permutation, and each number is anywhere as often") {
  const Index trials = 6000;
  std::map<std::pair<Index, std::int64_t>, Index> places;
  for (Index t = 0; t < trials; ++t) {
    const auto order = randperm(5, Key(8).of(static_cast<std::uint64_t>(t)));
    REQUIRE(std::set<std::int64_t>(order.begin(), order.end()).size() == 5);
    for (Index i = 0; i < 5; ++i) ++places[{i, order(i)}];
  }
  for (Index i = 0; i < 5; ++i)
    for (std::int64_t v = 0; v < 5; ++v) check_count(places[{i, v}], trials, 0.2);
  CHECK(randperm(0, Key(8)).size() == 0);
  CHECK_THROWS_AS(randperm(-1, Key(8)), ValueError);
}

TEST_CASE("random: randperm exchanges the last of those left with one of them, drawn in order") {
  for (const Index n : {0, 1, 2, 3, 256, 257, 258, 1000, 5000}) {
    auto expected = Tensor<std::int64_t>::arange(n);
    Draws draws(Key(3));
    for (Index left = n; left > 1; --left)
      std::swap(expected.data()[left - 1], expected.data()[draws.integer(left)]);
    const auto order = randperm(n, Key(3));
    CHECK(std::equal(order.begin(), order.end(), expected.begin(), expected.end()));
  }
}

TEST_CASE("random: each element is drawn at its own position of the key") {
  const Key key(5);
  const Index n = 10001;
  const auto p = Tensor<double>::uniform({n}, key.of("p"));
  const auto ones = bernoulli(p, key);
  const auto numbers = randint(-3, std::int64_t{1} << 40, {n}, key);
  Index wrong = 0;
  for (Index i = 0; i < n; ++i) {
    const auto at = static_cast<std::uint64_t>(i);
    wrong += ones(i) == (key.uniform(at) < p(i) ? 1 : 0) ? 0 : 1;
    wrong += numbers(i) == -3 + key.integer(at, (std::int64_t{1} << 40) + 3) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("random: normal has its mean and deviation, and is randn moved and stretched") {
  const auto x = normal<double>(3, 0.5, {40000}, Key(9));
  CHECK(std::abs(mean_of(x) - 3) <= 5 * 0.5 / 200);
  CHECK(std::abs(variance_of(x) - 0.25) <= 5 * 0.25 * std::sqrt(2.0) / 200);
  const auto z = Tensor<double>::randn({40000}, Key(9));
  for (Index i = 0; i < x.size(); ++i) REQUIRE(x(i) == 3 + 0.5 * z(i));
  CHECK(count_of(normal<float>(2, 0, {5}, Key(9)), 2.0f) == 5);
  CHECK_THROWS_AS(normal<float>(0, -1, {5}, Key(9)), ValueError);
}

TEST_CASE("random: the quantile of the normal distribution undoes its distribution function") {
  for (int e = 0; e <= 300; ++e)
    for (const double m : {1.0, 3.7, 0.5001}) {
      const double p = m * std::pow(10.0, -e);
      if (p >= 1) continue;
      const double x = detail::normal_quantile(p);
      CAPTURE(p);
      CHECK(detail::normal_cdf(x) == doctest::Approx(p).epsilon(1e-11));
    }
  CHECK(detail::normal_quantile(0.5) == 0);
  CHECK(detail::normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-14));
  CHECK(detail::normal_quantile(1 - 1e-10) ==
        doctest::Approx(-detail::normal_quantile(1e-10)).epsilon(1e-6));
}

TEST_CASE("random: truncated_normal keeps to its bounds and has the distribution that is left") {
  for (const TruncatedNormalOptions& o :
       {TruncatedNormalOptions{},
        TruncatedNormalOptions{.mean = 1, .stddev = 2, .low = 0, .high = 1.5},
        TruncatedNormalOptions{.low = 5, .high = 7}, TruncatedNormalOptions{.low = -9, .high = -6},
        TruncatedNormalOptions{.stddev = 1e-3, .low = -1, .high = 1}}) {
    CAPTURE(o.low);
    CAPTURE(o.high);
    const Index n = 20000;
    const auto x = truncated_normal<double>({n}, Key(10), o);
    for (const double v : x) REQUIRE((o.low <= v && v <= o.high));
    // Of the upper tail the mirror image, whose probabilities keep their digits.
    const double side = o.low > o.mean ? -1 : 1;
    const auto cdf = [&](double v) { return detail::normal_cdf(side * (v - o.mean) / o.stddev); };
    const double all = cdf(o.high) - cdf(o.low);
    for (const double t : {0.1, 0.3, 0.5, 0.8}) {
      const double at = o.low + t * (o.high - o.low);
      const double p = (cdf(at) - cdf(o.low)) / all;
      Index below = 0;
      for (const double v : x) below += v <= at;
      if (0 < p && p < 1) check_count(below, n, p);
    }
  }
}

TEST_CASE("random: truncated_normal refuses bounds between which nothing is possible") {
  const auto refused = [](TruncatedNormalOptions options) {
    CHECK_THROWS_AS(truncated_normal<float>({2}, Key(1), options), ValueError);
  };
  refused({.low = 1, .high = 1});
  refused({.stddev = 0});
  refused({.mean = NAN});
  refused({.low = 50, .high = 60});
  refused({.low = NAN});
}

}  // namespace random_test
