// Losses under torch's names: how far predictions are from what they should be. Predictions and
// targets have one shape; gradients reach both.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/ops/cross_entropy.hpp>
#include <adafuse/ops/normalize.hpp>
#include <adafuse/ops/take.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

template <class T>
void require_one_shape(const char* op, const Variable<T>& x, const Variable<T>& target) {
  require<ShapeError>(x.defined() && target.defined() && x.shape() == target.shape(), op,
                      ": expects a target of x's shape, got ", x.shape(), " and ", target.shape());
}

/// f(x - t) of each element, reduced. `slope` is the derivative of f for numbers, and `derivative`
/// the same on variables, for gradients that are differentiated again.
template <class T, class F, class Slope, class Derivative>
Variable<T> loss_of_difference(const char* op, const Variable<T>& x, const Variable<T>& t,
                               Reduction reduction, const F& f, const Slope& slope,
                               const Derivative& derivative) {
  require_one_shape(op, x, t);
  const auto of_difference = [&] {
    const NoGrad guard;
    const Variable<T> losses =
        kernels::zip(x.value(), t.value(), [f](T v, T w) { return f(v - w); });
    return reduced(op, losses, reduction).value();
  };
  // l = f(x - t), over the count for the mean  =>  dx = dl f'(x - t), dt = -dx
  return record(op, of_difference(), {x, t},
                [x, t, reduction, slope, derivative](const Variable<T>& dy) -> Gradients<T> {
                  const Variable<T> dl = reduction == Reduction::mean ? dy / x.size() : dy;
                  Variable<T> dx;
                  if (grad_enabled()) {
                    dx = dl * derivative(x - t);
                  } else if (reduction == Reduction::none) {
                    dx = dl * Variable<T>(kernels::zip(x.value(), t.value(),
                                                       [slope](T v, T w) { return slope(v - w); }));
                  } else {
                    const T one = dl.value().item();
                    dx = kernels::zip(x.value(), t.value(),
                                      [slope, one](T v, T w) { return one * slope(v - w); });
                  }
                  return {dx, t.requires_grad() ? -dx : Variable<T>()};
                });
}

}  // namespace detail

/// What l1_loss and mse_loss are told.
struct LossOptions {
  Reduction reduction = Reduction::mean;  ///< What becomes of the elements' losses.
};

/// (x - t)^2.
template <Operand X, OperandLike<X> Target>
Variable<scalar_of<X, Target>> mse_loss(const X& x, const Target& target,
                                        LossOptions options = {}) {
  using T = scalar_of<X, Target>;
  return detail::loss_of_difference<T>(
      "mse_loss", x, target, options.reduction, [](T d) { return d * d; },
      [](T d) { return 2 * d; }, [](const Variable<T>& d) { return 2 * d; });
}

/// |x - t|; its gradient is 0 where they are equal.
template <Operand X, OperandLike<X> Target>
Variable<scalar_of<X, Target>> l1_loss(const X& x, const Target& target, LossOptions options = {}) {
  using T = scalar_of<X, Target>;
  const auto sign = [](T d) { return static_cast<T>((d > 0) - (d < 0)); };
  return detail::loss_of_difference<T>(
      "l1_loss", x, target, options.reduction, [](T d) { return std::abs(d); }, sign,
      [sign](const Variable<T>& d) -> Variable<T> { return kernels::map(d.value(), sign); });
}

/// What smooth_l1_loss is told.
struct SmoothL1Options {
  Reduction reduction = Reduction::mean;  ///< What becomes of the elements' losses.
  double beta = 1;                        ///< Where the parabola ends; 0: l1_loss.
};

