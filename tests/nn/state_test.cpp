// A module's state: counted, read, written all or not at all, copied.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/nn.hpp>

namespace state_test {

using namespace adafuse;

namespace {

using Layer = nn::BatchNorm2d<float>;
using State = std::map<std::string, Tensor<float>>;

State copy_of(const State& state) {
  State copy;
  for (const auto& [name, tensor] : state) copy.emplace(name, tensor.clone());
  return copy;
}

bool same(const Tensor<float>& a, const Tensor<float>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

bool same(const State& a, const State& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && same(x.second, y.second);
  });
}

/// Loads `state` with a mistake in it: it must throw `E` and change nothing.
template <class E>
void check_refused(const State& state, const std::string& named) {
  const Layer layer({.channels = 3});
  const State before = copy_of(nn::state_tensors(layer));
  std::string text;
  try {
    nn::load_state(layer, state);
  } catch (const E& error) {
    text = error.what();
  }
  CAPTURE(text);
  CHECK(text.find(named) != std::string::npos);
  CHECK(same(nn::state_tensors(layer), before));
}

State other_state() {
  State state = copy_of(nn::state_tensors(Layer({.channels = 3})));
  for (auto& [name, tensor] : state) tensor.fill(7);
  return state;
}

}  // namespace

TEST_CASE("state: what was written is what is read") {
  const Layer layer({.channels = 3});
  nn::load_state(layer, other_state());
  CHECK(same(nn::state_tensors(layer), other_state()));
  CHECK(layer.running_var(2) == 7);
  CHECK(layer.weight.value()(0) == 7);
}

TEST_CASE("state: the module keeps its own memory") {
  const Layer layer({.channels = 3});
  const State given = other_state();
  nn::load_state(layer, given);
  CHECK(!layer.running_mean.shares_with(given.at("running_mean")));
  CHECK(nn::state_tensors(layer).at("running_mean").shares_with(layer.running_mean));
}

TEST_CASE("load_state: a missing tensor is an error that names it, and nothing is changed") {
  State state = other_state();
  state.erase("weight");  // the last in the order of names
  check_refused<ValueError>(state, "'weight'");
}

TEST_CASE("load_state: a tensor too many is an error that names it, and nothing is changed") {
  State state = other_state();
  state.emplace("zeta", Tensor<float>({3}));
  check_refused<ValueError>(state, "'zeta'");
}

TEST_CASE("load_state: a wrong shape is an error with both shapes, and nothing is changed") {
  State state = other_state();
  state["weight"] = Tensor<float>({4});
  check_refused<ShapeError>(state, "'weight' expects [3], got [4]");
}

TEST_CASE("state: a name that is listed twice is an error") {
  struct Twice {
    using value_type = float;
    nn::Linear<float> a{{.in = 1, .out = 1}, Key(1)}, b{{.in = 1, .out = 1}, Key(2)};
    void visit(nn::Visitor<float>& v) const { v("a", a), v("a", b); }
  };
  CHECK_THROWS_AS(nn::state_tensors(Twice{}), ValueError);
  CHECK_THROWS_AS(nn::load_state(Twice{}, {}), ValueError);
}

TEST_CASE("parameter_count: counts what is trained, buffers left out") {
  CHECK(nn::parameter_count(Layer({.channels = 3})) == 6);
  CHECK(nn::parameter_count(nn::Conv2d<float>(
            {.in = 4, .out = 6, .kernel = {3, 2}, .groups = 2, .bias = true}, Key(0))) ==
        6 * 2 * 3 * 2 + 6);
  CHECK(nn::parameters(Layer({.channels = 3})).size() == 2);
}

TEST_CASE("clone: the same numbers in memory of its own") {
  const nn::Linear<float> layer({.in = 3, .out = 2}, Key(1));
  const auto copy = nn::clone(layer);
  CHECK(same(nn::state_tensors(layer), nn::state_tensors(copy)));
  {
    const NoGrad guard;
    copy.weight.mutable_value().fill(5);
  }
  CHECK(layer.weight.value()(0, 0) != 5);
  CHECK(copy.config().out == 2);

  const Layer norm({.channels = 2, .momentum = 0.5});
  const auto norm_copy = nn::clone(norm);
  CHECK(!norm_copy.running_mean.shares_with(norm.running_mean));
  CHECK(norm_copy.config().momentum == 0.5);
}

