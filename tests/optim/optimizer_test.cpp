// What all optimisers share: groups, steps, and a state that continues as if nothing had happened.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/linear.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/optim/optim.hpp>

namespace optimizer_test {

using namespace adafuse;

namespace {

using Var = Variable<float>;
using Groups = std::vector<optim::ParameterGroup<float>>;
using State = std::map<std::string, Tensor<float>>;

void set_gradients(const std::vector<Var>& parameters, int step) {
  for (std::size_t i = 0; i < parameters.size(); ++i)
    parameters[i].set_grad(Tensor<float>::randn(parameters[i].shape(),
                                                Key(7).of(static_cast<std::uint64_t>(step)).of(i)));
}

std::vector<Var> start() {
  return {parameter(Tensor<float>::randn({3}, Key(1))),
          parameter(Tensor<float>::randn({2, 2}, Key(2)))};
}

std::vector<float> numbers(const std::vector<Var>& parameters) {
  std::vector<float> all;
  for (const auto& p : parameters) all.insert(all.end(), p.value().begin(), p.value().end());
  return all;
}

Groups one_group(const std::vector<Var>& parameters) {
  return {{.parameters = parameters, .weight_decay = 0.01}};
}

State copy_of(const State& state) {
  State copy;
  for (const auto& [name, tensor] : state) copy.emplace(name, tensor.clone());
  return copy;
}

/// Six steps at once, and three, a saved state, and three more in another optimiser.
template <class Make>
void check_resumes(const Make& make) {
  const auto whole = start(), halves = start();
  auto at_once = make(one_group(whole));
  for (int step = 0; step < 6; ++step) set_gradients(whole, step), at_once.step(0.1);

  auto first = make(one_group(halves));
  for (int step = 0; step < 3; ++step) set_gradients(halves, step), first.step(0.1);
  const State saved = copy_of(first.state());
  auto second = make(one_group(halves));
  second.restore(first.steps(), saved);
  for (int step = 3; step < 6; ++step) set_gradients(halves, step), second.step(0.1);

  CHECK(second.steps() == 6);
  CHECK(numbers(whole) == numbers(halves));
  CHECK(second.state().size() == saved.size());
  for (const auto& [name, tensor] : second.state()) CHECK(!tensor.shares_with(saved.at(name)));
}

/// Whether an optimiser of parameters is one of a group of them.
template <class A, class B>
bool steps_alike(const std::vector<Var>& parameters, A& a, const std::vector<Var>& grouped, B& b) {
  set_gradients(parameters, 1), set_gradients(grouped, 1);
  a.step(0.1), b.step(0.1);
  return numbers(parameters) == numbers(grouped) && numbers(grouped) != numbers(start());
}

}  // namespace

TEST_CASE("optimisers: of parameters, without groups and without their type") {
  const auto check = [](const auto& make, const auto& make_of_groups) {
    const auto p = start(), q = start();
    auto a = make(p);
    auto b = make_of_groups(Groups{{.parameters = q}});
    CHECK(steps_alike(p, a, q, b));
  };
  check([](const auto& p) { return optim::Adam(p, {.beta1 = 0.5}); },
        [](const Groups& q) { return optim::Adam<float>(q, {.beta1 = 0.5}); });
  check([](const auto& p) { return optim::adam_w(p); },
        [](const Groups& q) { return optim::adam_w<float>(q); });
  check([](const auto& p) { return optim::Sgd(p); },
        [](const Groups& q) { return optim::Sgd<float>(q); });
  check([](const auto& p) { return optim::RMSprop(p); },
        [](const Groups& q) { return optim::RMSprop<float>(q); });
  check([](const auto& p) { return optim::Adagrad<float>(p); },
        [](const Groups& q) { return optim::Adagrad<float>(q); });
}

TEST_CASE("optimizer: a restored run continues bit by bit as the run that was never stopped") {
  check_resumes([](Groups g) { return optim::Sgd<float>(std::move(g), {.momentum = 0.9}); });
  check_resumes([](Groups g) { return optim::Adam<float>(std::move(g)); });
  check_resumes([](Groups g) { return optim::adam_w<float>(std::move(g)); });
  check_resumes([](Groups g) { return optim::Adam<float>(std::move(g), {.amsgrad = true}); });
  check_resumes([](Groups g) { return optim::RMSprop<float>(std::move(g)); });
  check_resumes([](Groups g) {
    return optim::RMSprop<float>(std::move(g), {.momentum = 0.9, .centered = true});
  });
  check_resumes([](Groups g) {
    return optim::Adagrad<float>(std::move(g),
                                 {.rate_decay = 0.1, .initial_accumulator_value = 0.1});
  });
}

TEST_CASE("optimizer: a state of wrong names or shapes is refused, and nothing is changed") {
  const auto parameters = start();
  optim::Adam<float> adam(one_group(parameters));
  set_gradients(parameters, 0);
  adam.step(0.1);
  const State good = copy_of(adam.state());
  CHECK(good.size() == 6);
  CHECK(good.at("second.1").shape() == Shape{2, 2});

  State bad = good;
  bad.emplace("first.2", Tensor<float>({3}));
  CHECK_THROWS_WITH_AS(adam.restore(9, bad), "optimizer: no state is named 'first.2'", ValueError);
  bad = good;
  bad["first.0"] = Tensor<float>({4});
  CHECK_THROWS_WITH_AS(adam.restore(9, bad), "optimizer: 'first.0' expects [3], got [4]",
                       ShapeError);
  bad = good;
  bad.erase("second.1");  // Adam cannot go on with half of its moments
  CHECK_THROWS_AS(adam.restore(9, bad), ValueError);
  bad = good;
  bad.erase("first.0");
  CHECK_THROWS_AS(adam.restore(9, bad), ValueError);
  CHECK_THROWS_AS(adam.restore(-1, good), ValueError);

  CHECK(adam.steps() == 1);
  for (const auto& [name, tensor] : adam.state())
    CHECK(std::equal(tensor.begin(), tensor.end(), good.at(name).begin()));
  adam.restore(9, good);
  CHECK(adam.steps() == 9);
}

TEST_CASE("optimizer: a parameter without a gradient is left alone, decay or not") {
  const auto parameters = start();
  const auto before = parameters[1].value().clone();
  optim::Adam<float> adam(one_group(parameters));
  parameters[0].set_grad(Tensor<float>::ones({3}));
  adam.step(0.1);
  CHECK(std::equal(before.begin(), before.end(), parameters[1].value().begin()));
  CHECK(adam.state().count("first.0") == 1);
  CHECK(adam.state().count("first.1") == 0);

  // So its state may be restored without moments.
  optim::Adam<float> resumed(one_group(parameters));
  resumed.restore(1, copy_of(adam.state()));
  CHECK(resumed.state().size() == 3);
}

TEST_CASE(
    "optimizer: a frozen parameter is left alone, though it has a gradient, and then goes on") {
  const auto p = parameter(Tensor<float>::ones({2})), q = parameter(Tensor<float>::ones({2}));
  optim::Sgd<float> sgd({{.parameters = {p, q}, .weight_decay = 0.5}}, {.momentum = 0.9});
  for (const auto& both : {p, q}) both.set_grad(Tensor<float>::ones({2}));
  q.requires_grad_(false);
  sgd.step(0.1);
  CHECK(p.value()(0) < 1);
  CHECK(q.value()(0) == 1);
  CHECK(sgd.state().count("momentum.1") == 0);
  q.requires_grad_();
  sgd.step(0.1);
  CHECK(q.value()(0) < 1);
}

TEST_CASE("optimizer: each group has its own rate and decay") {
  const auto weight = parameter(Tensor<double>::of({2})), bias = parameter(Tensor<double>::of({2}));
  optim::Sgd<double> sgd(
      {{.parameters = {weight}, .weight_decay = 0.5}, {.parameters = {bias}, .rate_scale = 2}});
  for (const auto& p : {weight, bias}) p.set_grad(Tensor<double>::of({1}));
  sgd.step(0.25);
  CHECK(weight.value()(0) == 2 - 0.25 * (1 + 0.5 * 2));
  CHECK(bias.value()(0) == 2 - 0.25 * 2 * 1);
}

TEST_CASE("optimizer: zero_grad forgets all gradients") {
  const auto parameters = start();
  const optim::Sgd<float> sgd(one_group(parameters));
  set_gradients(parameters, 0);
  sgd.zero_grad();
  for (const auto& p : parameters) CHECK(!p.grad().defined());
}

TEST_CASE("optimizer: trains a linear layer to the function that made the data") {
  const nn::Linear<float> layer({.in = 2, .out = 1}, Key(1));
  optim::Sgd<float> sgd({{.parameters = nn::parameters(layer)}}, {.momentum = 0.9});
  const Var x = Tensor<float>::randn({32, 2}, Key(2));
  const Var target = matmul(x, Tensor<float>::of({3, -2}).reshape({2, 1})) + 1;
  for (int step = 0; step < 150; ++step) {
    sgd.zero_grad();
    const Var error = layer(x) - target;
    backward(mean(error * error));
    sgd.step(0.05);
  }
  CHECK(layer.weight.value()(0, 0) == doctest::Approx(3).epsilon(1e-3));
  CHECK(layer.weight.value()(0, 1) == doctest::Approx(-2).epsilon(1e-3));
  CHECK(layer.bias.value()(0) == doctest::Approx(1).epsilon(1e-3));
}

TEST_CASE("optimizer: takes distinct parameters, decays that pull, and finite rates") {
  const auto p = parameter(Tensor<float>::ones({1}));
  CHECK_THROWS_AS(optim::Sgd<float>(one_group({p * 2})), ValueError);
  CHECK_THROWS_AS(optim::Sgd<float>(one_group({Var(Tensor<float>({1}))})), ValueError);
  CHECK_THROWS_AS(optim::Sgd<float>({{.parameters = {p}}, {.parameters = {p}}}), ValueError);
  CHECK_THROWS_AS(optim::Sgd<float>({{.parameters = {p}, .weight_decay = -1}}), ValueError);
  optim::Sgd<float> sgd(one_group({p}));
  CHECK_THROWS_AS(sgd.step(std::nan("")), ValueError);
  CHECK(sgd.steps() == 0);
}

}  // namespace optimizer_test
