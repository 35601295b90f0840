// The room of layers: operations that own their parameters.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/activation.hpp>
#include <adafuse/nn/attention.hpp>
#include <adafuse/nn/batch_norm.hpp>
#include <adafuse/nn/checkpoint.hpp>
#include <adafuse/nn/context.hpp>
#include <adafuse/nn/conv2d.hpp>
#include <adafuse/nn/conv_nd.hpp>
#include <adafuse/nn/conv_transpose.hpp>
#include <adafuse/nn/dropout.hpp>
#include <adafuse/nn/dynamic_sequential.hpp>
#include <adafuse/nn/embedding.hpp>
#include <adafuse/nn/flatten.hpp>
#include <adafuse/nn/gru.hpp>
#include <adafuse/nn/init.hpp>
#include <adafuse/nn/library.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/nn/lstm.hpp>
#include <adafuse/nn/module.hpp>
#include <adafuse/nn/module_list.hpp>
#include <adafuse/nn/normalization.hpp>
#include <adafuse/nn/pool.hpp>
#include <adafuse/nn/pool_nd.hpp>
#include <adafuse/nn/recurrent.hpp>
#include <adafuse/nn/sequential.hpp>
#include <adafuse/nn/state.hpp>
#include <adafuse/nn/transformer.hpp>
#include <adafuse/nn/transformer_decoder.hpp>
#include <adafuse/nn/transformer_stack.hpp>
#include <adafuse/nn/upsample.hpp>
