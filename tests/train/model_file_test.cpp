// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/model_file.hpp>
#include <limits>

#include "../data/scratch_dir.hpp"
#include "../models/lively_model.hpp"

namespace model_file_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

models::ModelConfig adaptive() { return models::small_config("resnet8", "adafuse"); }

ModelCard card_of(const models::ModelConfig& config) {
  ModelCard card{
      config, {"left", "right", "up", "down", "a name, \"quoted\""}, {}, parse_policy("keep-all")};
  card.input.size = 12;
  card.input.normalisation.mean = {0.1f, 0.2f, 0.3f};
  return card;
}

/// What reading a file says that holds a saved model after `change`.
std::string complaint(const std::function<void(io::TensorFile&)>& change) {
  const data::ScratchDir scratch("model-file");
  const auto path = scratch.path / "model.safetensors";
  save_model(path, models::lively_model<float>(adaptive()), card_of(adaptive()));
  auto file = io::read_safetensors(path);
  change(file);
  io::write_safetensors(path, file);
  try {
    load_model(path);
  } catch (const FormatError& error) {
    const std::string text = error.what();
    CHECK(text.starts_with(path.string() + ": "));
    return text.substr(path.string().size() + 2);
  }
  return "";
}

void change_json(io::TensorFile& file, const char* text, const std::function<void(io::Json&)>& f) {
  auto json = io::parse_json(file.metadata.at(text), text);
  f(json);
  file.metadata[text] = io::json_text(json, -1);
}

}  // namespace

TEST_CASE("model file: card and weights come back as they were") {
  const data::ScratchDir scratch("model-file");
  const auto path = scratch.path / "model.safetensors";
  const auto model = models::lively_model<float>(adaptive());
  save_model(path, model, card_of(adaptive()));
  const auto saved = load_model(path);
  CHECK(saved.card.config == adaptive());
  CHECK(saved.card.classes == card_of(adaptive()).classes);
  CHECK(saved.card.input.size == 12);
  CHECK(saved.card.input.normalisation == card_of(adaptive()).input.normalisation);
  CHECK(saved.card.policy.kind == PolicyChoice::Kind::keep_all);
  const auto before = nn::state_tensors(model), after = nn::state_tensors(saved.model);
  REQUIRE(before.size() == after.size());
  for (const auto& entry : before) {
    INFO(entry.first);
    CHECK(models::largest_difference(entry.second, after.at(entry.first)) == 0);
  }
}

TEST_CASE("model file: the input's rule is kept; files of before it take any picture") {
  const InputConfig wide{
      .fit = data::Fit::refuse, .height = 8, .width = 12, .sampling = data::FrameSampling::dense};
  auto json = to_json(wide);
  const auto back = from_json<InputConfig>(json, "input");
  CHECK(back.framing() == wide.framing());
  CHECK(back.sampling == wide.sampling);
  const auto loader = test_loader(back, 3, 5);
  CHECK(loader.height == 8);
  CHECK(loader.transform.fit == data::Fit::refuse);
  CHECK(loader.transform.sampling == data::FrameSampling::dense);
  json["width"] = 0;
  CHECK_THROWS_AS(from_json<InputConfig>(json, "input"), FormatError);
  for (const char* key : {"fit", "height", "width", "sampling"}) CHECK(json.erase(key) == 1);
  const auto old = from_json<InputConfig>(json, "input");
  CHECK(old.framing() == data::Framing{});
  CHECK(old.sampling == data::FrameSampling::segments);
}

TEST_CASE("model file: what is no model of ours is told with its name") {
  CHECK(complaint([](auto& f) { f.metadata.clear(); }) ==
        "not a model of adafuse: no \"config\" in its metadata");
  CHECK(complaint([](auto& f) { f.metadata.erase("classes"); }).find("\"classes\"") !=
        std::string::npos);
  CHECK(complaint([](auto& f) { f.metadata["config"] = "{"; }).starts_with("config:1:"));
  CHECK(complaint([](auto& f) { f.metadata["classes"] = "{}"; }) == "classes: expected a list");
  CHECK(complaint([](auto& f) { f.metadata["classes"] = "[1,2,3,4,5]"; }) ==
        "classes: expected texts");
  CHECK(complaint([](auto& f) { f.metadata["classes"] = "[\"a\"]"; }) ==
        "names 1 classes, the network has 5");
  CHECK(complaint([](auto&) {}) == "");
}

TEST_CASE("model file: a configuration that no network has is told with the file's name") {
  const auto config = [](const char* key, const io::Json& value) {
    return complaint(
        [&](auto& f) { change_json(f, "config", [&](auto& json) { json[key] = value; }); });
  };
  CHECK(config("model", "resnet9").find("got 'resnet9'") != std::string::npos);
  CHECK(config("fusion", "late").find("got 'late'") != std::string::npos);
  CHECK(config("frames", -1).find("got -1") != std::string::npos);
  CHECK(config("frames", 2.5) == "config: \"frames\" does not take 2.5");
  CHECK(config("colour", 1) == "config: \"colour\" is not known");
}

TEST_CASE("model file: weights that do not fit the network are told by name") {
  CHECK(complaint([](auto& f) { f.tensors.erase("fc.bias"); }) ==
        "no tensor named 'fc.bias', which its network has");
  CHECK(complaint([](auto& f) { f.tensors["extra"] = Tensor<float>::zeros({1}); }) ==
        "its network has no tensor 'extra'");
  CHECK(complaint([](auto& f) { f.tensors["fc.bias"] = Tensor<float>::zeros({6}); }) ==
        "tensor 'fc.bias' expects [5], got [6]");
  CHECK(complaint([](auto& f) { f.tensors["fc.bias"] = Tensor<double>::zeros({5}); }) ==
        "tensor \"fc.bias\": expected F32, got F64");
}

