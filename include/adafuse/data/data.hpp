// The room of samples, whole: data sets, what is drawn from them, and the gestures.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/batches.hpp>
#include <adafuse/data/cached_dataset.hpp>
#include <adafuse/data/check_clips.hpp>
#include <adafuse/data/class_file.hpp>
#include <adafuse/data/class_folders.hpp>
#include <adafuse/data/clip_list.hpp>
#include <adafuse/data/collate.hpp>
#include <adafuse/data/data_loader.hpp>
#include <adafuse/data/dataset.hpp>
#include <adafuse/data/dataset_options.hpp>
#include <adafuse/data/description.hpp>
#include <adafuse/data/film_clip.hpp>
#include <adafuse/data/film_folders.hpp>
#include <adafuse/data/film_lists.hpp>
#include <adafuse/data/frame_cache.hpp>
#include <adafuse/data/frame_clips.hpp>
#include <adafuse/data/frame_folder.hpp>
#include <adafuse/data/frame_names.hpp>
#include <adafuse/data/gesture_folder.hpp>
#include <adafuse/data/gestures.hpp>
#include <adafuse/data/known_lists.hpp>
#include <adafuse/data/list_columns.hpp>
#include <adafuse/data/list_dataset.hpp>
#include <adafuse/data/listed_clips.hpp>
#include <adafuse/data/loader.hpp>
#include <adafuse/data/natural_order.hpp>
#include <adafuse/data/open_dataset.hpp>
#include <adafuse/data/prefetch.hpp>
#include <adafuse/data/resize.hpp>
#include <adafuse/data/segment_sampling.hpp>
#include <adafuse/data/shapes.hpp>
#include <adafuse/data/tensor_dataset.hpp>
#include <adafuse/data/transform.hpp>
#include <adafuse/data/validation_split.hpp>
