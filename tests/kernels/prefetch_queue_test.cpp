// PrefetchQueue: what is handed out in how many turns.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/base/prefetch_queue.hpp>

namespace prefetch_queue_test {

using namespace adafuse;
using kernels::PrefetchQueue;

TEST_CASE("lines ahead: each line of what was added comes once, in about equal shares") {
  const std::vector<float> numbers(400);
  PrefetchQueue ahead;
  for (const Index turns : {1, 2, 5, 9, 30}) {
    CAPTURE(turns);
    ahead.clear(11);
    ahead.add(numbers.data(), 144);
    ahead.add(numbers.data() + 200, 17);
    ahead.spread(turns);
    std::vector<const float*> lines;
    for (Index turn = 0; turn < turns; ++turn) {
      const auto share = ahead.next();
      CHECK(share.count <= (11 + turns - 1) / turns);
      lines.insert(lines.end(), share.lines, share.lines + share.count);
    }
    REQUIRE(lines.size() == 11);
    for (Index i = 0; i < 9; ++i)
      CHECK(lines[static_cast<std::size_t>(i)] == numbers.data() + 16 * i);
    CHECK(lines[9] == numbers.data() + 200);
    CHECK(lines[10] == numbers.data() + 216);
    CHECK(ahead.next().count == 0);
  }
}

TEST_CASE("lines ahead: nothing is a share, too") {
  PrefetchQueue ahead;
  ahead.spread(7);
  CHECK(ahead.next().count == 0);
  ahead.clear(0);
  ahead.spread(0);
  CHECK(ahead.next().count == 0);
}

}  // namespace prefetch_queue_test