TEST_CASE("model file: a network that its file cannot hold is refused and never built") {
  // Each of these would take more memory than there is.
  const auto refused = [](const std::function<void(io::Json&)>& change) {
    return complaint([&](auto& f) { change_json(f, "config", change); });
  };
  const std::string hidden = refused([](auto& json) { json["policy_hidden"] = 2'000'000'000; });
  CHECK(hidden.starts_with("tensor 'layer1.0.policy_net.gate_bn.bias' expects [2000000000], got"));
  const std::string lstm = refused([](auto& json) {
    json["consensus"] = "lstm";
    json["lstm_hidden"] = 1'000'000;
  });
  CHECK(lstm.starts_with("tensor 'fc.weight' expects [5,1000000], got"));
  CHECK(refused([](auto& json) {
          json["consensus"] = "lstm";
          json["lstm_hidden"] = 2'000'000'000;
        }) == "Shape: too many elements");
  CHECK(refused([](auto& json) { json["policy_hidden"] = 4'000'000'000; }) ==
        "model: policy hidden is at most 2147483647, got 4000000000");
  for (const char* key : {"lstm_hidden", "policy_hidden", "policy_quota", "frames", "stem_stride",
                          "policy_groups_of"})
    for (const Index value : {Index{-1}, std::numeric_limits<Index>::max()})
      CHECK(refused([&](auto& json) { json[key] = value; }).starts_with("model: "));
  CHECK(refused([](auto& json) { json["policy_relative"] = 1e300; }).starts_with("model: "));
  CHECK(refused([](auto& json) { json["dropout"] = 1.5; }) ==
        "Dropout: p must be in [0, 1), got 1.5");
}

TEST_CASE("model file: how frames become input is checked as strictly as on the command line") {
  const auto input = [](const std::function<void(io::Json&)>& change) {
    return complaint([&](auto& f) { change_json(f, "input", change); });
  };
  const auto normalisation = [&](const char* key, const io::Json& value) {
    return input([&](auto& json) { json["normalisation"][key] = value; });
  };
  for (const double wrong : {0.0, -0.1, 1e-40})
    CHECK(normalisation("deviation", {0.2, wrong, 0.2})
              .starts_with("input: normalisation: normalisation: expects"));
  for (const double wrong : {1e39, -1e39, 1e300})
    CHECK(normalisation("mean", {0.4, 0.4, wrong}).find("\"mean\" does not take") !=
          std::string::npos);
  CHECK(normalisation("mean", {3e38, 0.4, 0.4}).find("expects finite means") != std::string::npos);
  CHECK(input([](auto& json) { json["size"] = -12; }) ==
        "input: size is at least 0 and at most 65535, got -12");
  CHECK(input([](auto& json) { json["size"] = 1'000'000'000; }).find("at most 65535") !=
        std::string::npos);
  CHECK(input([](auto& json) { json["shorter_side"] = 8; }) ==
        "input: shorter side of 8 does not hold a crop of 12");
  CHECK(input([](auto& json) { json["shorter_side"] = -8; }) != "");
  CHECK(complaint([](auto& f) { f.metadata["policy"] = "lerned"; }).find("got 'lerned'") !=
        std::string::npos);
}

TEST_CASE("model file: class names are each there once, and are names") {
  const auto classes = [](const char* text) {
    return complaint([&](auto& f) { f.metadata["classes"] = text; });
  };
  CHECK(classes(R"(["a","b","a","c","d"])") == "class \"a\" comes twice");
  CHECK(classes(R"(["a","b","","c","d"])") == "classes: \"\" is no name of a class");
  CHECK(classes(R"(["a","b\n","c","d","e"])") == "classes: \"b\\x0A\" is no name of a class");
}

TEST_CASE("model file: what its texts say is quoted short, and without what a terminal obeys") {
  const std::string hostile = "\\u001b[31m" + std::string(100'000, 'n');
  const auto config = [](const std::string& key, const std::string& value) {
    return complaint([&](auto& f) {
      change_json(f, "config",
                  [&](auto& json) { json[key] = io::parse_json('"' + value + '"', "value"); });
    });
  };
  for (const char* key : {"model", "fusion", "consensus", "policy_pool", "frames"}) {
    const std::string text = config(key, hostile);
    CHECK(text != "");
    CHECK(text.size() < 500);
    CHECK(text.find('\x1b') == std::string::npos);
  }
}

TEST_CASE(
    "model file: at whatever byte it was cut off or is no model at all, reading it is an error") {
  const data::ScratchDir scratch("model-file");
  const auto path = scratch.path / "model.safetensors";
  save_model(path, models::lively_model<float>(adaptive()), card_of(adaptive()));
  const auto bytes = io::read_file(path);
  for (std::size_t kept = 0; kept < bytes.size(); kept += bytes.size() / 23) {
    io::write_file(path, bytes.substr(0, kept));
    INFO(kept);
    CHECK_THROWS_WITH_AS(load_model(path), doctest::Contains(path.c_str()), FormatError);
  }
  io::write_file(path, std::string(4096, 'x'));
  CHECK_THROWS_AS(load_model(path), FormatError);
  std::filesystem::remove(path);
  CHECK_THROWS_WITH_AS(load_model(path), doctest::Contains(path.c_str()), IoError);
}

}  // namespace model_file_test
