// A module and its optimiser, saved and loaded: whole, in part, and refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/batch_norm.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/optim/adam.hpp>
#include <adafuse/optim/sgd.hpp>
#include <adafuse/train/save.hpp>
#include <sstream>

#include "../data/scratch_dir.hpp"

namespace save_test {

using namespace adafuse;

namespace {

template <class T>
struct Network {
  using value_type = T;
  nn::Linear<T> first, last;
  nn::BatchNorm2d<T> norm;

  explicit Network(Key key, Index classes = 3)
      : first({.in = 4, .out = 5}, key.of("first")),
        last({.in = 5, .out = classes}, key.of("last")),
        norm({.channels = 5}) {}
  Variable<T> operator()(const Variable<T>& x) const { return last(tanh(first(x))); }
  void visit(nn::Visitor<T>& v) const { v("first", first), v("last", last), v("norm", norm); }
};

template <class T>
using State = std::map<std::string, Tensor<T>>;

template <class T>
State<T> copy_of(const Network<T>& network) {
  State<T> copy;
  for (const auto& [name, tensor] : nn::state_tensors(network)) copy.emplace(name, tensor.clone());
  return copy;
}

template <class T>
bool same(const State<T>& a, const State<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.shape() == y.second.shape() &&
           std::equal(x.second.begin(), x.second.end(), y.second.begin());
  });
}

template <class T>
optim::Adam<T> adam_of(const Network<T>& network) {
  std::vector<optim::ParameterGroup<T>> groups{{.parameters = nn::parameters(network)}};
  return optim::Adam<T>(std::move(groups));
}

/// Steps `from` ... `to - 1` of a training.
void train_steps(const Network<float>& network, optim::Adam<float>& adam, int from, int to) {
  for (int step = from; step < to; ++step) {
    const auto x = Tensor<float>::randn({6, 4}, Key(5).of(static_cast<std::uint64_t>(step)));
    const auto y = network(x);
    adam.zero_grad();
    backward(mean(y * y));
    adam.step(0.01);
  }
}

/// Loading from `path` must throw with this reason and change nothing.
void check_refused(const std::filesystem::path& path, const std::string& reason) {
  const Network<float> network(Key(9));
  auto adam = adam_of(network);
  const auto before = copy_of(network);
  CHECK_THROWS_WITH_AS(train::load(path, network, adam), doctest::Contains(reason.c_str()),
                       FormatError);
  CHECK(same(copy_of(network), before));
  CHECK(adam.steps() == 0);
  CHECK(adam.state().empty());
}

}  // namespace

TEST_CASE("save: a module comes back, and the report says what was taken") {
  const data::ScratchDir dir("save");
  const auto path = dir.path / "model.safetensors";
  const Network<float> saved(Key(1)), other(Key(2));
  train::save(path, saved);
  CHECK(!same(copy_of(saved), copy_of(other)));
  const auto report = train::load(path, other);
  CHECK(same(copy_of(saved), copy_of(other)));
  CHECK(report.complete());
  CHECK(report.matched.size() == copy_of(saved).size());
  CHECK(!report.optimizer);
  CHECK(io::read_safetensors(path).contains("first.weight"));  // under its own name
}

TEST_CASE("save: a training that was interrupted ends with the bits of one that was not") {
  const data::ScratchDir dir("save");
  const auto path = dir.path / "run.safetensors";
  const Network<float> whole(Key(1)), begun(Key(1)), resumed(Key(2));
  auto adam = adam_of(whole), first = adam_of(begun), second = adam_of(resumed);
  train_steps(whole, adam, 0, 8);
  train_steps(begun, first, 0, 5);
  train::save(path, begun, first, {.texts = {{"step", "5"}}});
  const auto report = train::load(path, resumed, second);
  CHECK(report.optimizer);
  CHECK(second.steps() == 5);
  train_steps(resumed, second, std::stoi(report.extra.texts.at("step")), 8);
  CHECK(same(copy_of(whole), copy_of(resumed)));
}

TEST_CASE("save: texts and tensors beside a module come back") {
  const data::ScratchDir dir("save");
  const auto path = dir.path / "x.safetensors";
  const Network<float> network(Key(1));
  train::save(path, network,
              {.texts = {{"note", "a b"}}, .tensors = {{"mean", Tensor<double>::of({1, 2})}}});
  const auto report = train::load(path, network);
  CHECK(report.complete());
  CHECK(report.extra.texts == std::map<std::string, std::string>{{"note", "a b"}});
  CHECK(std::get<Tensor<double>>(report.extra.tensors.at("mean"))(1) == 2);
}

