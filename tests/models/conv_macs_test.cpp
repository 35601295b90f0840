// What convolutions cost, counted pair by pair.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/models/conv_macs.hpp>

namespace conv_macs_test {

using namespace adafuse;
using models::ConvMacs;

TEST_CASE("conv macs: products of live inputs with computed outputs of their group, and biases") {
  for (const Index groups : {1, 2, 6})
    for (const Index biases : {0, 1}) {
      CAPTURE(groups);
      CAPTURE(biases);
      const Index ins = 6, outs = 12, pixels = 4 * 3, taps = 3;
      const kernels::Conv2dGeometry g{.batch = 1,
                                      .in_channels = ins,
                                      .in_height = 4,
                                      .in_width = 5,
                                      .out_channels = outs,
                                      .kernel_width = 3,
                                      .groups = groups};
      const ConvMacs macs(g, biases);
      const auto live = [](Index c) { return Key(1).integer(static_cast<std::uint64_t>(c), 2); };
      const auto computed = [](Index c) {
        return Key(2).integer(static_cast<std::uint64_t>(c), 2);
      };
      Index all = 0, run = 0;
      for (Index o = 0; o < outs; ++o) {
        all += biases * pixels;
        run += computed(o) ? biases * pixels : 0;
        for (Index i = 0; i < ins; ++i) {
          if (i / (ins / groups) != o / (outs / groups)) continue;
          all += pixels * taps;
          run += live(i) && computed(o) ? pixels * taps : 0;
        }
      }
      const auto count = [](const auto& flag) {
        return [&flag](Index first, Index number) {
          Index n = 0;
          for (Index c = first; c < first + number; ++c) n += flag(c) ? 1 : 0;
          return n;
        };
      };
      CHECK(macs.all() == static_cast<double>(all));
      CHECK(macs.run(count(live), count(computed)) == static_cast<double>(run));
      CHECK(static_cast<double>(outs) * macs.per_output() == macs.all());
      CHECK(static_cast<double>(ins) * macs.per_input() ==
            macs.all() - static_cast<double>(biases * outs * pixels));
    }
}

}  // namespace conv_macs_test
