// What the living page calls: a trained network, the frames of one clip, and a stream that runs
// through them. Everything here is the library's own; the page only draws.
//
//   page_open(file, policy, seed)        a model from the file, and who decides
//   page_gesture(label, seed)            a clip of the data set, drawn by its key
//   page_draw(figure, poses, seed)       a clip of a figure that goes where a hand led it
//   page_pixels()                        the frames, [T, 32, 32, 3], to read and to write
//   page_run()                           the stream: answer, decisions and work, frame by frame
//   page_milliseconds(policy, least)     how long a clip takes
//   page_margins()                       how close each decision was
//
// Answers are JSON; {"error": "..."} says what is wrong. Files are those of emscripten's memory:
// the page puts the bytes there that it fetched.
// SPDX-License-Identifier: MIT
#include <adafuse/data/gestures.hpp>
#include <adafuse/train/trained_model.hpp>
#include <chrono>
#include <cstring>
#include <optional>

using namespace adafuse;
using io::Json;

namespace {

constexpr Index frames = 8, size = 32;  // of the demonstration's gestures

/// A model of its file, and who decides.
struct Opened {
  std::string file;
  train::TrainedModel model;
  std::shared_ptr<const infer::FoldedNetwork<float>> network;
  infer::Decider decider;
};

std::optional<Opened> opened;
auto film = Tensor<std::uint8_t>({frames, size, size, 3});
std::string answer;

/// The answer of `ask`, or why there is none, as text that lasts until the next call.
template <class Ask>
const char* answered(const Ask& ask) {
  try {
    answer = io::json_text(ask(), -1);
  } catch (const std::exception& error) {
    answer = io::json_text({{"error", error.what()}}, -1);
  }
  return answer.c_str();
}

const Opened& the_model() {
  require<ValueError>(opened.has_value(), "page: no model is open");
  return *opened;
}

infer::Decider decider_of(const train::TrainedModel& model, const std::string& policy,
                          std::uint64_t seed) {
  const auto choice = train::parse_policy(policy);
  require<ValueError>(!choice.learned() || model.card().config.agents,
                      "policy learned: this model was trained without agents");
  return train::decider_of(choice, seed, "policy");
}

/// A stream as `adafuse stream` runs it: the mean of the last T frames' logits answers.
infer::StreamSession<float> stream_of(const Opened& o, const infer::Decider& decider) {
  infer::StreamSession<float> session(
      o.network, {.consensus = infer::LastFrames{o.model.card().config.frames}});
  session.set_decider(decider);
  return session;
}

Tensor<float> input_of(const Opened& o, Index t) { return o.model.frame_of(film[t], "a frame"); }

/// A letter for each channel: k, r, s.
std::string letters(const Tensor<std::uint8_t>& actions) {
  std::string text;
  for (const auto action : actions) text += row_of(Action{action}).name.front();
  return text;
}

Json opened_json(const Opened& o) {
  Json blocks = Json::array();
  for (const auto& block : o.network->blocks)
    blocks.push_back({{"name", block.name}, {"channels", block.channels}});
  return {{"model", o.model.card().config.model},
          {"classes", o.model.card().classes},
          {"blocks", blocks},
          {"dense_macs", o.network->dense_macs()}};
}

/// What a frame led to.
Json frame_json(const Opened& o, const infer::StreamSession<float>& session,
                const infer::Prediction<float>& seen, double macs) {
  const train::Guess guess(seen.logits, "a frame", o.model.card().several_labels);
  Json decisions = Json::object();
  for (std::size_t b = 0; b < o.network->blocks.size(); ++b)
    decisions[o.network->blocks[b].name] = letters(session.actions(b));
  return {{"class", o.model.card().classes[guess.label]},
          {"score", guess.score},
          {"logits", std::vector<float>(seen.logits.begin(), seen.logits.end())},
          {"macs", macs},
          {"decisions", decisions}};
}

}  // namespace

