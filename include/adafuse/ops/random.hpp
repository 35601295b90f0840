// Drawing by keys: whole numbers, orders, choices, normal numbers. Each element is a function of
// the key and of its position, so the same call draws the same numbers, whatever was drawn before.
// There are no gradients: what is drawn are tensors.
//
// Two calls with one key draw related numbers: each call has a key of its own, `key.of("mask")`.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/checked.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/normal.hpp>
#include <adafuse/kernels/random_bits.hpp>
#include <adafuse/ops/tensor_like.hpp>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

namespace adafuse::inline ADAFUSE_SIMD {

/// What multinomial is told.
struct MultinomialOptions {
  bool replacement = false;  ///< whether one class may be drawn several times
};

/// What truncated_normal is told.
struct TruncatedNormalOptions {
  double mean = 0;    ///< of the normal distribution before it is cut off
  double stddev = 1;  ///< its standard deviation
  double low = -2;    ///< no number is below
  double high = 2;    ///< no number is above
};

namespace detail {

/// Calls use(i, key.bits(i)) for i in [begin, end), in order.
template <class Use>
void for_each_draw(Key key, Index begin, Index end, const Use& use) {
  constexpr Index block = 256;
  std::uint64_t bits[block];
  for (Index first = begin; first < end; first += block) {
    const Index count = std::min(block, end - first);
    kernels::random_bits(key, static_cast<std::uint64_t>(first), count, bits);
    for (Index k = 0; k < count; ++k) use(first + k, bits[k]);
  }
}

/// A tensor of which element i is draw(i, key.bits(i)), on any thread.
template <class T, class Draw>
Tensor<T> drawn(const Shape& shape, Key key, const Draw& draw) {
  auto y = Tensor<T>::uninitialized(shape);
  T* const to = y.data();
  parallel_for(y.size(), 4096, Work::functions(1), [&draw, to, key](Index begin, Index end) {
    for_each_draw(key, begin, end, [&](Index i, std::uint64_t bits) { to[i] = draw(i, bits); });
  });
  return y;
}

/// P(X <= x) of a standard normal X. Near 0 it keeps its digits.
inline double normal_cdf(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

/// c[0] + c[1] x + c[2] x^2 + ...
template <std::size_t N>
double polynomial(const double (&c)[N], double x) {
  double y = c[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) y = y * x + c[i];
  return y;
}

/// The x for which normal_cdf(x) = p, 0 < p < 1, to 16 digits: M. J. Wichura, "Algorithm AS 241:
/// the percentage points of the normal distribution", Applied Statistics 37 (1988).
inline double normal_quantile(double p) {
  constexpr double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                          1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                          3.3430575583588128105e4, 2.5090809287301226727e3};
  constexpr double b[] = {1.0,
                          4.2313330701600911252e1,
                          6.8718700749205790830e2,
                          5.3941960214247511077e3,
                          2.1213794301586595867e4,
                          3.9307895800092710610e4,
                          2.8729085735721942674e4,
                          5.2264952788528545610e3};
  constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                          5.76949722146069140550e0,  3.64784832476320460504e0,
                          1.27045825245236838258e0,  2.41780725177450611770e-1,
                          2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double d[] = {1.0,
                          2.05319162663775882187e0,
                          1.67638483018380384940e0,
                          6.89767334985100004550e-1,
                          1.48103976427480074590e-1,
                          1.51986665636164571966e-2,
                          5.47593808499534494600e-4,
                          1.05075007164441684324e-9};
  constexpr double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                          1.78482653991729133580e0,  2.96560571828504891230e-1,
                          2.65321895265761230930e-2, 1.24266094738807843860e-3,
                          2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr double f[] = {1.0,
                          5.99832206555887937690e-1,
                          1.36929880922735805310e-1,
                          1.48753612908506148525e-2,
                          7.86869131145613259100e-4,
                          1.84631831751005468180e-5,
                          1.42151175831644588870e-7,
                          2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  const double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
  const double x = r <= 5 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6)
                          : polynomial(e, r - 5) / polynomial(f, r - 5);
  return q < 0 ? -x : x;
}

/// One row of multinomial with replacement: number k is the class in whose part of [0, total) the
/// draw falls.
template <class T>
void draw_with_replacement(const T* weights, Index classes, Index count, Key key,
                           std::int64_t* out) {
  std::vector<double> upto(static_cast<std::size_t>(classes));
  double total = 0;
  std::int64_t last = 0;  // class that is possible
  for (Index c = 0; c < classes; ++c) {
    upto[static_cast<std::size_t>(c)] = total += static_cast<double>(weights[c]);
    if (weights[c] > 0) last = c;
  }
  for_each_draw(key, 0, count, [&](Index k, std::uint64_t bits) {
    const double at = Key::uniform_of(bits) * total;
    // A class of weight 0 has no part: the first sum above the draw is never that of one. Among
    // denormals the draw may round to the total, above which there is none.
    out[k] = std::min<Index>(std::upper_bound(upto.begin(), upto.end(), at) - upto.begin(), last);
  });
}

/// One row of multinomial without replacement. Class c arrives after a time of -ln(u_c) / w_c, an
/// exponential distribution of rate w_c: the first to arrive is c with probability w_c / sum w, and
/// so it is among those that remain. The first `count` arrivals are the draws, in order.
template <class T>
void draw_without_replacement(const T* weights, Index classes, Index count, Key key,
                              std::int64_t* out) {
  std::vector<std::pair<double, std::int64_t>> arrivals;
  arrivals.reserve(static_cast<std::size_t>(classes));
  for_each_draw(key, 0, classes, [&](Index c, std::uint64_t bits) {
    if (weights[c] > 0)
      arrivals.emplace_back(-std::log(Key::uniform_of(bits)) / static_cast<double>(weights[c]), c);
  });
  std::partial_sort(arrivals.begin(), arrivals.begin() + count, arrivals.end());
  for (Index k = 0; k < count; ++k) out[k] = arrivals[static_cast<std::size_t>(k)].second;
}

/// Fisher and Yates: the last of those left is exchanged with one of them, drawn from the key.
template <class Number>
void shuffle(Number* at, Index count, Key key) {
  constexpr Index block = 256;
  std::uint64_t bits[block];
  Index chosen[block];
  for (Index left = count; left > 1;) {
    const Index draws = std::min(block, left - 1);
    kernels::random_bits(key, static_cast<std::uint64_t>(count - left), draws, bits);
    for (Index k = 0; k < draws; ++k) {  // Known long before they are read, which waits for memory.
      chosen[k] = Key::integer_of(bits[k], left - k);
      __builtin_prefetch(at + chosen[k], 1);
    }
    for (Index k = 0; k < draws; ++k, --left) std::swap(at[left - 1], at[chosen[k]]);
  }
}

}  // namespace detail

/// y_i = 1 with probability p_i, else 0: 1 where key.uniform(i) < p_i. Throws ValueError for what
/// is no probability.
template <Operand X>
Tensor<scalar_of<X>> bernoulli(const X& probabilities, Key key) {
  using T = scalar_of<X>;
  const auto p = elements_of(probabilities, "bernoulli");
  for (const T one : p)
    require<ValueError>(0 <= one && one <= 1, "bernoulli: probabilities are in [0, 1], got ", one);
  return detail::drawn<T>(p.shape(), key, [from = p.data()](Index i, std::uint64_t bits) {
    return Key::uniform_of(bits) < static_cast<double>(from[i]) ? T{1} : T{0};
  });
}

/// `count` classes for each row of weights [K] or [N, K]: [count] or [N, count]. Class c is drawn
/// with probability w_c / sum w; without replacement that is so among the classes that remain. The
/// weights need not add up to 1. Throws ShapeError; ValueError for a weight that is negative or not
/// finite, a row of zeros, and for more draws without replacement than there are classes to draw.
template <Operand X>
Tensor<std::int64_t> multinomial(const X& class_weights, Index count, Key key,
                                 MultinomialOptions options = {}) {
  using T = scalar_of<X>;
  const auto weights = elements_of(class_weights, "multinomial");
  require<ShapeError>(weights.rank() == 1 || weights.rank() == 2,
                      "multinomial: expects weights [K] or [N,K], got ", weights.shape());
  require<ValueError>(count >= 0, "multinomial: the count is at least 0, got ", count);
  const Index classes = weights.size(-1), rows = weights.rank() == 1 ? 1 : weights.size(0);
  for (Index n = 0; n < rows; ++n) {
    const T* const row = weights.data() + n * classes;
    Index possible = 0;
    double total = 0;
    for (Index c = 0; c < classes; ++c) {
      require<ValueError>(row[c] >= 0 && std::isfinite(row[c]),
                          "multinomial: weights are finite and at least 0, got ", row[c]);
      possible += row[c] > 0;
      total += static_cast<double>(row[c]);
    }
    require<ValueError>(possible > 0, "multinomial: row ", n, " has no weight above 0");
    require<ValueError>(std::isfinite(total), "multinomial: the weights of row ", n,
                        " add up to infinity");
    require<ValueError>(options.replacement || count <= possible, "multinomial: ", count,
                        " draws without replacement from ", possible, " classes in row ", n);
  }
  auto y =
      Tensor<std::int64_t>::uninitialized(weights.rank() == 1 ? Shape{count} : Shape{rows, count});
  std::int64_t* const to = y.data();
  const T* const from = weights.data();
  parallel_for(rows, 1, Work::functions(8 * (classes + count)), [=](Index begin, Index end) {
    for (Index n = begin; n < end; ++n) {
      const Key own = key.of(static_cast<std::uint64_t>(n));
      if (options.replacement)
        detail::draw_with_replacement(from + n * classes, classes, count, own, to + n * count);
      else
        detail::draw_without_replacement(from + n * classes, classes, count, own, to + n * count);
    }
  });
  return y;
}

/// Whole numbers in [low, high), each as likely as the others. Throws ValueError when there are
/// none, or more than an int64 counts.
inline Tensor<std::int64_t> randint(std::int64_t low, std::int64_t high, const Shape& shape,
                                    Key key) {
  const Checked count = Checked(high) - low;
  require<ValueError>(low < high, "randint: expects low < high, got ", low, " and ", high);
  require<ValueError>(count.fits(), "randint: from ", low, " to ", high,
                      " there are more numbers than an int64 counts");
  return detail::drawn<std::int64_t>(shape, key,
                                     [low, n = count.value()](Index, std::uint64_t bits) {
                                       return low + Key::integer_of(bits, n);
                                     });
}

/// Whole numbers in [0, high).
inline Tensor<std::int64_t> randint(std::int64_t high, const Shape& shape, Key key) {
  return randint(0, high, shape, key);
}

/// 0, 1, ..., n - 1 in an order drawn from the key; each order is as likely as the others.
inline Tensor<std::int64_t> randperm(Index n, Key key) {
  require<ValueError>(n >= 0, "randperm: n is at least 0, got ", n);
  if (n > std::numeric_limits<std::int32_t>::max()) {
    auto order = Tensor<std::int64_t>::arange(n);
    detail::shuffle(order.data(), n, key);
    return order;
  }
  auto order = Tensor<std::int32_t>::arange(n);  // half of the memory to jump about in
  detail::shuffle(order.data(), n, key);
  return order.cast<std::int64_t>();
}

/// mean + stddev z for standard normal numbers z of the key: `normal<float>(0, 0.02, {3, 4}, key)`.
template <std::floating_point T>
Tensor<T> normal(double mean, double stddev, const Shape& shape, Key key) {
  require<ValueError>(stddev >= 0, "normal: stddev is at least 0, got ", stddev);
  auto y = Tensor<T>::uninitialized(shape);
  T* const to = y.data();
  parallel_for(y.size(), 4096, Work::functions(1), [=](Index begin, Index end) {
    kernels::normal(key, static_cast<std::uint64_t>(begin), end - begin, mean, stddev, to + begin);
  });
  return y;
}

/// Numbers of a normal distribution of which only those in [low, high] are left, by its quantiles:
/// u uniform between Phi((low - mean) / stddev) and Phi((high - mean) / stddev), y = mean + stddev
/// Phi^-1(u). The bounds are those of the result, as in PyTorch; rounding to T may reach beyond
/// them by half a unit. Throws ValueError for bounds between which no double has a probability.
template <std::floating_point T>
Tensor<T> truncated_normal(const Shape& shape, Key key, TruncatedNormalOptions options = {}) {
  const auto [mean, stddev, low, high] = options;
  require<ValueError>(stddev > 0 && std::isfinite(stddev) && std::isfinite(mean),
                      "truncated_normal: expects a finite mean and stddev above 0, got ", mean,
                      " and ", stddev);
  require<ValueError>(low < high, "truncated_normal: expects low < high, got ", low, " and ", high);
  // In the upper tail Phi is all but 1 and its digits are lost: there the mirror image is drawn.
  const double a = (low - mean) / stddev, b = (high - mean) / stddev;
  const bool mirrored = a > 0;
  const double from = detail::normal_cdf(mirrored ? -b : a);
  const double to = detail::normal_cdf(mirrored ? -a : b);
  require<ValueError>(from < to, "truncated_normal: no number between ", low, " and ", high,
                      " is possible for mean ", mean, " and stddev ", stddev);
  const double centre = mean, scale = mirrored ? -stddev : stddev;  // clang captures no bindings
  const double least = low, most = high;
  return detail::drawn<T>(shape, key, [=](Index, std::uint64_t bits) {
    const double p = from + rounded((to - from) * Key::uniform_of(bits));
    // p may round to an end of the distribution, whose quantile is infinite
    const double z = p <= 0   ? -std::numeric_limits<double>::infinity()
                     : p >= 1 ? std::numeric_limits<double>::infinity()
                              : detail::normal_quantile(p);
    return static_cast<T>(std::clamp(centre + rounded(scale * z), least, most));
  });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
