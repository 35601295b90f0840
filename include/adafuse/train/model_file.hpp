// A model as one file: its weights, and what it takes to build it again and to feed it.
//
// Safetensors, with four texts in the metadata: `config` (models::ModelConfig), `classes`, `input`
// (how frames are scaled and normalised) and `policy`, each in JSON.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/safetensors.hpp>
#include <adafuse/models/video_model.hpp>
#include <adafuse/train/config.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// How a decoded frame becomes what the network reads.
struct InputConfig {
  Index size = 0;  ///< cropped to size x size; 0: as it is
  Index shorter_side = 0;
  data::Normalisation normalisation;
};

template <class Fields>
void list_fields(Fields& f, InputConfig& c) {
  f("size", c.size), f("shorter_side", c.shorter_side), f("normalisation", c.normalisation);
}

/// What a model file says of its weights.
struct ModelCard {
  models::ModelConfig config;
  std::vector<std::string> classes;
  InputConfig input;
  std::string policy = "learned";
};

struct SavedModel {
  ModelCard card;
  models::VideoModel<float> model;
};

/// Writes the model, or leaves the file as it was. Throws IoError.
inline void save_model(const std::filesystem::path& path, const models::VideoModel<float>& model,
                       const ModelCard& card) {
  io::TensorFile file;
  file.metadata["config"] = io::json_text(to_json(model.config()), -1);
  file.metadata["classes"] = io::json_text(io::Json(card.classes), -1);
  file.metadata["input"] = io::json_text(to_json(card.input), -1);
  file.metadata["policy"] = card.policy;
  for (const auto& [name, tensor] : nn::state_tensors(model)) file.tensors[name] = tensor;
  io::write_safetensors(path, file);
}

/// Reads a model. Throws IoError, and FormatError for a file that is not such a model.
inline SavedModel load_model(const std::filesystem::path& path) {
  const auto file = io::read_safetensors(path);
  const auto text = [&](const char* key) -> const std::string& {
    const auto found = file.metadata.find(key);
    require<FormatError>(found != file.metadata.end(), file.name, ": not a model of adafuse: no \"",
                         key, "\" in its metadata");
    return found->second;
  };
  const auto json = [&](const char* key) {
    return io::parse_json(text(key), file.name + ": " + key);
  };
  ModelCard card;
  try {
    card.config = from_json<models::ModelConfig>(json("config"), file.name + ": config");
    card.input = from_json<InputConfig>(json("input"), file.name + ": input");
    card.policy = text("policy");
    const auto classes = json("classes");
    require<FormatError>(classes.is_array(), file.name, ": classes: expected a list");
    for (const auto& name : classes) {
      require<FormatError>(name.is_string(), file.name, ": classes: expected texts");
      card.classes.push_back(name.get<std::string>());
    }
    require<FormatError>(std::ssize(card.classes) == card.config.classes, file.name, ": names ",
                         card.classes.size(), " classes, the network has ", card.config.classes);
    models::VideoModel<float> model(card.config);
    std::map<std::string, Tensor<float>> tensors;
    for (const auto& entry : file.tensors) tensors[entry.first] = file.get<float>(entry.first);
    nn::load_state(model, tensors);
    return {std::move(card), std::move(model)};
  } catch (const FormatError&) {
    throw;
  } catch (const Error& error) {  // a configuration or a shape that no network has
    throw FormatError(file.name + ": " + error.what());
  }
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
