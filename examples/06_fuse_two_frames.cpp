// Lesson 6: adaptive temporal fusion, on two frames and four channels.
//
// A block has computed a map for each channel of each frame. Decisions say which of them the next
// convolution gets to read: keep this frame's, reuse the previous frame's, or skip (read zeros).
//
// Prints a line for each channel: what was decided, the value that is read at t = 0 and at t = 1,
// and whether it must be computed. Watch channel 1: at t = 0 it is skipped, and yet computed, since
// t = 1 reuses it. And channel 3: there is nothing to reuse before t = 0, so it is zero there, and
// nobody needs to compute it. Then prints what that saves.
// SPDX-License-Identifier: MIT
#include <adafuse/fusion/cost.hpp>
#include <adafuse/fusion/demand.hpp>
#include <adafuse/fusion/fuse.hpp>
#include <cstdio>

using namespace adafuse;

int main() {
  constexpr auto K = static_cast<std::uint8_t>(Action::keep);
  constexpr auto R = static_cast<std::uint8_t>(Action::reuse);
  constexpr auto S = static_cast<std::uint8_t>(Action::skip);
  const char* name[] = {"keep", "reuse", "skip"};

  // One clip of T = 2 frames, four channels of a single pixel each: y [N*T, c, h, w].
  const Index frames = 2, channels = 4;
  const auto y = Tensor<float>::of({{1, 2, 3, 4}, {10, 20, 30, 40}}).reshape({2, 4, 1, 1});
  const auto actions = Tensor<std::uint8_t>::of({{K, S, K, R}, {K, R, S, S}});  // [N*T, c]

  // fuse takes one-hot weights, so that gradients can reach the agent that decided.
  const auto weights = one_hot_actions<float>(actions);
  const auto z = fuse(y, weights, frames).value();
  const Demand needs = demand(actions, frames);

  std::printf("         decided         read          computed\n");
  std::printf("channel  t = 0  t = 1  t = 0  t = 1  t = 0  t = 1\n");
  for (Index c = 0; c < channels; ++c)
    std::printf("%d        %-5s  %-5s  %5.0f  %5.0f  %-5s  %s\n", static_cast<int>(c),
                name[actions(0, c)], name[actions(1, c)], z(0, c, 0, 0), z(1, c, 0, 0),
                needs.computed(0, c) ? "yes" : "-", needs.computed(1, c) ? "yes" : "-");

  // What the run does: 100 multiply-accumulates to compute a channel of a frame, 50 to read it.
  const double up = 100, down = 50, dense = (up + down) * static_cast<double>(channels);
  double run = 0;
  for (Index f = 0; f < frames; ++f)
    for (Index c = 0; c < channels; ++c) run += up * needs.computed(f, c) + down * needs.live(f, c);
  std::printf("dense %.0f MACs a frame, run %.1f: %.0f %%\n", dense, run / frames,
              100 * run / (dense * frames));

  // What training minimises: the paper's count, a smooth function of the weights. It still charges
  // reading channel 3 at t = 0. Its upper bound counts only what need not be read.
  const std::vector<ChannelCosts> costs{
      {"block", std::vector<double>(channels, up), std::vector<double>(channels, down)}};
  const std::vector<Decision<float>> decisions{
      {.block = "block", .weights = weights, .logits = {}}};
  const auto real = adaptive_cost(dense, costs, decisions, frames);
  const auto bound = adaptive_cost(dense, costs, decisions, frames, CostKind::upper_bound);
  std::printf("the paper's count %.1f, its upper bound %.1f\n", real.item(), bound.item());
}