/// (x - t)^2 / (2 beta) where |x - t| < beta, and |x - t| - beta / 2 elsewhere.
template <Operand X, OperandLike<X> Target>
Variable<scalar_of<X, Target>> smooth_l1_loss(const X& x, const Target& target,
                                              const SmoothL1Options& options = {}) {
  using T = scalar_of<X, Target>;
  require<ValueError>(options.beta >= 0, "smooth_l1_loss: beta is not negative, got ",
                      options.beta);
  const T beta = static_cast<T>(options.beta);
  if (equals(beta, 0)) return l1_loss(x, target, {.reduction = options.reduction});
  // f'(d) = d / beta up to |d| = beta, sign d beyond: clamp(d, -beta, beta) / beta
  return detail::loss_of_difference<T>(
      "smooth_l1_loss", x, target, options.reduction,
      [beta](T d) {
        const T size = std::abs(d);
        return size < beta ? d * d / (2 * beta) : size - beta / 2;
      },
      [beta](T d) {
        return (d < -beta ? -beta : d > beta ? beta : d) / beta;
      },
      [beta](const Variable<T>& d) { return clamp(d, -beta, beta) / beta; });
}

/// What huber_loss is told.
struct HuberOptions {
  Reduction reduction = Reduction::mean;  ///< What becomes of the elements' losses.
  double delta = 1;                       ///< Where the parabola ends.
};

/// (x - t)^2 / 2 where |x - t| <= delta, and delta (|x - t| - delta / 2) elsewhere.
template <Operand X, OperandLike<X> Target>
Variable<scalar_of<X, Target>> huber_loss(const X& x, const Target& target,
                                          const HuberOptions& options = {}) {
  using T = scalar_of<X, Target>;
  require<ValueError>(options.delta > 0, "huber_loss: delta must be positive, got ", options.delta);
  const T delta = static_cast<T>(options.delta);
  // f'(d) = d up to |d| = delta, delta sign d beyond: clamp(d, -delta, delta)
  return detail::loss_of_difference<T>(
      "huber_loss", x, target, options.reduction,
      [delta](T d) {
        const T size = std::abs(d);
        return size <= delta ? d * d / 2 : delta * (size - delta / 2);
      },
      [delta](T d) { return d < -delta  ? -delta
                            : d > delta ? delta
                                        : d; },
      [delta](const Variable<T>& d) { return clamp(d, -delta, delta); });
}

/// What nll_loss is told.
struct NllOptions {
  ClassWeights weight = {};                ///< [K]
  std::optional<Index> ignore_index = {};  ///< Rows with this label cost nothing and do not count.
  Reduction reduction = Reduction::mean;   ///< The mean is over the weights of the labels.
};

/// -w(label n) x(n, label n) for log-probabilities x [N, K, ...] and labels [N, ...] in [0, K), or
/// [K] and one label; the mean divides the sum of them by that of w(label). Throws ValueError for a
/// label that is outside, naming its position, and for the mean of nothing.
template <Operand X>
Variable<scalar_of<X>> nll_loss(const X& input, const Tensor<std::int64_t>& labels,
                                const NllOptions& options = {}) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const auto m =
      detail::class_rows("nll_loss", x.shape(), labels, options.weight, options.ignore_index);
  const bool each = options.reduction == Reduction::none;
  Tensor<T> losses(each ? labels.shape() : Shape());
  double loss = 0, total = 0;
  for (Index r = 0; r < labels.size(); ++r) {
    const Index label = labels.data()[r];
    if (label == options.ignore_index) continue;
    const double weight = options.weight.of(label);
    const T of_label = x.value().data()[detail::row_start(m, r) + label * m.inner];
    loss -= weight * static_cast<double>(of_label);
    total += weight;
    if (!each) continue;
    losses.data()[r] = static_cast<T>(loss);
    loss = 0;
  }
  const double divisor = detail::loss_divisor("nll_loss", options.reduction, total);
  if (!each) *losses.data() = static_cast<T>(loss / divisor);
  // dx is dy times -w / divisor at the labels
  return record("nll_loss", losses, {x},
                [labels = Saved("labels", labels), options, m, each, divisor,
                 shape = x.shape()](const Variable<T>& dy) -> Gradients<T> {
                  const auto& all = labels.value();
                  std::vector<std::int64_t> positions, rows;  // of the labels that count
                  std::vector<T> factors;
                  for (Index r = 0; r < all.size(); ++r) {
                    const Index label = all.data()[r];
                    if (label == options.ignore_index) continue;
                    positions.push_back(detail::row_start(m, r) + label * m.inner);
                    rows.push_back(r);
                    factors.push_back(static_cast<T>(-options.weight.of(label) / divisor));
                  }
                  const Shape count{std::ssize(rows)};
                  const Variable<T> of_rows =
                      each ? take(dy, Tensor<std::int64_t>(count, rows)) : dy;
                  return {put(of_rows * Tensor<T>(count, factors),
                              Tensor<std::int64_t>(count, positions), shape)};
                });
}

