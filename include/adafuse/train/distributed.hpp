// Data-parallel training: several processes, started by mpirun, each with a copy of the network and
// its part of every batch. mpi.hpp is the door to MPI.
//
//   const distributed::World world;                          // rank 0 of 1 without mpirun
//   Net net(Key(1));
//   distributed::GradientReducer reducer(world, net);
//   const data::DataLoader loader(samples, {.batch_size = 64, .share = world.share()});
//   for (const auto& [x, target] : loader.epoch(0)) {
//     nn::Context<float> ctx(true, key.of(step++));
//     world.join(ctx, x.size(0));                            // batch norm and noise of the whole
//     const auto loss = cross_entropy(net.forward(x, ctx), target);
//     nn::zero_grad(net);
//     reducer.start();                                       // from here on gradients travel
//     backward(loss);
//     reducer.finish();                                      // all have the mean of all
//     optimizer.step(rate);
//   }
//
// Each rank's loss is a mean over its own samples; the gradient of a step is the mean over the
// ranks, so that it is the one of a single process with the whole batch. Sums are added in the
// order of the ranks: all get the same bits, and so does the next run with as many ranks.
//
// A program that defines ADAFUSE_MPI as 1 (CMake: adafuse::mpi) links MPI. Without it a World has
// one rank, and says so where mpirun has started several.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/gradient_reducer.hpp>
#include <adafuse/train/mpi.hpp>
#include <adafuse/train/shard.hpp>
#include <adafuse/train/world.hpp>
