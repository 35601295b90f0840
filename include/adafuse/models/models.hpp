// The room of networks: blocks and backbones, with decisions inside, and their plans.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/agents.hpp>
#include <adafuse/models/backbone.hpp>
#include <adafuse/models/conv_macs.hpp>
#include <adafuse/models/inception.hpp>
#include <adafuse/models/inception_unit.hpp>
#include <adafuse/models/library.hpp>
#include <adafuse/models/load_weights.hpp>
#include <adafuse/models/model_config.hpp>
#include <adafuse/models/plan.hpp>
#include <adafuse/models/plan_builder.hpp>
#include <adafuse/models/plan_cost.hpp>
#include <adafuse/models/residual_block.hpp>
#include <adafuse/models/resnet.hpp>
#include <adafuse/models/video_model.hpp>
#include <adafuse/models/weight_names.hpp>
#include <adafuse/models/zero_channels.hpp>
