// The rows of bench_ops: an operation, and what it is given. peers/pytorch_ops.py has a function of
// the same name for each; it reads the inputs from here, so that both sides get the same sizes.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/variable.hpp>
#include <concepts>
#include <functional>
#include <string>
#include <vector>

namespace bench {

using adafuse::Index;

/// One tensor that a row is given. Its elements are uniform in [low, high).
struct Input {
  enum class Kind {
    variable,  ///< differentiated
    constant,  ///< floats
    index,     ///< whole numbers in [0, high), int64
    pixel,     ///< the same as int32
    mask       ///< 0 or 1, a byte each
  };

  Kind kind;
  adafuse::Shape shape;
  double low, high;
};

inline Input x(adafuse::Shape shape, double low = -1, double high = 1) {
  return {Input::Kind::variable, shape, low, high};
}
inline Input constant(adafuse::Shape shape, double low = -1, double high = 1) {
  return {Input::Kind::constant, shape, low, high};
}
inline Input index(adafuse::Shape shape, Index high) {
  return {Input::Kind::index, shape, 0, static_cast<double>(high)};
}
inline Input pixel(adafuse::Shape shape, Index high) {
  return {Input::Kind::pixel, shape, 0, static_cast<double>(high)};
}
inline Input mask(adafuse::Shape shape) { return {Input::Kind::mask, shape, 0, 2}; }

/// The inputs of a row, each kind in order.
struct Values {
  std::vector<adafuse::Variable<float>> x;
  std::vector<adafuse::Tensor<float>> c;
  std::vector<adafuse::Tensor<std::int64_t>> i;
  std::vector<adafuse::Tensor<std::int32_t>> p;
  std::vector<adafuse::Tensor<std::uint8_t>> m;
};

/// A function that returns a variable is timed with its gradient as well.
struct OpsRow {
  template <class F>
  OpsRow(std::string name_, std::vector<Input> inputs_, F f)
      : name(std::move(name_)), inputs(std::move(inputs_)) {
    if constexpr (std::same_as<std::invoke_result_t<F, const Values&>, adafuse::Variable<float>>) {
      has_gradient = true;
      run = std::move(f);
    } else {
      run = [f = std::move(f)](const Values& v) {
        f(v);
        return adafuse::Variable<float>();
      };
    }
  }

  std::string name;  // of the operation, and what is special behind a comma
  std::vector<Input> inputs;
  std::function<adafuse::Variable<float>(const Values&)> run;
  bool has_gradient = false;
};
using OpsRows = std::vector<OpsRow>;

// A family is a file.
OpsRows activation_rows();
OpsRows arithmetic_rows();
OpsRows choice_rows();
OpsRows convolution_rows();
OpsRows indexing_rows();
OpsRows layout_rows();
OpsRows linalg_rows();
OpsRows loss_rows();
OpsRows normalization_rows();
OpsRows pool_rows();
OpsRows product_rows();
OpsRows random_rows();
OpsRows reduction_rows();
OpsRows resize_rows();

}  // namespace bench
