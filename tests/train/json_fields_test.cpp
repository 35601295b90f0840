// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/json_fields.hpp>

namespace json_fields_test {

using namespace adafuse;
using namespace adafuse::train;

namespace things {

struct Inner {
  std::array<float, 3> colour{0.1f, 0.2f, 0.3f};
};
struct Outer {
  Inner inner;
  std::string name = "n";
  bool flag = true;
  Index count = -3;
  std::uint64_t seed = 18446744073709551615u;
  double rate = 0.1;
  std::vector<std::string> words{"a", "b"};
};

template <class Fields>
void list_fields(Fields& f, Inner& x) {
  f("colour", x.colour);
}
template <class Fields>
void list_fields(Fields& f, Outer& x) {
  f("inner", x.inner), f("name", x.name), f("flag", x.flag), f("count", x.count);
  f("seed", x.seed), f("rate", x.rate), f("words", x.words);
}

}  // namespace things

namespace {

/// What reading the written fields says once `key` holds `value`.
std::string complaint(const std::string& key, const io::Json& value) {
  auto json = to_json(things::Outer{});
  json[key] = value;
  try {
    from_json<things::Outer>(json, "file.json");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("json fields: what is written is read back, to the last bit") {
  things::Outer x;
  x.rate = 0.1 + 0.2;
  x.inner.colour = {1.0f / 3, 2e-30f, -7};
  const auto json = to_json(x);
  const auto back = from_json<things::Outer>(io::parse_json(io::json_text(json), "t"), "t");
  CHECK(back.rate == x.rate);
  CHECK(back.seed == x.seed);
  CHECK(back.count == x.count);
  CHECK(back.inner.colour == x.inner.colour);
  CHECK(back.words == x.words);
  CHECK(to_json(back) == json);
}

TEST_CASE("json fields: they stand in the order of the list") {
  std::vector<std::string> keys;
  const auto json = to_json(things::Outer{});
  for (const auto& entry : json.items()) keys.push_back(entry.key());
  CHECK(keys ==
        std::vector<std::string>{"inner", "name", "flag", "count", "seed", "rate", "words"});
}

TEST_CASE("json fields: a key that is unknown or missing is named, with the file") {
  CHECK(complaint("sead", 1) == "file.json: \"sead\" is not known");
  auto json = to_json(things::Outer{});
  json.erase("rate");
  CHECK_THROWS_WITH_AS(from_json<things::Outer>(json, "file.json"),
                       "file.json: \"rate\" is missing", FormatError);
  json = to_json(things::Outer{});
  json["inner"].erase("colour");
  CHECK_THROWS_WITH_AS(from_json<things::Outer>(json, "file.json"),
                       "file.json: inner: \"colour\" is missing", FormatError);
}

TEST_CASE("json fields: a value of another kind is refused, never bent") {
  CHECK(complaint("count", 3.5) == "file.json: \"count\" does not take 3.5");
  CHECK(complaint("count", 9223372036854775808u) != "");
  CHECK(complaint("count", "3") != "");
  CHECK(complaint("seed", -1) == "file.json: \"seed\" does not take -1");
  CHECK(complaint("rate", true) != "");
  CHECK(complaint("rate", nullptr) != "");
  CHECK(complaint("flag", 1) != "");
  CHECK(complaint("name", 1).starts_with("file.json: \"name\""));
  CHECK(complaint("words", io::Json::array({1, 2})).starts_with("file.json: \"words\""));
  CHECK(complaint("words", "a") != "");
  CHECK(complaint("inner", 1) == "file.json: inner: expected an object, got number");
  CHECK(complaint("count", 7) == "");
  CHECK(complaint("rate", 7) == "");
}

TEST_CASE("json fields: what is not taken is quoted short") {
  const std::string text = complaint("count", std::string(10'000, 'a'));
  CHECK(text.size() < 200);
  CHECK(complaint(std::string(10'000, 'k'), 1).size() < 200);
  io::Json inner;
  inner["colour"] = {1e39, 0, 0};  // no float
  CHECK(complaint("inner", inner).find("does not take [1e+39,0,0]") != std::string::npos);
}

TEST_CASE("json fields: an array has just as many numbers as it should") {
  for (const auto& wrong :
       {io::Json::array({1, 2}), io::Json::array({1, 2, 3, 4}), io::Json::array({1, true, 3})}) {
    io::Json inner;
    inner["colour"] = wrong;
    CHECK(complaint("inner", inner).starts_with("file.json: inner: \"colour\" does not take"));
  }
}

}  // namespace json_fields_test
