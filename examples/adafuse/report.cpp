// adafuse report: what runs learned, decide and cost, on one page.
// SPDX-License-Identifier: MIT
#include <adafuse/train/run_files.hpp>
#include <cstdio>

#include "data_options.hpp"
#include "run_argument.hpp"
#include "run_report.hpp"

namespace adafuse::cli {

namespace {

struct ReportOptions {
  std::vector<std::string> runs;
  std::string out;
  DataOptions data;
};

/// Where the page goes. Throws before anything is read: for a file of a run, or no directory.
std::filesystem::path output_of(const ReportOptions& o) {
  require<ValueError>(!o.out.empty() || o.runs.size() == 1,
                      "report: several runs need --out FILE.html");
  if (o.out.empty()) return train::RunFiles(o.runs[0]).report();
  std::vector<std::string> inputs;
  for (const auto& run : o.runs) {
    const train::RunFiles files(run);
    for (const auto& file :
         {files.config(), files.metrics(), files.last(), files.best(), files.summary()})
      if (std::filesystem::exists(file)) inputs.push_back(file.string());
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
  for (const auto& run : o.runs) require_run_directory("RUN", run);
  const auto out = output_of(o);
  report::Page page;
  for (const auto& run : o.runs) {
    page.runs.push_back(read_run(run));
    for (std::size_t i = 0; i + 1 < page.runs.size(); ++i)  // of two with one name, the whole paths
      if (page.runs[i].name == page.runs.back().name) {
        page.runs[i].name = o.runs[i];
        page.runs.back().name = run;
      }
  }
  if (with_data) {
    const auto dataset = o.data.open();
    for (const auto& run : o.runs)
      require<ValueError>(classes_of_run(run) == dataset.classes, o.data.name(),
                          ": its classes are not those that ", run, " was trained on");
    for (std::size_t i = 0; i < o.runs.size(); ++i) add_clips(page.runs[i], o.runs[i], dataset.val);
  }
  io::write_file(out, report::html_page(page));
  std::printf("wrote %s\n", out.c_str());
}

}  // namespace

void add_report(CLI::App& app) {
  auto* command = app.add_subcommand("report", "Draw what runs learned, decide and cost.");
  auto o = std::make_shared<ReportOptions>();
  command->add_option("RUN", o->runs, "directories of runs")->required();
  o->data.add_to(*command);
  add_value(*command, "--out", o->out, "FILE", "the page (default, for one run: RUN/report.html)");
  add_threads(*command);
  command->callback([o, command] { write_report(*o, *command); });
}

}  // namespace adafuse::cli
