// Ten losses of examples/adafuse_in_one_file.cpp against the library's.
//
//   one_file_losses PROGRAM FILE
//
// Builds the same network of the library's layers in double, writes its parameters, ten batches and
// their Gumbel noise to FILE, trains on them, has PROGRAM train on FILE, and fails where two losses
// are further apart than 1e-10.
// SPDX-License-Identifier: MIT
#include <adafuse/fusion/fusion.hpp>
#include <adafuse/nn/batch_norm.hpp>
#include <adafuse/nn/conv2d.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/ops/ops.hpp>
#include <adafuse/optim/sgd.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace adafuse;

namespace {

// As the program has them.
constexpr Index clips = 16, frames = 4, side = 12, half = 6, channels = 6, hidden = 16, classes = 4;
constexpr double lambda = 0.1, rate = 0.05, momentum = 0.9;
constexpr double row = 9.0 * channels * half * half;
constexpr double base = row + 4 * channels * row + channels * classes;

struct Block {
  std::string name;
  nn::Conv2d<double> conv1, conv2;
  nn::BatchNorm2d<double> bn1{{channels}}, bn2{{channels}};
  std::optional<PolicyNetwork<double>> agent;

  Block(std::string own, Key key)
      : name(std::move(own)),
        conv1({.in = channels, .out = channels, .kernel = 3, .padding = 1}, key.of("conv1")),
        conv2({.in = channels, .out = channels, .kernel = 3, .padding = 1}, key.of("conv2")),
        agent(std::in_place,
              PolicyConfig{.in_channels = channels, .out_channels = channels, .hidden = hidden},
              key.of("agent")) {}

  Variable<double> forward(const Variable<double>& x, std::vector<Decision<double>>& decisions,
                           AdaptiveContext<double>& ctx) const {
    decisions.push_back(decide(name, agent, x, channels, frames, ctx));
    const auto y = bn1.forward_relu(conv1(x), ctx);
    const auto z = fuse(y, decisions.back().weights, frames);
    return bn2.forward_relu(conv2(z), ctx, x);
  }
  void list(std::vector<Variable<double>>& all) const {
    const auto& fc = agent->linears().gate_fc;
    const auto& gate_bn = agent->norms().front();
    for (const auto& p :
         {conv1.weight, conv2.weight, bn1.weight, bn1.bias, bn2.weight, bn2.bias, gate_bn.weight,
          gate_bn.bias, fc[0].weight, fc[0].bias, fc[1].weight, fc[1].bias})
      all.push_back(p);
  }
};

void write(std::ofstream& file, const Tensor<double>& numbers) {
  for (const double number : numbers) file << number << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: one_file_losses PROGRAM FILE\n"), 2;
  const std::string path = argv[2], printed = path + ".losses";
  const Key key(7);
  const nn::Conv2d<double> stem({.in = 1, .out = channels, .kernel = 3, .stride = 2, .padding = 1},
                                key.of("stem"));
  const nn::BatchNorm2d<double> bn({channels});
  const Block first("first", key.of("first")), second("second", key.of("second"));
  const nn::Linear<double> head({.in = channels, .out = classes}, key.of("head"));
  std::vector<Variable<double>> parameters{stem.weight, bn.weight, bn.bias};
  first.list(parameters), second.list(parameters);
  parameters.push_back(head.weight), parameters.push_back(head.bias);

  std::ofstream file(path);
  file.precision(17);
  for (const auto& parameter : parameters) write(file, parameter.value());
  const std::vector<ChannelCosts> costs{
      {"first", std::vector<double>(channels, row), std::vector<double>(channels, row)},
      {"second", std::vector<double>(channels, row), std::vector<double>(channels, row)}};
  optim::Sgd<double> sgd(parameters, {.momentum = momentum});
  std::vector<double> losses;
  for (std::uint64_t step = 0; step < 10; ++step) {
    const Key own = key.of("step").of(step);
    Tensor<std::int64_t> labels({clips});
    Tensor<double> batch({clips * frames, 1, side, side});
    for (Index n = 0; n < clips; ++n) {
      labels(n) = static_cast<std::int64_t>(
          classes * own.of("labels").uniform(static_cast<std::uint64_t>(n)));
      file << labels(n) << '\n';
    }
    for (Index i = 0; i < batch.size(); ++i)
      batch.data()[i] = own.of("clips").uniform(static_cast<std::uint64_t>(i));
    write(file, batch);
    const Shape drawn{clips * frames, channels, 3};
    for (const char* name : {"first", "second"})
      write(file, gumbel_noise<double>(drawn, own.of(name)));

    AdaptiveContext<double> ctx(true, own);
    ctx.noise = [own](const std::string& block, const Shape& logits) {
      return gumbel_noise<double>(logits, own.of(block));
    };
    std::vector<Decision<double>> decisions;
    const auto x = bn.forward_relu(stem(Variable<double>(batch)), ctx);
    const auto maps = second.forward(first.forward(x, decisions, ctx), decisions, ctx);
    const auto each = reshape(head(global_avg_pool(maps)), {clips, frames, classes});
    const auto loss = cross_entropy(mean(each, {1}), labels) +
                      lambda * adaptive_cost(base, costs, decisions, frames, CostKind::real, base);
    losses.push_back(loss.item());
    sgd.zero_grad();
    backward(loss);
    sgd.step(rate);
  }
  file.close();

  const auto quoted = [](const std::string& name) { return "'" + name + "'"; };
  const std::string command = quoted(argv[1]) + " " + quoted(path) + " > " + quoted(printed);
  if (std::system(command.c_str()) != 0) return std::fprintf(stderr, "failed: %s\n", argv[1]), 1;
  std::ifstream theirs(printed);
  bool same = true;
  for (const double loss : losses) {
    double other = 0;
    const bool near = theirs >> other && std::abs(other - loss) <= 1e-10;
    std::printf("library %.15f, one file %.15f%s\n", loss, other, near ? "" : "  DIFFERENT");
    same = same && near;
  }
  return same ? 0 : 1;
}
