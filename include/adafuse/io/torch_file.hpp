// Weights out of a PyTorch checkpoint (.pth, .pth.tar), without PyTorch and without running it.
//
// A checkpoint is any Python object with a state dict, a mapping from names to tensors, somewhere
// in it. It is looked for in the object itself, which must be a mapping: the first of its members
// "state_dict", "model" and "net" that is a mapping with a tensor in it, else the object. Mappings
// inside of a state dict join their names with dots. Everything else is left over, and listed; so
// are the classes and functions that the file names beside the weights. Where a weight itself needs
// one of them, the file is refused.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/file.hpp>
#include <adafuse/io/torch_container.hpp>
#include <adafuse/io/torch_tensor.hpp>
#include <set>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// What a checkpoint gave.
struct TorchFile {
  TensorFile weights;                  ///< the state dict, flat
  std::string member;                  ///< where it was: "state_dict", or "" for the object itself
  std::vector<std::string> left_over;  ///< what was not read, by path: "epoch", "optimizer"
  std::vector<std::string>
      foreign;  ///< names that it asked for, not followed: "argparse.Namespace"
};

namespace detail {

/// The tensors of a mapping by their full names, in its order, and the paths of what is no tensor.
struct StateDict {
  std::vector<std::pair<std::string, const TorchTensor*>> tensors;
  std::vector<std::string> left_over;
};

/// Finds the tensors in mappings.
class StateDictFinder {
 public:
  StateDictFinder(const TorchContainer& container, const std::string& file)
      : container_(container), values_(container.values), file_(file) {}

  /// The state dict of the checkpoint with all that is left over, and the member it was.
  std::pair<StateDict, std::string> find() {
    const auto* object = values_.as<pickle::Dict>(container_.root);
    require<FormatError>(object, file_, ": expected a mapping with a state dict in it, got ",
                         tensor(container_.root) ? "a tensor" : container_.shown(container_.root));
    for (const std::string_view member : {"state_dict", "model", "net"})
      for (const auto& [key, value] : object->items) {
        const auto* text = values_.as<pickle::Text>(key);
        if (!text || text->text != member || !values_.as<pickle::Dict>(value)) continue;
        StateDict found = flatten(value);
        if (found.tensors.empty()) continue;
        for (auto& name : found.left_over) name = concat(member, '.', name);
        for (const auto& [other, ignored] : object->items)
          if (other != key) found.left_over.push_back(name_of("", other));
        return {std::move(found), std::string(member)};
      }
    StateDict found = flatten(container_.root);
    require<FormatError>(!found.tensors.empty(), file_,
                         ": no state dict: expected tensors by name ",
                         "in the object itself or in its \"state_dict\", \"model\" or \"net\"",
                         container_.asks_for());
    return {std::move(found), ""};
  }

 private:
  static constexpr int deepest = 64;
  // A few bytes may ask for one long key again and again: without a limit, more than memory holds.
  static constexpr std::size_t longest_name = 512, most_names = 100'000;

  const TorchTensor* tensor(pickle::Ref ref) const {
    return container_.objects.tensor(values_, ref);
  }

  /// Whether it would have been a tensor: in a form, or of a type, that is not read.
  static bool is_weight(const pickle::Opaque& value) {
    return value.name.starts_with("_rebuild") || value.name.ends_with("Storage");
  }

  StateDict flatten(pickle::Ref mapping) {
    StateDict found;
    met_.clear();
    add(mapping, "", 0, found);
    return found;
  }

  /// Each mapping is met once: one that is met again contains itself, or stands under two names,
  /// which no state dict does and which may double at every level.
  void add(pickle::Ref mapping, const std::string& prefix, int depth, StateDict& found) {
    require<FormatError>(depth < deepest, file_, ": mappings in mappings, more than ", deepest,
                         " deep, at ", in_quotes(prefix));
    require<FormatError>(met_.insert(mapping).second, file_, ": the mapping ", in_quotes(prefix),
                         " contains itself or stands under two names");
    for (const auto& [key, value] : values_.as<pickle::Dict>(mapping)->items) {
      const std::string name = name_of(prefix, key);
      const bool named = values_.as<pickle::Text>(key);
      if (const auto* opaque = values_.as<pickle::Opaque>(value); named && opaque)
        require<FormatError>(!is_weight(*opaque), file_, ": tensor ", in_quotes(name), ": is ",
                             container_.shown(value));
      if (named && tensor(value))
        found.tensors.emplace_back(name, tensor(value));
      else if (named && values_.as<pickle::Dict>(value))
        add(value, name + '.', depth + 1, found);
      else
        found.left_over.push_back(name);
    }
  }

  std::string name_of(const std::string& prefix, pickle::Ref key) {
    require<FormatError>(++names_ <= most_names, file_, ": more than ", most_names, " names");
    const auto* text = values_.as<pickle::Text>(key);
    if (!text) {
      const auto* number = values_.as<std::int64_t>(key);
      return number ? concat(prefix, *number)
                    : concat(prefix, '<', pickle::kind_of(values_[key]), '>');
    }
    require<FormatError>(prefix.size() + text->text.size() <= longest_name, file_, ": the name ",
                         in_quotes(text->text), " is longer than ", longest_name, " bytes");
    return concat(prefix, text->text);
  }

  const TorchContainer& container_;
  const pickle::Values& values_;
  const std::string& file_;
  std::size_t names_ = 0;
  std::set<pickle::Ref> met_;
};

}  // namespace detail

/// The weights in the bytes of a PyTorch file; `name` is what errors call it. See read_torch_file.
inline TorchFile parse_torch_file(std::string_view bytes, const std::string& name) {
  const TorchContainer container = open_torch(bytes, name);
  auto [state, member] = detail::StateDictFinder(container, name).find();
  TorchFile file;
  file.weights.name = name;
  file.member = std::move(member);
  file.left_over = std::move(state.left_over);
  file.foreign = container.objects.foreign();
  // Expanded tensors repeat their elements: a small file may ask for more memory than there is.
  // Counted in bytes of the file, each of which may become four.
  std::uint64_t budget = 16 * std::uint64_t{bytes.size()} + (1 << 20);
  for (const auto& [tensor_name, tensor] : state.tensors) {
    const std::string where = concat(name, ": tensor ", in_quotes(tensor_name));
    const auto& data = container.data.at(tensor->storage.key);
    const auto [row, added] =
        file.weights.tensors.emplace(tensor_name, read_torch_tensor(*tensor, data, budget, where));
    require<FormatError>(added, where, " is there twice");
    budget -=
        static_cast<std::uint64_t>(shape_of(row->second).size()) * tensor->storage.type->bytes;
  }
  return file;
}

/// Reads the state dict of a checkpoint that torch.save wrote, in the zip form or the stream form
/// of before 1.6, with tensors in their order of elements whatever their strides were. Types as
/// read_torch_tensor says. Nothing in the file is executed. Throws IoError, and FormatError with
/// the file's name for damage, for weights that need a class or function that is not known, for a
/// mapping that contains itself, and for a file without a state dict.
inline TorchFile read_torch_file(const std::filesystem::path& path) {
  require_regular_file(path);
  check_torch_start(FileReader(path).start(torch_start_bytes), path.string());
  return parse_torch_file(read_file(path), path.string());
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
