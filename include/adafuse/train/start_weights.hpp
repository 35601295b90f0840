// Weights that training starts from, or that are evaluated as they are: which of a file's are
// taken, and what is new in the network.
//
// New may be what files of other programs do not have: agents, and a head for other classes. All
// else must be in the file, and the file may not have more of the backbone than the network: so a
// ResNet-34 is no ResNet-18.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/load_weights.hpp>
#include <adafuse/train/finite.hpp>
#include <adafuse/train/json_fields.hpp>
#include <adafuse/train/parameter_groups.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// What a network took from a file. Names are the network's, but for `passed_over`.
struct StartReport {
  std::vector<std::string> loaded;                ///< taken from the file
  std::vector<std::string> new_head, new_agents;  ///< as they were drawn
  std::string why_head;                           ///< "the file's is for 1000 classes"
  std::vector<std::string> passed_over;           ///< names of the file

  /// Whether the network's every tensor is the file's.
  bool complete() const { return new_head.empty() && new_agents.empty(); }

  friend std::ostream& operator<<(std::ostream& out, const StartReport& report) {
    out << report.loaded.size() << " tensors loaded\n";
    if (!report.new_head.empty()) out << "new: the head; " << report.why_head << "\n";
    if (!report.new_agents.empty())
      out << "new: " << report.new_agents.size() << " tensors of agents, which the file lacks\n";
    constexpr std::size_t shown = 5;
    if (report.passed_over.empty()) return out;
    out << "passed over: " << report.passed_over.size() << " tensors of the file:";
    for (std::size_t i = 0; i < std::min(shown, report.passed_over.size()); ++i)
      out << " " << io::in_quotes(report.passed_over[i]);
    return out << (report.passed_over.size() > shown ? " ...\n" : "\n");
  }
};

namespace detail {

/// Why the head of a file is not the network's; empty: it may be.
inline std::string other_head(const models::VideoModel<float>& model,
                              const std::vector<std::string>& classes, const io::TensorFile& file) {
  const auto names = models::canonical_names(file);
  const auto found = names.find("fc.weight");
  if (found == names.end() || names.count("fc.bias") == 0) return "the file has none";
  const Shape& theirs = io::shape_of(file.at(found->second));
  const Shape ours = nn::state_tensors(model).at("fc.weight").shape();
  if (theirs.rank() != 2) return concat("the file's is ", theirs);
  if (theirs[0] != ours[0]) return concat("the file's is for ", theirs[0], " classes");
  if (theirs[1] != ours[1]) return concat("the file's reads ", theirs[1], " features");
  // A model of this project names its classes.
  const auto named = file.metadata.find("classes");
  if (named == file.metadata.end() || classes.empty()) return {};
  const auto list = io::parse_json(named->second, file.name + ": classes");
  return list == io::Json(classes) ? "" : "the file's is for other classes";
}

/// The file without the head that the network does not take.
inline io::TensorFile without_head(const io::TensorFile& file, StartReport& report) {
  io::TensorFile rest = file;
  for (const auto& [canonical, name] : models::canonical_names(file))
    if (canonical.starts_with("fc.")) {
      rest.tensors.erase(name);
      report.passed_over.push_back(name);
    }
  return rest;
}

/// Throws FormatError when the file has more of the backbone than the network.
inline void check_left_over(const models::VideoModel<float>& model, const std::string& file,
                            const std::vector<std::string>& left_over) {
  std::set<std::string> roots;
  for (const auto& item : nn::state(model)) roots.insert(item.name.substr(0, item.name.find('.')));
  for (const auto& name : left_over) {
    const auto canonical = models::canonical_name(name).value_or(name);
    const bool backbone = !is_of_agent(canonical) && !is_of_head(canonical) &&
                          roots.count(canonical.substr(0, canonical.find('.'))) > 0;
    require<FormatError>(!backbone, file, ": has ", io::in_quotes(name), ", which ",
                         model.config().model, " has not: it is of another network");
  }
}

}  // namespace detail

/// Copies a file's weights into the network; a head for other classes, or with other names of
/// classes, and agents that the file lacks stay as they were drawn. All is checked before anything
/// is written. Throws FormatError, naming the file, when it is no file of this network.
inline StartReport start_from(const models::VideoModel<float>& model,
                              const std::vector<std::string>& classes, const io::TensorFile& file) {
  StartReport report;
  report.why_head = detail::other_head(model, classes, file);
  const auto given = report.why_head.empty() ? file : detail::without_head(file, report);
  auto own = nn::state_tensors(model);
  std::map<std::string, Shape> shapes;
  for (const auto& [name, tensor] : own) shapes.emplace(name, tensor.shape());
  const auto match = models::match_weights(shapes, given);
  for (const auto& name : match.missing) {
    require<FormatError>(is_of_head(name) || is_of_agent(name), file.name, ": lacks ",
                         io::in_quotes(name), " of ", model.config().model,
                         ": it is of another network");
    (is_of_head(name) ? report.new_head : report.new_agents).push_back(name);
  }
  detail::check_left_over(model, file.name, match.left_over);
  report.passed_over.insert(report.passed_over.end(), match.left_over.begin(),
                            match.left_over.end());
  if (report.why_head.empty() && !report.new_head.empty()) report.why_head = "the file has no LSTM";
  std::map<std::string, Tensor<float>> values;
  for (const auto& [ours, theirs] : match.matched) {
    values[ours] = file.get_cast<float>(theirs);
    require<FormatError>(std::all_of(values[ours].begin(), values[ours].end(),
                                     [](float x) { return std::isfinite(x); }),
                         file.name, ": tensor ", io::in_quotes(theirs), " is not finite");
    report.loaded.push_back(ours);
  }
  for (const auto& [name, value] : values) own.at(name).copy_from(value);
  return report;
}

/// The same where nothing may be new: a checkpoint that is run as it is. Throws FormatError.
inline StartReport load_checkpoint(const models::VideoModel<float>& model,
                                   const io::TensorFile& file) {
  const std::vector<std::string> any_classes;
  auto report = start_from(model, any_classes, file);
  require<FormatError>(report.new_head.empty(), file.name, ": its head is not this network's for ",
                       model.config().classes, " classes: ", report.why_head);
  require<FormatError>(report.new_agents.empty(), file.name, ": lacks ",
                       io::in_quotes(report.new_agents.empty() ? "" : report.new_agents.front()),
                       ": it has no agents, or others than the options say");
  return report;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