/// What binary_cross_entropy is told.
template <class T>
struct BinaryCrossEntropyOptions {
  Tensor<T> weight = {};                  ///< of each element; sizes of 1 stretch; undefined: 1
  Reduction reduction = Reduction::mean;  ///< What becomes of the elements' losses.
};

namespace detail {

/// losses * weight, which stretches to their shape; undefined it is 1.
template <class T>
Variable<T> weighted(const char* op, const Variable<T>& losses, const Tensor<T>& weight) {
  if (!weight.defined()) return losses;
  require<ShapeError>(broadcast_shapes(losses.shape(), weight.shape(), op) == losses.shape(), op,
                      ": a weight ", weight.shape(), " does not stretch to ", losses.shape());
  return losses * weight;
}

/// max(ln x, -100).
template <class T>
Variable<T> bounded_log(const Variable<T>& x) {
  return clamp_min(log(x), -100);
}

/// y = ln(1 + e^x).
template <class T>
Variable<T> log_one_plus_exp(const Variable<T>& x) {
  // dx = dy e^x / (1 + e^x) = dy sigmoid(x)
  return record("log_one_plus_exp",
                kernels::map(x.value(), kernels::of<kernels::Function::softplus>), {x},
                [x](const Variable<T>& dy) -> Gradients<T> { return {dy * sigmoid(x)}; });
}

}  // namespace detail

/// -w (t ln x + (1 - t) ln(1 - x)) for probabilities x in [0, 1]; logarithms are at least -100.
/// Throws ValueError for an x that is no probability, naming its position.
template <Operand X, OperandLike<X> Target>
Variable<scalar_of<X, Target>> binary_cross_entropy(
    const X& input, const Target& target,
    const BinaryCrossEntropyOptions<scalar_of<X, Target>>& options = {}) {
  using T = scalar_of<X, Target>;
  const Variable<T> x = input, t = target;
  detail::require_one_shape("binary_cross_entropy", x, t);
  const auto probabilities = x.value().values();
  const auto wrong = std::find_if_not(probabilities.begin(), probabilities.end(),
                                      [](T v) { return 0 <= v && v <= 1; });
  require<ValueError>(
      wrong == probabilities.end(), "binary_cross_entropy: expects probabilities in [0, 1], x has ",
      wrong == probabilities.end() ? T{0} : *wrong, " at position ", wrong - probabilities.begin());
  const T least = -100;
  const auto of_one = kernels::zip(
      t.value(), x.value(), kernels::through<kernels::Function::log>([least](T w, T, T log_v) {
        return w * std::max(log_v, least);
      }));
  const auto of_zero =
      kernels::zip(t.value(), x.value(),
                   kernels::through<kernels::Function::log1p>(
                       [](T v) { return -v; },
                       [least](T w, T, T log_v) { return (1 - w) * std::max(log_v, least); }));
  // dx = dl (x - t) / (x (1 - x)), the divisor at least 1e-12, a float, as in PyTorch
  // dt = dl (ln(1 - x) - ln x)
  const auto losses = record(
      "binary_cross_entropy", kernels::zip(of_one, of_zero, [](T u, T v) { return -(u + v); }),
      {x, t}, [x, t](const Variable<T>& dl) -> Gradients<T> {
        Gradients<T> gradients(2);
        if (x.requires_grad())
          gradients[0] = dl * (x - t) / clamp_min(x * (1 - x), static_cast<T>(1e-12f));
        if (t.requires_grad())
          gradients[1] = dl * (detail::bounded_log<T>(1 - x) - detail::bounded_log(x));
        return gradients;
      });
  return detail::reduced("binary_cross_entropy",
                         detail::weighted("binary_cross_entropy", losses, options.weight),
                         options.reduction);
}

