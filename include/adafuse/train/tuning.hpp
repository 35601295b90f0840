// TuningConfig: where training starts from, what of the network learns and how fast, and how its
// loss counts clips.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/in_quotes.hpp>
#include <adafuse/train/class_weights.hpp>
#include <adafuse/train/json_fields.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

struct TuningConfig {
  std::string weights;        ///< the file that training started from, as it was named; or empty
  std::string weights_crc32;  ///< of that file's bytes, in hexadecimal

  std::vector<std::string> freeze;  ///< parts that do not learn (parameter_groups.hpp)
  bool partial_bn = false;          ///< Of the backbone's batch norms the first alone learns (TSN).
  double head_rate = 1;             ///< factor on the rate of classifier and LSTM
  double bias_rate = 1;             ///< factor on the rate of biases that no batch norm has

  double label_smoothing = 0;  ///< share of each target that goes to all classes alike
  std::string class_weights;   ///< "balanced", or a number for each class: "1,2,0.5"; or empty
  double ema = 0;              ///< decay of the average of the weights; 0: none
  Index accumulate = 1;        ///< parts in which a step's batch goes through the network
  Index early_stopping = 0;    ///< epochs without a better model after which it ends; 0: never
};

/// Throws ValueError for a value that no training can be run with. What depends on the network or
/// the classes, the trainer checks.
inline void check(const TuningConfig& c) {
  const auto rate = [](const char* name, double factor) {
    require<ValueError>(factor > 0 && std::isfinite(factor), name, ": must be positive, got ",
                        factor);
  };
  rate("head-rate", c.head_rate);
  rate("bias-rate", c.bias_rate);
  require<ValueError>(0 <= c.label_smoothing && c.label_smoothing < 1,
                      "label-smoothing: must be in [0, 1), got ", c.label_smoothing);
  require<ValueError>(0 <= c.ema && c.ema < 1, "ema: the decay must be in [0, 1), got ", c.ema);
  require<ValueError>(c.accumulate >= 1, "accumulate: must be positive, got ", c.accumulate);
  require<ValueError>(c.early_stopping >= 0, "early-stopping: must not be negative, got ",
                      c.early_stopping);
  parse_class_weights(c.class_weights);
}

template <class Fields>
void list_fields(Fields& f, TuningConfig& c) {
  f.or_default("weights", c.weights), f.or_default("weights_crc32", c.weights_crc32);
  f.or_default("freeze", c.freeze), f.or_default("partial_bn", c.partial_bn);
  f.or_default("head_rate", c.head_rate), f.or_default("bias_rate", c.bias_rate);
  f.or_default("label_smoothing", c.label_smoothing);
  f.or_default("class_weights", c.class_weights), f.or_default("ema", c.ema);
  f.or_default("accumulate", c.accumulate), f.or_default("early_stopping", c.early_stopping);
  if constexpr (std::is_same_v<Fields, FieldReader>) check(c);
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
