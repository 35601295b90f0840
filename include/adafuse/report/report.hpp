// The room of pictures about results: charts and filmstrips, as SVG, and a page that holds them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/report/axis.hpp>
#include <adafuse/report/charts.hpp>
#include <adafuse/report/confusion_table.hpp>
#include <adafuse/report/curves.hpp>
#include <adafuse/report/data_uri.hpp>
#include <adafuse/report/decision_chart.hpp>
#include <adafuse/report/draw_graph.hpp>
#include <adafuse/report/film_viewer.hpp>
#include <adafuse/report/filmstrip.hpp>
#include <adafuse/report/html.hpp>
#include <adafuse/report/label_layout.hpp>
#include <adafuse/report/metrics_table.hpp>
#include <adafuse/report/page.hpp>
#include <adafuse/report/page_script.hpp>
#include <adafuse/report/page_style.hpp>
#include <adafuse/report/run_tables.hpp>
#include <adafuse/report/spread.hpp>
#include <adafuse/report/svg.hpp>
#include <adafuse/report/sweep.hpp>
#include <adafuse/report/sweep_chart.hpp>
#include <adafuse/report/text.hpp>
#include <adafuse/report/theme.hpp>
