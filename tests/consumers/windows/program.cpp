// Tensors, a gradient, training, a clip session, threads, files: what is printed is the same on
// each system. Windows' own headers may come before or after ours.
//   program DIRECTORY
// SPDX-License-Identifier: MIT
#ifdef _WIN32
#define NOMINMAX
#include <windows.h>
#endif

#include <adafuse/adafuse.hpp>
#include <adafuse/io/cifar.hpp>
#include <adafuse/io/crc32.hpp>
#include <adafuse/io/idx.hpp>
#include <adafuse/io/npy.hpp>
#include <cstdio>
#include <filesystem>
#include <thread>

#ifdef _WIN32
// What the door hands to Windows has the sizes that Windows expects.
namespace windows = adafuse::os::windows;
static_assert(sizeof(windows::MemoryStatus) == sizeof(MEMORYSTATUSEX));
static_assert(sizeof(windows::ProcessorInformation) ==
              sizeof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION));
static_assert(sizeof(windows::Place) == sizeof(OVERLAPPED));
static_assert(sizeof(windows::FileInformation) == sizeof(BY_HANDLE_FILE_INFORMATION));
#endif

using namespace adafuse;
namespace fs = std::filesystem;

namespace {

void print(const char* name, const Tensor<float>& values) {
  std::printf("%s", name);
  for (const float value : values) std::printf(" %.6g", static_cast<double>(value));
  std::printf("\n");
}

void say(const char* what, bool so) { std::printf("%s: %s\n", what, so ? "yes" : "no"); }

template <class Body>
bool refused(const Body& body) {
  try {
    body();
  } catch (const IoError&) {
    return true;
  }
  return false;
}

Tensor<float> gradient() {
  const auto x = parameter(Tensor<float>::randn({3, 4}, Key(1)));
  const auto w = parameter(Tensor<float>::randn({4, 5}, Key(2)));
  backward(sum(tanh(matmul(x, w))));
  return w.grad().value();
}

void train() {
  const Key seed(7);
  const auto x = Tensor<float>::randn({8, 3, 12, 12}, seed.of("x"));
  const auto labels = randint(4, {8}, seed.of("labels"));
  const nn::Sequential net(
      nn::Conv2d<float>({.in = 3, .out = 8, .kernel = 3, .padding = 1}, seed.of("conv")),
      nn::BatchNorm2d<float>({.channels = 8}), nn::Relu<float>(),
      nn::MaxPool2d<float>{{.kernel = 2}}, nn::Flatten<float>(),
      nn::Linear<float>({.in = 288, .out = 4}, seed.of("linear")));
  auto adam = optim::Adam<float>({{nn::parameters(net)}});
  for (unsigned step = 0; step < 3; ++step) {
    nn::Context<float> ctx(/*is_training=*/true, seed.of("noise").of(step));
    adam.zero_grad();
    const auto loss = cross_entropy(net.forward(Variable<float>(x), ctx), labels);
    backward(loss);
    adam.step(0.01);
    print("loss", loss.value());
  }
}

Tensor<float> answer() {
  const Key seed(11);
  models::ModelConfig config;
  config.model = "resnet8";
  config.fusion = models::parse_fusion("adafuse");
  config.classes = 5;
  config.frames = 2;
  config.policy_hidden = 6;
  const models::VideoModel<float> model(config, seed.of("model"));
  infer::ClipSession<float> session(infer::fold(model, 16, 16), 1, 2);
  return session.run(Tensor<float>::randn({1, 2, 3, 16, 16}, seed.of("clip"))).clone();
}

bool equal(const Tensor<float>& a, const Tensor<float>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

void files(const fs::path& dir) {
  fs::remove_all(dir);
  fs::create_directories(dir);
  const std::string bytes("two\r\nlines\x1a and\0 zeros", 22);
  io::write_file(dir / "a", "an earlier one, which is longer than the later one");
  io::write_file(dir / "a", bytes);
  say("a file is written over another, byte for byte", io::read_file(dir / "a") == bytes);
  io::overwrite_file(dir / "a", "short");
  say("and overwritten", io::read_file(dir / "a") == "short");
  say("nothing else is left", std::distance(fs::directory_iterator(dir), {}) == 1);
  say("a directory is no file", refused([&] { io::read_file(dir); }));
  say("what is not there is refused", refused([&] { io::read_file(dir / "b"); }));
  say("a name with other letters", [&] {
    const auto path = dir / fs::path(u8"\u00fc\u4e2d.npy");
    io::write_npy(path, Tensor<float>::of({1, 2, 3}));
    return equal(std::get<Tensor<float>>(io::read_npy(path)), Tensor<float>::of({1, 2, 3}));
  }());

  {
    io::WriterLock lock(dir);
    say("a second writer is refused", refused([&] { io::WriterLock{dir}; }));
    say("the first one is named", io::WriterLock::holder(dir).value_or("").starts_with("process "));
    lock.remove_from(dir);
    say("the lock goes", !io::WriterLock::left_in(dir) && !io::WriterLock::holder(dir));
  }
  const io::DirectoryKind kind{"a run", {"weights", "last"}, "last"};
  for (const char* content : {"one", "two", "three"}) {
    io::DirectoryWriter writer(dir / "run", kind, /*replace=*/true);
    io::write_file(writer.path() / "weights", content);
    io::write_file(writer.path() / "last", "");
    writer.commit();
    say("a directory takes another's place", io::read_file(dir / "run" / "weights") == content &&
                                                 !fs::exists(dir / "run.new") &&
                                                 !io::WriterLock::left_in(dir / "run"));
  }
}

}  // namespace

int main(int, char** arguments) {
  say("processors, memory, caches", os::usable_processors() >= 1 &&
                                        os::physical_memory() > 100'000'000 &&
                                        Caches::here().l1 > 1000 && num_threads() >= 1);
  print("gradient", gradient());
  train();
  set_num_threads(1);
  const auto logits = answer();
  print("logits", logits);
  set_num_threads(3);
  say("three threads give the same bits", equal(answer(), logits));
  Tensor<float> first, second;
  std::thread other([&] { first = gradient(); });
  second = gradient();
  other.join();
  say("two threads at once too", equal(first, second));
  const auto large = Tensor<float>::randn({3000000}, Key(5));  // through the pool, and its sum
  print("mean", mean(Variable<float>(large * large)).value());
  files(arguments[1]);
}
