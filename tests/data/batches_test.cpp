// Orders and numbers of batches.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/batches.hpp>
#include <set>

namespace batches_test {

using namespace adafuse;
using data::epoch_order;

TEST_CASE("batches: an order is a permutation, another one in each epoch and of each key") {
  const auto order = epoch_order(100, true, Key(1), 0);
  CHECK(std::set<Index>(order.begin(), order.end()).size() == 100);
  CHECK(order == epoch_order(100, true, Key(1), 0));
  CHECK(order != epoch_order(100, true, Key(1), 1));
  CHECK(order != epoch_order(100, true, Key(2), 0));
  CHECK(epoch_order(3, false, Key(1), 5) == std::vector<Index>{0, 1, 2});
  CHECK(epoch_order(0, true, Key(1), 0).empty());
}

TEST_CASE("batches: the last one may be short, or left out") {
  CHECK(data::batch_count(10, 5, false) == 2);
  CHECK(data::batch_count(11, 5, false) == 3);
  CHECK(data::batch_count(11, 5, true) == 2);
  CHECK(data::batch_count(0, 5, false) == 0);
}

TEST_CASE("batches: they come in order, for any number of threads") {
  for (const int workers : {0, 1, 3}) {
    data::Batches<int> batches(
        4, workers, 2, [](Index i, const std::atomic<bool>&) { return static_cast<int>(i * i); });
    CHECK(batches.size() == 4);
    std::vector<int> got;
    for (const int batch : batches) got.push_back(batch);
    CHECK(got == std::vector<int>{0, 1, 4, 9});
  }
}

}  // namespace batches_test
