// The upper rooms: a network of adaptive fusion learns a clip, and a session answers as its forward
// does.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <cmath>
#include <cstdio>

using namespace adafuse;

int main() {
  models::ModelConfig config;
  config.fusion = models::parse_fusion("adafuse");
  config.classes = 2;
  config.stem_stride = 2;
  const models::VideoModel<float> model(config, Key(1));
  const auto clip = Tensor<float>::randn({1, 2, 3, 8, 8}, Key(2));
  const auto label = Tensor<std::int64_t>::of({1});
  auto adam = optim::Adam<float>({{nn::parameters(model)}});
  float first = 0, last = 0;
  for (unsigned step = 0; step < 4; ++step) {
    AdaptiveContext<float> ctx(/*is_training=*/true, Key(3).of(step));
    const auto loss = cross_entropy(model.forward(Variable<float>(clip), ctx).logits, label);
    (step == 0 ? first : last) = loss.value().item();
    adam.zero_grad();
    backward(loss);
    adam.step(0.01);
  }

  const NoGrad guard;
  AdaptiveContext<float> ctx;
  const auto expected = model.forward(Variable<float>(clip), ctx).logits.value();
  infer::ClipSession<float> session(infer::fold(model, 8, 8), 1, 2);
  const auto logits = session.run(clip);
  bool same = true;
  for (Index i = 0; i < 2; ++i)
    same = same && std::abs(logits.data()[i] - expected.data()[i]) <
                       1e-3f * (1 + std::abs(expected.data()[i]));
  std::printf("learned %s, a session answers alike %s\n", last < first ? "yes" : "no",
              same ? "yes" : "no");
}
