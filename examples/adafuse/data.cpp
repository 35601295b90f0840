// adafuse data: films become frame folders, a data set is read whole before a training, and its
// split becomes lists.
// SPDX-License-Identifier: MIT
#include <adafuse/data/check_clips.hpp>
#include <adafuse/data/film_folders.hpp>
#include <adafuse/data/frame_clips.hpp>
#include <adafuse/data/frame_folder.hpp>
#include <adafuse/io/image.hpp>
#include <cstdio>

#include "data_options.hpp"

namespace adafuse::cli {

namespace {

namespace fs = std::filesystem;

/// Throws IoError unless nothing, or an empty directory, is at `dir`.
void require_empty(const fs::path& dir) {
  require<IoError>(!fs::exists(dir) || (fs::is_directory(dir) && fs::is_empty(dir)), dir.string(),
                   ": expected a new or empty directory");
}

struct ExtractOptions {
  std::string films, out;
  io::ImageOptions pictures;
  Index shorter_side = 0;
  int quality = 95;
};

/// Films, and the folder of each one's frames below that of the output.
struct Extraction {
  std::vector<data::FilmClip> films;
  std::vector<fs::path> folders;

  void add(const data::FilmClip& film, const fs::path& folder) {
    films.push_back(film);
    folders.push_back(folder);
    const auto taken = std::find(folders.begin(), folders.end() - 1, folder);
    require<ValueError>(taken == folders.end() - 1, film.path.string(),
                        ": its frames and those of ",
                        films[static_cast<std::size_t>(taken - folders.begin())].path.string(),
                        " would lie in one folder");
  }
};

/// One film, or all films of a directory by class.
Extraction find_films(const fs::path& source) {
  Extraction found;
  if (!fs::is_directory(source)) {
    found.add({source.string(), source, {0}}, "");
    return found;
  }
  require<IoError>(data::has_film_folders(source), source.string(),
                   ": expected a film, or films in folders by class, <class>/<clip>.mp4");
  const auto folders = data::read_film_folders(source);
  for (const auto* half : {&folders.train, &folders.val})
    for (const auto& film : *half)
      found.add(film, film.path.lexically_relative(source).replace_extension());
  return found;
}

void extract(const ExtractOptions& o) {
  const auto opener = film_opener();
  require<IoError>(opener != nullptr, o.films, ": is to be decoded, and ", data::films_need_ffmpeg);
  const auto found = find_films(o.films);
  require_empty(o.out);
  const auto films = opener(found.films, {.pictures = o.pictures, .shorter_side = o.shorter_side});
  std::vector<Index> counts(found.films.size());
  parallel_for(films->size(), 1, {}, [&](Index begin, Index end) {
    for (Index clip = begin; clip < end; ++clip) {
      const fs::path folder = fs::path(o.out) / found.folders[static_cast<std::size_t>(clip)];
      fs::create_directories(folder);
      films->each_frame(clip, [&](Index t, const Tensor<std::uint8_t>& image) {
        io::write_jpeg(folder / data::frame_file_name(t), image, o.quality);
      });
      counts[static_cast<std::size_t>(clip)] = films->frame_count(clip);
    }
  });
  Index frames = 0;
  for (const Index count : counts) frames += count;
  std::printf("%ld films, %ld frames, in %s\n", static_cast<long>(films->size()),
              static_cast<long>(frames), io::escaped(o.out).c_str());
}

/// Films one by one, so that each that cannot be opened is told; whatever else as it is opened.
data::CheckedClips check_dataset(const std::string& dir, const io::ImageOptions& pictures) {
  const auto opener = film_opener();
  if (fs::is_directory(dir) && data::has_film_folders(dir)) {
    require<IoError>(opener != nullptr, dir, ": holds films, and ", data::films_need_ffmpeg);
    const auto folders = data::read_film_folders(dir);
    data::ClipChecker checker(folders.classes);
    for (const auto* half : {&folders.train, &folders.val})
      for (const auto& film : *half)
        checker.add(half == &folders.train, film.path.string(), film.labels.front(),
                    [&] { return opener({film}, {.pictures = pictures, .shorter_side = 0}); });
    return checker.finish();
  }
  data::DatasetOptions options;
  options.pictures = pictures;
  const auto dataset = data::open_dataset(dir, options);
  data::ClipChecker checker(dataset.classes);
  checker.add(true, dataset.train);
  checker.add(false, dataset.val);
  return checker.finish();
}

void check(const std::string& dir, const io::ImageOptions& pictures) {
  const auto checked = check_dataset(dir, pictures);
  for (const auto& problem : checked.problems) std::printf("%s\n", io::escaped(problem).c_str());
  std::printf("%ld clips of %ld classes, %ld frames read\n", static_cast<long>(checked.clips),
              static_cast<long>(checked.classes), static_cast<long>(checked.frames));
  require<FormatError>(checked.problems.empty(), dir, ": ", checked.problems.size(),
                       checked.problems.size() == 1 ? " problem" : " problems");
}

/// `path frame_count label`, a line for each clip of a half.
std::string list_text(const data::Dataset& half, const fs::path& root) {
  const auto* clips = dynamic_cast<const data::FrameClips*>(&half);
  require<ValueError>(clips != nullptr, root.string(),
                      ": lists name frame folders; adafuse data extract makes them of films");
  std::string text;
  for (const auto& clip : clips->clips()) {
    require<ValueError>(clip.frames.first <= 1, clip.name, ": its first frame has number ",
                        clip.frames.first, ", and lists count from 0 or 1");
    const auto path = clip.dir.lexically_relative(root).string();
    require<ValueError>(clip.labels.size() == 1 || path.find_first_of(" \t") == std::string::npos,
                        clip.name, ": has several labels, and a path with spaces: no list of text ",
                        "holds both");
    text += concat(path, " ", clip.frames.count);
    for (const auto label : clip.labels) text += concat(" ", label);
    text += "\n";
  }
  return text;
}

void list(const std::string& dir, const fs::path& out, const io::ImageOptions& pictures) {
  data::DatasetOptions options;
  options.pictures = pictures;
  options.films = film_opener();
  const auto dataset = data::open_dataset(dir, options);
  const auto train = list_text(dataset.train, dir), val = list_text(dataset.val, dir);
  std::string classes;
  for (const auto& name : dataset.classes) classes += name + "\n";
  require_empty(out);
  fs::create_directories(out);
  io::overwrite_file(out / "classes.txt", classes);
  io::overwrite_file(out / "train.txt", train);
  io::overwrite_file(out / "val.txt", val);
  std::printf("%s: %s; %ld + %ld clips\n", io::escaped(dir).c_str(),
              io::escaped(dataset.layout).c_str(), static_cast<long>(dataset.train.size()),
              static_cast<long>(dataset.val.size()));
}

void add_extract(CLI::App& app) {
  auto* command =
      app.add_subcommand("extract", "Decode films to folders of frames 00001.jpg, 00002.jpg, ...");
  auto o = std::make_shared<ExtractOptions>();
  command->add_option("FILMS", o->films, "a film, or films by class: <class>/<clip>.mp4")
      ->required();
  command->add_option("OUT", o->out, "new or empty directory: OUT/<class>/<clip>/00001.jpg")
      ->required();
  add_value(*command, "--shorter-side", o->shorter_side, "S",
            "scale frames to this side (default: as they are)")
      ->check(CLI::Range(1, 65535));
  add_value(*command, "--quality", o->quality, "Q", "of the JPEG files")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  add_most_pixels(*command, o->pictures);
  add_threads(*command);
  command->callback([o] { extract(*o); });
}

struct PlaceOptions {
  std::string dir, out;
  io::ImageOptions pictures;
};

}  // namespace

void add_data(CLI::App& app) {
  auto* command = app.add_subcommand("data", "Prepare data sets: extract, check, list.");
  command->require_subcommand(1);
  add_extract(*command);
  const auto o = std::make_shared<PlaceOptions>();
  auto* checks = command->add_subcommand(
      "check", "Read every frame of a data set, and say what is wrong with it.");
  checks->add_option("DIR", o->dir, "data set (see docs/data.md)")->required();
  add_most_pixels(*checks, o->pictures);
  checks->callback([o] { check(o->dir, o->pictures); });
  auto* lists = command->add_subcommand(
      "list", "Write the split of frame folders as lists: classes.txt, train.txt, val.txt.");
  lists->add_option("DIR", o->dir, "data set of frame folders by class")->required();
  lists->add_option("OUT", o->out, "new or empty directory for the lists")->required();
  add_most_pixels(*lists, o->pictures);
  lists->callback([o] { list(o->dir, o->out, o->pictures); });
  for (CLI::App* each : command->get_subcommands({})) each->get_formatter()->column_width(32);
}

}  // namespace adafuse::cli