/// What binary_cross_entropy_with_logits is told.
template <class T>
struct BinaryCrossEntropyWithLogitsOptions {
  Tensor<T> weight = {};                  ///< of each element; sizes of 1 stretch; undefined: 1
  Reduction reduction = Reduction::mean;  ///< What becomes of the elements' losses.
  Tensor<T> pos_weight = {};  ///< of what t says is there; sizes of 1 stretch; undefined: 1
};

/// binary_cross_entropy(sigmoid(x), t), of any x without overflow:
///   w (pos_weight t ln(1 + e^-x) + (1 - t) ln(1 + e^x))
template <Operand X, OperandLike<X> Target>
Variable<scalar_of<X, Target>> binary_cross_entropy_with_logits(
    const X& input, const Target& target,
    const BinaryCrossEntropyWithLogitsOptions<scalar_of<X, Target>>& options = {}) {
  using T = scalar_of<X, Target>;
  const char* const op = "binary_cross_entropy_with_logits";
  const Variable<T> x = input, t = target;
  detail::require_one_shape(op, x, t);
  const auto losses = [&] {
    if (options.pos_weight.defined())
      return detail::weighted(op, t * detail::log_one_plus_exp(-x), options.pos_weight) +
             (1 - t) * detail::log_one_plus_exp(x);
    // t ln(1 + e^-x) + (1 - t) ln(1 + e^x) = max(x, 0) - t x + ln(1 + e^-|x|)
    const auto loss_of = kernels::through<kernels::Function::softplus>(
        [](T v) { return -std::abs(v); },
        [](T w, T v, T s) { return std::max(v, T{0}) - v * w + s; });
    // dx = dl (sigmoid(x) - t), dt = -dl x
    return record("binary_cross_entropy_with_logits", kernels::zip(t.value(), x.value(), loss_of),
                  {x, t}, [x, t](const Variable<T>& dl) -> Gradients<T> {
                    return {x.requires_grad() ? dl * (sigmoid(x) - t) : Variable<T>(),
                            t.requires_grad() ? -dl * x : Variable<T>()};
                  });
  }();
  return detail::reduced(op, detail::weighted(op, losses, options.weight), options.reduction);
}

/// What kl_div is told.
struct KlDivOptions {
  /// The mean over elements, as in PyTorch; batchmean is the divergence's own, over rows.
  Reduction reduction = Reduction::mean;
  bool log_target = false;  ///< The target is given as logarithms too.
};

namespace detail {

/// y = t ln t, and 0 where t is 0.
template <class T>
Variable<T> t_log_t(const Variable<T>& t) {
  const auto f = kernels::through<kernels::Function::log>(
      [](T v, T log_v) { return equals(v, 0) ? T{0} : v * log_v; });
  // dt = dy (ln t + 1); where t is 0, which is the end of its range, 0
  return record("t_log_t", kernels::map(t.value(), f), {t},
                [t](const Variable<T>& dy) -> Gradients<T> {
                  const auto zero = where_zero(t.value());
                  return {dy * (log(t + zero) + (1 - Variable<T>(zero)))};
                });
}

}  // namespace detail

/// t (ln t - x), the Kullback-Leibler divergence of x = ln q from t; with log_target e^t (t - x).
/// Where t is 0 its first part is 0.
template <Operand X, OperandLike<X> Target>
Variable<scalar_of<X, Target>> kl_div(const X& input, const Target& target,
                                      KlDivOptions options = {}) {
  using T = scalar_of<X, Target>;
  const Variable<T> x = input, t = target;
  detail::require_one_shape("kl_div", x, t);
  const Variable<T> losses = options.log_target ? exp(t) * (t - x) : detail::t_log_t(t) - t * x;
  if (options.reduction != Reduction::batchmean)
    return detail::reduced("kl_div", losses, options.reduction);
  require<ShapeError>(x.rank() > 0, "kl_div: batchmean expects a first dimension, got ", x.shape());
  return sum_to(losses, {}) / x.size(0);
}

/// What triplet_margin_loss is told.
struct TripletMarginOptions {
  double margin = 1;  ///< By how much the negative has to be farther away.
  double p = 2;       ///< of the norm
  double eps = 1e-6;  ///< Added to each difference, as in PyTorch.
  bool swap = false;  ///< Negatives are as far away as from the anchor or the positive, if nearer.
  Reduction reduction = Reduction::mean;  ///< What becomes of the rows' losses.
};

