// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/base/range.hpp>

namespace range_test {

using namespace adafuse;
using namespace adafuse::kernels;

TEST_CASE("even parts: as few as can be, in order, of sizes that differ by at most one") {
  for (Index count = 0; count <= 50; ++count)
    for (Index most = 1; most <= 12; ++most) {
      CAPTURE(count);
      CAPTURE(most);
      const EvenParts parts(count, most);
      CHECK(parts.count() == (count + most - 1) / most);
      Index next = 0, larger = 0;
      for (Index i = 0; i < parts.count(); ++i) {
        const Range range = parts[i];
        CHECK(range.begin == next);
        CHECK(range.size() <= most);
        CHECK((range.size() == parts.least() || range.size() == parts.least() + 1));
        if (i > 0) CHECK(range.size() <= parts[i - 1].size());
        larger += range.size() > parts.least() ? 1 : 0;
        next = range.end;
      }
      CHECK(next == count);
      CHECK(larger == parts.larger());
    }
}

}  // namespace range_test
