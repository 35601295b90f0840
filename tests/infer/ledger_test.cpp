// Sums over a ledger.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/steps/ledger.hpp>

namespace ledger_test {

using namespace adafuse::infer;

TEST_CASE("ledger: the policy's work counts as run, and not as what dense would have done") {
  const Ledger ledger{{{"conv", false, 100, 50, 1.0, 8}, {"policy_net", true, 10, 10, 0.5, 4}}, 3};
  CHECK(ledger.total(&LedgerRow::macs) == 110);
  CHECK(ledger.policy(&LedgerRow::macs_run) == 10);
  CHECK(ledger.macs_fraction() == doctest::Approx(0.6));
  CHECK(ledger.total(&LedgerRow::seconds) == 1.5);
}

}  // namespace ledger_test
