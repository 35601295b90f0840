// The room of inference: networks made ready to run, and sessions that skip what decisions skip.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/clip_decisions.hpp>
#include <adafuse/infer/clip_layout.hpp>
#include <adafuse/infer/clip_session.hpp>
#include <adafuse/infer/decider.hpp>
#include <adafuse/infer/fold.hpp>
#include <adafuse/infer/folded_agent.hpp>
#include <adafuse/infer/folded_conv.hpp>
#include <adafuse/infer/folded_linear.hpp>
#include <adafuse/infer/folded_lstm.hpp>
#include <adafuse/infer/folded_network.hpp>
#include <adafuse/infer/folded_pool.hpp>
#include <adafuse/infer/folded_step.hpp>
#include <adafuse/infer/frame_steps.hpp>
#include <adafuse/infer/global_pool.hpp>
#include <adafuse/infer/ledger.hpp>
#include <adafuse/infer/live_lists.hpp>
#include <adafuse/infer/map_copies.hpp>
#include <adafuse/infer/memory_plan.hpp>
#include <adafuse/infer/running_consensus.hpp>
#include <adafuse/infer/session.hpp>
#include <adafuse/infer/step_ledger.hpp>
#include <adafuse/infer/stream_decisions.hpp>
#include <adafuse/infer/stream_layout.hpp>
#include <adafuse/infer/stream_session.hpp>