TEST_CASE("save: doubles are loaded as floats, and floats as doubles") {
  const data::ScratchDir dir("save");
  const auto path = dir.path / "x.safetensors";
  const Network<double> saved(Key(1));
  const Network<float> other(Key(2));
  train::save(path, saved);
  CHECK(train::load(path, other).complete());
  CHECK(other.first.weight.value()(1, 2) == static_cast<float>(saved.first.weight.value()(1, 2)));
}

TEST_CASE("save: PyTorch's counts of batches are passed over") {
  const Network<float> network(Key(1));
  io::TensorFile file;
  for (const auto& [name, tensor] : nn::state_tensors(network)) file.tensors.emplace(name, tensor);
  file.tensors["norm.num_batches_tracked"] = Tensor<std::int64_t>::scalar(3);
  const auto report = train::load(file, network);
  CHECK(report.complete());
  CHECK(report.matched.size() == file.tensors.size() - 1);
  file.tensors["norm.num_batches"] = Tensor<std::int64_t>::scalar(3);
  CHECK_THROWS_AS(train::load(file, network), FormatError);
}

TEST_CASE("save: what does not fit is refused before anything is written") {
  const data::ScratchDir dir("save");
  const auto path = dir.path / "x.safetensors";
  const Network<float> network(Key(1)), wider(Key(1), 7);
  auto adam = adam_of(network), of_wider = adam_of(wider);
  train::save(path, wider, of_wider);
  check_refused(path, "'last.weight' expects [3,5], got F32 [7,5]");
  check_refused(path, "x.safetensors: does not fit the module");
  train::save(path, network.first);
  check_refused(path, "missing: 'first.bias' 'first.weight'");
  check_refused(path, "2 unexpected: 'bias' 'weight'");
  train::save(path, network);
  check_refused(path, "holds no optimiser's state");
  optim::Sgd<float> sgd({{.parameters = nn::parameters(network)}}, {.momentum = 0.9});
  backward(sum(network(Tensor<float>::ones({2, 4}))));
  sgd.step(0.1);
  train::save(path, network, sgd);
  check_refused(path, "x.safetensors: optimizer: no state is named 'momentum.0'");
  auto file = io::read_safetensors(path);
  file.metadata["@optimizer.steps"] = "5x";
  io::write_safetensors(path, file);
  check_refused(path, "expected a count, got \"5x\"");
}

TEST_CASE("save: in part, what fits is taken and the rest is reported") {
  const data::ScratchDir dir("save");
  const auto path = dir.path / "x.safetensors";
  const Network<float> wider(Key(1), 7), network(Key(2));
  train::save(path, wider);
  auto file = io::read_safetensors(path);
  file.tensors.erase("first.bias");
  file.tensors["head.weight"] = Tensor<float>::of({1});
  file.tensors["norm.bias"] = Tensor<std::int64_t>({5});
  io::write_safetensors(path, file);
  const auto before = copy_of(network);
  const auto report = train::load(path, network, {.strict = false});
  CHECK(!report.complete());
  CHECK(report.missing == std::vector<std::string>{"first.bias"});
  CHECK(report.unexpected == std::vector<std::string>{"head.weight"});
  REQUIRE(report.different.size() == 3);  // last.bias, last.weight, norm.bias
  CHECK(report.different[1].name == "last.weight");
  CHECK(report.different[1].expected == Shape{3, 5});
  CHECK(report.different[1].got == Shape{7, 5});
  CHECK(report.different[2].dtype == "I64");
  const auto after = copy_of(network);
  CHECK(same<float>({{"x", after.at("first.weight")}},
                    {{"x", nn::state_tensors(wider).at("first.weight")}}));
  for (const char* kept : {"first.bias", "last.weight", "last.bias", "norm.bias"})
    CHECK(same<float>({{"x", after.at(kept)}}, {{"x", before.at(kept)}}));
  std::ostringstream text;
  text << report;
  CHECK(text.str().find("1 missing: 'first.bias'; 1 unexpected: 'head.weight'; 'last.bias'") !=
        std::string::npos);
}

TEST_CASE("save: in part, an optimiser's state may be missing") {
  const data::ScratchDir dir("save");
  const auto path = dir.path / "x.safetensors";
  const Network<float> network(Key(1));
  auto adam = adam_of(network);
  train::save(path, network);
  CHECK(!train::load(path, network, adam, {.strict = false}).optimizer);
}

}  // namespace save_test
