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
}

TEST_CASE("json: values nested too deep are refused while they are read") {
  const auto lists = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK_NOTHROW(io::parse_json(lists(64), "x"));
  for (const std::size_t depth : {65u, 60'000u, 1'000'000u})
    CHECK_THROWS_WITH_AS(io::parse_json(lists(depth), "x"), "x: nested more than 64 deep",
                         FormatError);
  CHECK_THROWS_WITH_AS(io::parse_json(std::string(100'000, '['), "x"),
                       "x: nested more than 64 deep", FormatError);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  CHECK_THROWS_WITH_AS(io::parse_json(objects, "x"), "x: nested more than 64 deep", FormatError);
}

TEST_CASE("json: no error quotes more than a hundred bytes of the text, or what a terminal obeys") {
  const std::string much(100'000, 'a');
  const std::string wrong[] = {"{\"" + much + "\": 1, \"" + much + "\": 2}",
                               "[1 \"" + much + "\"]",
                               "\"" + much,
                               "[" + std::string(5000, '9') + "e999]",
                               "{\"a\" \"" + much + "\"}",
                               "[\"" + much + "\n\"]",
                               "[tru" + much + "]"};
  for (const auto& text : wrong) {
    CAPTURE(text.substr(0, 20));
    try {
      io::parse_json(text, "x");
      CHECK(false);
    } catch (const FormatError& error) {
      CHECK(std::string(error.what()).size() < 300);
    }
  }
  CHECK_THROWS_WITH_AS(io::parse_json("{\"\xC2\x9B\":1,\"\xC2\x9B\":1}", "x"),
                       doctest::Contains("\"\\xC2\\x9B\" appears twice"), FormatError);
}

TEST_CASE("json: a value is quoted on one line, cut, and without what a terminal obeys") {
  CHECK(io::json_quote(3.5) == "3.5");
  CHECK(io::json_quote({{"a", {1, "b"}}}) == "{\"a\":[1,\"b\"]}");
  CHECK(io::json_quote(std::string(1000, 'a')).size() == 103);
  CHECK(io::json_quote("\xC2\x9B") == "\"\\xC2\\x9B\"");
}

TEST_CASE("json: an object of many members is read in time that grows with them") {
  std::string text = "{";
  for (int i = 0; i < 300'000; ++i) text += concat(i == 0 ? "" : ",", "\"", i, "\":", i);
  const auto value = io::parse_json(text + "}", "x");
  CHECK(value.size() == 300'000);
  CHECK(value.begin().key() == "0");
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
