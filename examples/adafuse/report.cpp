// adafuse report: what runs learned, decide and cost, on one page.
// SPDX-License-Identifier: MIT
#include <adafuse/train/run_files.hpp>
#include <cstdio>

#include "data_options.hpp"
#include "run_argument.hpp"
#include "run_report.hpp"
#include "sweep_files.hpp"

namespace adafuse::cli {

namespace {

struct ReportOptions {
  std::vector<std::string> runs;
  std::string out;
  DataOptions data;
};

/// What goes on the page, and the directory of each of its runs.
struct Subjects {
  report::Page page;
  std::vector<std::string> dirs;
};

bool is_sweep(const std::string& dir) { return std::filesystem::exists(SweepFiles(dir).table()); }

Subjects subjects_of(const ReportOptions& o) {
  Subjects all;
  auto& runs = all.page.runs;
  for (const auto& dir : o.runs) {
    if (is_sweep(dir)) {
      const SweepFiles files(dir);
      const auto table = files.table().string();
      const auto swept = report::parse_sweep(io::read_file(table), table);
      add_sweep_to(all.page, files, swept);
      for (const auto& run : swept) all.dirs.push_back((files.dir() / run.directory()).string());
    } else {
      runs.push_back(read_run(dir));
      all.dirs.push_back(dir);
    }
  }
  for (std::size_t i = 0; i < runs.size(); ++i)  // of two with one name, the whole paths
    for (std::size_t j = i + 1; j < runs.size(); ++j)
      if (runs[i].name == runs[j].name) {
        runs[i].name = all.dirs[i];
        runs[j].name = all.dirs[j];
      }
  return all;
}

/// Where the page goes. Throws for a file that is read, and where there is no directory.
std::filesystem::path output_of(const ReportOptions& o, const std::vector<std::string>& dirs) {
  if (o.out.empty())
    return is_sweep(o.runs[0]) ? SweepFiles(o.runs[0]).report()
                               : train::RunFiles(o.runs[0]).report();
  std::vector<std::string> inputs;
  const auto read = [&inputs](const std::filesystem::path& file) {
    if (std::filesystem::exists(file)) inputs.push_back(file.string());
  };
  for (const auto& dir : o.runs) read(SweepFiles(dir).table());
  for (const auto& dir : dirs) {
    const train::RunFiles files(dir);
    for (const auto& file :
         {files.config(), files.metrics(), files.last(), files.best(), files.summary()})
      read(file);
  }
  refuse_output_over(o.out, inputs);
  const auto path = std::filesystem::absolute(o.out);
  require<IoError>(!std::filesystem::is_directory(path), o.out, ": is a directory");
  require<IoError>(std::filesystem::is_directory(path.parent_path()), o.out,
                   ": there is no directory ", path.parent_path().string());
  return o.out;
}

void write_report(ReportOptions& o, const CLI::App& command) {
  const bool with_data = command.count("--data") + command.count("--train-list") > 0;
  if (!with_data) {
    refuse(command, DataOptions::paths(), "without --data");
    refuse(command, DataOptions::others(), "without --data");
  }
  for (const auto& run : o.runs)
    if (!is_sweep(run)) require_run_directory("RUN", run);
  require<ValueError>(!o.out.empty() || o.runs.size() == 1,
                      "report: several runs need --out FILE.html");
  auto [page, dirs] = subjects_of(o);
  const auto out = output_of(o, dirs);
  if (with_data) {
    const auto dataset = o.data.open();
    for (const auto& run : dirs)
      require<ValueError>(classes_of_run(run) == dataset.classes, o.data.name(),
                          ": its classes are not those that ", run, " was trained on");
    for (std::size_t i = 0; i < dirs.size(); ++i) add_clips(page.runs[i], dirs[i], dataset.val);
  }
  io::write_file(out, report::html_page(page));
  std::printf("wrote %s\n", out.c_str());
}

}  // namespace

void add_report(CLI::App& app) {
  auto* command = app.add_subcommand("report", "Draw what runs learned, decide and cost.");
  auto o = std::make_shared<ReportOptions>();
  command->add_option("RUN", o->runs, "directories of runs and of sweeps")->required();
  o->data.add_to(*command);
  add_value(*command, "--out", o->out, "FILE", "the page (default, for one run: RUN/report.html)");
  add_threads(*command);
  command->callback([o, command] { write_report(*o, *command); });
}

}  // namespace adafuse::cli
