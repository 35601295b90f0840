// The room of time: what makes a clip more than a batch of pictures.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/video/consensus.hpp>
#include <adafuse/video/temporal_shift.hpp>
#include <adafuse/video/time_axis.hpp>
