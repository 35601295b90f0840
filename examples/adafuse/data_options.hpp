// What train and eval share: where the data lies and how it is laid out, and what they say of it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/description.hpp>
#include <adafuse/data/open_dataset.hpp>
#include <string>
#include <vector>

#include "command.hpp"
#include "films.hpp"

namespace adafuse::cli {

class DataOptions {
 public:
  void add_to(CLI::App& command) {
    add_value(command, "--data", data_, "DIR",
              "data set: frames/, train.txt, val.txt, classes.txt; the lists of the field;\n"
              "films <class>/<clip>.mp4; or folders <class>/<clip> of frames (see docs/data.md)");
    add_value(command, "--train-list", options_.train_list, "FILE", "list of the clips to train on")
        ->needs(add_value(command, "--val-list", options_.val_list, "FILE",
                          "list of the clips to validate on"));
    command.get_option("--val-list")->needs("--train-list");
    add_value(command, "--classes", options_.classes, "FILE", "names of the classes");
    add_value(command, "--frames-root", options_.frames_root, "DIR",
              "what the paths in lists are below (default: DIR/frames or DIR)");
    add_value(command, "--list-columns", columns_, "NAMES",
              "what the columns of lists are, of path, start, offset, count, label, label...,\n"
              "labels (several in one field) and - for others, as path,start,count,label (default: "
              "path,count,label...)");
    add_value(command, "--name-template", names_, "NAME",
              "names of frames, as img_%05d.jpg (default: found in each folder)");
    add_value(command, "--first-frame", first_frame_, "N",
              "number of a clip's first frame (default: 0 or 1, as they lie)");
    add_most_pixels(command, options_.pictures);
    command.add_flag("--skip-broken", options_.skip_broken,
                     "read every frame first, and leave out the clips that cannot be read");
    command_ = &command;
  }

  /// The data set that the options describe; films are scaled to this shorter side while they are
  /// decoded, unless it is 0. Throws ValueError, IoError, FormatError.
  data::OpenedDataset open(Index film_side = 0) {
    options_.films = film_opener();
    options_.film_side = film_side;
    name();
    if (!columns_.empty()) options_.columns = data::parse_list_columns(columns_);
    if (!names_.empty()) options_.names = data::parse_frame_names(names_);
    if (command_->count("--first-frame") > 0) {
      require<ValueError>(first_frame_ >= 0, "--first-frame: expects a number from 0, got ",
                          first_frame_);
      options_.first_frame = first_frame_;
    }
    return data::open_dataset(data_, options_);
  }

  /// The options, those that are paths and the others: what a run that goes on takes again.
  static std::vector<std::string> paths() {
    return {"--data", "--train-list", "--val-list", "--classes", "--frames-root"};
  }
  static std::vector<std::string> others() {
    return {"--list-columns", "--name-template", "--first-frame", "--most-pixels", "--skip-broken"};
  }

  /// What errors call the data set. Throws ValueError where the options name none.
  std::string name() const {
    require<ValueError>(!data_.empty() || !options_.train_list.empty(),
                        "--data is required, or --train-list and --val-list");
    return data_.empty() ? options_.train_list.string() : data_;
  }

 private:
  const CLI::App* command_ = nullptr;
  data::DatasetOptions options_;
  std::string data_, columns_, names_;
  Index first_frame_ = 1;
};

/// Throws ValueError, saying what helps, when there is nothing to validate on.
inline void require_validation_clips(const DataOptions& options,
                                     const data::OpenedDataset& dataset) {
  const bool by_name = dataset.layout.find("split by name") != std::string::npos;
  require<ValueError>(dataset.val.size() > 0, options.name(), ": there are no clips to validate on",
                      by_name ? ": by their names all were cut from one source; give each source "
                                "a name, or put clips in folders train and val"
                              : "");
}

/// What --skip-broken has left out: how many clips, and why the first of them.
inline std::string left_out_lines(const data::OpenedDataset& dataset) {
  constexpr std::size_t shown = 5;
  const auto& reasons = dataset.left_out;
  if (reasons.empty()) return {};
  const Index all = dataset.train.size() + dataset.val.size() + std::ssize(reasons);
  std::string text =
      concat(reasons.size(), " of ", all, " clips cannot be read and are left out:\n");
  for (std::size_t i = 0; i < std::min(shown, reasons.size()); ++i)
    text += "  " + io::escaped(reasons[i]) + "\n";
  if (reasons.size() > shown) text += "  ...\n";
  return text;
}

/// The lines that a command begins with.
inline std::string first_lines(const DataOptions& options, const data::OpenedDataset& dataset,
                               const data::Description& description) {
  return concat(io::escaped(options.name()), ": ", io::escaped(dataset.layout), "; ",
                to_string(description), "\n", left_out_lines(dataset));
}

}  // namespace adafuse::cli
