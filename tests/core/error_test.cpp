// Errors: one family, with texts joined from parts.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/error.hpp>
#include <string>

namespace error_test {

using namespace adafuse;

namespace {

struct Counted {
  int* prints;
};
std::ostream& operator<<(std::ostream& out, const Counted& c) { return out << ++*c.prints; }

}  // namespace

TEST_CASE("concat: writes the parts one after the other") {
  CHECK(concat("x ", 3, ' ', 0.5, std::string(" end")) == "x 3 0.5 end");
  CHECK(concat().empty());
}

TEST_CASE("require: throws the named error with the joined parts") {
  CHECK_THROWS_WITH_AS(require<ShapeError>(false, "op: expected ", 2, ", got ", 3),
                       "op: expected 2, got 3", ShapeError);
  CHECK_THROWS_WITH_AS(require<ValueError>(false, "v"), "v", ValueError);
  CHECK_THROWS_WITH_AS(require<FormatError>(false, "f"), "f", FormatError);
  CHECK_THROWS_WITH_AS(require<IoError>(false, "i"), "i", IoError);
}

TEST_CASE("require: builds no text when all is well") {
  int prints = 0;
  require<ValueError>(true, Counted{&prints});
  CHECK(prints == 0);
  CHECK_THROWS_AS(require<ValueError>(false, Counted{&prints}), ValueError);
  CHECK(prints == 1);
}

TEST_CASE("errors: all of them are adafuse::Error and std::runtime_error") {
  CHECK_THROWS_AS(throw ShapeError("s"), Error);
  CHECK_THROWS_AS(throw ValueError("v"), Error);
  CHECK_THROWS_AS(throw FormatError("f"), Error);
  CHECK_THROWS_AS(throw IoError("i"), std::runtime_error);
}

}  // namespace error_test
