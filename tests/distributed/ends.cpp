// Jobs that go wrong on rank 1: ends WHICH. tests/distributed/ends.sh says what is expected.
// SPDX-License-Identifier: MIT
#include <adafuse/ops/ops.hpp>
#include <adafuse/train/distributed.hpp>
#include <iostream>

using namespace adafuse;

int main(int, char** arguments) try {
  const std::string which = arguments[1];
  const distributed::World world({.timeout = 2});
  const bool wrong = world.rank() == 1;
  const auto p = parameter(Tensor<float>::ones({which == "left" ? 1 << 20 : 1000}));
  auto reducer = std::make_unique<distributed::GradientReducer<float>>(world, std::vector{p});
  world.barrier();
  std::vector<double> numbers(which == "other" && wrong ? 4 : 3);
  if (which == "late" && wrong) std::this_thread::sleep_for(std::chrono::seconds(30));
  if (which == "error" && wrong) throw ValueError("rank 1 has a reason");
  if (which == "gradients") {
    if (wrong) std::this_thread::sleep_for(std::chrono::seconds(30));
    p.set_grad(Tensor<float>::ones({1000}));
    reducer->finish();
  }
  // Rank 1 leaves a step behind, and uses the memory again.
  std::vector<std::vector<float>> taken;
  if (which == "left") {
    if (!wrong) std::this_thread::sleep_for(std::chrono::milliseconds(600));
    reducer->start();
    backward(sum(p));
    if (wrong) std::this_thread::sleep_for(std::chrono::milliseconds(200));
    wrong ? reducer.reset() : reducer->finish();
    for (int k = 0; k < 50; ++k) taken.emplace_back(1 << 18);
  }
  world.sum(std::span(numbers));
  std::cout << "went on\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
