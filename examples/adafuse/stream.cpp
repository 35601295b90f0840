// adafuse stream: frames as they come, a prediction for each.
// SPDX-License-Identifier: MIT
#include <adafuse/io/image.hpp>
#include <chrono>
#include <iostream>

#include "consensus_option.hpp"
#include "films.hpp"
#include "session_options.hpp"

namespace adafuse::cli {

namespace {

namespace fs = std::filesystem;

struct StreamCommand {
  SessionOptions session;
  std::string source, future, consensus = "all";
  Index width = 0, height = 0;
};

/// The next picture [H, W, 3], or an undefined tensor at the end.
using PictureSource = std::function<Tensor<std::uint8_t>()>;

/// The pictures of a directory, in the order of their numbers.
PictureSource directory_source(const fs::path& dir, const SessionOptions& options) {
  require<IoError>(fs::is_directory(dir), dir.string(),
                   ": expected a film, a directory of frames, or -");
  return [files = data::pictures_in_order(dir, options.allow_holes), pictures = options.pictures,
          next = std::size_t{0}]() mutable {
    return next < files.size() ? io::read_image(files[next++], pictures) : Tensor<std::uint8_t>();
  };
}

/// Raw RGB from standard input, frame after frame.
PictureSource raw_source(Index height, Index width, const io::ImageOptions& pictures) {
  require<ValueError>(height > 0 && width > 0,
                      "raw RGB from standard input needs --width and --height");
  require<ValueError>(height <= pictures.most_pixels / width, "--width ", width, " and --height ",
                      height, ": more pixels than --most-pixels ", pictures.most_pixels);
  return [height, width, frame = Index{0}]() mutable -> Tensor<std::uint8_t> {
    Tensor<std::uint8_t> picture({height, width, 3});
    std::cin.read(reinterpret_cast<char*>(picture.data()), picture.size());
    if (std::cin.gcount() == 0) return {};
    require<FormatError>(std::cin.gcount() == picture.size(), "standard input: frame ", frame,
                         " ends after ", std::cin.gcount(), " of ", picture.size(), " bytes");
    ++frame;
    return picture;
  };
}

void stream(const StreamCommand& o, const CLI::App& command) {
  const LoadedModel model(o.session, command);
  const auto& config = model.card().config;
  if (!config.fusion.shift) refuse(command, {"--future"}, "on a model without temporal shift");
  if (config.consensus == models::Consensus::lstm)
    refuse(command, {"--consensus"}, "on a recurrent model: it remembers by itself");
  if (o.source != "-")
    refuse(command, {"--width", "--height"}, "on pictures, which have a size");
  else
    refuse(command, {"--allow-holes"}, "on raw RGB, which has no names");
  require<ValueError>(!config.fusion.shift || !o.future.empty(),
                      "this model looks at the next frame: --future wait gives its answers late, ",
                      "--future zero does without");
  const infer::StreamOptions options{.future = o.future == "wait"   ? infer::Future::wait
                                               : o.future == "zero" ? infer::Future::zero
                                                                    : infer::Future::refuse,
                                     .consensus = parse_consensus(o.consensus)};
  const auto next = o.source == "-" ? raw_source(o.height, o.width, o.session.pictures)
                    : data::is_film_name(o.source)
                        ? film_frames(o.source, o.session.pictures, model.side())
                        : directory_source(o.source, o.session);

  std::optional<infer::StreamSession<float>> session;
  infer::Ledger ledger;
  io::Json results = io::Json::array();
  double run_before = 0;
  const auto timed = [&](const auto& step) {
    const auto start = std::chrono::steady_clock::now();
    const auto prediction = step();
    const std::chrono::duration<double, std::milli> ms = std::chrono::steady_clock::now() - start;
    const double run = ledger.total(&infer::LedgerRow::macs_run);
    const double share = (run - std::exchange(run_before, run)) / session->network().dense_macs();
    if (!prediction) return false;
    const Guess guess(prediction->logits, concat("frame ", prediction->frame),
                      model.card().several_labels);
    const auto& name = model.card().classes[guess.label];
    if (o.session.json)
      results.push_back({{"frame", prediction->frame},
                         {"class", name},
                         {"score", guess.score},
                         {"milliseconds", ms.count()},
                         {"macs_fraction", share}});
    else
      std::printf("%ld %s %.3f %.3f ms %.1f %% of dense MACs\n",
                  static_cast<long>(prediction->frame), io::in_quotes(name).c_str(), guess.score,
                  ms.count(), 100 * share),
          std::fflush(stdout);  // who reads a stream wants each line as it comes
    return true;
  };
  for (auto picture = next(); picture.defined(); picture = next()) {
    const auto frame = model.frame_of(picture, o.source);
    if (!session) {
      session.emplace(model.fold(frame.shape(), 1), options);
      session->set_decider(model.decider());
      session->set_ledger(&ledger);
    }
    timed([&] { return session->push(frame); });
  }
  require<IoError>(session.has_value(), o.source, ": holds no frame");
  while (timed([&] { return session->drain(); })) {
  }
  if (o.session.json) {
    io::Json json{{"model", config.model}, {"policy", model.policy()}, {"frames", results}};
    if (o.session.ledger) json["ledger"] = ledger_json(ledger);
    std::cout << io::json_text(json) << "\n";
  } else if (o.session.ledger) {
    print_ledger(ledger);
  }
}

}  // namespace

void add_stream(CLI::App& app) {
  auto* command = app.add_subcommand(
      "stream", "Say what is going on, frame by frame: frame, class, score, ms, share of MACs.");
  auto o = std::make_shared<StreamCommand>();
  o->session.add_to(*command);
  command->add_option("SOURCE", o->source, "film, directory of pictures, or - for raw RGB on stdin")
      ->required();
  add_value(*command, "--width", o->width, "W", "of raw RGB, pixels");
  add_value(*command, "--height", o->height, "H", "of raw RGB, pixels");
  add_value(*command, "--consensus", o->consensus, "C",
            "mean over the frames so far: all, last:T or fading:K")
      ->capture_default_str();
  add_value(*command, "--future", o->future, "F",
            "with temporal shift: wait (exact, late) or zero (at once)")
      ->check(CLI::IsMember({"wait", "zero"}));
  command->callback([o, command] { stream(*o, *command); });
}

}  // namespace adafuse::cli
