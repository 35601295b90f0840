// Class weights: how much a clip of each class counts in the cross-entropy.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parse_number.hpp>
#include <adafuse/data/dataset.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <adafuse/ops/cross_entropy.hpp>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// The numbers of "1,2,0.5"; none for "" and for "balanced". Throws ValueError for other texts, and
/// for numbers that are not positive.
inline std::vector<double> parse_class_weights(const std::string& text) {
  std::vector<double> weights;
  if (text.empty() || text == "balanced") return weights;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const double weight =
        parse_number(std::string_view(text).substr(begin, end - begin)).value_or(0);
    require<ValueError>(weight > 0 && std::isfinite(weight),
                        "class-weights: expects balanced, or a positive number for each class as ",
                        "in 1,2,0.5, got ", io::in_single_quotes(text));
    weights.push_back(weight);
    begin = end + 1;
  }
  return weights;
}

/// The weight of each class, [K]; undefined where all count alike. "balanced" is N / (K n_k) for
/// the n_k of N clips that class k has, so that all classes count alike. Throws ValueError when
/// there is not one number for each class, and when a class that is to be balanced has no clip.
inline ClassWeights class_weights(const std::string& text, const data::Dataset& clips,
                                  const std::vector<std::string>& classes) {
  if (text.empty()) return {};
  std::vector<double> weights = parse_class_weights(text);
  if (text == "balanced") {
    std::vector<Index> counts(classes.size(), 0);
    for (Index i = 0; i < clips.size(); ++i) ++counts[static_cast<std::size_t>(clips.label(i))];
    for (std::size_t k = 0; k < classes.size(); ++k) {
      require<ValueError>(counts[k] > 0, "class-weights: balanced has no weight for class ",
                          io::in_single_quotes(classes[k]), ", which has no clip to train on");
      weights.push_back(static_cast<double>(clips.size()) /
                        (static_cast<double>(classes.size()) * static_cast<double>(counts[k])));
    }
  }
  require<ValueError>(weights.size() == classes.size(), "class-weights: expects a number for each ",
                      "of ", classes.size(), " classes, got ", weights.size());
  Tensor<double> result({std::ssize(classes)});
  std::copy(weights.begin(), weights.end(), result.begin());
  return ClassWeights(result);
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
