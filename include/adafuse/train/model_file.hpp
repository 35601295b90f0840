// A model as one file: its weights, and what it takes to build it again and to feed it.
//
// Safetensors, with four texts in the metadata: `config` (models::ModelConfig), `classes`, `input`
// (how frames are chosen, scaled and normalised) and `policy`, each in JSON. A model that learned
// several labels a clip says so in a fifth, `labels`.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/safetensors.hpp>
#include <adafuse/models/load_weights.hpp>
#include <adafuse/train/input_config.hpp>
#include <map>
#include <unordered_set>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// What a model file says of its weights.
struct ModelCard {
  models::ModelConfig config;        ///< the network
  std::vector<std::string> classes;  ///< names, by label
  InputConfig input;                 ///< what becomes of a clip first
  PolicyChoice policy;               ///< who decides
  bool several_labels = false;       ///< A logit says for itself whether its class is there.
};

/// A model and what its file says.
struct SavedModel {
  ModelCard card;                   ///< what the file says
  models::VideoModel<float> model;  ///< with the file's weights
};

/// Writes the model, or leaves the file as it was. Throws IoError.
inline void save_model(const std::filesystem::path& path, const models::VideoModel<float>& model,
                       const ModelCard& card) {
  io::TensorFile file;
  file.metadata["config"] = io::json_text(to_json(model.config()), -1);
  file.metadata["classes"] = io::json_text(io::Json(card.classes), -1);
  file.metadata["input"] = io::json_text(to_json(card.input), -1);
  file.metadata["policy"] = to_string(card.policy);
  if (card.several_labels) file.metadata["labels"] = "several";
  for (const auto& [name, tensor] : nn::state_tensors(model)) file.tensors[name] = tensor;
  io::write_safetensors(path, file);
}

namespace detail {

/// The four texts of a model file's metadata, each checked in itself and against the others.
inline ModelCard read_card(const io::SafetensorsReader& file) {
  const auto text = [&](const char* key) -> const std::string& {
    const auto found = file.metadata().find(key);
    require<FormatError>(found != file.metadata().end(), file.name(),
                         ": not a model of adafuse: no \"", key, "\" in its metadata");
    return found->second;
  };
  const auto json = [&](const char* key) {
    return io::parse_json(text(key), file.name() + ": " + key);
  };
  ModelCard card;
  card.config = from_json<models::ModelConfig>(json("config"), file.name() + ": config");
  models::check(card.config);
  card.input = from_json<InputConfig>(json("input"), file.name() + ": input");
  card.policy = parse_policy(text("policy"));
  if (const auto labels = file.metadata().find("labels"); labels != file.metadata().end()) {
    require<FormatError>(labels->second == "several", file.name(),
                         ": labels: expected \"several\", ", "got ", io::in_quotes(labels->second));
    card.several_labels = true;
  }
  const auto classes = json("classes");
  require<FormatError>(classes.is_array(), file.name(), ": classes: expected a list");
  std::unordered_set<std::string> seen;
  for (const auto& name : classes) {
    require<FormatError>(name.is_string(), file.name(), ": classes: expected texts");
    card.classes.push_back(name.get<std::string>());
    const std::string& last = card.classes.back();
    require<FormatError>(!last.empty() && last.find('\n') == std::string::npos, file.name(),
                         ": classes: ", io::in_quotes(last), " is no name of a class");
    require<FormatError>(seen.insert(last).second, file.name(), ": class ", io::in_quotes(last),
                         " comes twice");
  }
  require<FormatError>(std::ssize(card.classes) == card.config.classes, file.name(), ": names ",
                       card.classes.size(), " classes, the network has ", card.config.classes);
  return card;
}

/// Throws FormatError unless the header lists just the tensors of the network, as it has them. A
/// network that its file cannot hold is never built.
inline void check_header(const io::SafetensorsReader& file, const models::ModelConfig& config) {
  const auto expected = models::state_shapes(config);
  std::map<std::string_view, const io::detail::SafetensorsEntry*> listed;
  for (const auto& entry : file.entries()) listed.emplace(entry.name, &entry);
  for (const auto& [name, shape] : expected) {
    const auto found = listed.find(name);
    require<FormatError>(found != listed.end(), file.name(), ": no tensor named '", name,
                         "', which its network has");
    require<FormatError>(found->second->shape == shape, file.name(), ": tensor '", name,
                         "' expects ", shape, ", got ", found->second->shape);
    require<FormatError>(found->second->dtype == "F32", file.name(), ": tensor \"", name,
                         "\": expected F32, got ", found->second->dtype);
  }
  for (const auto& [name, entry] : listed)
    require<FormatError>(expected.count(std::string(name)) > 0, file.name(),
                         ": its network has no tensor ", io::in_single_quotes(name));
}

}  // namespace detail

/// Reads a model. Throws IoError, and FormatError for a file that is not such a model, before
/// memory is taken for more than its header.
inline SavedModel load_model(const std::filesystem::path& path) {
  io::SafetensorsReader file(path);
  try {
    ModelCard card = detail::read_card(file);
    detail::check_header(file, card.config);
    const nn::StartGuard guard(nn::Start::unwritten);  // all weights are in the file
    models::VideoModel<float> model(card.config, Key(0));
    const io::TensorFile weights = std::move(file).read();
    std::map<std::string, Tensor<float>> tensors;
    for (const auto& entry : weights.tensors)
      tensors[entry.first] = weights.get<float>(entry.first);
    nn::load_state(model, tensors);
    return {std::move(card), std::move(model)};
  } catch (const FormatError&) {
    throw;
  } catch (const IoError&) {
    throw;
  } catch (const Error& error) {  // a configuration or a shape that no network has
    throw FormatError(file.name() + ": " + error.what());
  }
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
