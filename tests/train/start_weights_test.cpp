// Weights to start from: what is taken, what is new, what is passed over, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/start_weights.hpp>

namespace start_weights_test {

using namespace adafuse;
using namespace adafuse::train;
using Model = models::VideoModel<float>;

namespace {

models::ModelConfig config_of(const std::string& fusion, Index classes,
                              const std::string& name = "resnet8") {
  models::ModelConfig config;
  config.model = name;
  config.fusion = models::parse_fusion(fusion);
  config.classes = classes;
  config.policy_hidden = 4;
  return config;
}

io::TensorFile file_of(const Model& model, const std::string& prefix = "") {
  io::TensorFile file;
  file.name = "w.pth";
  for (const auto& [name, tensor] : nn::state_tensors(model))
    file.tensors[prefix + name] = tensor.clone();
  return file;
}

bool equal(const Tensor<float>& a, const Tensor<float>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

/// What start_from says; the model must be as it was.
std::string complaint(const Model& model, const io::TensorFile& file) {
  const auto before = file_of(model);
  std::string text;
  try {
    start_from(model, {}, file);
  } catch (const FormatError& error) {
    text = error.what();
  }
  for (const auto& [name, tensor] : nn::state_tensors(model))
    CHECK(equal(before.get<float>(name), tensor));
  return text;
}

}  // namespace

TEST_CASE("start weights: torchvision's weights, with a new head and fresh agents") {
  const Model source(config_of("none", 5), Key(1)), model(config_of("adafuse", 9), Key(2));
  const auto before = file_of(model);
  auto file = file_of(source, "module.");
  file.tensors["module.bn1.num_batches_tracked"] = Tensor<std::int64_t>({1});
  const auto report = start_from(model, {}, file);
  CHECK(report.loaded.size() == nn::state_tensors(source).size() - 2);
  CHECK(report.new_head == std::vector<std::string>{"fc.bias", "fc.weight"});
  CHECK(report.why_head == "the file's is for 5 classes");
  CHECK(report.passed_over == std::vector<std::string>{"module.fc.bias", "module.fc.weight"});
  CHECK_FALSE(report.complete());
  for (const auto& row : nn::state_tensors(model)) {
    const std::string& name = row.first;
    INFO(name);
    const bool is_new = is_of_head(name) || is_of_agent(name);
    CHECK(equal(row.second, is_new ? before.get<float>(name) : file.get<float>("module." + name)));
  }
  const auto text = concat(report);
  CHECK(text.find("new: the head; the file's is for 5 classes\nnew: ") != std::string::npos);
  CHECK(text.find("passed over: 2 tensors of the file: \"module.fc.bias\"") != std::string::npos);
}

TEST_CASE(
    "start weights: agents of a network without them are passed over; equal heads are taken") {
  const Model source(config_of("adafuse", 5), Key(1)), model(config_of("tsm", 5), Key(2));
  const auto report = start_from(model, {}, file_of(source));
  CHECK(report.complete());
  CHECK(report.passed_over.size() ==
        nn::state_tensors(source).size() - nn::state_tensors(model).size());
}

TEST_CASE("start weights: a head for classes of other names is new, though there are as many") {
  const Model source(config_of("none", 2), Key(1)), model(config_of("none", 2), Key(2));
  auto file = file_of(source);
  file.metadata["classes"] = R"(["left","right"])";
  CHECK(start_from(model, {"left", "right"}, file).complete());
  CHECK(start_from(model, {"up", "down"}, file).why_head == "the file's is for other classes");
}

TEST_CASE("start weights: an LSTM before the head is new, and so is the head") {
  auto config = config_of("none", 5);
  config.consensus = models::Consensus::lstm;
  config.lstm_hidden = 8;
  const Model source(config_of("none", 5), Key(1)), model(config, Key(2));
  const auto report = start_from(model, {}, file_of(source));
  CHECK(report.new_head.size() > 2);
  CHECK(report.why_head == "the file's reads 64 features");
}

TEST_CASE("start weights: a file of another network is refused, and nothing is written") {
  const Model small(config_of("none", 5), Key(1)), large(config_of("none", 5, "resnet14"), Key(2));
  CHECK(complaint(large, file_of(small)).find("w.pth: lacks \"layer1.1.") == 0);
  CHECK(complaint(small, file_of(large)).find("which resnet8 has not: it is of another network") !=
        std::string::npos);
  auto broken = file_of(small);
  broken.tensors["conv1.weight"] = Tensor<float>::full(io::shape_of(broken.at("conv1.weight")),
                                                       std::numeric_limits<float>::quiet_NaN());
  CHECK(complaint(small, broken) == "w.pth: tensor \"conv1.weight\" is not finite");
  broken.tensors["conv1.weight"] = Tensor<float>({16, 3, 5, 5});
  CHECK(complaint(small, broken).find("the model's \"conv1.weight\" expects") != std::string::npos);
  broken.tensors.clear();
  CHECK(complaint(small, broken).find("w.pth: lacks \"bn1.bias\"") == 0);
}

TEST_CASE("start weights: a checkpoint that is run as it is has all of it") {
  const Model dense(config_of("none", 5), Key(1)), adaptive(config_of("adafuse", 5), Key(2));
  CHECK(load_checkpoint(dense, file_of(dense, "module.base_model.")).complete());
  CHECK_THROWS_WITH_AS(load_checkpoint(adaptive, file_of(dense)),
                       doctest::Contains("it has no agents, or others than the options say"),
                       FormatError);
  const Model other(config_of("none", 6), Key(1));
  CHECK_THROWS_WITH_AS(load_checkpoint(other, file_of(dense)),
                       "w.pth: its head is not this network's for 6 classes: the file's is for 5 "
                       "classes",
                       FormatError);
}

}  // namespace start_weights_test
