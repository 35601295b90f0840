// ModuleList: as many modules of one type as a configuration says, named "0", "1", ... as PyTorch
// names them.
//
//   nn::ModuleList<nn::TransformerEncoderLayer<float>> layers;
//   for (Index i = 0; i < depth; ++i)
//     layers.append(nn::TransformerEncoderLayer<float>(config, key.of(i)));
//   for (const auto& layer : layers) x = layer.forward(x, ctx);
//
// Modules of several types are one type as `AnyLayer` (dynamic_sequential.hpp).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/state.hpp>

namespace adafuse::nn::inline ADAFUSE_SIMD {

template <Module M>
class ModuleList {
 public:
  using value_type = typename M::value_type;

  ModuleList() = default;

  /// Adds a module behind the others. References to those end here.
  ModuleList& append(M module) {
    modules_.push_back(std::move(module));
    return *this;
  }

  /// How many modules there are.
  Index size() const { return static_cast<Index>(modules_.size()); }
  /// Module number `i`; negative numbers count from the end. Throws ValueError outside of the list.
  const M& operator[](Index i) const {
    require<ValueError>(-size() <= i && i < size(), "ModuleList: ", i, " is outside of ", size(),
                        " modules");
    return modules_[static_cast<std::size_t>(i < 0 ? i + size() : i)];
  }
  /// The first module.
  auto begin() const { return modules_.begin(); }
  /// Behind the last module.
  auto end() const { return modules_.end(); }

  /// Clones of all modules. (`nn::clone` calls it, and refuses modules that are tied to each
  /// other.)
  ModuleList clone() const {
    ModuleList copy;
    for (const M& module : modules_) copy.append(nn::clone(module));
    return copy;
  }

  void visit(Visitor<value_type>& v) const {
    for (std::size_t i = 0; i < modules_.size(); ++i) v(std::to_string(i), modules_[i]);
  }

 private:
  std::vector<M> modules_;
};

}  // namespace adafuse::nn::inline ADAFUSE_SIMD