TEST_CASE("requires_grad_: freezes all parameters of a module, and thaws them") {
  const nn::Linear<float> layer({.in = 2, .out = 2}, Key(1));
  nn::requires_grad_(layer, false);
  for (const auto& p : nn::parameters(layer)) CHECK(!p.requires_grad());
  CHECK(!layer(Tensor<float>({1, 2})).requires_grad());
  CHECK(nn::parameter_count(layer) == 6);
  nn::requires_grad_(layer);
  CHECK(layer(Tensor<float>({1, 2})).requires_grad());
}

namespace {

/// A vocabulary on the way in and, the same numbers, on the way out.
struct Tied {
  using value_type = float;
  nn::Embedding<float> in;
  nn::Linear<float> out;
  explicit Tied(Key key, bool tied = true)
      : in({.num_embeddings = 4, .embedding_dim = 3}, key.of("in")),
        out({.in = 3, .out = 4}, key.of("out")) {
    if (tied) out.weight = in.weight;
  }
  void visit(nn::Visitor<float>& v) const { v("in", in), v("out", out); }
};

}  // namespace

TEST_CASE("tied weights: listed once for the optimiser, saved under both names") {
  const Tied model(Key(1));
  CHECK(nn::parameters(model).size() == 2);
  CHECK(nn::parameter_count(model) == 4 * 3 + 4);
  const auto tensors = nn::state_tensors(model);
  CHECK(tensors.size() == 3);
  CHECK(tensors.at("in.weight").data() == tensors.at("out.weight").data());
  const Variable<float> y = model.out(model.in(Tensor<std::int64_t>::of({1, 2})));
  backward(sum(y * y));
  // The gradient of both uses: rows 0 and 3 have one from the way out alone.
  CHECK(model.in.weight.grad().value()(0, 0) != 0);
  CHECK(same(model.in.weight.grad().value(), model.out.weight.grad().value()));
}

TEST_CASE("tied weights: loaded under both names, which must agree") {
  const Tied model(Key(1));
  const State before = copy_of(nn::state_tensors(model));
  State state = copy_of(nn::state_tensors(Tied(Key(2))));
  nn::load_state(model, state);
  CHECK(same(nn::state_tensors(model), state));
  nn::load_state(model, before);
  state["out.weight"].fill(7);
  CHECK_THROWS_WITH_AS(nn::load_state(model, state),
                       "load_state: 'in.weight' and 'out.weight' are one tensor of the module, and "
                       "differ in what is loaded",
                       ValueError);
  CHECK(same(nn::state_tensors(model), before));
}

TEST_CASE("clone: of a module without config, made by a function, ties and frozen ones too") {
  const Tied model(Key(1));
  model.out.bias.requires_grad_(false);
  const auto copy = nn::clone(model, [] { return Tied(Key(0)); });
  CHECK(same(nn::state_tensors(copy), nn::state_tensors(model)));
  CHECK(!copy.in.weight.value().shares_with(model.in.weight.value()));
  CHECK(copy.in.weight.node() == copy.out.weight.node());
  CHECK(!copy.out.bias.requires_grad());
  CHECK(copy.in.weight.requires_grad());
  CHECK_THROWS_AS(nn::clone(model, [] { return Tied(Key(0), false); }), ValueError);
}

TEST_CASE("clone: of layers without state, of sequences, and of layers whose types are erased") {
  nn::DynamicSequential<float> net;
  net.append(nn::Linear<float>({.in = 3, .out = 4}, Key(1)));
  net.append(nn::LeakyRelu<float>{.negative_slope = 0.3});
  net.append(nn::Sequential(nn::Prelu<float>({.channels = 4}), nn::Dropout<float>(0.5)));
  net.append(nn::BatchNorm1d<float>({.channels = 4}));
  const auto copy = nn::clone(net);
  CHECK(same(nn::state_tensors(copy), nn::state_tensors(net)));
  for (const auto& [name, tensor] : nn::state_tensors(copy))
    CHECK(!tensor.shares_with(nn::state_tensors(net).at(name)));
  nn::Context<float> ctx;
  const auto x = Tensor<float>::randn({2, 3}, Key(2));
  CHECK(same(copy.forward(x, ctx).value(), net.forward(x, ctx).value()));
}

TEST_CASE("clone: what would share its state is refused") {
  struct Handles {
    using value_type = float;
    Variable<float> weight = parameter(Tensor<float>({2}));
    void visit(nn::Visitor<float>& v) const { v("weight", weight); }
  };
  CHECK_THROWS_AS(nn::clone(Handles{}), ValueError);
  CHECK(nn::clone(Handles{}, [] { return Handles{}; }).weight.defined());
}

}  // namespace state_test
