// The gradcheck table: one row, or several, for each operation. A family adds its rows in a file of
// its own, <family>_rows.hpp; gradcheck_test.cpp runs them all and fails when an operation has
// none.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/gradcheck.hpp>
#include <adafuse/core/peers.hpp>
#include <string>
#include <vector>

namespace adafuse {

/// What `f` is given: its inputs as variables.
using Inputs = std::vector<Variable<double>>;

struct GradcheckRow {
  std::string op;            ///< The operation's name; a note may follow: "slice, step 2".
  DifferentiableFunction f;  ///< From inputs to the result.
  std::vector<Tensor<double>> inputs;  ///< Away from kinks.
  /// Tensors that `f` holds, such as noise: golden/rows.py needs them to compute the same.
  std::vector<Tensor<double>> constants = {};
  bool second = true;  ///< Whether second derivatives are checked too.
};

/// Numbers for a row: `number` keeps the inputs of one row apart.
inline Tensor<double> in_range(Shape shape, double low, double high, std::uint64_t number = 0) {
  return Tensor<double>::uniform(shape, Key(2021).of(number), low, high);
}

/// Numbers of which no two are closer than 0.1, in shuffled order: for maxima. None is closer to 0
/// than 0.05.
inline Tensor<double> distinct(Shape shape, std::uint64_t number = 0) {
  auto x = Tensor<double>::uninitialized(shape);
  for (Index i = 0; i < x.size(); ++i)
    x.data()[i] = 0.1 * static_cast<double>(i - x.size() / 2) + 0.05;
  Draws draws(Key(2021).of("distinct").of(number));
  for (Index i = x.size() - 1; i > 0; --i) std::swap(x.data()[i], x.data()[draws.integer(i + 1)]);
  return x;
}

/// A peer that always gives what this process gives: sums are doubled. tests/distributed has peers
/// that differ.
class Mirror : public Peers {
 public:
  Index rank() const override { return 0; }
  Index size() const override { return 2; }
  void sum(std::span<double> values) const override {
    for (double& value : values) value *= 2;
  }
};

}  // namespace adafuse
