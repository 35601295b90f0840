// Lesson 19: one training in several processes, on one machine or on many.
//
// Alone it runs as any program does. Under `mpirun -n 2` each process, a rank, has a copy of the
// network and half of every batch: batch norm takes the statistics of all of it, dropout draws for
// each sample what it would draw in one process, and gradients are averaged while backward still
// runs. So the losses are the same. Needs MPI (Debian: libopenmpi-dev) to be more than one process:
//   mpicxx -std=c++20 -O2 -DADAFUSE_MPI=1 -I include -I /usr/include/eigen3
//          examples/19_data_parallel.cpp -o 19_data_parallel && mpirun -n 2 ./19_data_parallel
// SPDX-License-Identifier: MIT
#include <adafuse/adafuse.hpp>
#include <adafuse/train/distributed.hpp>
#include <cstdio>

using namespace adafuse;

/// Points, and whether each lies in the unit circle.
data::TensorDataset<float, std::int64_t> points(Index count, Key key) {
  const auto x = Tensor<float>::uniform({count, 2}, key, -1.2f, 1.2f);
  Tensor<std::int64_t> inside({count});
  for (Index i = 0; i < count; ++i) inside(i) = x(i, 0) * x(i, 0) + x(i, 1) * x(i, 1) < 1;
  return data::TensorDataset(x, inside);
}

int main() {
  const Key seed(19);
  const distributed::World world;  // who else there is
  const nn::Sequential net(nn::Linear<float>({.in = 2, .out = 64}, seed.of("0")),
                           nn::BatchNorm1d<float>({.channels = 64}), nn::Relu<float>(),
                           nn::Dropout<float>(0.1),
                           nn::Linear<float>({.in = 64, .out = 2}, seed.of("4")));
  distributed::broadcast_parameters(world, net);  // Here all drew the same; after reading a file...
  distributed::GradientReducer reducer(world, net);
  auto adam = optim::Adam<float>({{nn::parameters(net)}});
  const auto samples = points(1024, seed.of("points"));
  const data::DataLoader loader(  // 64 samples of all ranks together
      samples,
      {.batch_size = 64, .shuffle = true, .key = seed.of("order"), .share = world.share()});
  std::uint64_t step = 0;
  for (Index epoch = 0; epoch < 4; ++epoch) {
    double total = 0;
    for (const auto& [x, label] : loader.epoch(epoch)) {
      nn::Context<float> ctx(true, seed.of("noise").of(step++));
      world.join(ctx, x.size(0));
      const auto loss = cross_entropy(net.forward(x, ctx), label);
      adam.zero_grad();
      reducer.start();
      backward(loss);
      reducer.finish();
      adam.step(0.01);
      total += mean_over(world, loss).item() / static_cast<double>(loader.size());
    }
    if (world.rank() == 0) std::printf("epoch %d: loss %.3f\n", static_cast<int>(epoch), total);
  }
}
