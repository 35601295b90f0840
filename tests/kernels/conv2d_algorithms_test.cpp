// The table of algorithms: names, errors, and which one is chosen for the layers of the benchmark.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <string_view>

#include "../../bench/conv2d_layers.hpp"
#include "random_conv2d.hpp"

namespace conv2d_algorithms_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

namespace {

const auto any = [](const Conv2dGeometry&) { return true; };

/// Every third channel, from another one on in each frame.
std::vector<std::vector<std::int32_t>> thirds(Index batch, Index channels) {
  std::vector<std::vector<std::int32_t>> lists(static_cast<std::size_t>(batch));
  for (Index n = 0; n < batch; ++n)
    for (Index c = n % 3; c < channels; c += 3)
      lists[static_cast<std::size_t>(n)].push_back(static_cast<std::int32_t>(c));
  return lists;
}

/// One letter for each layer of the benchmark: the first of the algorithm's name, and r for
/// whole_rows. `lists`: how many sides have lists of channels (inputs first). All weights are
/// prepared.
std::string chosen(int lists, Index batch, ConvAlgorithm wanted) {
  std::string letters;
  for (const auto& layer : bench::conv_layers) {
    const auto g = layer.geometry(layer.small ? 8 * batch : batch);
    const auto in = thirds(g.batch, g.in_channels), out = thirds(g.batch, g.out_channels);
    const std::vector<LiveChannels> live_in(in.begin(), in.end()), live_out(out.begin(), out.end());
    kernels::Conv2dOptions<float> options{.algorithm = wanted};
    if (lists > 0) options.live_in = live_in;
    if (lists > 1) options.live_out = live_out;
    const auto name = choose_algorithm(forward_correlation(g), options, true).name.name();
    letters += name == "whole_rows" ? 'r' : name[0];
  }
  return letters;
}

}  // namespace

TEST_CASE("conv2d, algorithms: the choices for the layers of the benchmark are stated") {
  struct Stated {
    std::string_view path;
    int lists;  // sides that have lists
    Index batch;
    bool automatic;  // or direct
    const char* letters;
  };
  const Stated all[] = {
      {"avx512", 0, 1, true, "mwwwbmbbmmmmmmmmmmmmddmmrww"},
      {"avx512", 0, 1, false, "mmmbbmbbmmmmmmmmmmmmddmmrrb"},
      {"avx512", 0, 8, true, "mwwwwmmbmmmmmmmmmmpmddmmrww"},
      {"avx512", 0, 8, false, "mmmbbmmbmmmmmmmmmmpmddmmrrb"},
      {"avx512", 1, 1, true, "mwwwbmmbppmppmpmpmmmddmmrrb"},
      {"avx512", 1, 1, false, "mmmbbmmbppmppmpmpmmmddmmrrb"},
      {"avx512", 1, 8, true, "mwwwbmmbppmppmpmpmmmddmmrrb"},
      {"avx512", 1, 8, false, "mmmbbmmbppmppmpmpmmmddmmrrb"},
      {"avx512", 2, 1, true, "mwwwmmmmmmmmpmpmpmmmddmmrrr"},
      {"avx512", 2, 1, false, "mmmmmmmmmmmmpmpmpmmmddmmrrr"},
      {"avx512", 2, 8, true, "mwwwmmmmmmmmpmpmpmmmddmmrrr"},
      {"avx512", 2, 8, false, "mmmmmmmmmmmmpmpmpmmmddmmrrr"},
      {"avx2", 0, 1, true, "mwwwwmmbmmmmmmmmpmmmddmmmww"},
      {"avx2", 0, 1, false, "mmmbbmmbmmmmmmmmpmmmddmmmmb"},
      {"avx2", 0, 8, true, "mwwwwmmbmmmmmmmmpmpmddmmmww"},
      {"avx2", 0, 8, false, "mmmbbmmbmmmmmmmmpmpmddmmmmb"},
      {"avx2", 1, 1, true, "mwwwbmmbppmppmpppppmddmmmmb"},
      {"avx2", 1, 1, false, "mmmbbmmbppmppmpppppmddmmmmb"},
      {"avx2", 1, 8, true, "mwwwbmmbppmppmppppmmddmmmmb"},
      {"avx2", 1, 8, false, "mmmbbmmbppmppmppppmmddmmmmb"},
      {"avx2", 2, 1, true, "mwwwwmmmmmmppmpmpmmmddmmmmr"},
      {"avx2", 2, 1, false, "mmmmmmmmmmmppmpmpmmmddmmmmr"},
      {"avx2", 2, 8, true, "mwwwwmmmmmmppmpmpmmmddmmmmr"},
      {"avx2", 2, 8, false, "mmmmmmmmmmmppmpmpmmmddmmmmr"},
      {"plain", 0, 1, true, "mwwwwmmbmmmmpmpmpmmmddmmmww"},
      {"plain", 0, 1, false, "mmmbbmmbmmmmpmpmpmmmddmmmmb"},
      {"plain", 0, 8, true, "mwwwwmmbmmmmpmpmpmpmddmmmww"},
      {"plain", 0, 8, false, "mmmbbmmbmmmmpmpmpmpmddmmmmb"},
      {"plain", 1, 1, true, "mwwwwmpbpppppppppppmddpmmmw"},
      {"plain", 1, 1, false, "mmmbbmpbpppppppppppmddpmmmb"},
      {"plain", 1, 8, true, "mwwwwmpbppmppppppppmddpmmmw"},
      {"plain", 1, 8, false, "mmmbbmpbppmppppppppmddpmmmb"},
      {"plain", 2, 1, true, "mwwwwmmmppmppmpmpmpmddmmmmw"},
      {"plain", 2, 1, false, "mmmmmmmmppmppmpmpmpmddmmmmm"},
      {"plain", 2, 8, true, "mwwwwmmmppmppmpmpmpmddmmmmw"},
      {"plain", 2, 8, false, "mmmmmmmmppmppmpmpmpmddmmmmm"},
      {"neon", 0, 1, true, "mwwwwmmbmmmmmmmmmmmmddmmmww"},
      {"neon", 0, 1, false, "mmmbbmmbmmmmmmmmmmmmddmmmmb"},
      {"neon", 0, 8, true, "mwwwwmmbmmmmmmmmmmpmddmmmww"},
      {"neon", 0, 8, false, "mmmbbmmbmmmmmmmmmmpmddmmmmb"},
      {"neon", 1, 1, true, "mwwwwmmbppmppmpmpmpmddmmmmw"},
      {"neon", 1, 1, false, "mmmbbmmbppmppmpmpmpmddmmmmb"},
      {"neon", 1, 8, true, "mwwwwmmbppmppmpmpmpmddmmmmw"},
      {"neon", 1, 8, false, "mmmbbmmbppmppmpmpmpmddmmmmb"},
      {"neon", 2, 1, true, "mwwwwmmmmmmmpmpmpmpmddmmmmw"},
      {"neon", 2, 1, false, "mmmmmmmmmmmmpmpmpmpmddmmmmm"},
      {"neon", 2, 8, true, "mwwwwmmmmmmmpmpmpmmmddmmmmw"},
      {"neon", 2, 8, false, "mmmmmmmmmmmmpmpmpmmmddmmmmm"},
  };
  int stated = 0;
  for (const Stated& choice : all) {
    if (choice.path != simd_path) continue;
    CAPTURE(choice.lists);
    CAPTURE(choice.batch);
    CAPTURE(choice.automatic);
    ++stated;
    CHECK(chosen(choice.lists, choice.batch,
                 choice.automatic ? ConvAlgorithm::automatic : ConvAlgorithm::direct) ==
          choice.letters);
  }
  CHECK(stated == 12);
}

