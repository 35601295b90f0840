// Decisions that were written down, clip by clip, and what can be made of them: another clip's, the
// majority's, and features for a classifier that sees nothing else.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/rng.hpp>
#include <adafuse/fusion/context.hpp>
#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// [clips, T, c] by Action, block by block: Evaluation::decisions.
using RecordedDecisions = std::map<std::string, Tensor<std::uint8_t>>;

/// Clip i decides as clip `of[i]` did. The forward must number its clips
/// (AdaptiveContext::samples). Throws ShapeError for a block, a clip or frames that are not
/// recorded.
inline DecisionSource<float> decisions_of(RecordedDecisions recorded, std::vector<Index> of) {
  return [recorded = std::move(recorded), of = std::move(of)](const DecisionRequest<float>& ask) {
    const auto found = recorded.find(ask.block);
    require<ShapeError>(found != recorded.end(), "decisions of ", ask.block, ": none are recorded");
    const auto& all = found->second;
    const Index clips = ask.features.size(0) / ask.frames;
    require<ShapeError>(all.size(1) == ask.frames && all.size(2) == ask.channels, "decisions of ",
                        ask.block, ": expects ", ask.frames, " frames of ", ask.channels,
                        " channels, recorded are ", all.shape());
    require<ShapeError>(std::ssize(ask.samples) == clips, "decisions of ", ask.block,
                        ": expects numbers of ", clips, " clips, got ", ask.samples.size());
    auto actions = Tensor<std::uint8_t>::uninitialized({clips * ask.frames, ask.channels});
    for (Index n = 0; n < clips; ++n) {
      const auto own = ask.samples[static_cast<std::size_t>(n)];
      require<ShapeError>(own < of.size() && of[own] < all.size(0), "decisions of ", ask.block,
                          ": clip ", own, " is not recorded");
      actions.narrow(n * ask.frames, (n + 1) * ask.frames).copy_from(all[of[own]]);
    }
    return actions;
  };
}

/// Each clip's own number.
inline std::vector<Index> own_clips(Index clips) {
  std::vector<Index> of(static_cast<std::size_t>(clips));
  std::iota(of.begin(), of.end(), Index{0});
  return of;
}

/// For each clip the number of another one, each once: one cycle through all clips in an order that
/// follows from the key. Throws ValueError for fewer than two clips.
inline std::vector<Index> other_clips(Index clips, Key key) {
  require<ValueError>(clips >= 2, "other_clips: expects at least 2 clips, got ", clips);
  auto order = own_clips(clips);
  std::vector<double> place(order.size());
  for (std::size_t i = 0; i < place.size(); ++i) place[i] = key.uniform(i);
  std::stable_sort(order.begin(), order.end(), [&place](Index a, Index b) {
    return place[static_cast<std::size_t>(a)] < place[static_cast<std::size_t>(b)];
  });
  std::vector<Index> of(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    of[static_cast<std::size_t>(order[i])] = order[(i + 1) % order.size()];
  return of;
}

namespace detail {

/// How many clips took each action at each frame and channel: [T * c][action].
inline std::vector<std::array<Index, action_count>> action_votes(const Tensor<std::uint8_t>& all) {
  const Index places = all.size(1) * all.size(2);
  std::vector<std::array<Index, action_count>> votes(static_cast<std::size_t>(places));
  for (Index i = 0; i < all.size(); ++i)
    ++votes[static_cast<std::size_t>(i % places)][all.data()[i]];
  return votes;
}

}  // namespace detail

/// The commonest action of each channel and frame, [1, T, c] for each block; of equally common ones
/// the first of keep, reuse, skip.
inline RecordedDecisions majority(const RecordedDecisions& recorded) {
  RecordedDecisions result;
  for (const auto& [block, all] : recorded) {
    auto& out = result[block] = Tensor<std::uint8_t>({1, all.size(1), all.size(2)});
    const auto votes = detail::action_votes(all);
    for (std::size_t p = 0; p < votes.size(); ++p)
      out.data()[p] = static_cast<std::uint8_t>(std::max_element(votes[p].begin(), votes[p].end()) -
                                                votes[p].begin());
  }
  return result;
}

/// How many numbers a clip's decisions are as one-hot [blocks][T, c, 3].
inline Index one_hot_size(const RecordedDecisions& recorded) {
  Index size = 0;
  for (const auto& [block, all] : recorded) size += all.size(1) * all.size(2) * action_count;
  return size;
}

/// Which of these numbers are not the same on all clips, increasing.
inline std::vector<Index> varying_columns(const RecordedDecisions& recorded) {
  std::vector<Index> columns;
  Index column = 0;
  for (const auto& [block, all] : recorded)
    for (const auto& votes : detail::action_votes(all))
      for (const Index count : votes) {
        if (0 < count && count < all.size(0)) columns.push_back(column);
        ++column;
      }
  return columns;
}

/// The numbers at `columns` (increasing) of the decisions as one-hot [blocks][T, c, 3]: [clips,
/// columns], of 0 and 1.
inline Tensor<double> one_hot_columns(const RecordedDecisions& recorded,
                                      const std::vector<Index>& columns) {
  const Index clips = recorded.empty() ? 0 : recorded.begin()->second.size(0);
  Tensor<double> features({clips, std::ssize(columns)});
  Index first = 0, k = 0;  // the block's first column; the next of `columns`
  for (const auto& [block, all] : recorded) {
    const Index places = all.size(1) * all.size(2);
    for (; k < std::ssize(columns); ++k) {
      const Index column = columns[static_cast<std::size_t>(k)] - first;
      if (column >= places * action_count) break;
      for (Index n = 0; n < clips; ++n)
        features(n, k) =
            all.data()[n * places + column / action_count] == column % action_count ? 1 : 0;
    }
    first += places * action_count;
  }
  return features;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
