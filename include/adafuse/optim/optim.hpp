// The room of optimisers: from gradients to better parameters.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/optim/adam.hpp>
#include <adafuse/optim/clip.hpp>
#include <adafuse/optim/library.hpp>
#include <adafuse/optim/optimizer.hpp>
#include <adafuse/optim/schedule.hpp>
#include <adafuse/optim/sgd.hpp>
