// Modules: a struct of parameters that lists them once, by name.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/nn.hpp>
#include <set>

namespace module_test {

using namespace adafuse;

namespace {

/// The example of module.hpp, with a layer that has a buffer.
template <class T>
struct Classifier {
  using value_type = T;
  nn::Linear<T> hidden{{.in = 4, .out = 3, .bias = false}, Key(1)};
  nn::BatchNorm1d<T> norm{{.channels = 3}};
  nn::Linear<T> out{{.in = 3, .out = 2}, Key(2)};
  Variable<T> forward(const Variable<T>& x, nn::Context<T>& ctx) const {
    return out.forward(relu(norm.forward(hidden.forward(x, ctx), ctx)), ctx);
  }
  void visit(nn::Visitor<T>& v) const { v("hidden", hidden), v("norm", norm), v("out", out); }
};

struct Unlisted {
  using value_type = float;
};

static_assert(nn::Module<Classifier<float>> && nn::Module<nn::Conv2d<double>>);
static_assert(!nn::Module<Unlisted>);
static_assert(!std::is_copy_constructible_v<nn::Linear<float>> &&
              std::is_move_constructible_v<nn::Linear<float>>);

/// Made from a configuration and a key, and never from a configuration alone.
template <class Layer, class Config>
constexpr bool needs_key =
    std::is_constructible_v<Layer, Config, Key> && !std::is_constructible_v<Layer, Config>;
/// Draws nothing, so takes no key: it would do nothing.
template <class Layer, class Config>
constexpr bool takes_no_key =
    std::is_constructible_v<Layer, Config> && !std::is_constructible_v<Layer, Config, Key>;

static_assert(needs_key<nn::Linear<float>, nn::LinearConfig>);
static_assert(needs_key<nn::Conv2d<float>, nn::Conv2dConfig>);
static_assert(needs_key<nn::LstmCell<float>, nn::LstmConfig>);
static_assert(needs_key<nn::Lstm<float>, nn::LstmConfig>);
static_assert(needs_key<nn::GruCell<float>, nn::GruConfig>);
static_assert(needs_key<nn::Gru<float>, nn::GruConfig>);
static_assert(takes_no_key<nn::Prelu<float>, nn::PreluConfig>);
static_assert(takes_no_key<nn::BatchNorm1d<float>, nn::BatchNormConfig>);
static_assert(takes_no_key<nn::BatchNorm2d<float>, nn::BatchNormConfig>);
static_assert(takes_no_key<nn::Dropout<float>, double>);
static_assert(!std::is_default_constructible_v<Key>);

}  // namespace

TEST_CASE("module: visit lists each parameter and buffer once, in order, by its full name") {
  const Classifier<float> model;
  std::vector<std::string> names;
  for (const auto& item : nn::state(model)) names.push_back(item.name);
  CHECK(names == std::vector<std::string>{"hidden.weight", "norm.weight", "norm.bias",
                                          "norm.running_mean", "norm.running_var", "out.weight",
                                          "out.bias"});
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
}

TEST_CASE("module: a bias that was turned off is not listed") {
  CHECK(nn::state(nn::Linear<float>({.in = 2, .out = 2, .bias = false}, Key(0))).size() == 1);
  CHECK(nn::state(nn::Linear<float>({.in = 2, .out = 2}, Key(0))).size() == 2);
}

TEST_CASE("module: an item is a parameter or a buffer, and shares the module's memory") {
  const Classifier<float> model;
  for (const auto& item : nn::state(model)) {
    CAPTURE(item.name);
    CHECK(item.is_parameter() != item.buffer.defined());
    CHECK(item.is_parameter() == (item.name.find("running") == std::string::npos));
  }
  CHECK(nn::state(model)[3].value().shares_with(model.norm.running_mean));
  CHECK(nn::state(model)[0].value().shares_with(model.hidden.weight.value()));
}

TEST_CASE("module: a gradient reaches every parameter of a model") {
  const Classifier<double> model;
  nn::Context<double> ctx(true, Key(1));
  const Variable<double> y = model.forward(Tensor<double>::randn({5, 4}, Key(2)), ctx);
  backward(sum(y * y));
  for (const auto& p : nn::parameters(model)) CHECK(p.grad().defined());
  nn::zero_grad(model);
  for (const auto& p : nn::parameters(model)) CHECK(!p.grad().defined());
}

TEST_CASE("module: one that was moved from has no parameters, and refuses to compute") {
  const auto check = [](auto layer, const Variable<float>& x) {
    for (const bool training : {false, true}) {
      nn::Context<float> ctx(training, Key(1));
      CHECK_NOTHROW(layer.forward(x, ctx));
    }
    const auto moved = std::move(layer);
    CHECK(nn::state(layer).empty());  // NOLINT(bugprone-use-after-move): this is what is tested
    CHECK_FALSE(nn::state(moved).empty());
    for (const bool training : {false, true}) {
      nn::Context<float> ctx(training, Key(1));
      CHECK_THROWS_AS(layer.forward(x, ctx), Error);
      CHECK_NOTHROW(moved.forward(x, ctx));
    }
  };
  check(nn::Linear<float>({.in = 4, .out = 3}, Key(1)), Tensor<float>({2, 4}));
  check(nn::Conv2d<float>({.in = 2, .out = 3, .kernel = 3}, Key(1)), Tensor<float>({1, 2, 5, 5}));
  check(nn::BatchNorm1d<float>({.channels = 4}), Tensor<float>({2, 4}));
  check(nn::BatchNorm2d<float>({.channels = 2}), Tensor<float>({1, 2, 5, 5}));
  nn::Lstm<float> lstm({.in = 4, .hidden = 3}, Key(1));
  const auto moved = std::move(lstm);
  CHECK_THROWS_AS(lstm.forward(Tensor<float>({1, 2, 4})), Error);
  CHECK_NOTHROW(moved.forward(Tensor<float>({1, 2, 4})));
  CHECK_THROWS_AS(lstm.cell(), Error);
  nn::Gru<float> gru({.in = 4, .hidden = 3, .num_layers = 2}, Key(1));
  const auto moved_gru = std::move(gru);
  CHECK_THROWS_AS(gru.forward(Tensor<float>({1, 2, 4})), Error);
  CHECK_NOTHROW(moved_gru.forward(Tensor<float>({1, 2, 4})));
}

}  // namespace module_test
