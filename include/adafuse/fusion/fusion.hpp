// The room of the paper: decisions, fusion, and what they cost; and what it is compared with.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/action.hpp>
#include <adafuse/fusion/allowed_actions.hpp>
#include <adafuse/fusion/change.hpp>
#include <adafuse/fusion/context.hpp>
#include <adafuse/fusion/cost.hpp>
#include <adafuse/fusion/decide.hpp>
#include <adafuse/fusion/demand.hpp>
#include <adafuse/fusion/estimator.hpp>
#include <adafuse/fusion/fuse.hpp>
#include <adafuse/fusion/gumbel.hpp>
#include <adafuse/fusion/logits.hpp>
#include <adafuse/fusion/magnitude.hpp>
#include <adafuse/fusion/objective.hpp>
#include <adafuse/fusion/policy.hpp>
#include <adafuse/fusion/policy_pool.hpp>
#include <adafuse/fusion/policy_sees.hpp>
#include <adafuse/fusion/reinforce.hpp>
