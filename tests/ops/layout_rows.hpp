// Gradcheck rows: dimensions that come and go, copies beside each other, parts, pads, triangles,
// windows. All are linear, so each is applied to a square.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/diagonal.hpp>
#include <adafuse/ops/flip.hpp>
#include <adafuse/ops/pad.hpp>
#include <adafuse/ops/repeat.hpp>
#include <adafuse/ops/split.hpp>
#include <adafuse/ops/squeeze.hpp>
#include <adafuse/ops/unfold.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> layout_rows() {
  const auto x3 = in_range({2, 3, 5}, 0.5, 2), thin = in_range({1, 3, 1, 2}, 0.5, 2, 1);
  const auto image = in_range({2, 2, 5, 4}, 0.5, 2, 2), columns = in_range({2, 12, 15}, 0.5, 2, 3);
  const auto list = in_range({3}, 0.5, 2, 4), other = in_range({4}, 0.5, 2, 5);
  const auto times = [](const Variable<double>& x) { return x * x; };
  const UnfoldOptions windows{.kernel = {3, 2}, .stride = {2, 1}, .padding = 1};
  return {
      {"squeeze", [=](const Inputs& x) { return squeeze(times(x[0])); }, {thin}},
      {"squeeze, dims",
       [=](const Inputs& x) {
         return squeeze(times(x[0]), {1, -2});
       },
       {thin}},
      {"unsqueeze", [=](const Inputs& x) { return unsqueeze(times(x[0]), -1); }, {x3}},
      {"expand",
       [=](const Inputs& x) {
         return expand(times(x[0]), {2, 4, -1, 3, -1});
       },
       {thin}},
      {"repeat",
       [=](const Inputs& x) {
         return repeat(times(x[0]), {2, 1, 3, 2});
       },
       {x3}},
      {"tile",
       [=](const Inputs& x) {
         return tile(times(x[0]), {3, 2});
       },
       {x3}},
      {"flip",
       [=](const Inputs& x) {
         return flip(times(x[0]), {0, -1});
       },
       {x3}},
      {"roll",
       [=](const Inputs& x) {
         return roll(times(x[0]), {1, -7}, {1, 2});
       },
       {x3}},
      {"roll, of all", [=](const Inputs& x) { return roll(times(x[0]), 4); }, {x3}},
      {"split",
       [=](const Inputs& x) {
         const auto parts = split(times(x[0]), {2, 0, 3}, -1);
         return cat({parts[2] * parts[2], parts[0]}, -1);
       },
       {x3}},
      {"split, of a size",
       [=](const Inputs& x) {
         const auto parts = split(times(x[0]), 2, 2);
         return parts[0] * parts[1] * parts[2];
       },
       {x3}},
      {"chunk",
       [=](const Inputs& x) {
         const auto parts = chunk(times(x[0]), 2, 1);
         return parts[0] * parts[1];
       },
       {x3}},
      {"meshgrid",
       [=](const Inputs& x) {
         const auto grid = meshgrid({x[0], x[1]});
         return grid[0] * grid[0] * grid[1];
       },
       {list, other}},
      {"meshgrid, xy",
       [=](const Inputs& x) {
         const auto grid = meshgrid({x[0], x[1]}, {.indexing = GridIndexing::xy});
         return grid[0] * grid[0] * grid[1];
       },
       {list, other}},
      {"pad",
       [=](const Inputs& x) {
         return pad(times(x[0]), {1, 2, 0, 3});
       },
       {x3}},
      {"pad, value",
       [=](const Inputs& x) {
         return pad(times(x[0]), {-1, 2, 2, -2, 1, 0}, {.value = 1.5});
       },
       {x3}},
      {"pad, reflect",
       [=](const Inputs& x) {
         return pad(times(x[0]), {4, 2, 1, 2}, {.mode = PadMode::reflect});
       },
       {x3}},
      {"pad, replicate",
       [=](const Inputs& x) {
         return pad(times(x[0]), {6, 2, 1, 4}, {.mode = PadMode::replicate});
       },
       {x3}},
      {"pad, circular",
       [=](const Inputs& x) {
         return pad(times(x[0]), {5, 2, 1, 3}, {.mode = PadMode::circular});
       },
       {x3}},
      {"tril", [=](const Inputs& x) { return tril(times(x[0])); }, {x3}},
      {"tril, above", [=](const Inputs& x) { return tril(times(x[0]), 1); }, {x3}},
      {"triu", [=](const Inputs& x) { return triu(times(x[0])); }, {x3}},
      {"triu, below", [=](const Inputs& x) { return triu(times(x[0]), -1); }, {x3}},
      {"diagonal", [=](const Inputs& x) { return diagonal(times(x[0])); }, {x3}},
      {"diagonal, above",
       [=](const Inputs& x) { return diagonal(times(x[0]), {.offset = 2, .dim1 = 1, .dim2 = -1}); },
       {x3}},
      {"diagonal, below",
       [=](const Inputs& x) { return diagonal(times(x[0]), {.offset = -1, .dim1 = 2, .dim2 = 0}); },
       {x3}},
      {"unfold", [=](const Inputs& x) { return unfold(times(x[0]), windows); }, {image}},
      {"unfold, dilated",
       [=](const Inputs& x) {
         return unfold(times(x[0]), {.kernel = 2, .dilation = {3, 2}});
       },
       {image}},
      {"fold",
       [=](const Inputs& x) {
         return fold(times(x[0]), {5, 4}, windows);
       },
       {columns}},
  };
}

}  // namespace adafuse
