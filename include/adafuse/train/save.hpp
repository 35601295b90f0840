// Saving and loading without loops: a module, its optimiser and what else belongs to a run, in one
// file of safetensors.
//
//   train::save("run.safetensors", model, adam, {.texts = {{"epoch", "7"}}});
//   const auto report = train::load("run.safetensors", model, adam);
//   report.extra.texts.at("epoch");
//
// The module's tensors have their own names, so that other programs find them. Beside them stand
// "@optimizer.<name>" and "@extra.<name>"; texts are in the metadata, under the same names.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/safetensors.hpp>
#include <adafuse/nn/state.hpp>
#include <adafuse/optim/optimizer.hpp>
#include <charconv>
#include <ostream>
#include <string>
#include <vector>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// What is saved beside a module: whatever the caller wants to find again.
struct Extra {
  std::map<std::string, std::string> texts = {};      ///< by name
  std::map<std::string, io::AnyTensor> tensors = {};  ///< by name
};

/// What load is told.
struct LoadOptions {
  /// Whether module and file must have the same names and shapes. Otherwise what fits is taken, and
  /// the report says what does not.
  bool strict = true;
};

/// What of a file fitted a module.
struct LoadReport {
  /// A tensor that both have, and not alike.
  struct Difference {
    std::string name;  ///< the tensor's
    /// The module's shape, and the file's.
    Shape expected, got;
    std::string dtype;  ///< of the file's
  };

  std::vector<std::string> matched;     ///< what was taken from the file
  std::vector<std::string> missing;     ///< what the module has and the file has not: it stays
  std::vector<std::string> unexpected;  ///< what the file has and the module has not (of PyTorch's
                                        ///< state dicts without num_batches_tracked)
  std::vector<Difference> different;    ///< other shapes, or whole numbers: the module's stay
  bool optimizer = false;               ///< whether an optimiser's state was taken
  Extra extra;                          ///< what was saved beside the module

  /// Whether nothing is missing, unexpected or different.
  bool complete() const { return missing.empty() && unexpected.empty() && different.empty(); }

  friend std::ostream& operator<<(std::ostream& out, const LoadReport& report) {
    out << report.matched.size() << " tensors taken";
    list(out, "missing", report.missing);
    list(out, "unexpected", report.unexpected);
    for (std::size_t i = 0; i < report.different.size() && i < shown; ++i) {
      const Difference& difference = report.different[i];
      out << "; " << io::in_single_quotes(difference.name) << " expects " << difference.expected
          << ", got " << difference.dtype << " " << difference.got;
    }
    if (report.different.size() > shown) out << "; ...";
    return out;
  }

 private:
  static constexpr std::size_t shown = 5;  // of each kind

  static void list(std::ostream& out, const char* title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    out << "; " << names.size() << " " << title << ":";
    for (std::size_t i = 0; i < names.size() && i < shown; ++i)
      out << " " << io::in_single_quotes(names[i]);
    if (names.size() > shown) out << " ...";
  }
};

namespace detail {

inline constexpr std::string_view optimizer_prefix = "@optimizer.", extra_prefix = "@extra.";
inline const std::string optimizer_steps = std::string(optimizer_prefix) + "steps";

template <nn::Module M>
void add_module(io::TensorFile& file, const M& module) {
  for (const auto& [name, tensor] : nn::state_tensors(module)) {
    require<ValueError>(!name.starts_with('@'), "save: the module has a tensor ",
                        io::in_single_quotes(name), "; names with an @ are those of the optimiser");
    file.tensors.emplace(name, tensor);
  }
}

template <class T>
void add_optimizer(io::TensorFile& file, const optim::Optimizer<T>& optimizer) {
  for (const auto& [name, tensor] : optimizer.state())
    file.tensors.emplace(std::string(optimizer_prefix) + name, tensor);
  file.metadata[optimizer_steps] = std::to_string(optimizer.steps());
}

inline void add_extra(io::TensorFile& file, const Extra& extra) {
  for (const auto& [name, text] : extra.texts)
    file.metadata[std::string(extra_prefix) + name] = text;
  for (const auto& [name, tensor] : extra.tensors)
    file.tensors.emplace(std::string(extra_prefix) + name, tensor);
}

inline Extra extra_of(const io::TensorFile& file) {
  Extra extra;
  for (const auto& [name, text] : file.metadata)
    if (name.starts_with(extra_prefix)) extra.texts[name.substr(extra_prefix.size())] = text;
  for (const auto& [name, tensor] : file.tensors)
    if (name.starts_with(extra_prefix)) extra.tensors[name.substr(extra_prefix.size())] = tensor;
  return extra;
}

inline bool is_floating(const io::AnyTensor& tensor) {
  return std::holds_alternative<Tensor<float>>(tensor) ||
         std::holds_alternative<Tensor<double>>(tensor);
}

/// Whether PyTorch's count of a batch norm's forwards, which no module here has.
inline bool is_batch_count(std::string_view name) {
  return name.substr(name.rfind('.') + 1) == "num_batches_tracked";
}

/// Compares names and shapes. Nothing is written.
template <class T>
LoadReport match(const std::map<std::string, Tensor<T>>& own, const io::TensorFile& file) {
  LoadReport report;
  report.extra = extra_of(file);
  for (const auto& [name, tensor] : own) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end()) {
      report.missing.push_back(name);
      continue;
    }
    const Shape& shape = io::shape_of(found->second);
    if (shape == tensor.shape() && is_floating(found->second))
      report.matched.push_back(name);
    else
      report.different.push_back(
          {name, tensor.shape(), shape, std::string(io::dtype_name(found->second))});
  }
  for (const auto& [name, tensor] : file.tensors)
    if (!name.starts_with('@') && own.count(name) == 0 && !is_batch_count(name))
      report.unexpected.push_back(name);
  return report;
}

