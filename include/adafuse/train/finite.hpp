// What is not finite is told and not run: a weight that is no number makes logits that are none,
// and the largest of these is a class like any other to whoever looks for the largest.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/in_quotes.hpp>
#include <adafuse/nn/state.hpp>
#include <cmath>
#include <span>
#include <string>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Throws FormatError, naming `file` and the tensor, when a number of the model's state is not
/// finite. Readers pass such bits on; this is for who is about to run the model.
template <class Model>
void require_finite_state(const Model& model, const std::string& file) {
  for (const auto& [name, tensor] : nn::state_tensors(model))
    for (Index i = 0; i < tensor.size(); ++i)
      require<FormatError>(std::isfinite(tensor.data()[i]), file, ": tensor ", io::in_quotes(name),
                           ": element ", i, " of ", tensor.shape(), " is ", tensor.data()[i]);
}

/// Throws ValueError, naming whose they are, when a logit is not finite.
inline void require_finite_logits(std::span<const float> logits, const std::string& whose) {
  for (std::size_t i = 0; i < logits.size(); ++i)
    require<ValueError>(std::isfinite(logits[i]), whose, ": the logit of class ", i, " is ",
                        logits[i]);
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
