// Ranks as threads of one process: what several processes do to each other, without MPI.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/peers.hpp>
#include <barrier>
#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace adafuse::train {

/// What the ranks share: a place for the terms of a sum.
struct ThreadRanks {
  explicit ThreadRanks(Index count)
      : size(count), terms(static_cast<std::size_t>(count)), meeting(count) {}
  Index size;
  std::vector<std::vector<double>> terms;
  std::barrier<> meeting;
};

class ThreadRank : public Peers {
 public:
  ThreadRank(ThreadRanks& all, Index rank) : all_(all), rank_(rank) {}
  Index rank() const override { return rank_; }
  Index size() const override { return all_.size; }
  void sum(std::span<double> values) const override {
    all_.terms[static_cast<std::size_t>(rank_)].assign(values.begin(), values.end());
    all_.meeting.arrive_and_wait();
    std::vector<double> sums(values.size(), 0.);
    for (const auto& terms : all_.terms)
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += terms.at(i);
    all_.meeting.arrive_and_wait();
    std::copy(sums.begin(), sums.end(), values.begin());
  }

 private:
  ThreadRanks& all_;
  Index rank_;
};

/// Calls `work(rank)` on a thread for each of so many ranks. They make the same calls or wait for
/// ever. Throws the error of the first rank that has one.
inline void with_ranks(Index count, const std::function<void(const Peers&)>& work) {
  ThreadRanks ranks(count);
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(count));
  std::vector<std::thread> threads;
  for (Index r = 0; r < count; ++r)
    threads.emplace_back([&, r] {
      try {
        work(ThreadRank(ranks, r));
      } catch (...) {
        errors[static_cast<std::size_t>(r)] = std::current_exception();
        ranks.meeting.arrive_and_drop();
      }
    });
  for (auto& thread : threads) thread.join();
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace adafuse::train
