// The room of derivatives: variables with a history, and the walk back through it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/backward.hpp>
#include <adafuse/autograd/checkpoint.hpp>
#include <adafuse/autograd/functional.hpp>
#include <adafuse/autograd/gradcheck.hpp>
#include <adafuse/autograd/library.hpp>
#include <adafuse/autograd/no_grad.hpp>
#include <adafuse/autograd/record.hpp>
#include <adafuse/autograd/saved.hpp>
#include <adafuse/autograd/variable.hpp>
