// The table of sizes for reductions, indexing and layouts: see sizes_test.cpp.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/cumulative.hpp>
#include <adafuse/ops/diagonal.hpp>
#include <adafuse/ops/embedding.hpp>
#include <adafuse/ops/flip.hpp>
#include <adafuse/ops/gather.hpp>
#include <adafuse/ops/logsumexp.hpp>
#include <adafuse/ops/norm.hpp>
#include <adafuse/ops/pad.hpp>
#include <adafuse/ops/prod.hpp>
#include <adafuse/ops/repeat.hpp>
#include <adafuse/ops/sort.hpp>
#include <adafuse/ops/split.hpp>
#include <adafuse/ops/squeeze.hpp>
#include <adafuse/ops/unfold.hpp>
#include <adafuse/ops/var.hpp>

#include "sizes_table.hpp"

namespace sizes_of_layouts_test {

using namespace sizes_table;

namespace {

using Index64 = Tensor<std::int64_t>;

}  // namespace

TEST_CASE("sizes: reductions and orders of tensors of any shape") {
  on_every_shape("min", [](const F& x) { return min(x); });
  on_every_shape("max, all dims", [](const F& x) { return max(x, detail::all_dims(x.shape())); });
  on_every_shape("max, some dims", [](const F& x) { return max(x, {0, -1}); });
  on_every_shape("prod", [](const F& x) { return prod(x); });
  on_every_shape("var", [](const F& x) { return var(x); });
  on_every_shape("stddev", [](const F& x) { return stddev(x, {.keepdim = true}); });
  on_every_shape("norm", [](const F& x) { return norm(x); });
  on_every_shape("norm, inf", [](const F& x) { return norm(x, {.p = INFINITY}); });
  on_every_shape("logsumexp, some dims", [](const F& x) { return logsumexp(x, {0, -1}); });
  on_every_shape("prod, some dims", [](const F& x) { return prod(x, {0, -1}); });
  on_every_shape("squeeze", [](const F& x) { return squeeze(x); });
  on_every_shape("repeat", [](const F& x) { return repeat(x, {2, 0, 1, 3, 2}); });
  on_every_shape("tile", [](const F& x) { return tile(x, {2, 3}); });
  on_every_shape("expand", [](const F& x) { return expand(x, {2, -1, 3}); });
  on_every_shape("tril", [](const F& x) { return tril(x); });
  on_every_shape("pad", [](const F& x) { return pad(x, {1, 0, -1, 2}); });
  for (const PadMode mode : {PadMode::reflect, PadMode::replicate, PadMode::circular})
    on_every_shape("pad by mode", [=](const F& x) {
      return pad(x, {1, 2, 2, -1}, {.mode = mode});
    });
  on_every_shape("unfold", [](const F& x) { return unfold(x, {.kernel = 2, .padding = 1}); });
  on_every_shape("fold", [](const F& x) { return fold(x, {1, 4}, {.kernel = {1, 2}}); });
  on_every_shape("meshgrid", [](const F& x) { return meshgrid({x, x})[1]; });
}

TEST_CASE("sizes: dimensions and counts of reductions, indexing and layouts") {
  with_every_number("min", [](const F& x, Index n) { return min(x, n); });
  with_every_number("prod", [](const F& x, Index n) { return prod(x, n); });
  with_every_number("var", [](const F& x, Index n) { return var(x, n); });
  with_every_number("norm", [](const F& x, Index n) { return norm(x, n); });
  with_every_number("logsumexp", [](const F& x, Index n) { return logsumexp(x, n); });
  with_every_number("cumsum", [](const F& x, Index n) { return cumsum(x, n); });
  with_every_number("cumprod", [](const F& x, Index n) { return cumprod(x, n); });
  with_every_number("sort", [](const F& x, Index n) { return sort(x, n).values; });
  with_every_number("topk", [](const F& x, Index n) { return topk(x, n).values; });
  with_every_number("topk along", [](const F& x, Index n) { return topk(x, 1, n).values; });
  with_every_number("squeeze", [](const F& x, Index n) { return squeeze(x, n); });
  with_every_number("unsqueeze", [](const F& x, Index n) { return unsqueeze(x, n); });
  with_every_number("flip", [](const F& x, Index n) { return flip(x, n); });
  with_every_number("roll", [](const F& x, Index n) { return roll(x, n); });
  with_every_number("roll along", [](const F& x, Index n) { return roll(x, n, -1); });
  with_every_number("split", [](const F& x, Index n) { return split(x, n).back(); });
  with_every_number("chunk", [](const F& x, Index n) { return chunk(x, n, -1).back(); });
  with_every_number("tril", [](const F& x, Index n) { return tril(x, n); });
  with_every_number("triu", [](const F& x, Index n) { return triu(x, n); });
  with_every_number("diagonal", [](const F& x, Index n) { return diagonal(x, {.offset = n}); });
  with_every_number("diagonal of", [](const F& x, Index n) { return diagonal(x, {.dim2 = n}); });
  with_every_number("gather",
                    [](const F& x, Index n) { return gather(x, 0, Index64::full(x.shape(), n)); });
  with_every_number("index_add", [](const F& x, Index n) {
    return index_add(x, 0, Index64::full({x.rank() > 0 ? x.size(0) : 0}, n), x);
  });
  with_every_number("embedding", [](const F& x, Index n) {
    return embedding(Index64::of({n, 0}), x);
  });
  with_every_number("embedding, padding", [](const F& x, Index n) {
    return embedding(Index64::of({0}), x, {.padding_idx = n});
  });
  with_every_number("pad, away", [](const F& x, Index n) {
    return pad(x, {0, std::min<Index>(n, 7)});
  });
  with_every_number("pad, reflect", [](const F& x, Index n) {
    return pad(x, {n, 0}, {.mode = PadMode::reflect});
  });
  with_every_number("pad, circular", [](const F& x, Index n) {
    return pad(x, {0, n}, {.mode = PadMode::circular});
  });
  with_every_number("repeat", [](const F& x, Index n) {
    return repeat(x, std::vector<Index>(static_cast<std::size_t>(x.rank()), std::min<Index>(n, 3)));
  });
  with_every_number("unfold, stride",
                    [](const F& x, Index n) { return unfold(x, {.kernel = 1, .stride = n}); });
  with_every_number("unfold, kernel", [](const F& x, Index n) { return unfold(x, {.kernel = n}); });
  with_every_number("unfold, dilation",
                    [](const F& x, Index n) { return unfold(x, {.kernel = 2, .dilation = n}); });
}

}  // namespace sizes_of_layouts_test
