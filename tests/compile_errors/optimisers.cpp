// An optimiser that is given a rate.
// SPDX-License-Identifier: MIT
#include <adafuse/optim/adam.hpp>

namespace optimisers {

using namespace adafuse;

void rate_in_the_options(const std::vector<Variable<float>>& parameters) {
#ifdef MISTAKE
  optim::Adam rated(parameters, {.lr = 1e-3});  // says: the rate is given to each step, step(rate)
#endif
  optim::Adam adam(parameters, {.beta1 = 0.5});
  adam.step(1e-3);
}

}  // namespace optimisers
