// Everything from tensors to inference in one include. Not in it, for whoever needs it to include:
//
//   pictures                 io/image.hpp
//   clips on disk            data/open_dataset.hpp, data/frame_folder.hpp, data/check_clips.hpp
//   films, WebP, gzip        io/film.hpp, data/film_clips.hpp, io/webp.hpp, io/zlib.hpp
//   weights and checkpoints  io/safetensors.hpp, io/torch_file.hpp, io/npy.hpp
//   linear algebra           ops/linalg.hpp, ops/decompositions.hpp
//   runs, training, reports  train/train.hpp, report/report.hpp
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/autograd.hpp>
#include <adafuse/core/core.hpp>
#include <adafuse/data/batches.hpp>
#include <adafuse/data/cached_dataset.hpp>
#include <adafuse/data/collate.hpp>
#include <adafuse/data/data_loader.hpp>
#include <adafuse/data/dataset.hpp>
#include <adafuse/data/frame_cache.hpp>
#include <adafuse/data/gestures.hpp>
#include <adafuse/data/loader.hpp>
#include <adafuse/data/prefetch.hpp>
#include <adafuse/data/resize.hpp>
#include <adafuse/data/segment_sampling.hpp>
#include <adafuse/data/shapes.hpp>
#include <adafuse/data/tensor_dataset.hpp>
#include <adafuse/data/transform.hpp>
#include <adafuse/fusion/fusion.hpp>
#include <adafuse/infer/infer.hpp>
#include <adafuse/io/directory_writer.hpp>
#include <adafuse/io/dtype.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/film_end.hpp>
#include <adafuse/io/film_options.hpp>
#include <adafuse/io/half.hpp>
#include <adafuse/io/image_options.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <adafuse/io/left_directory.hpp>
#include <adafuse/io/tensor_file.hpp>
#include <adafuse/io/writer_lock.hpp>
#include <adafuse/io/y4m.hpp>
#include <adafuse/kernels/kernels.hpp>
#include <adafuse/models/models.hpp>
#include <adafuse/nn/nn.hpp>
#include <adafuse/ops/ops.hpp>
#include <adafuse/optim/optim.hpp>
#include <adafuse/version.hpp>
#include <adafuse/video/video.hpp>
