// Weights of other programs into a model: matched by name, cast to its scalars, reported. And what
// a network's weights are called and shaped, before there is one.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/video_model.hpp>
#include <adafuse/models/weight_names.hpp>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// The names and shapes of all tensors of the network that a configuration describes. No memory is
/// taken for them: a file may ask for a network of any size. Throws ValueError, ShapeError. A
/// template, so that only who calls it compiles all networks.
template <class T = float>
std::map<std::string, Shape> state_shapes(const ModelConfig& config);

#ifndef ADAFUSE_DECLARED_ONLY
template <class T>
std::map<std::string, Shape> state_shapes(const ModelConfig& config) {
  const nn::StartGuard guard(nn::Start::shapes_only);
  const VideoModel<T> model(config, Key(0));
  std::map<std::string, Shape> shapes;
  for (const auto& [name, tensor] : nn::state_tensors(model)) shapes.emplace(name, tensor.shape());
  return shapes;
}
#endif

/// Copies into the model what the file has for it. What is missing, and a head for another number
/// of classes, stays as it was; the result says so. All is checked before anything is written.
/// Throws FormatError as match_weights does.
template <class T>
WeightMatch load_weights(const VideoModel<T>& model, const io::TensorFile& file) {
  auto own = nn::state_tensors(model);
  std::map<std::string, Shape> shapes;
  for (const auto& [name, tensor] : own) shapes.emplace(name, tensor.shape());
  WeightMatch match = match_weights(shapes, file);
  for (const auto& [ours, theirs] : match.matched) own.at(ours).copy_from(file.get_cast<T>(theirs));
  return match;
}

}  // namespace adafuse::models::inline ADAFUSE_SIMD