TEST_CASE("conv2d, algorithms: names are different, and each is found by its own") {
  for (const auto& entry : algorithms) {
    CHECK(&entry_of(entry.name) == &entry);
    CHECK_FALSE(entry.name.is_choice());
    CHECK(std::ranges::count(algorithms, entry.name, &AlgorithmEntry::name) == 1);
    CHECK((entry.prepare == nullptr) == (entry.prepared_size == nullptr));
  }
}

TEST_CASE("conv2d, algorithms: the chosen one is the cheapest of those that are considered") {
  for_random_convolutions<float>(91, 200, any, [&](const RandomConv2d<float>& c) {
    const auto g = forward_correlation(c.g);
    for (const auto wanted : {ConvAlgorithm::automatic, ConvAlgorithm::direct}) {
      const kernels::Conv2dOptions<float> options{.algorithm = wanted};
      const auto& best = choose_algorithm(g, options);
      const CostQuery call(g, options, false);
      REQUIRE(best.considered(g));
      for (const auto& entry : algorithms) {
        if (!entry.considered(g) || (entry.rounds_more && wanted == ConvAlgorithm::direct))
          continue;
        CHECK(std::isfinite(entry.cost(call)));
        CHECK(best.cost(call) <= entry.cost(call));
      }
    }
  });
}

TEST_CASE("conv2d, algorithms: who is told to and does not fit says what it expects") {
  for_random_convolutions<float>(92, 100, any, [&](const RandomConv2d<float>& c) {
    const auto g = forward_correlation(c.g);
    for (const auto& entry : algorithms) {
      if (entry.fits(g)) {
        CHECK(&choose_algorithm(g, {.algorithm = entry.name}) == &entry);
      } else {
        const std::string expected = "conv2d: the " + std::string(entry.name.name()) +
                                     " algorithm expects " + entry.expects + ", got a ";
        CHECK_THROWS_WITH_AS(choose_algorithm(g, {.algorithm = entry.name}),
                             doctest::Contains(expected.c_str()), ValueError);
      }
    }
  });
}

TEST_CASE("conv2d, algorithms: a form of the weights is read by the algorithm that made it alone") {
  PreparedWeights prepared;
  prepared.set("blocked", Tensor<float>::full({2}, 1));
  prepared.set("winograd", Tensor<float>::full({3}, 2));
  prepared.set("blocked", Tensor<float>::full({4}, 3));
  CHECK(prepared.find("blocked")[3] == 3);
  CHECK(prepared.find("winograd")[2] == 2);
  CHECK(prepared.find("packed") == nullptr);
}

}  // namespace conv2d_algorithms_test
