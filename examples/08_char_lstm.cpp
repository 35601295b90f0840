// Lesson 8: an LSTM learns a rhyme by heart, letter by letter.
//
// It is given excerpts and learns to say, after each letter, which one follows. Then it is given
// the first words, and writes: its own last letters are what it reads. Prints the rhyme.
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <iostream>

using namespace adafuse;

struct Writer {
  using value_type = float;
  nn::Embedding<float> letters;
  nn::Lstm<float> lstm;
  nn::Linear<float> out;
  explicit Writer(Key key)
      : letters({.num_embeddings = 128, .embedding_dim = 16}, key.of("letters")),
        lstm({.in = 16, .hidden = 64}, key.of("lstm")),
        out({.in = 64, .out = 128}, key.of("out")) {}
  /// Letters [N, T] -> logits of the letters that follow, [N, T, 128].
  Variable<float> operator()(const Tensor<std::int64_t>& x) const {
    return out(lstm.forward(letters(x)).all);
  }
  void visit(nn::Visitor<float>& v) const { v("letters", letters), v("lstm", lstm), v("out", out); }
};

/// A text by its ASCII numbers, [T].
Tensor<std::int64_t> numbers_of(const std::string& text) {
  return {{std::ssize(text)}, std::vector<std::int64_t>(text.begin(), text.end())};
}

int main() {
  const std::string rhyme =
      "twinkle, twinkle, little star, how i wonder what you are! "
      "up above the world so high, like a diamond in the sky.";
  const Key seed(8);
  const Writer net(seed.of("net"));
  auto adam = optim::Adam<float>({{nn::parameters(net)}});
  const Index length = 12;
  const auto text = numbers_of(rhyme);
  for (unsigned step = 0; step < 200; ++step) {
    std::vector<Tensor<std::int64_t>> read, following;
    for (unsigned n = 0; n < 8; ++n) {
      const Index at = seed.of("excerpts").of(step).integer(n, text.size() - length);
      read.push_back(text.narrow(at, at + length));
      following.push_back(text.narrow(at + 1, at + 1 + length));
    }
    adam.zero_grad();
    backward(cross_entropy(reshape(net(stack(read, 0)), {-1, 128}), cat(following, 0)));
    adam.step(0.02);
  }
  const NoGrad guard;
  std::string written = "twinkle, twinkle,";
  while (written.size() < rhyme.size()) {
    const auto last = written.substr(written.size() - 12);
    const auto next = argmax(select(net(numbers_of(last).reshape({1, -1})), 1, -1));
    written += static_cast<char>(next.item());
  }
  std::cout << written << "\n";
}