/// max(margin + |a - p| - |a - n|, 0) for anchors a, positives p and negatives n [..., D], with
/// |v| = (sum of |v + eps|^p)^(1/p) along the last dimension.
template <Operand A, OperandLike<A> P, OperandLike<A> N>
Variable<scalar_of<A, P>> triplet_margin_loss(const A& anchor, const P& positive, const N& negative,
                                              const TripletMarginOptions& options = {}) {
  using T = scalar_of<A, P>;
  const Variable<T> a = anchor, p = positive, n = negative;
  const char* const op = "triplet_margin_loss";
  require<ShapeError>(a.rank() > 0 && a.shape() == p.shape() && a.shape() == n.shape(), op,
                      ": expects anchors, positives and negatives of one shape [...,D], got ",
                      a.shape(), ", ", p.shape(), " and ", n.shape());
  require<ValueError>(options.margin > 0, op, ": margin must be positive, got ", options.margin);
  const Shape rows(std::span(a.shape().begin(), a.shape().end() - 1));
  const auto distance = [&](const Variable<T>& from, const Variable<T>& to) {
    return reshape(detail::p_norm(op, from - to + options.eps, a.rank() - 1, options.p), rows);
  };
  Variable<T> to_negative = distance(a, n);
  if (options.swap) {  // the smaller one; of equals the first
    const auto other = distance(p, n);
    const auto nearer = kernels::zip(to_negative.value(), other.value(),
                                     [](T v, T w) { return v <= w ? T{1} : T{0}; });
    const auto farther = kernels::map(nearer, [](T v) { return 1 - v; });
    to_negative = gate(to_negative, nearer) + gate(other, farther);
  }
  return detail::reduced(op, clamp_min(distance(a, p) - to_negative + options.margin, 0),
                         options.reduction);
}

/// What cosine_embedding_loss is told.
struct CosineEmbeddingOptions {
  double margin = 0;                      ///< How similar those may be that are not to be.
  Reduction reduction = Reduction::mean;  ///< What becomes of the rows' losses.
};

/// 1 - c where y is 1, and max(c - margin, 0) where it is -1, with
///   c = sum of a b / sqrt((sum of a^2 + 1e-12) (sum of b^2 + 1e-12))
/// along the last dimension of a and b [N, D], or [D]; y [N], or one number. Throws ValueError for
/// another y.
template <Operand A, OperandLike<A> B, Scalar Y>
Variable<scalar_of<A, B>> cosine_embedding_loss(const A& first, const B& second, const Tensor<Y>& y,
                                                const CosineEmbeddingOptions& options = {}) {
  using T = scalar_of<A, B>;
  static_assert(std::is_signed_v<Y>, "cosine_embedding_loss: y holds 1 and -1");
  const Variable<T> a = first, b = second;
  const char* const op = "cosine_embedding_loss";
  require<ShapeError>((a.rank() == 1 || a.rank() == 2) && a.shape() == b.shape() && y.defined() &&
                          y.shape() == Shape(std::span(a.shape().begin(), a.shape().end() - 1)),
                      op, ": expects a and b [N,D] and y [N], got ", a.shape(), ", ", b.shape(),
                      " and ", y.shape());
  for (Index n = 0; n < y.size(); ++n)
    require<ValueError>(equals(y.data()[n], 1) || equals(y.data()[n], -1), op,
                        ": expects 1 or -1, y has ", y.data()[n], " at position ", n);
  const T tiny = static_cast<T>(1e-12);
  const auto dot = [](const Variable<T>& v, const Variable<T>& w) { return sum(v * w, -1); };
  const auto c = dot(a, b) / sqrt((dot(a, a) + tiny) * (dot(b, b) + tiny));
  const auto alike = kernels::map(y, [](Y v) { return equals(v, 1) ? T{1} : T{0}; });
  const auto apart = kernels::map(alike, [](T v) { return 1 - v; });
  return detail::reduced(op, gate(1 - c, alike) + gate(clamp_min(c - options.margin, 0), apart),
                         options.reduction);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
