// Drawn figures: coverage between 0 and 1, and in the place where they were put.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/shapes.hpp>
#include <cmath>
#include <numbers>

namespace shapes_test {

using namespace adafuse::data;

namespace {

constexpr Figure figures[] = {Figure::bar, Figure::triangle, Figure::ellipse};

/// The area that a figure covers, summed over an n x n picture.
double covered(Figure figure, const Pose& pose, int n) {
  const PlacedFigure placed(figure, pose);
  const double pixel = 2.0 / n;
  double sum = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      sum += placed.coverage((j + 0.5) * pixel - 1, (i + 0.5) * pixel - 1, pixel);
  return sum * pixel * pixel;
}

}  // namespace

TEST_CASE(
    "shapes: the covered area is the figure's, at any angle and even when pixels are coarse") {
  const double r = 0.4;
  for (const double angle : {0.0, 0.3, 1.2, 2.5, 4.0}) {
    const Pose pose{.x = 0.1, .y = -0.07, .radius = r, .angle = angle};
    for (const int n : {32, 128}) {
      CHECK(covered(Figure::bar, pose, n) == doctest::Approx(4 * r * 0.3 * r).epsilon(0.04));
      CHECK(covered(Figure::triangle, pose, n) == doctest::Approx(2 * r * 0.6 * r).epsilon(0.04));
      CHECK(covered(Figure::ellipse, pose, n) ==
            doctest::Approx(std::numbers::pi * r * 0.5 * r).epsilon(0.04));
    }
  }
}

TEST_CASE("shapes: distances are right on the axes") {
  const Pose pose{.radius = 0.5};
  for (const Figure figure : figures) {
    const PlacedFigure placed(figure, pose);
    CHECK(placed.distance(0.5, 0) == doctest::Approx(0));  // the tip
    CHECK(placed.distance(-0.5, 0) == doctest::Approx(0));
    CHECK(placed.distance(0, 0) < -0.05);
    CHECK(placed.distance(0.9, 0) > 0.1);
    CHECK(placed.distance(0, 0.9) > 0.1);
  }
  CHECK(PlacedFigure(Figure::bar, pose).distance(0.8, 0.55) ==
        doctest::Approx(0.5));  // a 3-4-5 corner
}

TEST_CASE("shapes: a growing angle turns clockwise on a screen whose y points down") {
  const double quarter = std::numbers::pi / 2;
  const PlacedFigure triangle(Figure::triangle, {.radius = 0.5, .angle = quarter});
  CHECK(triangle.distance(0, 0.5) == doctest::Approx(0));  // the tip went from right to below
  CHECK(triangle.distance(0.2, -0.4) < 0);                 // the base is above
  CHECK(triangle.distance(0.2, 0.4) > 0);
}

TEST_CASE("shapes: none looks the same after less than half a turn") {
  for (const Figure figure : figures)
    for (const double turn : {0.4, 1.0, std::numbers::pi / 2, 2 * std::numbers::pi / 3, 2.7}) {
      const PlacedFigure a(figure, {.radius = 0.5}), b(figure, {.radius = 0.5, .angle = turn});
      double difference = 0;
      for (double y = -0.95; y < 1; y += 0.1)
        for (double x = -0.95; x < 1; x += 0.1)
          difference += std::abs(a.coverage(x, y, 0.1) - b.coverage(x, y, 0.1));
      CHECK(difference > 5);
    }
}

}  // namespace shapes_test
