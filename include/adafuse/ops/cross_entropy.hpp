// Cross-entropy: how surprised a classifier is by the labels, in nats.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/ops/reduction.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/softmax.hpp>
#include <optional>

namespace adafuse::inline ADAFUSE_SIMD {

/// A weight for each class, taken from a tensor [K]; 1 for each where there is none.
class ClassWeights {
 public:
  ClassWeights() = default;
  /// A copy of these weights.
  template <std::floating_point T>
  ClassWeights(const Tensor<T>& weights) : values_(weights.template cast<double>()) {}

  /// Whether weights were given.
  bool defined() const { return values_.defined(); }
  /// The weights [K]; undefined where there are none.
  const Tensor<double>& values() const { return values_; }
  /// The weight of class k, which must be in [0, K).
  double of(Index k) const { return values_.defined() ? values_.data()[k] : 1; }

 private:
  Tensor<double> values_;  // its own memory
};

/// What cross_entropy is told.
struct CrossEntropyOptions {
  ClassWeights weight = {};                ///< [K]
  std::optional<Index> ignore_index = {};  ///< Rows with this label cost nothing and do not count.
  Reduction reduction = Reduction::mean;   ///< The mean is over the weights of the labels.
  double label_smoothing = 0;  ///< share of each target that goes to all classes alike, in [0, 1]
};

/// t(n, k) = (1 - s) [k = label n] + s / K: the distributions [N, K] that labels [N] stand for,
/// with label smoothing s. Throws ValueError for a label outside of [0, K).
template <class T>
Tensor<T> label_distribution(const Tensor<std::int64_t>& labels, Index classes,
                             double label_smoothing = 0) {
  require<ShapeError>(labels.rank() == 1, "label_distribution: expects labels [N], got ",
                      labels.shape());
  auto target = Tensor<T>::full({labels.size(), classes},
                                static_cast<T>(label_smoothing / static_cast<double>(classes)));
  for (Index n = 0; n < labels.size(); ++n) {
    const auto label = labels.data()[n];
    require<ValueError>(0 <= label && label < classes, "label_distribution: label ", label,
                        " at position ", n, " is outside of [0, ", classes, ")");
    target.data()[n * classes + label] += static_cast<T>(1 - label_smoothing);
  }
  return target;
}

namespace detail {

/// x's shape without its classes: [N, ...] of [N, K, ...], and [] of [K].
inline Shape without_classes(const Shape& x) {
  Shape shape;
  for (Index d = 0; d < x.rank(); ++d)
    if (d != std::min<Index>(1, x.rank() - 1)) shape.push_back(x[d]);
  return shape;
}

/// x [N, K, ...], or [K], as [outer, K, inner]; row r of its outer * inner rows belongs to label r.
/// Throws ShapeError where labels or weights do not fit, ValueError for a label outside of [0, K).
inline kernels::Middle class_rows(const char* op, const Shape& x,
                                  const Tensor<std::int64_t>& labels, const ClassWeights& weights,
                                  std::optional<Index> ignored) {
  const Index axis = std::min<Index>(1, x.rank() - 1);
  require<ShapeError>(
      x.rank() > 0 && labels.defined() && labels.shape() == without_classes(x) && x[axis] > 0, op,
      ": expects [N,K,...] and labels [N,...], got ", x, " and ", labels.shape());
  const auto m = kernels::middle_of(x, axis, axis);
  require<ShapeError>(!weights.defined() || weights.values().shape() == Shape{m.count}, op,
                      ": expects a weight for each of ", m.count, " classes, got ",
                      weights.values().shape());
  for (Index r = 0; r < labels.size(); ++r) {
    const Index label = labels.data()[r];
    require<ValueError>((0 <= label && label < m.count) || label == ignored, op, ": label ", label,
                        " at position ", r, " is outside of [0, ", m.count, ")");
  }
  return m;
}

/// Where row r of x [outer, count, inner] begins; its classes are `inner` elements apart.
inline Index row_start(const kernels::Middle& m, Index r) {
  return m.inner == 1 ? r * m.count : r / m.inner * m.count * m.inner + r % m.inner;
}

/// What the losses of all rows are divided by: 1 but for the mean, which of no rows is an error.
inline double loss_divisor(const char* op, Reduction reduction, double total) {
  require<ValueError>(reduction != Reduction::batchmean, op,
                      ": reduction is none, mean or sum; batchmean is for kl_div");
  if (reduction != Reduction::mean) return 1;
  require<ValueError>(!equals(total, 0), op,
                      ": no label counts, all are ignored or of weight 0: there is no mean");
  return total;
}

/// t(n, k) = w(k) ((1 - s) [k = label n] + s / K), and 0 in rows that are ignored, of x's shape.
template <class T>
Tensor<T> weighted_targets(const kernels::Middle& m, const Shape& x,
                           const Tensor<std::int64_t>& labels, const CrossEntropyOptions& options) {
  const double smoothing = options.label_smoothing;
  const double share = smoothing / static_cast<double>(m.count);
  Tensor<T> target(x);
  T* const t = target.data();
  for (Index r = 0; r < labels.size(); ++r) {
    const Index label = labels.data()[r];
    if (label == options.ignore_index) continue;
    T* const row = t + row_start(m, r);
    if (!equals(smoothing, 0))
      for (Index k = 0; k < m.count; ++k)
        row[k * m.inner] = static_cast<T>(options.weight.of(k) * share);
    row[label * m.inner] += static_cast<T>(options.weight.of(label) * (1 - smoothing));
  }
  return target;
}

/// What the rows of logits x [outer, count, inner] need of their softmax: log_p(k) = x(k) -
/// largest - log_sum.
template <class T>
class RowLogarithms {
 public:
  RowLogarithms(const kernels::Middle& m, const Tensor<T>& x)
      : m_(m),
        largest_(Tensor<T>::uninitialized({m.outer * m.inner})),
        log_sums_(Tensor<double>::uninitialized({m.outer * m.inner})) {
    kernels::row_logarithms(m, x.data(), largest_.data(), log_sums_.data());
  }

