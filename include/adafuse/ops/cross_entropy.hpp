// Cross-entropy: how surprised a classifier is by the labels, in nats.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/softmax.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

struct CrossEntropyOptions {
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

/// L = -1/N sum over n, k of t(n, k) log softmax(x)(n, k), for logits x [N, K] and the
/// distributions t of labels [N] in [0, K) (see label_distribution); one number. Throws ValueError
/// for a label that is outside, naming its position.
template <Operand X>
Variable<scalar_of<X>> cross_entropy(const X& logits, const Tensor<std::int64_t>& labels,
                                     const CrossEntropyOptions& options = {}) {
  using T = scalar_of<X>;
  const Variable<T> x = logits;
  require<ShapeError>(x.rank() == 2 && x.size() > 0 && labels.shape() == Shape{x.size(0)},
                      "cross_entropy: expects logits [N,K] and labels [N], got ", x.shape(),
                      " and ", labels.shape());
  const double smoothing = options.label_smoothing;
  require<ValueError>(0 <= smoothing && smoothing <= 1,
                      "cross_entropy: label_smoothing is in [0, 1], got ", smoothing);
  const Index rows = x.size(0), classes = x.size(1);
  for (Index n = 0; n < rows; ++n)
    require<ValueError>(0 <= labels.data()[n] && labels.data()[n] < classes,
                        "cross_entropy: label ", labels.data()[n], " at position ", n,
                        " is outside of [0, ", classes, ")");

  auto log_p = Tensor<T>::uninitialized(x.shape());
  kernels::log_softmax({rows, classes, 1}, x.value().data(), log_p.data());
  double loss = 0;
  for (Index n = 0; n < rows; ++n) {
    const T* row = log_p.data() + n * classes;
    loss -= (1 - smoothing) * static_cast<double>(row[labels.data()[n]]);
    if (smoothing == 0) continue;  // a class of probability 0 would add 0 * infinity
    const double share = smoothing / static_cast<double>(classes);
    for (Index k = 0; k < classes; ++k) loss -= share * static_cast<double>(row[k]);
  }
  loss /= static_cast<double>(rows);
  // dL/dx(n, k) = (softmax(x)(n, k) - t(n, k)) / N, for sum over k of t(n, k) is 1
  return record(
      "cross_entropy", Tensor<T>::scalar(static_cast<T>(loss)), {x},
      [x, labels = Saved("labels", labels), smoothing](const Variable<T>& dy) -> Gradients<T> {
        const auto target = label_distribution<T>(labels.value(), x.size(1), smoothing);
        return {(softmax(x, 1) - target) * (dy / x.size(0))};
      });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
