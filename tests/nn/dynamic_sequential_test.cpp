// Sequences of layers whose number is known when the program runs, and lists of modules.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/nn.hpp>

namespace dynamic_sequential_test {

using namespace adafuse;

namespace {

nn::DynamicSequential<double> network(Index depth) {
  nn::DynamicSequential<double> net;
  for (Index i = 0; i < depth; ++i) {
    net.append(nn::Linear<double>({.in = 3, .out = 3}, Key(static_cast<std::uint64_t>(i))));
    net.append(nn::Tanh<double>());
  }
  return net;
}

}  // namespace

TEST_CASE("DynamicSequential: the names are the positions, and y = last(... first(x))") {
  const auto net = network(2);
  std::vector<std::string> names;
  for (const auto& item : nn::state(net)) names.push_back(item.name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"});
  CHECK(net.size() == 4);

  const nn::Sequential fixed(nn::Linear<double>({.in = 3, .out = 3}, Key(0)), nn::Tanh<double>(),
                             nn::Linear<double>({.in = 3, .out = 3}, Key(1)), nn::Tanh<double>());
  nn::Context<double> ctx;
  const Variable<double> x = Tensor<double>::randn({5, 3}, Key(9));
  const auto y = net.forward(x, ctx), expected = fixed.forward(x, ctx);
  CHECK(std::equal(y.value().begin(), y.value().end(), expected.value().begin()));
  CHECK(network(0).forward(x, ctx).value().shares_with(x.value()));
}

TEST_CASE("DynamicSequential: gives its layers by number and type, and hands on the context") {
  nn::DynamicSequential<double> net;
  net.append(nn::Dropout<double>(0.5)).append(nn::BatchNorm1d<double>({.channels = 2}));
  REQUIRE(net[-1].as<nn::BatchNorm1d<double>>() != nullptr);
  CHECK(net[0].as<nn::BatchNorm1d<double>>() == nullptr);
  nn::Context<double> ctx(true, Key(1));
  net.forward(Tensor<double>::ones({50, 2}), ctx);
  CHECK(net[1].as<nn::BatchNorm1d<double>>()->running_var(0) != 1);
  CHECK_THROWS_AS(net[2], ValueError);
  CHECK_THROWS_AS(net[-3], ValueError);
}

TEST_CASE(
    "DynamicSequential: may hold another one, and layers that have no clone but for cloning") {
  struct Scale {  // no config, and no copies
    using value_type = double;
    std::unique_ptr<double> factor = std::make_unique<double>(2);
    Variable<double> forward(const Variable<double>& x, nn::Context<double>&) const {
      return x * *factor;
    }
    void visit(nn::Visitor<double>&) const {}
  };
  nn::DynamicSequential<double> net;
  net.append(network(1)).append(Scale{});
  nn::Context<double> ctx;
  CHECK(net.forward(Tensor<double>::ones({1, 3}), ctx).shape() == Shape{1, 3});
  CHECK(nn::state(net)[0].name == "0.0.weight");
  CHECK_THROWS_AS(net.clone(), ValueError);
}

TEST_CASE("ModuleList: modules of one type by position, cloned and walked through") {
  nn::ModuleList<nn::Linear<double>> list;
  for (std::uint64_t i = 0; i < 3; ++i)
    list.append(nn::Linear<double>({.in = 2, .out = 2, .bias = false}, Key(i)));
  CHECK(list.size() == 3);
  std::vector<std::string> names;
  for (const auto& item : nn::state(list)) names.push_back(item.name);
  CHECK(names == std::vector<std::string>{"0.weight", "1.weight", "2.weight"});
  const auto copy = nn::clone(list);
  Variable<double> x = Tensor<double>::ones({1, 2}), y = x;
  for (const auto& layer : list) x = layer(x);
  for (Index i = 0; i < 3; ++i) y = copy[i](y);
  CHECK(std::equal(x.value().begin(), x.value().end(), y.value().begin()));
  CHECK(!copy[-1].weight.value().shares_with(list[2].weight.value()));
  CHECK_THROWS_AS(list[3], ValueError);
}

}  // namespace dynamic_sequential_test
