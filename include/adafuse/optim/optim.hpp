// The room of optimisers: from gradients to better parameters.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/optim/adagrad.hpp>
#include <adafuse/optim/adam.hpp>
#include <adafuse/optim/average.hpp>
#include <adafuse/optim/clip.hpp>
#include <adafuse/optim/lbfgs.hpp>
#include <adafuse/optim/library.hpp>
#include <adafuse/optim/optimizer.hpp>
#include <adafuse/optim/plateau.hpp>
#include <adafuse/optim/rmsprop.hpp>
#include <adafuse/optim/schedule.hpp>
#include <adafuse/optim/sgd.hpp>
#include <adafuse/optim/strong_wolfe.hpp>
