// The room of pictures about results: charts and filmstrips, as SVG.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/report/axis.hpp>
#include <adafuse/report/charts.hpp>
#include <adafuse/report/data_uri.hpp>
#include <adafuse/report/filmstrip.hpp>
#include <adafuse/report/label_layout.hpp>
#include <adafuse/report/svg.hpp>
#include <adafuse/report/text.hpp>
#include <adafuse/report/theme.hpp>