template <class T>
LoadReport match_or_refuse(const std::map<std::string, Tensor<T>>& own, const io::TensorFile& file,
                           LoadOptions options) {
  LoadReport report = match(own, file);
  require<FormatError>(!options.strict || report.complete(), file.name,
                       ": does not fit the module; {.strict = false} takes what does: ", report);
  return report;
}

/// Gives an optimiser its state back. False where the file has none, which `strict` refuses. Throws
/// FormatError for a state that is not this optimiser's, which then is as it was.
template <class T>
bool restore(optim::Optimizer<T>& optimizer, const io::TensorFile& file, LoadOptions options) {
  const auto steps = file.metadata.find(optimizer_steps);
  if (steps == file.metadata.end()) {
    require<FormatError>(!options.strict, file.name, ": holds no optimiser's state");
    return false;
  }
  const std::string& text = steps->second;
  Index count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  require<FormatError>(parsed.ec == std::errc() && parsed.ptr == text.data() + text.size(),
                       file.name, ": ", optimizer_steps, ": expected a count, got ",
                       io::in_quotes(text));
  std::map<std::string, Tensor<T>> state;
  for (const auto& [name, tensor] : file.tensors)
    if (name.starts_with(optimizer_prefix))
      state.emplace(name.substr(optimizer_prefix.size()), file.get<T>(name));
  try {
    optimizer.restore(count, state);
  } catch (const Error& error) {
    throw FormatError(concat(file.name, ": ", error.what()));
  }
  return true;
}

template <class T>
void take(std::map<std::string, Tensor<T>>& own, const io::TensorFile& file,
          const LoadReport& report) {
  for (const auto& name : report.matched) own.at(name).copy_from(file.get_cast<T>(name));
}

}  // namespace detail

/// Writes the module's state, or leaves the file as it was. Throws IoError.
template <nn::Module M>
void save(const std::filesystem::path& path, const M& module, const Extra& extra = {}) {
  io::TensorFile file;
  detail::add_module(file, module);
  detail::add_extra(file, extra);
  io::write_safetensors(path, file);
}

/// The same with the optimiser's state: all that a resumed run needs but its key and position.
template <nn::Module M>
void save(const std::filesystem::path& path, const M& module,
          const optim::Optimizer<typename M::value_type>& optimizer, const Extra& extra = {}) {
  io::TensorFile file;
  detail::add_module(file, module);
  detail::add_optimizer(file, optimizer);
  detail::add_extra(file, extra);
  io::write_safetensors(path, file);
}

/// Overwrites the module's tensors with those of the same names in the file; floating-point numbers
/// are cast. All is checked before anything is written. Throws FormatError for what does not fit,
/// with the first names: a name on one side only, another shape. With `{.strict = false}` the
/// report says so instead, and what does not fit stays. An optimiser's state in the file is passed
/// over, and so is PyTorch's `num_batches_tracked`.
template <nn::Module M>
LoadReport load(const io::TensorFile& file, const M& module, LoadOptions options = {}) {
  auto own = nn::state_tensors(module);
  LoadReport report = detail::match_or_refuse(own, file, options);
  detail::take(own, file, report);
  return report;
}

/// The same, and continues the optimiser from its saved state. Throws FormatError where the file
/// has none, or that of another optimiser; of other parameters also without `strict`.
template <nn::Module M>
LoadReport load(const io::TensorFile& file, const M& module,
                optim::Optimizer<typename M::value_type>& optimizer, LoadOptions options = {}) {
  auto own = nn::state_tensors(module);
  LoadReport report = detail::match_or_refuse(own, file, options);
  report.optimizer = detail::restore(optimizer, file, options);
  detail::take(own, file, report);
  return report;
}

/// The same of a file of safetensors. For other files: `load(io::read_weights(path).weights, ...)`.
template <nn::Module M>
LoadReport load(const std::filesystem::path& path, const M& module, LoadOptions options = {}) {
  return load(io::read_safetensors(path), module, options);
}
template <nn::Module M>
LoadReport load(const std::filesystem::path& path, const M& module,
                optim::Optimizer<typename M::value_type>& optimizer, LoadOptions options = {}) {
  return load(io::read_safetensors(path), module, optimizer, options);
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
