// The room of training: configurations, steps, evaluations, and the files that a run leaves.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/average_precision.hpp>
#include <adafuse/train/batch_part.hpp>
#include <adafuse/train/best_epoch.hpp>
#include <adafuse/train/choice.hpp>
#include <adafuse/train/class_weights.hpp>
#include <adafuse/train/clip_results.hpp>
#include <adafuse/train/config.hpp>
#include <adafuse/train/data_fingerprint.hpp>
#include <adafuse/train/early_stopping.hpp>
#include <adafuse/train/evaluation.hpp>
#include <adafuse/train/evaluation_files.hpp>
#include <adafuse/train/evaluation_views.hpp>
#include <adafuse/train/finite.hpp>
#include <adafuse/train/from_config.hpp>
#include <adafuse/train/input_config.hpp>
#include <adafuse/train/json_fields.hpp>
#include <adafuse/train/lambda_rule.hpp>
#include <adafuse/train/metrics.hpp>
#include <adafuse/train/model_file.hpp>
#include <adafuse/train/parameter_groups.hpp>
#include <adafuse/train/policy_choice.hpp>
#include <adafuse/train/provenance.hpp>
#include <adafuse/train/remaining_time.hpp>
#include <adafuse/train/run_files.hpp>
#include <adafuse/train/run_writer.hpp>
#include <adafuse/train/save.hpp>
#include <adafuse/train/several_labels.hpp>
#include <adafuse/train/start_weights.hpp>
#include <adafuse/train/trainer.hpp>
#include <adafuse/train/training_state.hpp>
#include <adafuse/train/transform_fields.hpp>
#include <adafuse/train/tuning.hpp>
#include <adafuse/train/unfinished_run.hpp>
#include <adafuse/train/weight_ema.hpp>
