// Writes: announced ones, openings through which something was written or only read, and threads.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/tensor.hpp>
#include <adafuse/core/writes.hpp>
#include <cmath>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace writes_test {

using namespace adafuse;

namespace {

constexpr auto forever = ~std::uint64_t{0};

/// Whether `write` changes what an operation keeps, according to the storage.
template <class F>
bool noticed(Tensor<float>& x, const F& write) {
  const auto kept = Events::next();
  x.storage().watch();
  write(x);
  return x.storage().written_between(kept, forever);
}

}  // namespace

TEST_CASE("writes: an announced write is noticed") {
  auto x = Tensor<float>::of({{1, 2}, {3, 4}});
  const auto keeper = x;
  CHECK(noticed(x, [](auto& t) { t.fill(1); }));
  CHECK(noticed(x, [](auto& t) { t.copy_from(Tensor<float>::of({{5, 6}, {7, 8}})); }));
  CHECK(noticed(x, [](auto& t) { t.mark_written(); }));
  CHECK(noticed(x, [](auto& t) { t[1].fill(0); }));                         // a part
  CHECK(noticed(x, [](auto& t) { t.reshape({4}).narrow(0, 1).fill(0); }));  // another shape
}

TEST_CASE("writes: so is one through an element, an iterator, a pointer or a view") {
  auto x = Tensor<float>::of({{1, 2}, {3, 4}});
  const auto keeper = x;
  CHECK(noticed(x, [](auto& t) { t(1, 1) = 9; }));
  CHECK(noticed(x, [](auto& t) {
    for (float& v : t) v *= 2;
  }));
  CHECK(noticed(x, [](auto& t) { t.data()[3] = -1; }));
  CHECK(noticed(x, [](auto& t) { t.template view<2>()(0, 1) = -1; }));
  CHECK(noticed(x, [](auto& t) { t(0, 0) = -t(0, 0); }));
  CHECK(noticed(x, [](auto& t) { t(0, 0) = std::nextafter(t(0, 0), 10.f); }));
}

TEST_CASE("writes: who only reads through them has changed nothing") {
  auto x = Tensor<float>::of({{1, 2}, {3, NAN}});
  const auto keeper = x;
  float sum = 0;
  CHECK_FALSE(noticed(x, [&](auto& t) { sum += t(0, 1); }));
  CHECK_FALSE(noticed(x, [&](auto& t) {
    for (float& v : t) sum += v;
  }));
  CHECK_FALSE(noticed(x, [&](auto& t) { sum += t.data()[1] + t.template view<2>()(0, 0); }));
  CHECK_FALSE(noticed(x, [](auto& t) { t(0, 0) = 1; }));  // as it was
}

TEST_CASE("writes: only those after the event, and up to the other one") {
  auto x = Tensor<float>::of({1, 2});
  const auto keeper = x;
  const auto first = Events::next();
  x.storage().watch();
  x.fill(3);
  const auto second = Events::next();
  x.storage().watch();
  CHECK(x.storage().written_between(first, forever));
  CHECK_FALSE(x.storage().written_between(second, forever));
  x(0) = 4;
  CHECK(x.storage().written_between(second, forever));
  CHECK_FALSE(x.storage().written_between(second, second));
}

TEST_CASE("writes: an opening before a second operation counts for the first one") {
  auto x = Tensor<float>::of({1, 2});
  const auto keeper = x;
  const auto first = Events::next();
  x.storage().watch();
  x(0) = 4;
  const auto second = Events::next();
  x.storage().watch();
  CHECK(x.storage().written_between(first, forever));
  CHECK_FALSE(x.storage().written_between(second, forever));
}

TEST_CASE("writes: what did not exist at the event was not kept by it") {
  const auto kept = Events::next();
  Tensor<float> x({2});
  x.fill(3);
  CHECK_FALSE(x.storage().written_between(kept, forever));
  CHECK_FALSE(Tensor<float>().storage().written_between(kept, forever));
}

TEST_CASE("writes: borrowed memory is seen through its tensors, and its owner can say so") {
  const auto kept = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3});
  auto& owner = *kept;
  auto x = Tensor<float>::borrow(owner.data(), {3}, kept);
  const auto keeper = x;
  CHECK(noticed(x, [](auto& t) { t(2) = 5; }));
  CHECK_FALSE(noticed(x, [&](auto&) { owner[0] = 7; }));  // nobody can know
  CHECK(noticed(x, [&](auto& t) {
    owner[0] = 8;
    t.mark_written();
  }));
}

TEST_CASE("writes: the digest tells words, their order and their signs apart") {
  std::set<std::uint64_t> seen;
  std::vector<double> x(100, 0);
  const auto add = [&] { CHECK(seen.insert(detail::digest(std::as_bytes(std::span(x)))).second); };
  add();
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1, add();
  for (double& v : x) v = -v;  // the highest bit of every word
  add();
  for (std::size_t i = 0; i < x.size(); i += 8) x[i] = -x[i], add();
  x[3] = 2, add();
  std::swap(x[3], x[7]), add();  // the same of four sums
  x.pop_back(), add();
  x.assign(99, 0), add();
  std::vector<std::byte> bytes(70);
  for (std::size_t n = 1; n < bytes.size(); ++n) {
    const std::span all(bytes.data(), n);
    const auto zeros = detail::digest(all);
    bytes[n - 1] = std::byte{1};
    CHECK(detail::digest(all) != zeros);
    bytes[n - 1] = std::byte{0};
  }
}

TEST_CASE("writes: threads that watch, read and ask at once see no write where there is none") {
  const auto x = Tensor<float>::arange(10'000);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int id = 0; id < 4; ++id)
    threads.emplace_back([&, mine = x, id]() mutable {
      for (int round = 0; round < 200; ++round) {
        const auto kept = Events::next();
        mine.storage().watch();
        if (mine(100 * id) != static_cast<float>(100 * id)) ++wrong;  // an opening
        if (mine.storage().written_between(kept, forever)) ++wrong;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

}  // namespace writes_test
