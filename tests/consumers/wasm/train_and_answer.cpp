// A small convolutional network trains, and a clip session of an AdaFuse network answers. Every
// number is printed with all of its digits: WebAssembly prints what the plain vector path of a
// native build prints (wasm.sh).
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <adafuse/train/policy_choice.hpp>
#include <cstdio>

using namespace adafuse;

namespace {

void print(const char* name, const Tensor<float>& values) {
  std::printf("%s", name);
  for (const float value : values) std::printf(" %.9g", static_cast<double>(value));
  std::printf("\n");
}

/// A checksum of all bits.
template <class T>
unsigned long long bits_of(const Tensor<T>& values) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a, of 64 bits at a time
  for (const T value : values) {
    hash = (hash ^ bits_as<std::uint64_t>(static_cast<double>(value))) * 0x100000001b3u;
    hash ^= hash >> 32;
  }
  return hash;
}

/// The losses of a classifier of noisy bars, and its weights after training.
void train_classifier() {
  const Key seed(7);
  const auto labels = randint(4, {64}, seed.of("labels"));
  auto images = 0.5 * Tensor<float>::randn({64, 1, 12, 12}, seed.of("noise"));
  for (Index n = 0; n < 64; ++n)
    for (Index i = 0; i < 12; ++i) images(n, 0, labels(n) * 3, i) += 1.5f;

  const nn::Sequential net(
      nn::Conv2d<float>({.in = 1, .out = 8, .kernel = 3, .padding = 1}, seed.of("conv1")),
      nn::BatchNorm2d<float>({.channels = 8}), nn::Relu<float>(),
      nn::MaxPool2d<float>{{.kernel = 2}},
      nn::Conv2d<float>({.in = 8, .out = 16, .kernel = 3, .padding = 1}, seed.of("conv2")),
      nn::Gelu<float>{}, nn::Flatten<float>(), nn::Dropout<float>(0.25),
      nn::Linear<float>({.in = 576, .out = 4}, seed.of("linear")));
  auto adam = optim::Adam<float>({{nn::parameters(net)}});
  const auto rate = optim::cosine(0.01, 12);
  for (Index step = 0; step < 12; ++step) {
    nn::Context<float> ctx(/*is_training=*/true,
                           seed.of("dropout").of(static_cast<std::uint64_t>(step)));
    adam.zero_grad();
    const auto loss = cross_entropy(net.forward(Variable<float>(images), ctx), labels);
    backward(loss);
    adam.step(rate(step));
    std::printf("loss %.9g\n", static_cast<double>(loss.value().item()));
  }
  for (const auto& item : nn::state(net))
    std::printf("%s %016llx\n", item.name.c_str(), bits_of(item.value()));
}

/// Logits and actions of clips, after a step of training with Gumbel noise.
void answer() {
  const Key seed(11);
  models::ModelConfig config;
  config.model = "resnet8";
  config.fusion = models::parse_fusion("adafuse-tsm");
  config.classes = 5;
  config.frames = 4;
  config.policy_hidden = 8;
  const models::VideoModel<float> model(config, seed.of("model"));
  const auto clips = Tensor<float>::randn({2, 4, 3, 32, 32}, seed.of("clips"));
  auto sgd = optim::Sgd<float>({{nn::parameters(model)}}, {.momentum = 0.9});
  for (unsigned step = 0; step < 2; ++step) {
    AdaptiveContext<float> ctx(/*is_training=*/true, seed.of("noise").of(step));
    sgd.zero_grad();
    const auto loss = cross_entropy(model.forward(Variable<float>(clips), ctx).logits,
                                    Tensor<std::int64_t>::of({1, 3}));
    backward(loss);
    sgd.step(0.05);
    std::printf("adafuse loss %.9g\n", static_cast<double>(loss.value().item()));
  }
  infer::ClipSession<float> session(infer::fold(model, 32, 32, {.frames = 4}), 2, 4);
  print("logits", session.run(clips));
  for (std::size_t block = 0; block < session.network().blocks.size(); ++block)
    std::printf("actions %016llx\n", bits_of(session.actions(block)));
}

}  // namespace

int main() {
  train_classifier();
  answer();
  try {
    (void)Tensor<float>({2, 3}).reshape({5});
  } catch (const ShapeError& error) {
    std::printf("%s\n", error.what());
  }
  for (const char* policy :
       {"random:0.34,0.33,0.33", "random:0.3333333333333333,0.1,0.5666666666666667",
        "magnitude:0.00001,0.99999,0"})
    std::printf("%s\n", train::to_string(train::parse_policy(policy)).c_str());
}