extern "C" {

const char* page_open(const char* file, const char* policy, double seed) {
  return answered([&] {
    train::TrainedModel model{std::filesystem::path(file)};
    const auto& config = model.card().config;
    require<ValueError>(config.fusion.adaptive, file,
                        ": decides nothing; expects an AdaFuse model");
    require<ValueError>(!config.fusion.shift, file,
                        ": looks at the next frame, which a page does not have yet");
    auto network = model.fold(model.frame_of(film[0], file).shape(), 1);
    auto decider = decider_of(model, policy, static_cast<std::uint64_t>(seed));
    opened.emplace(Opened{file, std::move(model), std::move(network), std::move(decider)});
    return opened_json(*opened);
  });
}

std::uint8_t* page_pixels() { return film.data(); }

const char* page_gesture(int label, double seed) {
  return answered([&] {
    require<ValueError>(label >= 0 && label < std::ssize(data::gesture_names), "page: gesture ",
                        label, " does not exist");
    film.copy_from(data::draw_gesture(static_cast<data::Gesture>(label), frames, size,
                                      Key(static_cast<std::uint64_t>(seed))));
    return Json{{"gesture", data::gesture_names[static_cast<std::size_t>(label)]}};
  });
}

/// `poses`: x, y, radius, angle of each frame. Answers with the colours, which are the seed's.
const char* page_draw(int figure, const double* poses, double seed) {
  return answered([&] {
    require<ValueError>(figure >= 0 && figure < 3, "page: figure ", figure, " does not exist");
    const Key key(static_cast<std::uint64_t>(seed));
    data::detail::Scene scene(key.of("scene"));
    scene.figure = static_cast<data::Figure>(figure);
    const double pixel = 2.0 / static_cast<double>(size);
    auto ground = Tensor<double>({size, size, 3});
    for (Index i = 0; i < size; ++i)
      for (Index j = 0; j < size; ++j) {
        const auto colour = scene.ground_at((static_cast<double>(j) + 0.5) * pixel - 1,
                                            (static_cast<double>(i) + 0.5) * pixel - 1);
        for (Index c = 0; c < 3; ++c) ground(i, j, c) = colour[static_cast<std::size_t>(c)];
      }
    for (Index t = 0; t < frames; ++t, poses += 4)
      data::detail::draw_frame(scene, {poses[0], poses[1], poses[2], poses[3]}, ground,
                               key.of("noise").of(static_cast<std::uint64_t>(t)), film[t]);
    return Json{{"colour", scene.colour}, {"ground", scene.ground}};
  });
}

const char* page_run() {
  return answered([] {
    const Opened& o = the_model();
    auto session = stream_of(o, o.decider);
    Json seen = Json::array();
    double before = 0;
    for (Index t = 0; t < frames; ++t) {
      const auto prediction = session.push(input_of(o, t));
      const double macs = session.macs_run() - before;
      before = session.macs_run();
      seen.push_back(frame_json(o, session, prediction.value(), macs));
    }
    return Json{{"frames", seen}};
  });
}

/// Mean over as many clips as it takes to fill `least` milliseconds; pixels are normalised before.
const char* page_milliseconds(const char* policy, double least) {
  return answered([&] {
    const Opened& o = the_model();
    auto session = stream_of(o, decider_of(o.model, policy, 0));
    std::vector<Tensor<float>> inputs;
    for (Index t = 0; t < frames; ++t) inputs.push_back(input_of(o, t));
    const auto start = std::chrono::steady_clock::now();
    double clips = 0, milliseconds = 0;
    for (; milliseconds < least; ++clips) {
      session.reset();
      for (const auto& input : inputs) session.push(input);
      milliseconds =
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
              .count();
    }
    return Json{{"milliseconds", milliseconds / clips}};
  });
}

/// For each block, frame and channel, how far the largest logit of the agent is above the second;
/// by the forward that trains, which knows the logits.
const char* page_margins() {
  return answered([] {
    const Opened& o = the_model();
    const auto saved = train::load_model(o.file);
    const auto clip = o.model.clip_of(film, "the clip");
    const NoGrad guard;
    AdaptiveContext<float> ctx;
    Json margins = Json::object();
    for (const auto& decision : saved.model.forward(clip, ctx).decisions) {
      const Tensor<float> logits = decision.logits.value();  // [T, c', 3]
      Json rows = Json::array();
      for (Index t = 0; t < logits.size(0); ++t) {
        Json row = Json::array();
        for (Index c = 0; c < logits.size(1); ++c) {
          std::array<float, 3> three{logits(t, c, 0), logits(t, c, 1), logits(t, c, 2)};
          std::sort(three.begin(), three.end());
          row.push_back(three[2] - three[1]);
        }
        rows.push_back(row);
      }
      margins[decision.block] = rows;
    }
    return Json{{"margins", margins}};
  });
}

}  // extern "C"