  const kernels::Middle& middle() const { return m_; }
  const Tensor<T>& largest() const { return largest_; }
  const Tensor<double>& log_sums() const { return log_sums_; }

  /// log_p of class k in row r.
  double of(const Tensor<T>& x, Index r, Index k) const {
    return shifted(x.data()[row_start(m_, r) + k * m_.inner], r) - log_sums_.data()[r];
  }
  /// Of each row the sum of w(k) log_p(k).
  Tensor<double> weighted_sums(const Tensor<T>& x, const ClassWeights& w) const {
    auto sums = Tensor<double>::uninitialized({m_.outer * m_.inner});
    parallel_for(sums.size(), 1 + 4096 / m_.count, Work::elements(4 * m_.count),
                 [&](Index begin, Index end) {
                   for (Index r = begin; r < end; ++r) sums.data()[r] = weighted_sum(x, r, w);
                 });
    return sums;
  }

 private:
  double shifted(T x, Index r) const {
    return static_cast<double>(x) - static_cast<double>(largest_.data()[r]);
  }
  double weighted_sum(const Tensor<T>& x, Index r, const ClassWeights& w) const {
    if (m_.inner == 1 && !w.defined()) {
      const double most = static_cast<double>(largest_.data()[r]);
      const double sum = kernels::sum_run(x.data() + r * m_.count, m_.count,
                                          [most](double v) { return v - most; });
      return sum - static_cast<double>(m_.count) * log_sums_.data()[r];
    }
    double sum = 0;
    for (Index k = 0; k < m_.count; ++k) sum += w.of(k) * of(x, r, k);
    return sum;
  }

