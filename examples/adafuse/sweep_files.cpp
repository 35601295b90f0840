// The files of a sweep. See sweep_files.hpp.
// SPDX-License-Identifier: MIT
#include "sweep_files.hpp"

#include <adafuse/train/run_files.hpp>

#include "run_report.hpp"

namespace adafuse::cli {

namespace fs = std::filesystem;

void SweepFiles::begin(const io::Json& options) const {
  const auto name = dir_.string();
  if (fs::exists(this->options())) {
    const auto began = io::read_json(this->options());
    require<FormatError>(began.is_object(), this->options().string(), ": expected an object, got ",
                         began.type_name());
    io::Json all = began;
    all.update(options);
    for (const auto& entry : all.items()) {
      const auto text = [&entry](const io::Json& json) {
        return json.contains(entry.key()) ? io::json_quote(json[entry.key()]) : "not given";
      };
      require<ValueError>(began.contains(entry.key()) && options.contains(entry.key()) &&
                              began[entry.key()] == options[entry.key()],
                          entry.key(), " is ", text(options), ", the sweep in ", name,
                          " began with ", text(began), "; another --out begins another sweep");
    }
    return;
  }
  std::error_code error;
  require<IoError>(!fs::exists(dir_) || (fs::is_directory(dir_) && fs::is_empty(dir_, error)), name,
                   ": is there and holds no sweep; give another directory");
  fs::create_directories(dir_, error);
  require<IoError>(!error, name, ": cannot make the directory: ", error.message());
  io::write_json(this->options(), options);
}

report::SweepRun read_swept_run(const fs::path& dir, const std::string& lambda,
                                const std::string& seed) {
  const auto file = train::RunFiles(dir).summary();
  const auto summary = io::read_json(file);
  const auto value = [&](const char* key) {
    require<FormatError>(summary.is_object() && summary.contains(key) && summary[key].is_number(),
                         file.string(), ": expected a number \"", key, "\"");
    return summary[key].get<double>();
  };
  return {lambda, seed, value("top1"), value("macs_fraction"), value("macs_per_clip")};
}

void add_sweep_to(report::Page& page, const SweepFiles& files,
                  const std::vector<report::SweepRun>& runs) {
  const auto name = fs::absolute(files.dir()).lexically_normal();
  page.sweeps.push_back(
      {(name.has_filename() ? name : name.parent_path()).filename().string(), runs});
  for (const auto& run : runs) {
    page.runs.push_back(read_run(files.dir() / run.directory()));
    page.runs.back().swept = true;
  }
}

fs::path write_sweep_report(const SweepFiles& files, const std::vector<report::SweepRun>& runs) {
  report::Page page{.title = "adafuse sweep", .runs = {}};
  add_sweep_to(page, files, runs);
  io::write_file(files.report(), report::html_page(page));
  return files.report();
}

}  // namespace adafuse::cli
