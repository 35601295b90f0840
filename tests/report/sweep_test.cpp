// A sweep's table and chart: what they say of several runs.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/report/sweep_chart.hpp>

#include "xml.hpp"

namespace sweep_test {

using namespace adafuse;
using namespace adafuse::report;

namespace {

/// Two lambdas of three seeds, and one of a single run.
Sweep three_lambdas() {
  return {"<sweep>",
          {{"0", "0", 99, 1.1, 2e6},
           {"0", "1", 97, 1.1, 2e6},
           {"0", "2", 98, 1.1, 2e6},
           {"0.5", "0", 96, 0.4, 8e5},
           {"0.5", "1", 90, 0.2, 4e5},
           {"0.5", "2", 93, 0.3, 6e5},
           {"2", "18446744073709551615", 60, 0.1, 2e5}}};
}

/// Whether an element, whatever it is, has this text.
bool says(const std::vector<xml::Element>& elements, const std::string& text) {
  return std::any_of(elements.begin(), elements.end(),
                     [&](const auto& element) { return element.text == text; });
}

}  // namespace

TEST_CASE("spread_of: mean, deviation of the sample, and range") {
  const auto spread = spread_of({96, 90, 93});
  CHECK(spread.count == 3);
  CHECK(spread.mean == doctest::Approx(93));
  CHECK(spread.deviation == doctest::Approx(3));
  CHECK(spread.least == 90);
  CHECK(spread.most == 96);
  CHECK(spread_of({5}).deviation == 0);
  CHECK_THROWS_AS(spread_of({}), ValueError);
}

TEST_CASE("sweep.csv: what is written is read back, and lambdas keep their order") {
  const auto runs = three_lambdas().runs;
  const auto text = sweep_csv(runs);
  CHECK(text.starts_with("lambda,seed,top1,macs_fraction,macs_per_clip\n0,0,99,1.1,2000000\n"));
  const auto read = parse_sweep(text, "sweep.csv");
  CHECK(sweep_csv(read) == text);
  CHECK(read.back().directory() == "lambda-2_seed-18446744073709551615");
  std::vector<SweepRun> mixed{{"10", "2"}, {"2", "10"}, {"2", "9"}, {"0.5", "1"}};
  sort_runs(mixed);
  CHECK(mixed[0].lambda == "0.5");
  CHECK(mixed[1].seed == "9");
  CHECK(mixed[3].lambda == "10");
  const auto rows = by_lambda(read);
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].lambda == "0.5");
  CHECK(rows[1].macs_fraction.mean == doctest::Approx(0.3));
  CHECK_THROWS_WITH_AS(parse_sweep("epoch,seed\n", "s.csv"), "s.csv:1: expected a column lambda",
                       FormatError);
  CHECK_THROWS_WITH_AS(parse_sweep("lambda,seed\n", "s.csv"), "s.csv:1: expected a column top1",
                       FormatError);
}

TEST_CASE("sweep_chart: a mark for each run, a dot for each lambda, and one line") {
  const auto elements = xml::read(sweep_chart(three_lambdas()).xml());
  CHECK(xml::named(elements, "circle").size() == 7 + 3);
  CHECK(xml::named(elements, "path").size() == 2);  // band and line
  CHECK(xml::has_text(elements, "lambda 0.5"));
  CHECK(xml::has_text(elements, "93 % at 30 %"));
  CHECK(says(elements, "lambda 0.5, seed 1: 90 % at 20 %"));
  const auto beside = xml::read(
      sweep_chart(three_lambdas(), {{.label = "TSM", .macs_fraction = 1.4, .top1 = 40}}).xml());
  CHECK(xml::named(beside, "circle").size() == 7 + 3 + 1);
  CHECK(xml::has_text(beside, "40 % at 140 %"));
  CHECK_NOTHROW(sweep_chart({"one", {{"0", "0", 50, 1, 1e6}}}));
  CHECK_THROWS_AS(sweep_chart({"none", {}}), ValueError);
  CHECK_THROWS_AS(sweep_chart({"odd", {{"0", "0", 101, 1, 1e6}}}), ValueError);
}

TEST_CASE("sweep_table: whole numbers behind rounded ones, no deviation of one run") {
  const auto elements = xml::read(sweep_table(three_lambdas()).html());
  CHECK(xml::named(elements, "tr").size() == 1 + 3);
  CHECK(says(elements, "93 %"));
  CHECK(says(elements, "\u2013"));
}

}  // namespace sweep_test
