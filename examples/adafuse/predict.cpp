// adafuse predict: what a trained model sees in clips, running no more than its decisions ask for.
// SPDX-License-Identifier: MIT
#include <adafuse/data/frame_clips.hpp>
#include <adafuse/data/known_lists.hpp>
#include <adafuse/io/image.hpp>
#include <chrono>
#include <iostream>

#include "file_kind.hpp"
#include "films.hpp"
#include "session_options.hpp"

namespace adafuse::cli {

namespace {

namespace fs = std::filesystem;

struct PredictOptions {
  SessionOptions session;
  std::vector<std::string> paths;
};

/// Some frames of a clip, in the order of time.
using Pictures = std::vector<Tensor<std::uint8_t>>;

/// A clip to be looked at: how many frames it has, and how to get those at some positions. Its file
/// is open while they are read, and no longer: there may be thousands of clips.
struct ClipSource {
  std::string name;
  Index frame_count;
  std::function<Pictures(const std::vector<Index>&)> frames;
  std::vector<std::int64_t> labels;  // none: nobody knows
  std::uint64_t number;              // in its list
};

ClipSource folder_clip(const fs::path& dir, const SessionOptions& options) {
  const auto files = std::make_shared<const std::vector<fs::path>>(
      data::pictures_in_order(dir, options.allow_holes));
  return {dir.string(),
          std::ssize(*files),
          [files, pictures = options.pictures](const std::vector<Index>& positions) {
            Pictures frames;
            for (const Index t : positions)
              frames.push_back(io::read_image((*files)[static_cast<std::size_t>(t)], pictures));
            return frames;
          },
          {},
          0};
}

ClipSource gif_clip(const fs::path& file, const io::ImageOptions& pictures) {
  const auto gif = io::read_gif(file, pictures);
  return {file.string(),
          gif.size(0),
          [gif](const std::vector<Index>& positions) {
            Pictures frames;
            for (const Index t : positions) frames.push_back(gif[t]);
            return frames;
          },
          {},
          0};
}

/// `side` is the shorter side that the model scales frames to; 0: it takes them as they are.
ClipSource film_clip(const fs::path& file, const io::ImageOptions& pictures, Index side) {
  const auto films = film_opener();
  require<IoError>(films != nullptr, file.string(), ": is a film, and ", data::films_need_ffmpeg);
  const std::shared_ptr<const data::Dataset> film =
      films({{file.string(), file, {0}}},
            {.pictures = pictures, .shorter_side = side, .threads = data::decoder_threads(1)});
  return {file.string(),
          film->frame_count(0),
          [film](const std::vector<Index>& positions) { return film->frames(0, positions); },
          {},
          0};
}

/// The frames lie where a data set with this list has them, below its directory.
void add_list(const fs::path& file, const std::vector<std::string>& classes,
              const io::ImageOptions& pictures, std::vector<ClipSource>& clips) {
  const auto folder = std::make_shared<const data::FrameClips>(
      data::read_list(file, data::usual_frames_roots(file.parent_path()), classes), pictures);
  for (Index i = 0; i < folder->size(); ++i)
    clips.push_back(
        {folder->name(i), folder->frame_count(i),
         [folder, i](const std::vector<Index>& positions) { return folder->frames(i, positions); },
         folder->labels(i), static_cast<std::uint64_t>(i)});
}

/// Throws IoError for a directory that holds clips or classes, and no frames.
void require_no_data_set(const fs::path& dir) {
  if (!data::detail::picture_names(dir).empty()) return;
  std::string inside;
  for (const auto& entry : fs::directory_iterator(dir))
    if (const auto name = entry.path().filename().string();
        entry.is_directory() && (inside.empty() || data::natural_less(name, inside)))
      inside = name;
  require<IoError>(inside.empty(), dir.string(),
                   ": holds no frames 00001.jpg, ... but directories, ", io::in_quotes(inside),
                   " for one: a clip is one directory of frames");
}

/// Throws IoError, saying what it is, for a file that can be no list.
void require_list(const fs::path& file, const NamedKind& is) {
  require<IoError>(is.kind == FileKind::text, file.string(), ": is ", is.name,
                   is.kind == FileKind::picture
                       ? "; a clip is a directory of pictures, a film or a GIF"
                       : "; expected a directory of frames, a film, a GIF or a list of clips");
}

std::vector<ClipSource> find_clips(const std::vector<std::string>& paths,
                                   const std::vector<std::string>& classes,
                                   const SessionOptions& options, Index side) {
  std::vector<ClipSource> clips;
  for (const fs::path path : paths) {
    require<IoError>(fs::exists(path), path.string(), ": there is no such file or directory");
    if (fs::is_directory(path)) {
      require_no_data_set(path);
      clips.push_back(folder_clip(path, options));
      continue;
    }
    const auto is = kind_of_file(path);
    if (is.kind == FileKind::gif) {
      clips.push_back(gif_clip(path, options.pictures));
    } else if (data::is_film_name(path) || is.kind == FileKind::film) {
      clips.push_back(film_clip(path, options.pictures, side));
    } else {
      require_list(path, is);
      add_list(path, classes, options.pictures, clips);
    }
  }
  return clips;
}

void predict(const PredictOptions& o, const CLI::App& command) {
  const LoadedModel model(o.session, command);
  const auto& card = model.card();
  const Index frames = card.config.frames;
  const auto clips = find_clips(o.paths, card.classes, o.session, model.side());
  std::optional<infer::ClipSession<float>> session;
  Shape size;  // of the frames that the session is for
  infer::Ledger all;
  Index labelled = 0, right = 0;
  io::Json results = io::Json::array();
  for (const auto& clip : clips) {
    Tensor<float> input;
    const auto pictures = clip.frames(model.frames_of(clip.frame_count));
    for (Index t = 0; t < frames; ++t) {
      const auto frame = model.frame_of(pictures[static_cast<std::size_t>(t)], clip.name);
      if (!input.defined()) input = Tensor<float>({1, frames, 3, frame.size(1), frame.size(2)});
      input[0][t].copy_from(frame);
    }
    if (const Shape now = input[0][0].shape(); !session || now != size) {
      require<ValueError>(!session || !o.session.ledger, clip.name,
                          ": --ledger expects frames of one size, got ", size, " and ", now);
      size = now;
      session.emplace(model.fold(size, frames), 1, frames);
      session->set_decider(model.decider());
      session->run(input, clip.number);  // The first run makes room; it is not timed.
    }
    infer::Ledger ledger;
    session->set_ledger(o.session.ledger ? &all : &ledger);
    const double run_before = all.total(&infer::LedgerRow::macs_run);
    const auto start = std::chrono::steady_clock::now();
    const auto logits = session->run(input, clip.number);
    const double ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    const double run = o.session.ledger ? all.total(&infer::LedgerRow::macs_run) - run_before
                                        : ledger.total(&infer::LedgerRow::macs_run);
    const double share = run / (session->network().dense_macs() * static_cast<double>(frames));
    const Guess guess(logits[0].values(), io::in_quotes(clip.name), card.several_labels);
    if (!clip.labels.empty()) {
      const auto end = card.several_labels ? clip.labels.end() : clip.labels.begin() + 1;
      const auto answer = static_cast<std::int64_t>(guess.label);
      ++labelled, right += std::find(clip.labels.begin(), end, answer) != end;
    }
    if (o.session.json)
      results.push_back({{"clip", clip.name},
                         {"class", card.classes[guess.label]},
                         {"score", guess.score},
                         {"milliseconds", ms},
                         {"macs_fraction", share}});
    else
      std::printf("%s\t%s\t%.3f\t%.3f ms\t%.1f %% of dense MACs\n",
                  io::in_quotes(clip.name, data::detail::longest_path).c_str(),
                  io::in_quotes(card.classes[guess.label]).c_str(), guess.score, ms, 100 * share);
  }
  if (o.session.json) {
    io::Json json{{"model", card.config.model}, {"policy", model.policy()}, {"clips", results}};
    if (labelled > 0)
      json["top1"] = 100.0 * static_cast<double>(right) / static_cast<double>(labelled);
    if (o.session.ledger) json["ledger"] = ledger_json(all);
    std::cout << io::json_text(json) << "\n";
    return;
  }
  if (labelled > 0)
    std::printf("top-1 %.2f %% of %ld clips\n",
                100.0 * static_cast<double>(right) / static_cast<double>(labelled),
                static_cast<long>(labelled));
  if (o.session.ledger) print_ledger(all);
}

}  // namespace

void add_predict(CLI::App& app) {
  auto* command = app.add_subcommand(
      "predict",
      "Say what is in clips, skipping what can be skipped: clip, class, score, ms,\n"
      "share of MACs. Fields are set apart by tabs, names stand in quotes.");
  auto o = std::make_shared<PredictOptions>();
  o->session.add_to(*command);
  command
      ->add_option(
          "PATH", o->paths,
          "directories of frames 00001.jpg ..., films, GIFs, or lists beside a directory `frames`")
      ->required();
  command->callback([o, command] { predict(*o, *command); });
}

}  // namespace adafuse::cli
