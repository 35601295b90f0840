// JSON is read strictly, with line and column in errors.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/json.hpp>
#include <filesystem>
#include <limits>
#include <string>

namespace json_test {

using namespace adafuse;
using io::Json;

TEST_CASE("json: keys keep their order, and a file gives back its value") {
  const auto path = std::filesystem::temp_directory_path() / concat("adafuse-json-", ::getpid());
  Json value;
  value["zebra"] = 1;
  value["apple"] = {1.5, "text", nullptr, true};
  value["mango"]["inner"] = -3;
  io::write_json(path, value);
  const Json back = io::read_json(path);
  CHECK(back == value);
  CHECK(back.begin().key() == "zebra");
  CHECK(io::json_text(value, -1) ==
        R"({"zebra":1,"apple":[1.5,"text",null,true],"mango":{"inner":-3}})");
  std::filesystem::remove(path);
}

TEST_CASE("json: a mistake is told with name, line and column") {
  CHECK_THROWS_WITH_AS(io::parse_json("{\"a\": 1,\n  \"b\" 2}", "run.json"),
                       doctest::Contains("run.json:2:7: "), FormatError);
  CHECK_THROWS_WITH_AS(io::parse_json("", "run.json"), doctest::Contains("run.json:1:1: "),
                       FormatError);
  CHECK_THROWS_AS(io::parse_json("[1, 2", "x"), FormatError);
  CHECK_THROWS_AS(io::parse_json("{} {}", "x"), FormatError);
  CHECK_THROWS_AS(io::parse_json("[1e999]", "x"), FormatError);
  CHECK_THROWS_AS(io::parse_json("\"\xff\"", "x"), FormatError);
  CHECK_THROWS_AS(io::parse_json(std::string(100000, '['), "x"), FormatError);
}

TEST_CASE("json: a key that comes twice in one object is refused, in two objects it is fine") {
  CHECK_THROWS_WITH_AS(io::parse_json(R"({"a": 1, "b": {"a": 2}, "a": 3})", "x"),
                       doctest::Contains("\"a\" appears twice"), FormatError);
  CHECK(io::parse_json(R"([{"a": 1}, {"a": {"a": 2}}])", "x").size() == 2);
}

TEST_CASE("json: text that is not UTF-8 is not written") {
  CHECK_THROWS_AS(io::json_text(Json("\xff")), ValueError);
}

}  // namespace json_test
