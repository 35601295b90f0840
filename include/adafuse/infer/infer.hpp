// The room of inference: networks made ready to run, and sessions that skip what decisions skip.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/clip/clip_decisions.hpp>
#include <adafuse/infer/clip/clip_layout.hpp>
#include <adafuse/infer/clip/clip_session.hpp>
#include <adafuse/infer/fold/fold.hpp>
#include <adafuse/infer/fold/folded_agent.hpp>
#include <adafuse/infer/fold/folded_conv.hpp>
#include <adafuse/infer/fold/folded_linear.hpp>
#include <adafuse/infer/fold/folded_lstm.hpp>
#include <adafuse/infer/fold/folded_network.hpp>
#include <adafuse/infer/fold/folded_pool.hpp>
#include <adafuse/infer/fold/folded_step.hpp>
#include <adafuse/infer/fold/global_pool.hpp>
#include <adafuse/infer/fold/live_lists.hpp>
#include <adafuse/infer/steps/decider.hpp>
#include <adafuse/infer/steps/demanded_lists.hpp>
#include <adafuse/infer/steps/frame_steps.hpp>
#include <adafuse/infer/steps/input_change.hpp>
#include <adafuse/infer/steps/ledger.hpp>
#include <adafuse/infer/steps/map_copies.hpp>
#include <adafuse/infer/steps/memory_plan.hpp>
#include <adafuse/infer/steps/running_consensus.hpp>
#include <adafuse/infer/steps/session.hpp>
#include <adafuse/infer/steps/step_ledger.hpp>
#include <adafuse/infer/stream/stream_decisions.hpp>
#include <adafuse/infer/stream/stream_layout.hpp>
#include <adafuse/infer/stream/stream_session.hpp>
