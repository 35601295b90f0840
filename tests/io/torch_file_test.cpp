// PyTorch files against what PyTorch itself reads in them (tests/golden/torch_files.py made both),
// and against files that want to do harm.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/io/safetensors.hpp>
#include <adafuse/io/torch_file.hpp>
#include <cmath>

#include "torch_bytes.hpp"

namespace torch_file_test {

using namespace adafuse;
using io::TorchFile;
using torch_bytes::dict;
using torch_bytes::integer;
using torch_bytes::text;

namespace {

using Names = std::vector<std::string>;

std::string golden(const std::string& file) {
  return ADAFUSE_TEST_DIR "/golden/torch_files/" + file;
}

/// The tensors of the twin that belong to this file, by their names in it.
std::map<std::string, io::AnyTensor> twin(const std::string& file) {
  static const auto all = io::read_safetensors(ADAFUSE_TEST_DIR "/golden/torch_files.safetensors");
  std::map<std::string, io::AnyTensor> tensors;
  for (const auto& [name, tensor] : all.tensors)
    if (name.starts_with(file + '.')) tensors[name.substr(file.size() + 1)] = tensor;
  return tensors;
}

/// Equal in every element and in the sign of zeros, once widened as the twin is.
template <Scalar Wide>
bool same(const io::AnyTensor& tensor, const Tensor<Wide>& expected) {
  return std::visit(
      [&](const auto& x) {
        const auto wide = x.template cast<Wide>();
        return x.shape() == expected.shape() &&
               std::equal(wide.begin(), wide.end(), expected.begin(), [](Wide a, Wide b) {
                 return a == b && std::signbit(static_cast<double>(a)) ==
                                      std::signbit(static_cast<double>(b));
               });
      },
      tensor);
}

/// Reads a golden file and compares all of its tensors with the twin's.
TorchFile check_against_twin(const std::string& file, const std::string& member) {
  CAPTURE(file);
  const TorchFile read = io::read_torch_file(golden(file));
  CHECK(read.member == member);
  CHECK(read.weights.name == golden(file));
  const auto expected = twin(file);
  CHECK(!expected.empty());
  CHECK(read.weights.tensors.size() == expected.size());
  for (const auto& row : expected) {
    CAPTURE(row.first);
    REQUIRE(read.weights.contains(row.first));
    const auto& tensor = read.weights.at(row.first);
    CHECK(std::visit([&](const auto& x) { return same(tensor, x); }, row.second));
  }
  return read;
}

TorchFile parse(const std::string& bytes) { return io::parse_torch_file(bytes, "x.pth"); }

void check_refused(const std::string& bytes, const std::string& reason) {
  CHECK_THROWS_WITH_AS(parse(bytes), doctest::Contains(reason.c_str()), FormatError);
  CHECK_THROWS_WITH_AS(parse(bytes), doctest::Contains("x.pth"), FormatError);
}

const std::string four = torch_bytes::storage("FloatStorage", "0", 4);
const std::string four_bytes = torch_bytes::little<std::uint64_t>(0x3F80'0000'4000'0000) +
                               torch_bytes::little<std::uint64_t>(0x4080'0000'4040'0000);
const std::string vector = torch_bytes::tensor(four, 0, {4}, {1});

/// Both forms of a file that holds `value` and the storage `four`.
std::array<std::string, 2> files_of(const std::string& value) {
  return {torch_bytes::torch_zip(value, {{"0", four_bytes}}),
          torch_bytes::torch_stream(value, {{"0", four_bytes}}, 4)};
}

}  // namespace

TEST_CASE("torch file: every type is read as PyTorch reads it, in both forms") {
  for (const char* name : {"types.pth", "old_types.pth"}) {
    const TorchFile file = check_against_twin(name, "");
    CHECK(file.left_over.empty());
    const std::map<std::string, std::string_view> dtypes{
        {"float32", "F32"}, {"float64", "F64"}, {"float16", "F32"}, {"bfloat16", "F32"},
        {"int64", "I64"},   {"int32", "I32"},   {"uint8", "U8"},    {"bool", "U8"},
        {"scalar", "F32"},  {"empty", "F32"}};
    for (const auto& [tensor, dtype] : dtypes)
      CHECK(io::dtype_name(file.weights.at(tensor)) == dtype);
  }
}

TEST_CASE("torch file: views onto shared storages are read in the order of their elements") {
  check_against_twin("views.pth", "");
  check_against_twin("old_views.pth", "");
}

TEST_CASE("torch file: a checkpoint of a training script gives its state dict and names the rest") {
  const Names rest{"epoch", "arch", "best_prec1", "optimizer"};
  CHECK(check_against_twin("checkpoint.pth.tar", "state_dict").left_over == rest);
  CHECK(check_against_twin("old_checkpoint.pth.tar", "state_dict").left_over == rest);
  const TorchFile with_numpy = check_against_twin("numpy.pth.tar", "state_dict");
  CHECK(with_numpy.left_over.size() == 7);
  CHECK(with_numpy.weights.contains("module.conv1.weight"));
}

TEST_CASE("torch file: mappings inside of a state dict join their names, in every protocol") {
  CHECK(check_against_twin("nested.pth", "").left_over == Names{"note"});
  CHECK(check_against_twin("old_nested.pth", "").left_over == Names{"note"});
  CHECK(check_against_twin("protocol4.pth", "net").left_over == Names{"net.note"});
  CHECK(check_against_twin("old_protocol5.pth", "model").left_over == Names{"model.note"});
}

TEST_CASE("torch file: whole modules, types that are not read, and files without tensors") {
  CHECK_THROWS_WITH_AS(io::read_torch_file(golden("module.pth")),
                       doctest::Contains("asks for \"torch.nn.modules.linear.Linear\""),
                       FormatError);
  CHECK_THROWS_WITH_AS(
      io::read_torch_file(golden("quantized.pth")),
      doctest::Contains("tensor \"w\": is what asks for \"torch._utils._rebuild_qtensor\""),
      FormatError);
  CHECK_THROWS_WITH_AS(io::read_torch_file(golden("no_tensors.pth")),
                       doctest::Contains("no state dict"), FormatError);
  CHECK_THROWS_AS(io::read_torch_file(golden("no_such_file.pth")), IoError);
}

TEST_CASE("torch file: the state dict is the first of its members with a tensor, or the object") {
  const std::string weights = dict(text("w") + vector);
  const auto where = [](const std::string& value) {
    const TorchFile zip = parse(files_of(value)[0]), stream = parse(files_of(value)[1]);
    CHECK(zip.member == stream.member);
    CHECK(zip.left_over == stream.left_over);
    std::string found = zip.member + ':';
    for (const auto& row : zip.weights.tensors) found += ' ' + row.first;
    for (const auto& name : zip.left_over) found += " -" + name;
    return found;
  };
  CHECK(where(weights) == ": w");
  CHECK(where(dict(text("net") + weights)) == "net: w");
  CHECK(where(dict(text("net") + weights + text("model") + weights)) == "model: w -net");
  CHECK(where(dict(text("model") + dict(text("epoch") + "K\1") + text("net") + weights)) ==
        "net: w -model");
  CHECK(where(dict(text("state_dict") + vector + text("a") + vector)) == ": a state_dict");
  CHECK(where(dict(text("state_dict") + weights +
                   "K\7"
                   "N")) == "state_dict: w -7");
  CHECK(where(dict(text("a") + weights + "K\7" + vector + "N" + "N" + text("b") + "]")) ==
        ": a.w -7 -<None> -b");
}

TEST_CASE("torch file: what is no mapping of tensors is refused") {
  for (const auto& file : files_of(vector)) check_refused(file, "got a tensor");
  for (const auto& file : files_of(torch_bytes::list(vector))) check_refused(file, "got a list");
  for (const auto& file : files_of(dict(text("w") + vector + text("w") + vector)))
    check_refused(file, "tensor \"w\" is there twice");
  for (const auto& file :
       files_of(dict(text("a.w") + vector + text("a") + dict(text("w") + vector))))
    check_refused(file, "tensor \"a.w\" is there twice");
  check_refused(torch_bytes::torch_zip("}", {}), "no state dict");
}

TEST_CASE("torch file: what stands beside the weights is left over and listed, of every kind") {
  const Names beside{"args",   "log",      "when",      "curve", "dtype", "tags",
                     "frozen", "schedule", "scheduler", "slots", "raw"};
  for (const char* name : {"extras.pth", "old_extras.pth", "extras4.pth"}) {
    const TorchFile file = check_against_twin(name, "state_dict");
    CHECK(file.left_over == beside);
    CHECK(std::count(file.foreign.begin(), file.foreign.end(), "argparse.Namespace") == 1);
    CHECK(std::count(file.foreign.begin(), file.foreign.end(), "functools.partial") == 1);
    CHECK(io::dtype_name(file.weights.at("i")) == "I32");
  }
  for (const char* name : {"mixed.pth", "old_mixed.pth"})
    CHECK(check_against_twin(name, "").left_over == Names{"args", "tags"});
  CHECK(check_against_twin("types.pth", "").foreign.empty());
}

TEST_CASE("torch file: a file that asks for os.system gives its weights, and nothing runs") {
  const auto witness =
      std::filesystem::temp_directory_path() / concat("adafuse-torch-witness-", ::getpid());
  const std::string command = "touch " + witness.string();
  const std::string by_name = torch_bytes::call("os", "system", text(command));
  const std::string by_stack =
      text("os") + text("system") + "\x93" + torch_bytes::tuple(text(command)) + 'R';
  const std::string as_instance =
      torch_bytes::global("os", "system") + torch_bytes::tuple(text(command)) + "\x81";
  for (const std::string& attack : {by_name, by_stack, as_instance})
    for (std::size_t form = 0; form < 2; ++form) {
      const TorchFile beside = parse(files_of(dict(text("w") + vector + text("x") + attack))[form]);
      CHECK(beside.weights.contains("w"));
      CHECK(beside.left_over == Names{"x"});
      CHECK(beside.foreign == Names{"os.system"});
      // Where the weights themselves would need it, there are none.
      for (const std::string& value : {attack, dict(text("state_dict") + attack)}) {
        const std::string file = torch_bytes::torch_zip(value, {});
        check_refused(file, "asks for \"os.system\"");
        check_refused(file, "nothing was executed");
      }
    }
  // In each of the pickles of the stream form, not only in the one with the object.
  check_refused(torch_bytes::pickle(by_name), "os.system");
  check_refused(torch_bytes::pickle(torch_bytes::stream_magic) + torch_bytes::pickle(by_name),
                "expected version 1001");
  check_refused(torch_bytes::pickle(torch_bytes::stream_magic) +
                    torch_bytes::pickle(integer(1001)) + torch_bytes::pickle("}") +
                    torch_bytes::pickle(vector) + torch_bytes::pickle(by_name),
                "expected the list of the storages' keys");
  CHECK(!std::filesystem::exists(witness));
}

TEST_CASE("torch file: a weight that needs what is not known is an error by its name") {
  const std::string quantized = torch_bytes::storage("QInt8Storage", "0", 4);
  const std::string made = torch_bytes::call("torch._utils", "_rebuild_new_kind", "N");
  for (const std::string& value : {torch_bytes::tensor(quantized, 0, {4}, {1}), made})
    check_refused(
        torch_bytes::torch_zip(dict(text("v") + vector + text("w") + value), {{"0", four_bytes}}),
        "tensor \"w\": is what asks for \"torch.");
}

TEST_CASE("torch file: values that contain themselves are refused where it matters") {
  for (const auto& file : files_of("}q\1" + text("w") + vector + 's' + text("self") + "h\1s"))
    check_refused(file, "the mapping \"self.\" contains itself");
  for (const auto& file : files_of(dict(text("w") + vector + text("l") + "]q\1h\1a")))
    CHECK(parse(file).left_over == Names{"l"});
  std::string doubling = dict(text("w") + vector) + "q\1";
  for (int i = 0; i < 60; ++i)
    doubling += "0" + dict(text("a") + "h\1" + text("b") + "h\1") + "q\1";
  for (const auto& file : files_of(doubling)) check_refused(file, "stands under two names");
}

TEST_CASE("torch file: a million mappings in mappings are refused without a crash") {
  std::string deep, end;
  for (int i = 0; i < 300'000; ++i) deep += '}' + text("a");
  for (int i = 0; i < 300'000; ++i) end += 's';
  for (const auto& file : files_of(deep + vector + end)) check_refused(file, "more than 64 deep");
  const std::string tuples = 'N' + std::string(1'000'000, '\x85');
  for (const auto& file : files_of(dict(text("w") + vector + text("t") + tuples)))
    CHECK(parse(file).left_over == Names{"t"});
}

TEST_CASE("torch file: a long name that is asked for again and again is refused") {
  const auto refused = [](const std::string& value, const char* reason) {
    for (const auto& file : files_of(value)) check_refused(file, reason);
  };
  std::string many = text("w") + vector;
  for (int i = 0; i < 100'001; ++i) many += "NN";
  refused(dict(many), "more than 100000 names");
  refused(dict(text("net") + dict(text("w") + vector) + many), "more than 100000 names");
  refused(dict(text(std::string(513, 'a')) + vector), "is longer than 512 bytes");
  refused(dict(text(std::string(300, 'a')) + dict(text(std::string(300, 'a')) + vector)),
          "is longer than 512 bytes");
  // An empty candidate costs its names each time it is looked at.
  std::string filled = "}q\1(";
  for (int i = 0; i < 1000; ++i) filled += "NN";
  filled +=
      "u0"
      "}(";
  for (int i = 0; i < 1000; ++i) filled += text("net") + "h\1";
  check_refused(torch_bytes::torch_zip(filled + 'u', {}), "more than 100000 names");
}

TEST_CASE("torch file: tensors larger than their storage, or than any memory, are refused") {
  const std::int64_t large = std::int64_t{1} << 60;
  const auto refused = [](const std::string& tensor, const char* reason) {
    for (const auto& file : files_of(dict(text("w") + tensor))) check_refused(file, reason);
  };
  refused(torch_bytes::tensor(four, 0, {5}, {1}),
          "tensor \"w\": [5] from element 0 reaches beyond");
  refused(torch_bytes::tensor(four, 1, {4}, {1}), "reaches beyond");
  refused(torch_bytes::tensor(four, 0, {2, 2}, {large, large}), "reaches beyond");
  refused(torch_bytes::tensor(four, -1, {4}, {1}), "expected a count, got -1");
  refused(torch_bytes::tensor(four, 3, {4}, {-1}), "expected a count, got -1");
  refused(torch_bytes::tensor(four, 0, {large, large}, {0, 0}), "too many elements");
  refused(torch_bytes::tensor(four, 0, {large}, {0}), "repeats its 4 elements too often");
  // Each alone may be, all together may not.
  std::string many;
  for (int i = 0; i < 20; ++i)
    many += text(std::to_string(i)) + torch_bytes::tensor(four, 0, {100'000}, {0});
  for (const auto& file : files_of(dict(many))) check_refused(file, "too often");
}

TEST_CASE("torch file: a device has no end, and is refused before it is read") {
  CHECK_THROWS_WITH_AS(io::read_torch_file("/dev/zero"), doctest::Contains("got a device"),
                       IoError);
}

TEST_CASE("torch file: truncated at every byte, it is refused") {
  const std::string value =
      dict(text("w") + vector + text("t") + torch_bytes::tensor(four, 1, {1, 3}, {1, 1}));
  auto files = files_of(value);
  for (const std::string& whole : {files[0], files[1], io::read_file(golden("nested.pth")),
                                   io::read_file(golden("old_nested.pth"))}) {
    CHECK_NOTHROW(parse(whole));
    for (std::size_t length = 0; length < whole.size(); ++length)
      CHECK_THROWS_AS(parse(whole.substr(0, length)), FormatError);
  }
}

TEST_CASE("torch file: with any bit flipped, it is read or refused, never worse") {
  for (const char* name : {"nested.pth", "old_nested.pth"}) {
    const std::string whole = io::read_file(golden(name));
    int refused = 0;
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
      std::string broken = whole;
      broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << bit % 8));
      try {
        parse(broken);
      } catch (const FormatError&) {
        ++refused;
      }
    }
    CHECK(refused > 0);
  }
}

TEST_CASE("torch file: random bytes are refused, whatever they begin with") {
  const std::string starts[] = {"", "PK\3\4", "\x80\x02",
                                torch_bytes::pickle(torch_bytes::stream_magic)};
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    std::string bytes = starts[seed % 4];
    const std::uint64_t length = Key(seed).bits(0) % 300;
    for (std::uint64_t i = 1; i <= length; ++i) bytes += static_cast<char>(Key(seed).bits(i));
    CHECK_THROWS_AS(parse(bytes), FormatError);
  }
}

TEST_CASE("torch file: a flipped bit in a zip's weights is noticed") {
  std::string bytes = files_of(dict(text("w") + vector))[0];
  CHECK(parse(bytes).weights.get<float>("w")(0) == 2.0f);
  bytes[bytes.find(four_bytes) + 3] ^= 1;
  check_refused(bytes, "\"a/data/0\" is damaged");
}

}  // namespace torch_file_test
