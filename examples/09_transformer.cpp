// Lesson 9: a transformer sorts.
//
// Six digits go in, and at place i the i-th smallest is to come out: each place has to look at all
// others, which is what attention is for. Digits and places are embedded; two encoder layers do
// the rest. Prints whether more than 97 % of new rows come out sorted, and one of them.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <iostream>

using namespace adafuse;

constexpr Index length = 6, features = 32;

struct Sorter {
  using value_type = float;
  nn::Embedding<float> digits, places;
  nn::ModuleList<nn::TransformerEncoderLayer<float>> layers;
  nn::Linear<float> out;
  explicit Sorter(Key key)
      : digits({.num_embeddings = 10, .embedding_dim = features}, key.of("digits")),
        places({.num_embeddings = length, .embedding_dim = features}, key.of("places")),
        out({.in = features, .out = 10}, key.of("out")) {
    for (unsigned i = 0; i < 2; ++i)
      layers.append(nn::TransformerEncoderLayer<float>(
          {.d_model = features, .nhead = 4, .dim_feedforward = 64, .dropout = 0}, key.of(i)));
  }
  /// Rows [N, length] -> logits [N, length, 10].
  Variable<float> forward(const Tensor<std::int64_t>& x, nn::Context<float>& ctx) const {
    auto y = digits(x) + places(Tensor<std::int64_t>::arange(length));
    for (const auto& layer : layers) y = layer.forward(y, ctx);
    return out(y);
  }
  void visit(nn::Visitor<float>& v) const {
    v("digits", digits), v("places", places), v("layers", layers), v("out", out);
  }
};

int main() {
  const Key seed(9);
  const Sorter net(seed.of("net"));
  auto adam = optim::adam_w<float>({{nn::parameters(net)}});
  const auto rate = optim::one_cycle(5e-3, 300);
  for (unsigned step = 0; step < 300; ++step) {
    nn::Context<float> ctx(/*is_training=*/true, seed.of("noise").of(step));
    const auto rows = randint(10, {64, length}, seed.of("rows").of(step));
    const auto logits = net.forward(rows, ctx);
    adam.zero_grad();
    backward(cross_entropy(reshape(logits, {-1, 10}), sort(rows, 1).values.reshape({-1})));
    adam.step(rate(step));
  }
  const NoGrad guard;
  nn::Context<float> ctx;
  const auto rows = randint(10, {500, length}, seed.of("test"));
  const auto answers = argmax(net.forward(rows, ctx), 2);
  const auto right = all(eq(answers, sort(rows, 1).values), 1).cast<float>();
  std::cout << "more than 97 % of new rows are sorted: "
            << (mean(right).item() > 0.97f ? "yes" : "no") << "\n"
            << rows[0] << " becomes " << answers[0] << "\n";
}
