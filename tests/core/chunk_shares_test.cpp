// ChunkShares: each chunk once, a thread's own run first.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/chunk_shares.hpp>
#include <set>
#include <vector>

namespace chunk_shares_test {

using namespace adafuse;

namespace {

std::vector<Index> order(detail::ChunkShares& shares, int thread) {
  std::vector<Index> chunks;
  const Index done = shares.work(thread, [&](Index c) { chunks.push_back(c); });
  CHECK(done == std::ssize(chunks));
  return chunks;
}

}  // namespace

TEST_CASE(
    "ChunkShares: a thread takes its own run in order, then the others', and each chunk once") {
  detail::ChunkShares shares(7, 3);  // 0 1 | 2 3 | 4 5 6
  CHECK(order(shares, 1) == std::vector<Index>{2, 3, 4, 5, 6, 0, 1});
  CHECK(order(shares, 0).empty());
}

TEST_CASE("ChunkShares: more threads than shares begin in pairs") {
  detail::ChunkShares crowd(130, 1000);
  const auto all = order(crowd, 999);
  CHECK(std::set<Index>(all.begin(), all.end()).size() == 130);
  CHECK(all.size() == 130);
}

TEST_CASE("ChunkShares: backward, a thread takes its own run from the end") {
  detail::ChunkShares back(7, 3, ChunkOrder::backward);
  CHECK(order(back, 1) == std::vector<Index>{3, 2, 6, 5, 4, 1, 0});
}

}  // namespace chunk_shares_test
