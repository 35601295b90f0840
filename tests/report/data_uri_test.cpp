// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/report/data_uri.hpp>

namespace data_uri_test {

using namespace adafuse;
using namespace adafuse::report;

TEST_CASE("base64: agrees with the test vectors of RFC 4648") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64: bytes above 127 and the last two digits") {
  CHECK(base64("\xFB\xFF\xFE") == "+//+");
  CHECK(base64(std::string_view("\0\xFF", 2)) == "AP8=");
}

TEST_CASE("png_data_uri: is a PNG") {
  const auto uri = png_data_uri(io::Image({2, 3, 3}));
  CHECK(uri.starts_with("data:image/png;base64,iVBORw0KGgo"));  // the eight bytes of a PNG's start
  CHECK_THROWS_AS(png_data_uri(io::Image({2, 3})), ShapeError);
}

}  // namespace data_uri_test
