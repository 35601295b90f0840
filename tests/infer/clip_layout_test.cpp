// Where the values of clips lie: apart while both live, together where a step works in place.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/clip/clip_layout.hpp>
#include <adafuse/infer/fold/fold.hpp>

#include "../models/lively_model.hpp"

namespace clip_layout_test {

using namespace adafuse;
using namespace adafuse::infer;
using models::small_config;
using models::VideoModel;

TEST_CASE("clip layout: no step writes over what it, or a later step, still reads") {
  constexpr Index frames = 3;
  for (const auto* name : {"resnet8", "resnet14", "resnet50", "bninception"}) {
    const VideoModel<float> model(small_config(name, "adafuse"), Key(0));
    const auto network = fold(model, 32, 32);
    const auto layout = plan_clips(*network, frames);
    const auto overlap = [&](ValueId a, ValueId b) {
      const auto begin = [&](ValueId id) { return layout.offsets[layout.home[id]]; };
      const auto end = [&](ValueId id) {
        return begin(id) + frames * network->value(layout.home[id]).shape.size();
      };
      return begin(a) < end(b) && begin(b) < end(a);
    };
    CAPTURE(name);
    for (std::size_t i = 0; i < network->steps.size(); ++i) {
      const ValueId written = network->steps[i].output;
      if (network->steps[i].as<FoldedDecision<float>>()) continue;
      for (std::size_t j = i; j < network->steps.size(); ++j)
        for (const ValueId id : network->steps[j].inputs) {
          bool before = false;
          for (std::size_t k = 0; k < i; ++k) before |= network->steps[k].output == id;
          if (before && layout.home[id] != layout.home[written]) CHECK(!overlap(id, written));
        }
    }
    CHECK(layout.scratch <= layout.total);
  }
}

TEST_CASE("clip layout: fusions and last uses of a residual work in place") {
  const VideoModel<float> model(small_config("resnet14", "adafuse"), Key(0));
  const auto network = fold(model, 16, 16);
  const auto layout = plan_clips(*network, 2);
  int fusions = 0, residuals = 0, shortcuts = 0;
  for (const auto& step : network->steps) {
    const bool fusion = step.as<FoldedFuse>();
    const auto* conv = step.as<FoldedConv<float>>();
    if (conv && conv->has_shortcut()) {  // It reads larger maps than it writes.
      CHECK(layout.home[step.output] == step.output);
      ++shortcuts;
    } else if (fusion || (conv && step.inputs.size() == 2)) {
      CHECK(layout.home[step.output] == layout.home[step.inputs.back()]);
      (fusion ? fusions : residuals) += 1;
    }
  }
  CHECK(fusions == 6);
  CHECK(residuals == 4);
  CHECK(shortcuts == 2);
}

}  // namespace clip_layout_test
