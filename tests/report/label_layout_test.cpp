// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/report/label_layout.hpp>

namespace label_layout_test {

using namespace adafuse::report;

namespace {
constexpr Box bounds{0, 0, 600, 400};
}

TEST_CASE("label_layout: boxes share what lies in both") {
  const Box a{0, 0, 10, 10};
  CHECK(shared_area(a, {5, 5, 10, 10}) == 25);
  CHECK(shared_area(a, {10, 0, 10, 10}) == 0);
  CHECK(shared_area(a, {20, 20, 5, 5}) == 0);
  CHECK(covered_area({-5, 0, 10, 10}, {a}, bounds) == 50 + 50);
  CHECK(box_around(5, 5, 5).area() == a.area());
}

TEST_CASE("label_layout: a label alone stands right of its point") {
  const auto boxes = place_labels({{300, 200, 80, 30}}, bounds, {}, 10);
  CHECK(boxes[0].left == doctest::Approx(310));
  CHECK(boxes[0].top == doctest::Approx(185));
}

TEST_CASE("label_layout: at the right edge it stands left") {
  const auto boxes = place_labels({{590, 200, 80, 30}}, bounds, {}, 10);
  CHECK(boxes[0].right() == doctest::Approx(580));
}

TEST_CASE("label_layout: crowded labels cover neither points nor each other, and stay inside") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    adafuse::Draws draws(adafuse::Key(seed).of("labels"));
    std::vector<Label> labels;
    std::vector<Box> points;
    for (int i = 0; i < 12; ++i) {
      labels.push_back(
          {draws.uniform(200, 400), draws.uniform(100, 300), draws.uniform(60, 110), 30});
      points.push_back(box_around(labels.back().x, labels.back().y, 8));
    }
    const auto boxes = place_labels(labels, bounds, points, 11);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      std::vector<Box> others = points;
      for (std::size_t k = 0; k < boxes.size(); ++k)
        if (k != i) others.push_back(boxes[k]);
      CHECK(covered_area(boxes[i], others, bounds) == doctest::Approx(0));
    }
  }
}

TEST_CASE("label_layout: labels that cannot all fit still get a place each") {
  const std::vector<Label> labels(40, Label{50, 50, 90, 30});
  CHECK(place_labels(labels, {0, 0, 100, 100}, {}, 10).size() == 40);
}

}  // namespace label_layout_test