  kernels::Middle m_;
  Tensor<T> largest_;
  Tensor<double> log_sums_;
};

/// dx(n, k) = (p(n, k) sum over l of t(n, l) - t(n, k)) dy(n) / divisor, where p is the softmax of
/// x and dy has an element for each row, or one for all.
template <class T>
Tensor<T> cross_entropy_gradient(const RowLogarithms<T>& logs, const Tensor<T>& x,
                                 const Tensor<std::int64_t>& labels,
                                 const CrossEntropyOptions& options, const Tensor<T>& dy,
                                 double divisor) {
  const kernels::Middle& m = logs.middle();
  const Index rows = labels.size();
  const double s = options.label_smoothing, share = s / static_cast<double>(m.count);
  double to_all = 0;  // what the targets of a row have of the smoothing
  for (Index k = 0; k < m.count; ++k) to_all += share * options.weight.of(k);
  // Where classes have no weights, all get the same share: it is the offset of the row.
  const bool same_share = !options.weight.defined();
  Tensor<double> factors({rows}), offsets({rows});
  const auto scale = [&](Index r) {
    return static_cast<double>(dy.data()[dy.size() == 1 ? 0 : r]) / divisor;
  };
  for (Index r = 0; r < rows; ++r) {
    const Index label = labels.data()[r];
    if (label == options.ignore_index) continue;
    factors.data()[r] = scale(r) * (options.weight.of(label) * (1 - s) + to_all);
    if (same_share) offsets.data()[r] = scale(r) * share;
  }
  auto dx = Tensor<T>::uninitialized(x.shape());
  kernels::scaled_softmax(m, x.data(), logs.largest().data(), logs.log_sums().data(),
                          factors.data(), offsets.data(), dx.data());
  for (Index r = 0; r < rows; ++r) {
    const Index label = labels.data()[r];
    if (label == options.ignore_index) continue;
    T* const row = dx.data() + row_start(m, r);
    row[label * m.inner] -= static_cast<T>(scale(r) * options.weight.of(label) * (1 - s));
    if (same_share || equals(s, 0)) continue;
    for (Index k = 0; k < m.count; ++k)
      row[k * m.inner] -= static_cast<T>(scale(r) * options.weight.of(k) * share);
  }
  return dx;
}

}  // namespace detail

/// Of logits x [N, K, ...] and labels [N, ...] in [0, K), or [K] and one label:
///   L(n) = - sum over k of t(n, k) log softmax(x)(n, k),
///   t(n, k) = w(k) ((1 - s) [k = label n] + s / K)
/// for class weights w and label smoothing s; the mean divides the sum of them by that of w(label).
/// Throws ValueError for a label that is outside, naming its position, and for the mean of nothing.
template <Operand X>
Variable<scalar_of<X>> cross_entropy(const X& logits, const Tensor<std::int64_t>& labels,
                                     const CrossEntropyOptions& options = {}) {
  using T = scalar_of<X>;
  const Variable<T> x = logits;
  const double smoothing = options.label_smoothing;
  const bool each = options.reduction == Reduction::none;
  const auto m =
      detail::class_rows("cross_entropy", x.shape(), labels, options.weight, options.ignore_index);
  require<ShapeError>(x.size() > 0 || options.reduction != Reduction::mean,
                      "cross_entropy: there is no mean of no rows, got ", x.shape());
  require<ValueError>(0 <= smoothing && smoothing <= 1,
                      "cross_entropy: label_smoothing is in [0, 1], got ", smoothing);

  const detail::RowLogarithms<T> logs(m, x.value());
  const double share = smoothing / static_cast<double>(m.count);
  // a class of probability 0 would add 0 * infinity to a loss that is not smoothed
  const Tensor<double> to_all =
      equals(smoothing, 0) ? Tensor<double>() : logs.weighted_sums(x.value(), options.weight);
  Tensor<T> losses(each ? labels.shape() : Shape());
  T* const out = losses.data();
  double loss = 0, total = 0;
  for (Index r = 0; r < labels.size(); ++r) {
    const Index label = labels.data()[r];
    if (label == options.ignore_index) continue;
    if (each) loss = 0;
    total += options.weight.of(label);
    loss -= (1 - smoothing) * options.weight.of(label) * logs.of(x.value(), r, label);
    if (to_all.defined()) loss -= share * to_all.data()[r];
    if (each) out[r] = static_cast<T>(loss);
  }
  const double divisor = detail::loss_divisor("cross_entropy", options.reduction, total);
  if (!each) *out = static_cast<T>(loss / divisor);
  // dL(n)/dx(n, k) = softmax(x)(n, k) sum over l of t(n, l) - t(n, k); that sum is 1 where all
  // weigh the same and none is ignored
  return record("cross_entropy", losses, {x},
                [x, labels = Saved("labels", labels), options, m, each, divisor,
                 logs](const Variable<T>& dy) -> Gradients<T> {
                  if (!grad_enabled())
                    return {detail::cross_entropy_gradient(logs, x.value(), labels.value(), options,
                                                           dy.value(), divisor)};
                  const Index axis = std::min<Index>(1, x.rank() - 1);
                  const Shape row = x.shape().with(axis, 1);
                  const auto target =
                      detail::weighted_targets<T>(m, x.shape(), labels.value(), options);
                  Variable<T> p = softmax(x, axis);
                  if (options.weight.defined() || options.ignore_index)
                    p = p * kernels::sum_to(target, row);
                  return {(p - target) * (reshape(dy, each ? row : Shape()) / divisor)};
                });
}

/// The same for distributions t over the classes in place of labels, of the logits' shape [N, K,
/// ...] or [K]:
///   L(n) = - sum over k of w(k) ((1 - s) t(n, k) + s / K) log softmax(x)(n, k)
/// The mean is over the rows, whatever they weigh. Gradients reach the distributions too.
template <Operand X, OperandLike<X> Target>
Variable<scalar_of<X, Target>> cross_entropy(const X& logits, const Target& distributions,
                                             const CrossEntropyOptions& options = {}) {
  using T = scalar_of<X, Target>;
  const Variable<T> x = logits, t = distributions;
  const double s = options.label_smoothing;
  const Index axis = std::min<Index>(1, x.rank() - 1);
  require<ShapeError>(x.rank() > 0 && t.shape() == x.shape() && x.size(axis) > 0,
                      "cross_entropy: expects logits [N,K,...] and distributions of their shape, ",
                      "got ", x.shape(), " and ", t.shape());
  require<ShapeError>(x.size() > 0 || options.reduction != Reduction::mean,
                      "cross_entropy: there is no mean of no rows, got ", x.shape());
  require<ValueError>(0 <= s && s <= 1, "cross_entropy: label_smoothing is in [0, 1], got ", s);
  require<ValueError>(!options.ignore_index,
                      "cross_entropy: ignore_index is for labels, and distributions were given");
  const Index classes = x.size(axis);
  Variable<T> target = equals(s, 0) ? t : t * (1 - s) + s / static_cast<double>(classes);
  if (options.weight.defined()) {
    Shape per_class{classes};
    for (Index d = axis + 1; d < x.rank(); ++d) per_class.push_back(1);
    require<ShapeError>(options.weight.values().size() == classes,
                        "cross_entropy: expects a weight for each of ", classes, " classes, got ",
                        options.weight.values().shape());
    target = target * options.weight.values().template cast<T>().reshape(per_class);
  }
  const auto losses = -sum_to(target * log_softmax(x, axis), x.shape().with(axis, 1));
  return detail::reduced("cross_entropy", reshape(losses, detail::without_classes(x.shape())),
                         options.reduction);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
