// Linear layers in panels, against the naive loops in double.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/linear.hpp>
#include <adafuse/kernels/reference/linear.hpp>
#include <cmath>

namespace linear_test {

using namespace adafuse;
using namespace adafuse::kernels;

auto row_of(const Tensor<float>& x) {
  return [&x](Index r) { return x.data() + r * x.size(1); };
}

TEST_CASE("linear: equals the naive loops in double, for few and many rows, inputs and outputs") {
  Draws draw{Key(1)};
  for (int k = 0; k < 150; ++k) {
    const LinearShape s{1 + draw.integer(70), 1 + draw.integer(200)};
    const Index rows = 1 + draw.integer(20);
    const bool has_bias = draw.chance(0.5);
    const auto activation = draw.chance(0.5) ? Activation::relu : Activation::identity;
    const auto x = Tensor<float>::randn({rows, s.in}, Key(2)),
               w = Tensor<float>::randn({s.out, s.in}, Key(3)),
               bias = Tensor<float>::randn({s.out}, Key(4));
    auto packed = Tensor<float>::full({s.packed_size()}, NAN);
    pack_linear(s, w.data(), packed.data());
    auto y = Tensor<float>::full({rows + 1, s.out}, -99);  // The last row is nobody's.
    linear(s, rows, row_of(x), packed.data(), has_bias ? bias.data() : nullptr, activation,
           y.data());
    const auto xd = x.cast<double>(), wd = w.cast<double>(), biasd = bias.cast<double>();
    Tensor<double> expected({rows, s.out});
    reference::linear(rows, s.in, s.out, xd.data(), wd.data(), has_bias ? biasd.data() : nullptr,
                      activation, expected.data());
    double largest = 0;
    for (Index i = 0; i < expected.size(); ++i)
      largest = std::max(largest, std::abs(double(y.data()[i]) - expected.data()[i]));
    CHECK(largest < 2e-5);
    for (Index o = 0; o < s.out; ++o) REQUIRE(y(rows, o) == -99);
  }
}

TEST_CASE("linear: a panel holds its outputs input by input, and zeros up to a multiple of 16") {
  const LinearShape s{2, 100};
  CHECK(s.panels() == 3);
  CHECK(s.outputs_of(1) == Range{48, 96});
  CHECK(s.outputs_of(2) == Range{96, 112});
  REQUIRE(s.packed_size() == 2 * 112);
  auto w = Tensor<float>({100, 2});
  for (Index o = 0; o < 100; ++o)
    for (Index i = 0; i < 2; ++i) w(o, i) = static_cast<float>(1 + 1000 * i + o);
  auto packed = Tensor<float>::full({s.packed_size()}, NAN);
  pack_linear(s, w.data(), packed.data());
  CHECK(packed(0) == 1);            // output 0 of input 0
  CHECK(packed(48) == 1001);        // of input 1
  CHECK(packed(96) == 49);          // the second panel
  CHECK(packed(192 + 3) == 100);    // the last output of input 0 in the third
  CHECK(packed(192 + 4) == 0);      // behind it
  CHECK(packed(192 + 16) == 1097);  // output 96 of input 1
}

TEST_CASE("linear: has the same bits for any number of threads") {
  const LinearShape s{300, 700};
  const Index rows = 40;
  const auto x = Tensor<float>::randn({rows, s.in}, Key(2)),
             w = Tensor<float>::randn({s.out, s.in}, Key(3));
  Tensor<float> packed({s.packed_size()}), y({rows, s.out}), same({rows, s.out});
  pack_linear(s, w.data(), packed.data());
  const int before = num_threads();
  set_num_threads(1);
  linear(s, rows, row_of(x), packed.data(), nullptr, Activation::identity, y.data());
  set_num_threads(3);
  linear(s, rows, row_of(x), packed.data(), nullptr, Activation::identity, same.data());
  set_num_threads(before);
  CHECK(std::equal(y.begin(), y.end(), same.begin()));
}

TEST_CASE("linear: sums of many terms are made of pieces, between the bias and the ReLU") {
  for (const Index in : {8192, 8193, 40000})
    for (const float sign : {1.f, -1.f}) {
      const LinearShape s{in, 70};
      const auto w = Tensor<float>::full({s.out, in}, 0.1f * sign),
                 x = Tensor<float>::ones({5, in}), bias = Tensor<float>::full({s.out}, -7);
      Tensor<float> packed({s.packed_size()}), y({5, s.out});
      pack_linear(s, w.data(), packed.data());
      linear(s, 5, row_of(x), packed.data(), bias.data(), Activation::relu, y.data());
      const double right = std::max(0., sign * 0.1f * static_cast<double>(in) - 7);
      for (const float v : y) REQUIRE(v == doctest::Approx(right).epsilon(2e-4));
    }
}

}  // namespace linear_test
