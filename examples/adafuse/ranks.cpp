// Ranks at the command line. See ranks.hpp.
// SPDX-License-Identifier: MIT
#include "ranks.hpp"

#include <adafuse/core/parse_number.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <adafuse/io/json.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

#include "command.hpp"
#include "provenance.hpp"
#include "stop_signals.hpp"

namespace adafuse::cli {

namespace {

/// The number that the starter gave this process, before any of them has joined the others.
int rank_by_environment() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK"})
    if (const char* text = std::getenv(name)) return std::atoi(text);
  return 0;
}

/// How long ranks wait for each other.
distributed::WorldOptions world_options() {
  distributed::WorldOptions options{.ending = [] { return stop_signal() != 0; }};
  if (const char* text = std::getenv("ADAFUSE_RANK_TIMEOUT")) {
    const auto seconds = parse_number(text);
    require<ValueError>(seconds && *seconds > 0,
                        "ADAFUSE_RANK_TIMEOUT: expects seconds above 0, got ",
                        io::in_single_quotes(text));
    options.timeout = *seconds;
  }
  return options;
}

/// The first key whose values differ: "tuning.ema".
std::string first_difference(const io::Json& a, const io::Json& b, const std::string& prefix = "") {
  for (const auto& entry : a.items()) {
    const std::string key = prefix + entry.key();
    const auto found = b.find(entry.key());
    if (found == b.end()) return key + " is missing";
    if (*found == entry.value()) continue;
    if (entry.value().is_object() && found->is_object())
      return first_difference(entry.value(), *found, key + ".");
    return concat(key, " is ", io::json_quote(*found), ", rank 0 has ",
                  io::json_quote(entry.value()));
  }
  for (const auto& entry : b.items())
    if (!a.contains(entry.key())) return concat(prefix, entry.key(), " is unknown to rank 0");
  return "";
}

}  // namespace

Ranks& Ranks::instance() {
  static Ranks ranks;
  return ranks;
}

void Ranks::join(int argc, char** argv) {
  const int started = distributed::detail::started_together();
  if (started <= 1) return;
  const std::string command = argc > 1 ? argv[1] : "";
  refused_ = command != "train" || ADAFUSE_MPI == 0;
  require<ValueError>(command == "train", command.empty() ? "adafuse" : io::escaped(command),
                      ": is for one process, and ", started,
                      " were started together; train alone shares its work among several");
  const bool built_without = std::exchange(refused_, true);
  const auto options = world_options();  // wrong alike in all processes
  refused_ = built_without;
  world_.emplace(options);  // throws without MPI
  world_->share_processors();
  state_ = State::meeting;
}

bool Ranks::first() const { return several() ? world_->rank() == 0 : rank_by_environment() == 0; }

int Ranks::tell(const std::vector<std::string>& brought) const {
  // What rank 0 says is the whole of it where others say the same, or nothing.
  bool of_first = brought.front().front() == '-';
  for (const auto& text : brought)
    of_first = of_first && (text == brought.front() || text.front() == '+');
  std::string said = of_first ? brought.front().substr(1) : "";
  for (std::size_t r = 0; r < brought.size() && !of_first; ++r)
    if (brought[r].front() == '-')
      said += concat("adafuse: rank ", r, ": ", brought[r].substr(brought[r].find(' ') + 1));
  if (first()) std::cerr << said << std::flush;
  return 2;
}

std::vector<std::string> Ranks::meet(const std::string& own) {
  if (!several()) return {own};
  auto brought = world_->all_gather("+" + own);
  const bool failed = std::any_of(brought.begin(), brought.end(),
                                  [](const auto& text) { return text.front() == '-'; });
  if (failed) {
    state_ = State::agreed;
    throw ExitCode{tell(brought)};
  }
  for (auto& text : brought) text.erase(0, 1);
  return brought;
}

int Ranks::largest(int own) {
  if (!several()) return own;
  int most = own;
  for (const auto& text : world_->all_gather(concat(own)))
    most = std::max(most, std::atoi(text.c_str()));
  return most;
}

int Ranks::end(const Ending& own) {
  if (refused_ && !first()) return 0;  // as rank 0 is, whose exit code ends the job
  const auto say = [&] {
    if (!own.text.empty() && (!several() || first())) std::cerr << own.text << std::flush;
  };
  if (!several()) {
    say();
    return own.status;
  }
  if (own.status == 0 || state_ == State::agreed) {
    say();
    return own.status;
  }
  if (state_ == State::meeting) return tell(world_->all_gather("-" + own.text));
  std::string why = own.text;
  if (why.starts_with("adafuse: ")) why.erase(0, 9);
  while (!why.empty() && why.back() == '\n') why.pop_back();
  world_->end_job(why);
}

std::string identity_of(const io::Json& config, const io::Json& data) {
  const io::Json identity{{"version", version_text()},
                          {"path", std::string(kernels::path_in_use().name)},
                          {"config", config},
                          {"data", data}};
  return io::json_text(identity, -1);
}

void require_same_identity(const std::vector<std::string>& identities) {
  const auto first = io::parse_json(identities.front(), "rank 0");
  for (std::size_t r = 1; r < identities.size(); ++r) {
    if (identities[r] == identities.front()) continue;
    const auto other = io::parse_json(identities[r], "a rank");
    const auto same = [&](const char* key, const char* what, const char* advice) {
      const auto& a = first[key];
      const auto& b = other[key];
      require<ValueError>(
          a == b, "rank ", r, ": ", what, ": ",
          a.is_object() ? first_difference(a, b)
                        : concat("is ", io::json_quote(b), ", rank 0 has ", io::json_quote(a)),
          advice);
    };
    same("version", "another version of this program", "");
    same("path", "another vector path",
         "; ADAFUSE_VECTOR_PATH=PATH lets all take one that each has");
    same("config", "another configuration", "");
    same("data", "other data", "");
  }
}

}  // namespace adafuse::cli
