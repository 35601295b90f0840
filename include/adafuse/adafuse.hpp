// Everything from tensors to inference in one include. What needs JSON or an optional library has
// headers of its own: files of weights and of runs, training, reports.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/autograd.hpp>
#include <adafuse/core/core.hpp>
#include <adafuse/data/data.hpp>
#include <adafuse/fusion/fusion.hpp>
#include <adafuse/infer/infer.hpp>
#include <adafuse/io/directory_writer.hpp>
#include <adafuse/io/dtype.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/gif.hpp>
#include <adafuse/io/half.hpp>
#include <adafuse/io/image.hpp>
#include <adafuse/io/image_options.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <adafuse/io/left_directory.hpp>
#include <adafuse/io/picture_end.hpp>
#include <adafuse/io/stb.hpp>
#include <adafuse/io/tensor_file.hpp>
#include <adafuse/io/writer_lock.hpp>
#include <adafuse/kernels/kernels.hpp>
#include <adafuse/models/models.hpp>
#include <adafuse/nn/nn.hpp>
#include <adafuse/ops/ops.hpp>
#include <adafuse/optim/optim.hpp>
#include <adafuse/video/video.hpp>
