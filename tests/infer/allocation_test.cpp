// Sessions at work allocate nothing: every `operator new` of this program is counted.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/infer.hpp>
#include <atomic>
#include <cstdlib>
#include <new>

#include "session_cases.hpp"

namespace allocation_test {
std::atomic<long> allocations{0};

void* counted(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
}  // namespace allocation_test

void* operator new(std::size_t bytes) { return allocation_test::counted(bytes); }
void* operator new[](std::size_t bytes) { return allocation_test::counted(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  ++allocation_test::allocations;
  return std::malloc(bytes ? bytes : 1);
}
void* operator new[](std::size_t bytes, const std::nothrow_t& tag) noexcept {
  return operator new(bytes, tag);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace allocation_test {

using namespace adafuse;
using namespace adafuse::infer;

/// Those of so many calls; doctest allocates too, before and after.
template <class Call>
long allocations_of(int calls, const Call& call) {
  const long before = allocations;
  for (int i = 0; i < calls; ++i) call();
  return allocations - before;
}

/// A small network; resnet14 has memories, of its consensus and of its agents.
models::ModelConfig config_of(const std::string& network, const std::string& fusion) {
  auto config = models::small_config(network, fusion);
  const bool remembers = network == "resnet14";
  config.consensus = remembers ? models::Consensus::lstm : models::Consensus::average;
  config.lstm_hidden = 4;
  config.policy_sees = remembers ? PolicySees::memory : PolicySees::both;
  return config;
}

TEST_CASE("allocation: the counter counts, tensors included") {
  const long before = allocations;
  const Tensor<float> tensor({3});
  CHECK(allocations > before);
}

TEST_CASE("allocation: a clip session that has warmed up allocates nothing") {
  if (!StoragePool::recycles) return;  // with the address sanitizer each scratch is a new block
  const int threads = num_threads();
  set_num_threads(1);
  const std::pair<const char*, const char*> networks[] = {
      {"resnet14", "adafuse-tsm"}, {"resnet18", "adafuse"}, {"bninception", "adafuse-tsm"}};
  for (const auto& network : networks) {
    const auto config = config_of(network.first, network.second);
    const auto model = models::lively_model<float>(config);
    const auto clip = Tensor<float>::randn({1, 3, 3, 37, 33}, Key(1));
    ClipSession<float> session(fold(model, 37, 33), 1, 3);
    Ledger ledger;
    session.set_ledger(&ledger);
    for (int i = 0; i < 2; ++i) session.run(clip);
    INFO(config.model);
    CHECK(allocations_of(3, [&] { session.run(clip); }) == 0);
  }
  set_num_threads(threads);
}

TEST_CASE("allocation: a stream that has warmed up allocates nothing") {
  if (!StoragePool::recycles) return;  // with the address sanitizer each scratch is a new block
  const int threads = num_threads();
  set_num_threads(1);
  const std::pair<const char*, const char*> networks[] = {{"resnet14", "adafuse-tsm"},
                                                          {"bninception", "adafuse"}};
  for (const auto& network : networks) {
    const auto config = config_of(network.first, network.second);
    const auto model = models::lively_model<float>(config);
    StreamSession<float> session(fold(model, 37, 33, {.frames = 1}),
                                 {.future = Future::wait, .consensus = LastFrames{4}});
    Ledger ledger;
    session.set_ledger(&ledger);
    session.set_decider(draw_lots({0.4, 0.3, 0.3}, Key(1)), Agents::overruled);
    const auto frame = Tensor<float>::randn({3, 37, 33}, Key(1));
    for (int i = 0; i < 25; ++i) session.push(frame);
    INFO(config.model);
    CHECK(allocations_of(5, [&] { session.push(frame); }) == 0);
  }
  set_num_threads(threads);
}

}  // namespace allocation_test
