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

TEST_CASE("torch objects: ordered dicts take pairs, sizes are tuples") {
  const Loaded dict(call("collections", "OrderedDict",
                         list(list(text("a") + integer(1)) + tuple(text("b") + integer(2)))));
  CHECK(dict.values.as<io::pickle::Dict>(dict.root)->items.size() == 2);
  const Loaded with_state(call("collections", "OrderedDict", "") +
                          torch_bytes::dict(text("_metadata") + "}") + 'b');
  CHECK(with_state.values.as<io::pickle::Dict>(with_state.root)->items.empty());
  const Loaded size(call("torch", "Size", integers({2, 3})));
  CHECK(size.values.as<io::pickle::Tuple>(size.root)->items.size() == 2);
  const Loaded factory(call("collections", "defaultdict", global("builtins", "list")) + text("a") +
                       "Ns");
  CHECK(factory.values.as<io::pickle::Dict>(factory.root)->items.size() == 1);
}

TEST_CASE("torch objects: every other name is opaque, and listed") {
  const std::pair<const char*, const char*> names[] = {{"os", "system"},
                                                       {"posix", "system"},
                                                       {"builtins", "eval"},
                                                       {"__builtin__", "exec"},
                                                       {"subprocess", "Popen"},
                                                       {"torch", "load"},
                                                       {"torch", "device"},
                                                       {"torch", "FloatTensor"},
                                                       {"torch._utils", "_rebuild_qtensor"},
                                                       {"collections", "Counter"},
                                                       {"", ""},
                                                       {"torch.cuda", "FloatStorage"},
                                                       {"collections.OrderedDict", "update"},
                                                       {"os", "OrderedDict"},
                                                       {"evil", "FloatStorage"}};
  for (const auto& [module, name] : names)
    for (const std::string& value :
         {global(module, name), global(module, name) + tuple(text("true")) + 'R',
          text(module) + text(name) + '\x93', global(module, name) + ")\x81}b"}) {
      const Loaded loaded(value);
      const auto* opaque = loaded.values.as<io::pickle::Opaque>(loaded.root);
      REQUIRE(opaque);
      CHECK(opaque->module == module);
      CHECK(opaque->name == name);
      CHECK(!loaded.tensor());
      CHECK(loaded.objects.foreign() == std::vector{concat(module, '.', name)});
    }
  CHECK(Loaded(tensor(four, 0, {4}, {1})).objects.foreign().empty());
}

TEST_CASE("torch objects: what is made of something opaque is opaque") {
  const auto opaque = [](const std::string& value) {
    const Loaded loaded(value);
    const auto* root = loaded.values.as<io::pickle::Opaque>(loaded.root);
    return root ? concat(root->module, '.', root->name) : "";
  };
  const std::string quantized = storage("QInt8Storage", "0", 4);
  CHECK(opaque(quantized) == "torch.QInt8Storage");
  CHECK(opaque(tensor(quantized, 0, {4}, {1})) == "torch.QInt8Storage");
  CHECK(opaque(call("torch._utils", "_rebuild_parameter",
                    tensor(quantized, 0, {4}, {1}) + "\x88N")) == "torch.QInt8Storage");
  CHECK(opaque(tuple(text("module") + global("my", "Net") + "NNN") + 'Q') == "my.Net");
}

TEST_CASE("torch objects: more foreign names than a script has are refused") {
  std::string value;
  for (int i = 0; i < 1001; ++i) value += global("m", std::to_string(i)) + '0';
  check_refused(value + 'N', "asks for more than 1000 classes");
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
  for (int i = 0; i < 5000; ++i) value += "0" + call("collections", "OrderedDict", "h\1");
  check_refused(value, "items in ordered dicts");
}

}  // namespace torch_objects_test
