// LinearProbe: what a linear classifier can read from features: multinomial logistic regression.
//
//   minimise  1/N sum over n of L(x_n W + b, labels of n)  +  ridge / (2 N) |W|^2
//
// L is the cross-entropy, or of several labels the sum of the classes' binary ones
// (several_labels.hpp). The bias is free. ridge = 1 is C = 1 of scikit-learn's LogisticRegression.
// The function is convex, so the start does not matter: L-BFGS goes from zero over the whole data,
// and nothing is drawn.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/loss.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/optim/lbfgs.hpp>
#include <adafuse/train/several_labels.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// What fit_linear_probe is told.
struct LinearProbeOptions {
  double ridge = 1;             ///< at least 0
  bool several_labels = false;  ///< All labels of a clip count; otherwise the first.
  Index iterations = 1000;      ///< of L-BFGS, at most
};

/// A linear classifier.
struct LinearProbe {
  Tensor<double> weight;  ///< [d, classes]
  Tensor<double> bias;    ///< [classes]

  /// x [N, d] -> [N, classes].
  Tensor<double> logits(const Tensor<double>& x) const {
    const NoGrad guard;
    require<ShapeError>(x.rank() == 2 && x.size(1) == weight.size(0),
                        "linear probe: expects features [N,", weight.size(0), "], got ", x.shape());
    if (x.size(1) == 0) return (Variable<double>(Tensor<double>({x.size(0), 1})) + bias).value();
    return (matmul(Variable<double>(x), Variable<double>(weight)) + bias).value();
  }
};

/// Fits features [N, d] to the labels of their clips; without features (d = 0), the bias alone.
/// Throws ValueError for a ridge below 0 and labels outside of [0, classes); ShapeError where there
/// are not N sets of labels.
inline LinearProbe fit_linear_probe(const Tensor<double>& features, const LabelSets& labels,
                                    Index classes, const LinearProbeOptions& options = {}) {
  require<ValueError>(std::isfinite(options.ridge) && options.ridge >= 0,
                      "linear probe: expects a ridge of at least 0, got ", options.ridge);
  require<ShapeError>(
      features.rank() == 2 && features.size(0) == std::ssize(labels) && !labels.empty(),
      "linear probe: expects features [N,d] and N sets of labels, got ", features.shape(), " and ",
      labels.size());
  const Index clips = features.size(0), size = features.size(1);
  Tensor<std::int64_t> first({clips});
  for (Index n = 0; n < clips; ++n) {
    const auto& own = labels[static_cast<std::size_t>(n)];
    require<ValueError>(!own.empty(), "linear probe: clip ", n, " has no label");
    for (const auto label : own)
      require<ValueError>(0 <= label && label < classes, "linear probe: label ", label,
                          " is outside of [0, ", classes, ")");
    first(n) = own.front();
  }
  const auto indicators = label_indicators(labels, classes).cast<double>();  // [N, classes]

  const auto weight = parameter(Tensor<double>({size, classes}));
  const auto bias = parameter(Tensor<double>({classes}));
  const Variable<double> x = features, nothing = Tensor<double>({clips, 1});
  std::vector<Variable<double>> parameters{bias};
  if (size > 0) parameters.push_back(weight);
  optim::Lbfgs<double> lbfgs(parameters, {.iterations = options.iterations,
                                          .tolerance_grad = 1e-7,
                                          .tolerance_change = 1e-12,
                                          .history = 20,
                                          .line_search = optim::LineSearch::strong_wolfe});
  const double share = 1 / static_cast<double>(clips);
  lbfgs.step(1, [&] {
    const auto logits = (size > 0 ? matmul(x, weight) : nothing) + bias;
    auto loss = options.several_labels ? sum(binary_cross_entropy_with_logits(
                                             logits, indicators, {.reduction = Reduction::none})) *
                                             share
                                       : cross_entropy(logits, first);
    if (size > 0) loss = loss + (options.ridge * share / 2) * sum(weight * weight);
    for (const auto& p : parameters) p.zero_grad();
    backward(loss);
    return loss;
  });
  return {weight.value().clone(), bias.value().clone()};
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
