// The LSTM's step, against the layer.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/fold/folded_lstm.hpp>

namespace folded_lstm_test {

using namespace adafuse;

TEST_CASE("folded lstm: step by step it gives what the layer gives for the sequence") {
  const NoGrad guard;
  const nn::Lstm<double> lstm({.in = 4, .hidden = 3}, Key(1));
  const auto x = Tensor<double>::randn({1, 6, 4}, Key(2));
  const auto expected = lstm.forward(Variable<double>(x)).all.value();
  const auto folded = infer::fold_lstm(lstm.cell());
  std::vector<double> memory(static_cast<std::size_t>(folded.room()), 9), h(3);
  for (int sequence = 0; sequence < 2; ++sequence)  // The first step forgets what was there.
    for (Index t = 0; t < 6; ++t) {
      folded.step(t == 0, x.data() + t * 4, memory.data(), h.data());
      for (Index k = 0; k < 3; ++k)
        CHECK(h[static_cast<std::size_t>(k)] == doctest::Approx(expected(0, t, k)).epsilon(1e-12));
    }
}

}  // namespace folded_lstm_test
