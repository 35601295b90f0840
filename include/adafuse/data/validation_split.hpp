// A split by name: which clips are kept for validation where nobody has said.
//
// What was cut from one source stays on one side, or the network would be asked about what it has
// seen. About a fifth of each class is kept, the sources whose names have the lowest hashes, so the
// same names are split in the same way on every machine, in whatever order they come.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/core/rng.hpp>
#include <adafuse/core/shape.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// What a clip was cut from, by its name: without an ending that numbers cuts, as UCF-101's
/// `v_Biking_g01_c02`, `anna_clip3`, `pan-cut07`, `street_part2`, `a_seg1`, `a_shot1`, `a_scene1`.
/// Other names, `anna_01` too, are a source of their own.
inline std::string source_of(std::string_view clip) {
  const auto lower = [](char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  std::size_t end = clip.size();
  while (end > 0 && '0' <= clip[end - 1] && clip[end - 1] <= '9') --end;
  if (end == clip.size()) return std::string(clip);
  std::size_t begin = end;
  std::string word;
  while (begin > 0 && 'a' <= lower(clip[begin - 1]) && lower(clip[begin - 1]) <= 'z')
    word.insert(word.begin(), lower(clip[--begin]));
  const bool apart = begin > 1 && (clip[begin - 1] == '_' || clip[begin - 1] == '-');
  constexpr std::string_view cuts[] = {"c", "clip", "cut", "part", "seg", "shot", "scene"};
  if (!apart || std::find(std::begin(cuts), std::end(cuts), word) == std::end(cuts))
    return std::string(clip);
  return std::string(clip.substr(0, begin - 1));
}

/// Of each clip, whether it is kept for validation; `sources` and `labels` have a row for each. A
/// class of two or more sources has clips on both sides, unless the sources that it shares with
/// other classes forbid it; a class of one source is trained on.
inline std::vector<bool> validation_split(const std::vector<std::string>& sources,
                                          const std::vector<std::int64_t>& labels) {
  require<ValueError>(sources.size() == labels.size(),
                      "validation_split: expected a label for each clip, got ", sources.size(),
                      " clips and ", labels.size(), " labels");
  struct Clips {
    Index all = 0, kept = 0;
  };
  std::map<std::int64_t, Clips> classes;
  std::map<std::string, std::map<std::int64_t, Index>> clips;  // of each source, by label
  for (std::size_t i = 0; i < sources.size(); ++i) {
    ++classes[labels[i]].all;
    ++clips[sources[i]][labels[i]];
  }
  const Key key = Key(0).of("validation split");
  std::map<std::pair<std::uint64_t, std::string>, bool> kept;  // by hash
  for (const auto& [source, counts] : clips) kept[{key.of(source).bits(0), source}] = false;
  for (auto& [place, keep] : kept) {
    const auto& counts = clips[place.second];
    bool wanted = true, first = false, leaves_some = true;
    for (const auto& [label, count] : counts) {
      const Clips& of_class = classes[label];
      const Index fifth = (of_class.all + 2) / 5;
      // Half of a source too many is as near to a fifth as half too few.
      wanted = wanted && of_class.kept + count / 2 < fifth;
      first = first || (of_class.kept == 0 && 2 * count <= of_class.all);
      leaves_some = leaves_some && of_class.kept + count < of_class.all;
    }
    keep = leaves_some && (wanted || first);
    if (keep)
      for (const auto& [label, count] : counts) classes[label].kept += count;
  }
  std::vector<bool> split;
  for (const auto& source : sources) split.push_back(kept.at({key.of(source).bits(0), source}));
  return split;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
