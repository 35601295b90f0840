// Jobs that go wrong on rank 1: ends WHICH. tests/distributed/ends.sh says what is expected.
// SPDX-License-Identifier: MIT
#include <adafuse/train/distributed.hpp>
#include <iostream>

using namespace adafuse;

int main(int, char** arguments) try {
  const std::string which = arguments[1];
  const distributed::World world({.timeout = 2});
  const bool wrong = world.rank() == 1;
  const auto p = parameter(Tensor<float>::ones({1000}));
  distributed::GradientReducer<float> reducer(world, {p});
  world.barrier();
  std::vector<double> numbers(which == "other" && wrong ? 4 : 3);
  if (which == "late" && wrong) std::this_thread::sleep_for(std::chrono::seconds(30));
  if (which == "error" && wrong) throw ValueError("rank 1 has a reason");
  if (which == "gradients") {
    if (wrong) std::this_thread::sleep_for(std::chrono::seconds(30));
    p.set_grad(Tensor<float>::ones({1000}));
    reducer.finish();
  }
  world.sum(std::span(numbers));
  std::cout << "went on\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
