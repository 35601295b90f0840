// The room of training: configurations, steps, evaluations, and the files that a run leaves.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/clip_results.hpp>
#include <adafuse/train/config.hpp>
#include <adafuse/train/evaluation.hpp>
#include <adafuse/train/evaluation_files.hpp>
#include <adafuse/train/finite.hpp>
#include <adafuse/train/json_fields.hpp>
#include <adafuse/train/metrics.hpp>
#include <adafuse/train/model_file.hpp>
#include <adafuse/train/policy_choice.hpp>
#include <adafuse/train/run_files.hpp>
#include <adafuse/train/run_writer.hpp>
#include <adafuse/train/save.hpp>
#include <adafuse/train/trainer.hpp>
