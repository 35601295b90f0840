// The restricted unpickler: what PyTorch writes is read, all else is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/io/pickle.hpp>

#include "torch_bytes.hpp"

namespace pickle_test {

using namespace adafuse;
using namespace adafuse::io::pickle;
using torch_bytes::little;
using torch_bytes::text;

namespace {

/// Knows "m.pair", which called with two values makes a list of them, and loads every identity as
/// itself. All else is opaque, but for what is in a module "refused".
struct Pairs : Builder {
  Value global(std::string_view module, std::string_view name, const Place& place) override {
    require<FormatError>(module != "refused", place, "unknown ", module, '.', name);
    if (module == "m" && name == "pair") return Global{1};
    return Opaque{module, name};
  }
  Ref call(Values& values, Ref callable, Ref arguments, const Place& place) override {
    require<FormatError>(values.as<Global>(callable), place, "no function");
    return values.add(List{values.as<Tuple>(arguments)->items});
  }
  void set_state(Values&, Ref, Ref, const Place&) override {}
  Ref persistent(Values& values, Ref id, const Place&) override {
    return values.add(Tuple{{id, id}});
  }
};

/// The value as Python writes it, not deeper than it is shown here.
std::string shown(const Values& values, Ref ref, int depth = 0) {
  if (depth > 4) return "...";
  const auto all = [&](const std::vector<Ref>& items) {
    std::string joined;
    for (const Ref item : items)
      joined += (joined.empty() ? "" : ", ") + shown(values, item, depth + 1);
    return joined;
  };
  const Value& v = values[ref];
  if (const auto* x = std::get_if<bool>(&v)) return *x ? "True" : "False";
  if (const auto* x = std::get_if<std::int64_t>(&v)) return std::to_string(*x);
  if (const auto* x = std::get_if<BigInteger>(&v)) return concat("big", x->bytes.size());
  if (const auto* x = std::get_if<double>(&v)) return concat(*x);
  if (const auto* x = std::get_if<Text>(&v)) return concat('\'', x->text, '\'');
  if (const auto* x = std::get_if<Bytes>(&v)) return concat("b'", x->bytes, '\'');
  if (const auto* x = std::get_if<List>(&v)) return '[' + all(x->items) + ']';
  if (const auto* x = std::get_if<Tuple>(&v)) return '(' + all(x->items) + ')';
  if (const auto* x = std::get_if<Dict>(&v)) {
    std::string joined;
    for (const auto& [key, value] : x->items)
      joined += (joined.empty() ? "" : ", ") + shown(values, key) + ": " +
                shown(values, value, depth + 1);
    return '{' + joined + '}';
  }
  return std::string(kind_of(v));
}

/// Reads the bytes as one pickle and shows it.
std::string read(const std::string& bytes) {
  io::ByteReader reader(bytes, "x");
  Values values;
  Pairs pairs;
  const Ref root = unpickle(reader, values, pairs);
  CHECK(reader.left() == 0);
  return shown(values, root);
}

void check_refused(const std::string& bytes, const std::string& reason) {
  CHECK_THROWS_WITH_AS(read(bytes), doctest::Contains(reason.c_str()), FormatError);
}

}  // namespace

TEST_CASE("pickle: plain values of protocol 2") {
  CHECK(read("N.") == "None");
  CHECK(read("\x80\x02\x88.") == "True");
  CHECK(read("\x89.") == "False");
  CHECK(read("K\xff.") == "255");
  CHECK(read("M\x01\x02.") == "513");
  CHECK(read("J\xfe\xff\xff\xff.") == "-2");
  CHECK(read(std::string("\x8a\x00.", 3)) == "0");
  CHECK(read("\x8a\x01\x80.") == "-128");
  CHECK(read(std::string("\x8a\x02\x80\x00.", 5)) == "128");
  CHECK(read("\x8a\x08" + little<std::uint64_t>(1ull << 63) + ".") == "-9223372036854775808");
  CHECK(read("\x8a\x09" + std::string(9, '\1') + ".") == "big9");
  CHECK(read("\x8b" + little<std::uint32_t>(2) + "\x01\x01.") == "257");
  CHECK(read(std::string("G\xc0\x04\x00\x00\x00\x00\x00\x00.", 10)) == "-2.5");
  CHECK(read(text("a\nb") + ".") == "'a\nb'");
  CHECK(read("U\x02hi.") == "'hi'");
  CHECK(read("T" + little<std::uint32_t>(2) + "hi.") == "'hi'");
}

TEST_CASE("pickle: plain values of protocols 3 to 5, in a frame") {
  CHECK(read("\x80\x04\x95" + little<std::uint64_t>(5) + "\x8c\x02hi.") == "'hi'");
  CHECK(read("\x8d" + little<std::uint64_t>(2) + "hi.") == "'hi'");
  CHECK(read("C\x02hi.") == "b'hi'");
  CHECK(read("B" + little<std::uint32_t>(2) + "hi.") == "b'hi'");
  CHECK(read("\x8e" + little<std::uint64_t>(2) + "hi.") == "b'hi'");
  CHECK(read("\x96" + little<std::uint64_t>(2) + "hi.") == "b'hi'");
}

TEST_CASE("pickle: tuples, lists and dicts") {
  CHECK(read(").") == "()");
  CHECK(read("K\1\x85.") == "(1)");
  CHECK(read("K\1K\2\x86.") == "(1, 2)");
  CHECK(read("K\1K\2K\3\x87.") == "(1, 2, 3)");
  CHECK(read("(K\1(K\2tNt.") == "(1, (2), None)");
  CHECK(read("](K\1K\2e.") == "[1, 2]");
  CHECK(read("]K\1aNa.") == "[1, None]");
  CHECK(read("}(K\1NK\2]u.") == "{1: None, 2: []}");
  CHECK(read("}K\1Ns.") == "{1: None}");
}

TEST_CASE("pickle: the memo gives back the same value, not a copy") {
  CHECK(read("]q\x05(h\x05"
             "K\1e0h\x05.") == "[[[[[..., ...], 1], 1], 1], 1]");
  CHECK(read("]r" + little<std::uint32_t>(70000) + "0j" + little<std::uint32_t>(70000) + ".") ==
        "[]");
  CHECK(read(std::string("K\7\x94K\x08\x94\x86h\x00h\x01\x87.", 13)) == "((7, 8), 7, 8)");
  CHECK(read("K\1"
             "2\x86.") == "(1, 1)");
  CHECK(read("K\1(K\2K\3"
             "1.") == "1");
}

TEST_CASE("pickle: names, calls, states and identities go to the builder") {
  CHECK(read("cm\npair\n.") == "a class or function");
  CHECK(read(text("m") + text("pair") +
             "\x93"
             "K\1K\2\x86R.") == "[1, 2]");
  CHECK(read("cm\npair\n)R}b.") == "[]");
  CHECK(read("K\5Q.") == "(5, 5)");
  check_refused("crefused\nname\n.", "x: byte 0: unknown refused.name");
  check_refused("N" + text("refused") + text("name") + "\x93.", "unknown refused.name");
  check_refused("NN\x86R.", "expected a value on the stack");
  check_refused("N)R.", "no function");
  check_refused("cm\npair\n]R.", "expected a tuple of arguments, got a list");
  check_refused(text("m") + "K\1\x93.", "expected the name of a class or function, got an integer");
}

TEST_CASE("pickle: a name that is not known stays opaque, whatever is asked of it") {
  const std::string unknown = "an object of a kind that is not known";
  const std::string name = "cos\nsystem\n";
  CHECK(read(name + ".") == unknown);
  CHECK(read(text("os") + text("system") + "\x93.") == unknown);
  CHECK(read(name + ")R.") == unknown);         // called
  CHECK(read(name + ")\x81.") == unknown);      // an instance
  CHECK(read(name + ")}\x92.") == unknown);     // with arguments by name
  CHECK(read(name + ")R)R.") == unknown);       // what it gave is called
  CHECK(read(name + ")\x81}b.") == unknown);    // with a state
  CHECK(read(name + ")\x81(NNe.") == unknown);  // with items
  CHECK(read(name + ")\x81Na.") == unknown);
  CHECK(read(name + ")\x81(NNu.") == unknown);  // with members
  CHECK(read(name + ")\x81NNs.") == unknown);
  CHECK(read("\x8f(NN\x90.") == unknown);  // a set
  CHECK(read("(NN\x91.") == unknown);      // a frozen set
  CHECK(read("K\1" + name + ")R\x86.") == "(1, " + unknown + ")");
  check_refused(name + ")\x81(Nu.", "expected keys and values, got 1");
  check_refused(name + "NR.", "expected a tuple of arguments, got None");
  check_refused("cm\npair\n)}\x92.", "arguments by name for what takes none");
  check_refused(")}\x92.", "arguments by name for what takes none");
}

TEST_CASE("pickle: instructions of text, and those that reach outside of the pickle, are refused") {
  for (const std::string op : {"o", "i", "I", "L", "F", "S", "V", "P", "p", "g", "d", "l", "\x82",
                               "\x83", "\x84", "\x97", "\x98", "\xff", "x"})
    check_refused("(NN" + op + "os\nsystem\n.", "nothing was executed");
  check_refused("(ios\nsystem\n.", "x: byte 1: pickle instruction 0x69");
  check_refused(std::string("\x80\x00N.", 4), "pickle protocol 0, expected 2 to 5");
  check_refused("\x80\x06N.", "pickle protocol 6, expected 2 to 5");
}

TEST_CASE("pickle: the stack holds what an instruction needs, and one value at the end") {
  for (const std::string bytes :
       {".",     "0.",    "1.",     "2.",      "t.",   "e.",      "u.",  "a.",
        "s.",    "\x85.", "N\x86.", "NN\x87.", "R.",   "b.",      "Q.",  "q\1.",
        "\x93.", "\x94.", "(.",     "(q\1.",   "N(0.", "N(\x85.", "N(R."})
    CHECK_THROWS_AS(read(bytes), FormatError);
  check_refused("NN.", "ends with 2 values, expected one");
  check_refused("N(0.", "x: byte 2: expected a value on the stack");
  check_refused("N(\x85.", "expected 1 values on the stack, got 0");
  check_refused("N(.", "ends with 1 values, expected one");
  check_refused("](NNu.", "expected a dict to add to, got a list");
  check_refused("}Na.", "expected a list to append to, got a dict");
  check_refused("}(Nu.", "expected keys and values");
  check_refused("h\3.", "memo entry 3 was never set");
}

TEST_CASE("pickle: sizes beyond the file are refused before anything is made of them") {
  for (const std::string op : {"X", "T", "B", "\x8b"})
    check_refused(op + "\xff\xff\xff\xff" + "abc.", "truncated: expected 4294967295 bytes");
  for (const std::string op : {"\x8d", "\x8e", "\x96"})
    check_refused(op + std::string(8, '\xff') + "abc.", "truncated: expected 18446744073709551615");
  for (const std::string op : {"U", "C", "\x8c", "\x8a"})
    check_refused(op + "\xff" + "abc.", "truncated: expected 255 bytes");
  check_refused("\x95" + std::string(8, '\xff') + "N.", "truncated: a frame");
  check_refused("cos", "truncated");
  check_refused("cos\nsystem", "truncated");
}

TEST_CASE("pickle: a million values deep and a million wide take no stack and fail at the limit") {
  std::string nested = "N";
  for (int i = 0; i < 1'000'000; ++i) nested += '\x85';
  CHECK(read(nested + '.') == "(((((...)))))");
  std::string lists = "]q\1";
  for (int i = 0; i < 500'000; ++i) lists += "0]h\1aq\1";
  CHECK(read(lists + '.') == "[[[[[...]]]]]");
  check_refused(std::string(Values::most + 1, 'N'), concat("more than ", Values::most, " values"));
  check_refused("N" + std::string(Values::most + 1, '2'), "values on the stack");
  check_refused(std::string(Values::most + 1, '('), "marks");
}

TEST_CASE("pickle: truncated anywhere it is refused, and random bytes are read or refused") {
  const std::string whole = "\x80\x02}(" + text("a") + "cm\npair\n(K\1Gabcdefgh]q\1N\x86tR" +
                            text("b") +
                            "h\1M\1\2Q\x86\x8a\x02"
                            "ab\x8c\x01zu.";
  CHECK(read(whole) == "{'a': [1, 1.29261e+161, ([], None)], 'b': ([], (513, 513)), 25185: 'z'}");
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK_THROWS_AS(read(whole.substr(0, length)), FormatError);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    std::string bytes;
    for (std::uint64_t i = 0; i < 40; ++i) {
      // Half of the bytes are instructions, so that the machine gets somewhere.
      static const std::string ops =
          "(.012GJKMNQRTUXabcehjqrstu)]}\x80\x85\x86\x87\x88\x89\x8a\x8b\x93\x94";
      const std::uint64_t r = Key(seed).bits(i);
      bytes += r & 1 ? ops[(r >> 8) % ops.size()] : static_cast<char>(r >> 8 & 15);
    }
    try {
      io::ByteReader reader(bytes, "x");
      Values values;
      Pairs pairs;
      shown(values, unpickle(reader, values, pairs));
    } catch (const FormatError&) {
    }
  }
}

}  // namespace pickle_test
