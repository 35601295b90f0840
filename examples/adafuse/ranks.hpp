// The processes that mpirun has started together, for the command line: which of them speaks, how
// they make sure that they do the same, and how all end when one cannot go on.
//
// What can go wrong before the first step is told at meetings: each rank comes with what it has to
// show, or with its error, and all leave together. From training() on, a rank that fails ends the
// job by itself.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/json.hpp>
#include <adafuse/train/distributed.hpp>
#include <optional>
#include <string>
#include <vector>

namespace adafuse::cli {

/// How a command ended: its exit code, and what is to be said on standard error.
struct Ending {
  int status = 0;
  std::string text;
};

class Ranks {
 public:
  /// Those of this process. There is one object: every command sees the same ranks.
  static Ranks& instance();

  /// Joins the others, where several processes were started together for `train`. Throws ValueError
  /// for another command, and in a program without MPI: of these processes the first one says so.
  void join(int argc, char** argv);
  /// Lets go of the others.
  void leave() { world_.reset(); }

  /// The ranks that train together; null: this process is alone.
  const distributed::World* world() const { return several() ? &*world_ : nullptr; }
  /// Whether this process is the one that speaks and writes.
  bool first() const;

  /// All ranks come with what they have; returns what each has brought. Throws ExitCode where one
  /// came with an error, which was said.
  std::vector<std::string> meet(const std::string& own);
  /// The ranks' largest number.
  int largest(int own);

  /// The next thing that all ranks do is a meeting, also of one that fails before.
  void meeting() { state_ = State::meeting; }
  /// From here on no rank waits for others to fail together.
  void training() { state_ = State::training; }
  /// From here on what a rank throws, all throw.
  void agreed() { state_ = State::agreed; }

  /// Says how the command has ended, once, and returns the exit code.
  int end(const Ending& own);

 private:
  enum class State {
    meeting,   // The next thing that all ranks do is a meeting.
    training,  // Each may fail alone.
    agreed,    // All fail alike.
  };

  bool several() const { return world_ && world_->size() > 1; }
  /// What all came with to a meeting: a mark, '+' or '-', and a text.
  int tell(const std::vector<std::string>& brought) const;

  std::optional<distributed::World> world_;
  State state_ = State::agreed;
  bool refused_ = false;  // All processes are, before they meet.
};

/// By what ranks know that they train the same network on the same data: a JSON object as text.
std::string identity_of(const io::Json& config, const io::Json& data);

/// Throws ValueError, by rank, where identities differ from rank 0's.
void require_same_identity(const std::vector<std::string>& identities);

}  // namespace adafuse::cli
