// Gradcheck rows: the operations of the rooms video and fusion.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/cost.hpp>
#include <adafuse/fusion/estimator.hpp>
#include <adafuse/fusion/fuse.hpp>
#include <adafuse/video/video.hpp>

#include "gradcheck_table.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> video_rows() {
  const auto maps = in_range({6, 5, 2}, -1, 1);
  return {
      {"fold_time", [](const Inputs& x) { return fold_time(x[0]); }, {in_range({2, 3, 4}, -1, 1)}},
      {"unfold_time", [](const Inputs& x) { return unfold_time(x[0], 3); }, {maps}},
      {"shift_time, previous", [](const Inputs& x) { return shift_time(x[0], 3, -1); }, {maps}},
      {"shift_time, next but one", [](const Inputs& x) { return shift_time(x[0], 3, 2); }, {maps}},
      {"temporal_shift", [](const Inputs& x) { return temporal_shift(x[0], 3, 2); }, {maps}},
      {"temporal_shift, back",
       [](const Inputs& x) { return temporal_shift(x[0], 3, 1, -1); },
       {maps}},
      {"last_frame",
       [](const Inputs& x) { return last_frame(x[0] * x[0], 3); },
       {in_range({6, 5}, -1, 1, 7)}},
      {"average_consensus", [](const Inputs& x) { return average_consensus(x[0], 3); }, {maps}},
  };
}

/// The cost of two blocks whose soft decisions are x[0] and x[1].
inline Variable<double> cost_of(const Inputs& x, CostKind kind) {
  const std::vector<ChannelCosts> costs{{"a", {3, 5}, {2, 7}}, {"b", {4}, {6}}};
  return adaptive_cost<double>(100, costs, {{"a", x[0], {}}, {"b", x[1], {}}}, 3, kind, 10);
}

inline std::vector<GradcheckRow> fusion_rows() {
  const auto maps = in_range({6, 3, 2, 5}, -1, 1), weights = in_range({6, 3, 3}, 0, 1, 1);
  const auto noise = gumbel_noise<double>({2, 3, 3}, Key(5));
  const auto two = in_range({6, 2, 3}, 0, 1, 2), one = in_range({6, 1, 3}, 0, 1, 3);
  std::vector<GradcheckRow> rows{
      {"fuse", [](const Inputs& x) { return fuse(x[0], x[1], 3); }, {maps, weights}},
      {"fuse, single frames", [](const Inputs& x) { return fuse(x[0], x[1], 1); }, {maps, weights}},
      {"fuse_composed",
       [](const Inputs& x) { return fuse_composed(x[0], x[1], 3); },
       {maps, weights}},
      // The soft sample; the hard one has the same gradient and no differences to compare it with.
      {"gumbel_softmax",
       [noise](const Inputs& x) { return gumbel_softmax(x[0], noise, {.hard = false}); },
       {in_range({2, 3, 3}, -1, 1, 4)},
       {noise}},
      {"draw_choices",
       [noise](const Inputs& x) { return draw_choices(Estimator::soft_gumbel, x[0], noise, 0.67); },
       {in_range({2, 3, 3}, -1, 1, 4)},
       {noise}},
      {"adaptive_cost, real",
       [](const Inputs& x) { return cost_of(x, CostKind::real); },
       {two, one}},
      {"adaptive_cost, upper bound",
       [](const Inputs& x) { return cost_of(x, CostKind::upper_bound); },
       {two, one}},
      {"adaptive_cost, authors",
       [](const Inputs& x) { return cost_of(x, CostKind::authors); },
       {two, one}},
  };
  for (auto& row : video_rows()) rows.push_back(row);
  return rows;
}

}  // namespace adafuse
