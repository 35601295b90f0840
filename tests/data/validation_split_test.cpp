// The split by name: a fifth of each class, whole sources, the same for ever.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/validation_split.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace validation_split_test {

using namespace adafuse;
using data::source_of, data::validation_split;

TEST_CASE("validation split: a source is a name without the number of its cut") {
  CHECK(source_of("v_Biking_g01_c02") == "v_Biking_g01");
  CHECK(source_of("anna_Clip12") == "anna");
  CHECK(source_of("pan-cut07") == "pan");
  for (const char* whole :
       {"anna_01", "IMG_0001", "IMG_0002", "train_000003", "c1", "_c1", "abc1", "music1", "x", ""})
    CHECK(source_of(whole) == whole);
}

TEST_CASE("validation split: a fifth of each class, at least one clip, never all") {
  std::vector<std::string> sources;
  std::vector<std::int64_t> labels;
  const std::vector<Index> sizes{1, 2, 3, 7, 10, 40};
  for (std::size_t label = 0; label < sizes.size(); ++label)
    for (Index i = 0; i < sizes[label]; ++i) {
      sources.push_back(concat("clip ", label, " ", i));
      labels.push_back(static_cast<std::int64_t>(label));
    }
  const auto split = validation_split(sources, labels);
  std::vector<Index> kept(sizes.size());
  for (std::size_t i = 0; i < split.size(); ++i)
    kept[static_cast<std::size_t>(labels[i])] += split[i] ? 1 : 0;
  CHECK(kept == std::vector<Index>{0, 1, 1, 1, 2, 8});
}

TEST_CASE("validation split: no source is on both sides, in whatever order clips come") {
  std::vector<std::string> sources;
  std::vector<std::int64_t> labels;
  for (int i = 0; i < 60; ++i) {
    sources.push_back(concat("film ", i / 4));
    labels.push_back(i % 4);  // A film has a clip of each class.
  }
  const auto split = validation_split(sources, labels);
  CHECK(std::count(split.begin(), split.end(), true) == 12);
  std::map<std::string, bool> side;
  for (std::size_t i = 0; i < split.size(); ++i)
    CHECK(side.emplace(sources[i], split[i]).first->second == split[i]);
  std::reverse(sources.begin(), sources.end());
  std::reverse(labels.begin(), labels.end());
  auto reversed = validation_split(sources, labels);
  std::reverse(reversed.begin(), reversed.end());
  CHECK(reversed == split);
}

TEST_CASE("validation split: it does not change with the library") {
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) names.push_back(concat("clip_", i));
  const auto split = validation_split(names, std::vector<std::int64_t>(10, 0));
  std::string kept;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (split[i]) kept += names[i] + " ";
  CHECK(kept == "clip_1 clip_5 ");
}

}  // namespace validation_split_test
