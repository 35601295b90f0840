// The few names that a checkpoint may ask for, and what they build.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/pickle.hpp>
#include <adafuse/io/torch_objects.hpp>
#include <string>

#include "torch_bytes.hpp"

namespace torch_objects_test {

using namespace adafuse;
using namespace torch_bytes;

namespace {

/// A pickle that was read.
struct Loaded {
  std::string bytes;
  io::pickle::Values values;
  io::TorchObjects objects;
  io::pickle::Ref root;

  explicit Loaded(const std::string& value) : bytes(pickle(value)) {
    io::ByteReader reader(bytes, "x");
    root = io::pickle::unpickle(reader, values, objects);
  }
  const io::TorchTensor* tensor() const { return objects.tensor(values, root); }
};

void check_refused(const std::string& value, const std::string& reason) {
  CHECK_THROWS_WITH_AS(Loaded{value}, doctest::Contains(reason.c_str()), FormatError);
}

const std::string four = storage("FloatStorage", "0", 4);

}  // namespace

TEST_CASE("torch objects: a tensor is a window onto a storage of a type") {
  const Loaded loaded(tensor(storage("HalfStorage", "7", 12), 2, {2, 3}, {1, 4}));
  REQUIRE(loaded.tensor());
  CHECK(loaded.tensor()->storage.key == "7");
  CHECK(loaded.tensor()->storage.type->dtype == "F16");
  CHECK(loaded.tensor()->storage.count == 12);
  CHECK(loaded.tensor()->offset == 2);
  CHECK(loaded.tensor()->sizes == std::vector<std::int64_t>{2, 3});
  CHECK(loaded.tensor()->strides == std::vector<std::int64_t>{1, 4});
  CHECK(loaded.objects.storages().at("7").count == 12);
}

TEST_CASE("torch objects: the older tensor, parameters and windows onto storages are tensors too") {
  const Loaded older(
      call("torch._utils", "_rebuild_tensor", four + integer(1) + integers({3}) + integers({1})));
  CHECK(older.tensor()->offset == 1);
  const Loaded parameter(
      call("torch._utils", "_rebuild_parameter",
           tensor(four, 0, {4}, {1}) + '\x88' + call("collections", "OrderedDict", "")));
  CHECK(parameter.tensor()->sizes.front() == 4);
  const Loaded window(tensor(
      storage("FloatStorage", "0", 9, tuple(text("k") + integer(2) + integer(5))), 0, {5}, {1}));
  CHECK(window.tensor()->storage.begin == 2);
  CHECK(window.tensor()->storage.size == 5);
  CHECK(window.tensor()->storage.count == 9);
}

TEST_CASE("torch objects: ordered dicts take pairs, sizes are tuples, the rest is of no interest") {
  const Loaded dict(call("collections", "OrderedDict",
                         list(list(text("a") + integer(1)) + tuple(text("b") + integer(2)))));
  CHECK(dict.values.as<io::pickle::Dict>(dict.root)->items.size() == 2);
  const Loaded with_state(call("collections", "OrderedDict", "") +
                          torch_bytes::dict(text("_metadata") + "}") + 'b');
  CHECK(with_state.values.as<io::pickle::Dict>(with_state.root)->items.empty());
  const Loaded size(call("torch", "Size", integers({2, 3})));
  CHECK(size.values.as<io::pickle::Tuple>(size.root)->items.size() == 2);
  const Loaded device(call("torch", "device", text("cuda") + integer(0)));
  CHECK(device.values.as<io::pickle::Object>(device.root));
  CHECK(!device.tensor());
  const std::string dtype = call("numpy", "dtype", text("f8") + "\x89\x88") + integers({3}) + 'b';
  const Loaded number(call("numpy.core.multiarray", "scalar",
                           dtype + call("_codecs", "encode", text("abcdefgh") + text("latin1"))));
  CHECK(!number.tensor());
}

TEST_CASE("torch objects: every other name is refused by its name") {
  const std::pair<const char*, const char*> names[] = {{"os", "system"},
                                                       {"posix", "system"},
                                                       {"builtins", "eval"},
                                                       {"__builtin__", "exec"},
                                                       {"subprocess", "Popen"},
                                                       {"torch", "load"},
                                                       {"torch", "FloatTensor"},
                                                       {"torch._utils", "_rebuild_qtensor"},
                                                       {"collections", "Counter"},
                                                       {"", ""},
                                                       {"torch.cuda", "FloatStorage"},
                                                       {"collections.OrderedDict", "update"},
                                                       {"os", "OrderedDict"},
                                                       {"evil", "FloatStorage"}};
  for (const auto& [module, name] : names) {
    const std::string full = io::in_quotes(concat(module, '.', name));
    check_refused(global(module, name), "x: byte 2: asks for " + full);
    check_refused(global(module, name) + tuple(text("true")) + 'R', "nothing was executed");
    check_refused(text(module) + text(name) + '\x93', "asks for " + full);
  }
  check_refused(global("os\x1b[31m", "system"), R"(asks for "os\x1B[31m.system")");
}

TEST_CASE("torch objects: arguments of another number or kind are refused") {
  check_refused(call("torch._utils", "_rebuild_tensor", four), "expected 4 to 4 arguments, got 1");
  check_refused(call("torch", "Size", ""), "Size: expected 1 to 1 arguments, got 0");
  check_refused(call("torch", "Size", integer(3)), "expected a tuple of sizes, got an integer");
  check_refused(call("torch._utils", "_rebuild_parameter", "NNN"), "expected a tensor, got None");
  check_refused(tensor("N", 0, {1}, {1}), "expected a storage, got None");
  check_refused(tensor(four, -1, {1}, {1}), "expected a count, got -1");
  check_refused(tensor(four, 0, {-4}, {1}), "expected a count, got -4");
  check_refused(tensor(four, 3, {4}, {-1}), "expected a count, got -1");
  check_refused(tensor(four, 0, {2, 2}, {1}), "2 sizes and 1 strides");
  check_refused(tensor(four, 0, {1, 1, 1, 1, 1, 1, 1, 1, 1}, {1}), "a tensor of rank 9");
  check_refused(call("collections", "OrderedDict", "K\1"), "expected a list, got an integer");
  check_refused(call("collections", "OrderedDict", list(list("N"))), "expected a key and a value");
  check_refused(call("collections", "OrderedDict", list("NN")), "expected a key and a value");
  check_refused(global("torch", "FloatStorage") + tuple(integer(4)) + 'R',
                "calls something that is no function");
  check_refused("K\1)R", "calls something that is no function");
  check_refused("]}b", "sets the state of a list");
  check_refused(tensor(four, 0, {1}, {1}) + "}b", "sets the state of an object");
}

TEST_CASE("torch objects: storages are named in full, and alike wherever they are named") {
  check_refused("NQ", "expected a storage's tuple, got None");
  check_refused(tuple(text("module") + "NNNN") + 'Q', "expected a storage, got \"module\"");
  check_refused(tuple(text("storage") + "N") + 'Q', "expected a storage's 5 or 6 fields, got 2");
  check_refused(
      tuple(text("storage") + global("torch", "Size") + text("0") + text("cpu") + integer(1)) + 'Q',
      "expected a storage type, got a function");
  check_refused(storage("FloatStorage", "0", -1), "expected a count, got -1");
  check_refused(tuple(text("storage") + global("torch", "ByteStorage") + text("0") + text("cpu") +
                      "\x8a\x09" + std::string(9, '\1')) +
                    'Q',
                "expected a count, got a large integer");
  check_refused(storage("FloatStorage", "0", 4, tuple(text("k") + integer(3) + integer(2))),
                "a window of 2 elements from 3 onto a storage of 4");
  check_refused(four + storage("FloatStorage", "0", 5) + "\x86",
                "has 5 F32 here and 4 F32 elsewhere");
  check_refused(four + storage("LongStorage", "0", 4) + "\x86",
                "has 4 I64 here and 4 F32 elsewhere");
}

TEST_CASE("torch objects: a long list that is asked for again and again is not copied for ever") {
  std::string items;
  for (int i = 0; i < 1000; ++i) items += "NN\x86";
  std::string value = list(items) +
                      "q\1"
                      "0N";
  for (int i = 0; i < 2000; ++i) value += "0" + call("collections", "OrderedDict", "h\1");
  check_refused(value, "items in ordered dicts");
}

}  // namespace torch_objects_test
