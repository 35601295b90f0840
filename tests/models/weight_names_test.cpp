// Names of other people's checkpoints, matched with ours.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/models/weight_names.hpp>
#include <sstream>

namespace weight_names_test {

using namespace adafuse;
using models::canonical_name;
using models::match_weights;

namespace {

using Names = std::vector<std::string>;
using Shapes = std::map<std::string, Shape>;
using Matched = std::map<std::string, std::string>;

/// A file with a tensor of each name and shape, filled with `value`.
io::TensorFile file_of(const Shapes& shapes, float value = 0) {
  io::TensorFile file;
  file.name = "w.pth";
  for (const auto& [name, shape] : shapes) file.tensors[name] = Tensor<float>::full(shape, value);
  return file;
}

/// An agent of 2 -> 3 channels with 5 hidden units: 2c = 4, 3c' = 9.
Shapes agent(const std::string& fc0, const std::string& fc1) {
  return {{fc0 + ".weight", {5, 4}},
          {fc0 + ".bias", {5}},
          {fc1 + ".weight", {9, 5}},
          {fc1 + ".bias", {9}}};
}

Shapes operator+(Shapes a, const Shapes& b) {
  a.insert(b.begin(), b.end());
  return a;
}

const Shapes at_root = agent("gate_fc0s.4_9", "gate_fc1s.4_9");
const Shapes in_block = agent("layer1.0.policy_net.gate_fc0", "layer1.0.policy_net.gate_fc1");
const Shapes in_next =
    agent("module.layer1.1.policy_net.gate_fc0", "module.layer1.1.policy_net.gate_fc1");

void check_refused(const Shapes& model, const io::TensorFile& file, const char* reason) {
  CHECK_THROWS_WITH_AS(match_weights(model, file), doctest::Contains(reason), FormatError);
}

}  // namespace

TEST_CASE("weight names: names of other scripts become ours") {
  const std::pair<const char*, const char*> names[] = {
      {"conv1.weight", "conv1.weight"},
      {"module.conv1.weight", "conv1.weight"},
      {"base_model.conv1.weight", "conv1.weight"},
      {"module.base_model.module.layer1.0.bn1.running_var", "layer1.0.bn1.running_var"},
      {"base_model.layer2.0.downsample0.weight", "layer2.0.downsample.0.weight"},
      {"layer2.0.downsample1.running_mean", "layer2.0.downsample.1.running_mean"},
      {"layer2.0.downsample.1.running_mean", "layer2.0.downsample.1.running_mean"},
      {"module.new_fc.weight", "fc.weight"},
      {"new_fc.bias", "fc.bias"},
      {"module.base_model.gate_fc0s.128_192.weight", "gate_fc0s.128_192.weight"},
      {"module.inception_3a_1x1_bn.bias", "inception_3a_1x1_bn.bias"},
      {"", ""},
      {"a..b.", "a..b."}};
  for (const auto& [file, ours] : names) CHECK(canonical_name(file) == ours);
}

TEST_CASE("weight names: only whole components are renamed, only leading prefixes are taken off") {
  for (const char* name : {"layer.downsample00.weight", "xdownsample0.weight", "new_fc2.weight",
                           "renew_fc.weight", "layer.module.weight", "modules.weight", "module"})
    CHECK(canonical_name(name) == name);
}

TEST_CASE("weight names: counts of batches are no weights") {
  CHECK(!canonical_name("module.bn1.num_batches_tracked"));
  CHECK(!canonical_name("num_batches_tracked"));
  CHECK(canonical_name("num_batches_tracked.weight"));
}

TEST_CASE("weight names: each tensor is matched, missing, left over or ignored") {
  const Shapes model{{"conv1.weight", {2, 3, 3, 3}}, {"bn1.bias", {2}}, {"fc.bias", {4}}};
  const auto match = match_weights(model, file_of({{"module.conv1.weight", {2, 3, 3, 3}},
                                                   {"module.bn1.num_batches_tracked", {}},
                                                   {"module.new_fc.bias", {4}},
                                                   {"module.other", {1}}}));
  CHECK(match.matched ==
        Matched{{"conv1.weight", "module.conv1.weight"}, {"fc.bias", "module.new_fc.bias"}});
  CHECK(match.missing == Names{"bn1.bias"});
  CHECK(match.left_over == Names{"module.other"});
  CHECK(match.replaced_head.empty());
  CHECK(match.copies.empty());
  CHECK(!match.complete());
}

TEST_CASE("weight names: the head gives way when the classes differ, and nothing else does") {
  const Shapes model{{"fc.weight", {4, 8}}, {"fc.bias", {4}}, {"conv1.weight", {2, 3}}};
  const auto match = match_weights(
      model, file_of({{"fc.weight", {1000, 8}}, {"fc.bias", {1000}}, {"conv1.weight", {2, 3}}}));
  CHECK(match.replaced_head == Matched{{"fc.weight", "fc.weight"}, {"fc.bias", "fc.bias"}});
  CHECK(match.matched.size() == 1);
  CHECK(match.complete());
  check_refused(
      {{"fc.weight", {4, 8}}}, file_of({{"new_fc.weight", {4, 9}}}),
      "w.pth: tensor \"new_fc.weight\": the model's \"fc.weight\" expects [4,8], got [4,9]");
  check_refused({{"fc.bias", {4}}}, file_of({{"fc.bias", {4, 1}}}), "expects [4], got [4,1]");
  check_refused({{"fc.bias", {}}}, file_of({{"fc.bias", {4}}}), "expects [], got [4]");
  check_refused({{"conv1.weight", {2, 3}}}, file_of({{"conv1.weight", {4, 3}}}), "expects [2,3]");
}

TEST_CASE("weight names: two names of the file for one tensor are refused") {
  check_refused({{"fc.bias", {4}}}, file_of({{"fc.bias", {4}}, {"module.new_fc.bias", {4}}}),
                "w.pth: \"fc.bias\" and \"module.new_fc.bias\" are both \"fc.bias\"");
}

TEST_CASE("weight names: shared linears are taken from the root, their copies are accepted") {
  const auto match = match_weights(at_root, file_of(at_root + in_block + in_next));
  for (const auto& row : at_root) CHECK(match.matched.at(row.first) == row.first);
  CHECK(match.copies.size() == 8);
  CHECK(match.left_over.empty());
  CHECK(match.complete());
}

TEST_CASE("weight names: without the root, a block's copy is the source of a shared linear") {
  const auto match = match_weights(at_root, file_of(in_block + in_next));
  CHECK(match.matched.at("gate_fc0s.4_9.weight") == "layer1.0.policy_net.gate_fc0.weight");
  CHECK(match.matched.at("gate_fc1s.4_9.bias") == "layer1.0.policy_net.gate_fc1.bias");
  CHECK(match.copies.size() == 4);
  CHECK(match.complete());
}

TEST_CASE("weight names: copies that differ are no copies") {
  auto file = file_of(at_root + in_block);
  file.tensors["layer1.0.policy_net.gate_fc1.bias"] = Tensor<float>::ones({9});
  check_refused(at_root, file, "differ, where the model shares one \"gate_fc1s.4_9.bias\"");
  file = file_of(in_block + in_next);
  file.tensors["module.layer1.1.policy_net.gate_fc0.weight"] = Tensor<float>::ones({5, 4});
  check_refused(at_root, file, "differ, where the model shares one \"gate_fc0s.4_9.weight\"");
  file.tensors["module.layer1.1.policy_net.gate_fc0.weight"] = Tensor<double>({5, 4});
  check_refused(at_root, file, "differ");
}

TEST_CASE("weight names: a model whose agents do not share takes each block's own linears") {
  const auto match = match_weights(in_block, file_of(at_root + in_block));
  CHECK(match.matched.size() == 4);
  CHECK(match.left_over.size() == 4);
  CHECK(match.copies.empty());
}

TEST_CASE("weight names: linears of other sizes, or of half an agent, are left over") {
  const auto other = match_weights(agent("gate_fc0s.6_9", "gate_fc1s.6_9"), file_of(in_block));
  CHECK(other.missing.size() == 4);
  CHECK(other.left_over.size() == 4);
  Shapes half = in_block;
  half.erase("layer1.0.policy_net.gate_fc1.weight");
  CHECK(match_weights(at_root, file_of(half)).left_over.size() == 3);
}

TEST_CASE("weight names: the report prints what a reader must know") {
  const Shapes model{{"a", {1}}, {"b", {1}}, {"fc.bias", {2}}};
  std::ostringstream out;
  out << match_weights(model, file_of({{"a", {1}}, {"c", {1}}, {"fc.bias", {3}}}));
  CHECK(out.str() ==
        "1 tensors matched\n"
        "1 of another number of classes, not taken from the file:\n  \"fc.bias\"\n"
        "1 missing in the file:\n  \"b\"\n"
        "1 left over in the file:\n  \"c\"\n");
  out.str("");
  out << match_weights(at_root, file_of(at_root + in_block));
  CHECK(out.str() == "4 tensors matched\n4 second copies of shared linears\n");
}

}  // namespace weight_names_test
