// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/version.hpp>
#include <string>

namespace version_test {

TEST_CASE("version: the text is the three numbers") {
  const std::string text = std::to_string(ADAFUSE_VERSION_MAJOR) + "." +
                           std::to_string(ADAFUSE_VERSION_MINOR) + "." +
                           std::to_string(ADAFUSE_VERSION_PATCH);
  CHECK(text == ADAFUSE_VERSION);
}

}  // namespace version_test
