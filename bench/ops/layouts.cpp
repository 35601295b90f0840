// The same elements in another arrangement.
// SPDX-License-Identifier: MIT
#include <adafuse/ops/diagonal.hpp>
#include <adafuse/ops/flip.hpp>
#include <adafuse/ops/pad.hpp>
#include <adafuse/ops/pixel_shuffle.hpp>
#include <adafuse/ops/repeat.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/split.hpp>
#include <adafuse/ops/squeeze.hpp>
#include <adafuse/ops/unfold.hpp>

#include "rows.hpp"

namespace bench {

OpsRows layout_rows() {
  using namespace adafuse;
  const Shape square{2048, 2048}, images{16, 256, 32, 32};
  const std::vector<Input> one{x(square)}, two{x({2048, 1024}), x({2048, 1024})},
      pictures{x(images)};
  return {
      {"reshape", one,
       [](const Values& v) {
         return reshape(v.x[0], {1024, -1});
       }},
      {"flatten", pictures, [](const Values& v) { return flatten(v.x[0]); }},
      {"squeeze", {x({1, 2048, 2048})}, [](const Values& v) { return squeeze(v.x[0], 0); }},
      {"unsqueeze", one, [](const Values& v) { return unsqueeze(v.x[0], 0); }},
      {"permute, channels last", pictures,
       [](const Values& v) {
         return permute(v.x[0], {0, 2, 3, 1});
       }},
      {"permute, channels first",
       {x({16, 32, 32, 256})},
       [](const Values& v) {
         return permute(v.x[0], {0, 3, 1, 2});
       }},
      {"permute, heads",
       {x({32, 128, 16, 64})},
       [](const Values& v) {
         return permute(v.x[0], {0, 2, 1, 3});
       }},
      {"transpose", one, [](const Values& v) { return transpose(v.x[0], 0, 1); }},
      {"slice", one, [](const Values& v) { return slice(v.x[0], 1, 512, 1536); }},
      {"slice, step 2", one, [](const Values& v) { return slice(v.x[0], 1, 0, 2048, 2); }},
      {"embed", {x({2048, 1024})}, [=](const Values& v) { return embed(v.x[0], square, 1, 512); }},
      {"select", pictures, [](const Values& v) { return select(v.x[0], 1, 7); }},
      {"cat", two,
       [](const Values& v) {
         return cat({v.x[0], v.x[1]}, 1);
       }},
      {"stack", two,
       [](const Values& v) {
         return stack({v.x[0], v.x[1]}, 0);
       }},
      {"expand",
       {x({2048, 1})},
       [](const Values& v) {
         return expand(v.x[0], {-1, 2048});
       }},
      {"repeat",
       {x({512, 1024})},
       [](const Values& v) {
         return repeat(v.x[0], {4, 2});
       }},
      {"tile", {x({512, 1024})}, [](const Values& v) { return tile(v.x[0], {2}); }},
      {"meshgrid",
       {x({2048})},
       [](const Values& v) {
         return meshgrid({v.x[0], v.x[0]})[1];
       }},
      {"flip", one, [](const Values& v) { return flip(v.x[0], 1); }},
      {"roll", one, [](const Values& v) { return roll(v.x[0], 5, 1); }},
      {"split", one, [](const Values& v) { return split(v.x[0], 1024, 1)[1]; }},
      {"chunk", one, [](const Values& v) { return chunk(v.x[0], 2, 0)[1]; }},
      {"pad", pictures,
       [](const Values& v) {
         return pad(v.x[0], {1, 1, 1, 1});
       }},
      {"pad, reflect", pictures,
       [](const Values& v) {
         return pad(v.x[0], {1, 1, 1, 1}, {.mode = PadMode::reflect});
       }},
      {"tril", one, [](const Values& v) { return tril(v.x[0]); }},
      {"triu", one, [](const Values& v) { return triu(v.x[0]); }},
      {"diagonal", one, [](const Values& v) { return diagonal(v.x[0]); }},
      {"unfold",
       {x({16, 32, 32, 32})},
       [](const Values& v) { return unfold(v.x[0], {.kernel = 3, .padding = 1}); }},
      {"fold",
       {x({16, 288, 1024})},
       [](const Values& v) { return fold(v.x[0], 32, {.kernel = 3, .padding = 1}); }},
      {"pixel_shuffle", pictures, [](const Values& v) { return pixel_shuffle(v.x[0], 2); }},
      {"pixel_unshuffle", pictures, [](const Values& v) { return pixel_unshuffle(v.x[0], 2); }},
  };
}

}  // namespace bench
