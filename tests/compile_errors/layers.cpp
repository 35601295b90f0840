// Modules that are none, and layers without a key.
// SPDX-License-Identifier: MIT
#include <adafuse/nn/activation.hpp>
#include <adafuse/nn/dynamic_sequential.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/nn/sequential.hpp>

namespace layers {

using namespace adafuse;

struct WithoutVisit {
  using value_type = float;
  nn::Linear<float> fc{{.in = 2, .out = 3}, Key(1)};
};
struct Net : WithoutVisit {
  void visit(nn::Visitor<float>& v) const { v("fc", fc); }
};
struct Parent {
  using value_type = float;
  WithoutVisit child;
  void visit([[maybe_unused]] nn::Visitor<float>& v) const {
#ifdef MISTAKE
    v("child", child);  // says: a module has value_type and visit
#endif
  }
};

void missing_visit() {
#ifdef MISTAKE
  nn::parameters(WithoutVisit());  // says: a module has value_type and visit(nn::Visitor<T>&) const
#endif
  nn::parameters(Net());
}

void missing_key() {
#ifdef MISTAKE
  nn::Linear<float> keyless({.in = 2, .out = 3});  // says: give it a key, key.of("fc1")
#endif
  nn::Linear<float> layer({.in = 2, .out = 3}, Key(1).of("fc1"));
}

void functions_as_layers() {
  const auto halve = [](const Variable<float>& x) { return x; };
  nn::DynamicSequential<float> grown;
#ifdef MISTAKE
  nn::Sequential(nn::Relu<float>(), halve);  // says: Sequential takes layers, which have value_type
  grown.append(halve);  // says: a layer has value_type, forward(x, ctx) and visit(v)
#endif
  (void)halve;
  nn::Sequential(nn::Relu<float>(), nn::Tanh<float>());
  grown.append(nn::Relu<float>());
}

}  // namespace layers
