// Which tensor of a file is which tensor of a model, though files name them in several ways.
//
// Scripts save networks wrapped in others (`module.`, `base_model.`), blocks that write their
// downsampling as two members (`downsample0`), and heads that were put on later (`new_fc`). Linears
// that agents share stand once at the root, `gate_fc0s.128_192`, and with the authors once more in
// each block, `layer1.0.policy_net.gate_fc0`; such copies must be equal.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/in_quotes.hpp>
#include <adafuse/io/tensor_file.hpp>
#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// A name as models here list it; none for what models here do not have (`num_batches_tracked`).
/// `module.` and `base_model.` in front go, however many; the components `downsample0`,
/// `downsample1` and `new_fc` become `downsample.0`, `downsample.1` and `fc`.
inline std::optional<std::string> canonical_name(std::string_view name) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view prefix : {"module.", "base_model."})
      if (name.starts_with(prefix)) name.remove_prefix(prefix.size()), again = true;
  }
  std::string result;
  std::string_view component;
  for (std::size_t begin = 0; begin <= name.size(); begin += component.size() + 1) {
    component = name.substr(begin, name.find('.', begin) - begin);
    if (begin > 0) result += '.';
    if (component == "downsample0" || component == "downsample1")
      result.append("downsample.").append(1, component.back());
    else
      result += component == "new_fc" ? "fc" : component;
  }
  if (component == "num_batches_tracked") return {};
  return result;
}

/// The names of a file by canonical name, without those that models here do not have. Throws
/// FormatError when two mean the same.
inline std::map<std::string, std::string> canonical_names(const io::TensorFile& file) {
  std::map<std::string, std::string> names;
  for (const auto& row : file.tensors)
    if (const auto canonical = canonical_name(row.first)) {
      const auto [found, added] = names.emplace(*canonical, row.first);
      require<FormatError>(added, file.name, ": ", io::in_quotes(found->second), " and ",
                           io::in_quotes(row.first), " are both ", io::in_quotes(*canonical));
    }
  return names;
}

/// What a file has for a model. All names of the model are in `matched`, `missing` or
/// `replaced_head`; all of the file's in `matched`, `copies`, `left_over` or `replaced_head`, but
/// for those that no model here has.
struct WeightMatch {
  std::map<std::string, std::string> matched;        ///< the model's name: the file's
  std::map<std::string, std::string> replaced_head;  ///< the same, of another number of classes
  std::vector<std::string> missing;                  ///< names of the model
  std::vector<std::string> left_over;                ///< names of the file
  std::vector<std::string> copies;  ///< names of the file: second copies of shared linears

  /// Whether every tensor of the model is there, or belongs to a head for other classes.
  bool complete() const { return missing.empty(); }

  /// Writes it for people: a line of counts, then names.
  friend std::ostream& operator<<(std::ostream& out, const WeightMatch& match) {
    out << match.matched.size() << " tensors matched\n";
    if (!match.copies.empty()) out << match.copies.size() << " second copies of shared linears\n";
    const auto list = [&out](const char* title, const auto& names, const auto& name_of) {
      if (names.empty()) return;
      out << names.size() << ' ' << title << ":\n";
      for (const auto& name : names) out << "  " << io::in_quotes(name_of(name)) << '\n';
    };
    const auto itself = [](const std::string& name) { return name; };
    list("of another number of classes, not taken from the file", match.replaced_head,
         [](const auto& row) { return row.first; });
    list("missing in the file", match.missing, itself);
    list("left over in the file", match.left_over, itself);
    return out;
  }
};

namespace detail {

/// `layer1.0.policy_net.gate_fc0.weight` in its parts: the agent with its dot, and what follows.
struct AgentName {
  std::string agent;   // "layer1.0.policy_net."
  std::string linear;  // "gate_fc0"
  std::string member;  // ".weight"
};

inline std::optional<AgentName> split_agent_name(const std::string& name) {
  for (const std::string linear : {"gate_fc0", "gate_fc1"})
    if (const auto at = name.find('.' + linear + '.'); at != std::string::npos)
      return AgentName{name.substr(0, at + 1), linear, name.substr(at + 1 + linear.size())};
  return {};
}

/// The root's name of a linear that stands in a block, by the sizes of the agent's two linears:
/// `gate_fc0s.<2c>_<3c'>.weight`. None when the file does not have both.
inline std::optional<std::string> shared_name(const std::string& name, const io::TensorFile& file,
                                              const std::map<std::string, std::string>& names) {
  const auto parts = split_agent_name(name);
  if (!parts) return {};
  const auto fc0 = names.find(parts->agent + "gate_fc0.weight"),
             fc1 = names.find(parts->agent + "gate_fc1.weight");
  if (fc0 == names.end() || fc1 == names.end()) return {};
  const Shape &in = io::shape_of(file.at(fc0->second)), &out = io::shape_of(file.at(fc1->second));
  if (in.rank() != 2 || out.rank() != 2) return {};
  return concat(parts->linear, "s.", in[1], '_', out[0], parts->member);
}

inline bool equal(const io::AnyTensor& a, const io::AnyTensor& b) {
  return std::visit(
      [&]<class T>(const Tensor<T>& x) {
        const auto* const y = std::get_if<Tensor<T>>(&b);
        return y && x.shape() == y->shape() && std::equal(x.begin(), x.end(), y->begin());
      },
      a);
}

/// Whether a tensor of the file fits one of the model in all but the number of classes.
inline bool is_other_head(const std::string& name, const Shape& model, const Shape& file) {
  return (name == "fc.weight" || name == "fc.bias") && model.rank() == file.rank() &&
         model.with(0, file[0]) == file;
}

}  // namespace detail

/// Finds, for each tensor of a model, the one of the file. `model` has the model's names and
/// shapes. Throws FormatError, naming file and tensor, when a shape differs in more than the head's
/// number of classes, when two names of the file mean the same, and when copies of a shared linear
/// differ.
inline WeightMatch match_weights(const std::map<std::string, Shape>& model,
                                 const io::TensorFile& file) {
  const auto names = canonical_names(file);
  WeightMatch match;
  std::map<std::string, std::string> found;
  for (const auto& row : names)
    if (model.count(row.first)) found.insert(row);
  for (const auto& [canonical, name] : names) {
    if (model.count(canonical)) continue;
    const auto shared = detail::shared_name(canonical, file, names);
    if (!shared || !model.count(*shared)) {
      match.left_over.push_back(name);
      continue;
    }
    const auto [first, added] = found.emplace(*shared, name);
    if (added) continue;
    require<FormatError>(detail::equal(file.at(first->second), file.at(name)), file.name, ": ",
                         io::in_quotes(first->second), " and ", io::in_quotes(name),
                         " differ, where the model shares one ", io::in_quotes(*shared));
    match.copies.push_back(name);
  }
  for (const auto& [name, shape] : model) {
    const auto row = found.find(name);
    if (row == found.end()) {
      match.missing.push_back(name);
      continue;
    }
    const Shape& got = io::shape_of(file.at(row->second));
    const bool other_head = got != shape && detail::is_other_head(name, shape, got);
    require<FormatError>(got == shape || other_head, file.name, ": tensor ",
                         io::in_quotes(row->second), ": the model's ", io::in_quotes(name),
                         " expects ", shape, ", got ", got);
    (other_head ? match.replaced_head : match.matched).insert(*row);
  }
  return match;
}

}  // namespace adafuse::models::inline ADAFUSE_SIMD
