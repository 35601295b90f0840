// The whole room: the vocabulary. Each operation with its derivation, forward and pullback.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/attention.hpp>
#include <adafuse/ops/batch_norm.hpp>
#include <adafuse/ops/broadcast.hpp>
#include <adafuse/ops/conv2d.hpp>
#include <adafuse/ops/cross_entropy.hpp>
#include <adafuse/ops/dims.hpp>
#include <adafuse/ops/dropout.hpp>
#include <adafuse/ops/library.hpp>
#include <adafuse/ops/loss.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/normalization.hpp>
#include <adafuse/ops/normalize.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/pool2d.hpp>
#include <adafuse/ops/pow.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/reduction.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/size2.hpp>
#include <adafuse/ops/softmax.hpp>
#include <adafuse/ops/straight_through.hpp>
#include <adafuse/ops/take.hpp>
