// RoundTrips: a game between two threads ends, and is timed.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/round_trips.hpp>
#include <thread>

namespace round_trips_test {

using namespace adafuse;

TEST_CASE("RoundTrips: a game with an answer is timed, and both ends return") {
  process::RoundTrips game;
  std::thread partner([&] { game.answer(); });
  game.serve(10'000'000'000);
  partner.join();
  CHECK(game.shortest() > 0);
}

TEST_CASE("RoundTrips: a game that nobody answers is given up, and who comes late goes at once") {
  process::RoundTrips game;
  game.serve(1000);
  CHECK(game.shortest() == -1);
  game.answer();
}

TEST_CASE("nanoseconds_now: never goes back") {
  const auto before = process::nanoseconds_now();
  CHECK(process::nanoseconds_now() >= before);
}

}  // namespace round_trips_test
