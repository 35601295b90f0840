// Does a second thread pay, on a quiet machine and on one that others use too?
//
//   bench_threads [--threads T] [--busy N] [--rounds R] [--only WORD] [--run RUN --data DIR]
//                 [--json FILE]
//
// Each row runs with one thread and with T (2) in turn, and prints the median time of both and
// the median, over the rounds, of the second over the first. --busy N puts N endless loops beside
// it, each a process of its own: N = the number of cores leaves no core free. --run and --data add
// clips and frames of a trained run:
//
//   scripts/demo
//   bench_threads --busy 2 --run runs/demo/adafuse --data runs/demo/gestures
//
// "loops of L us" are forty loops of L microseconds of work, as a clip of a small network has them;
// their work is declared, so that the rule of parallel_for decides.
// SPDX-License-Identifier: MIT
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <adafuse/infer/clip/clip_session.hpp>
#include <adafuse/infer/stream/stream_session.hpp>
#include <adafuse/ops/cross_entropy.hpp>
#include <adafuse/optim/sgd.hpp>
#include <adafuse/train/run_files.hpp>
#include <optional>

#include "clips_of_run.hpp"
#include "model_bench.hpp"

using namespace adafuse;

namespace {

struct Arguments {
  int threads = 2, busy = 0, rounds = 15;
  std::string only, run, data, json;

  static Arguments parse(int count, char** words) {
    Arguments a;
    bench::parse_options("bench_threads",
                         {{"--threads", &a.threads},
                          {"--busy", &a.busy},
                          {"--rounds", &a.rounds},
                          {"--only", &a.only},
                          {"--run", &a.run},
                          {"--data", &a.data},
                          {"--json", &a.json}},
                         count, words);
    require<ValueError>(a.threads > 1 && a.busy >= 0 && a.rounds > 0,
                        "bench_threads: expects at least 2 threads and one round, got ", a.threads,
                        " and ", a.rounds);
    require<ValueError>(a.run.empty() == a.data.empty(),
                        "bench_threads: --run and --data go together");
    return a;
  }
};

/// Endless loops beside this process; they end with it.
class Company {
 public:
  explicit Company(int count) {
    for (int k = 0; k < count; ++k) {
      const pid_t child = ::fork();
      require<IoError>(child >= 0, "bench_threads: no process for a busy loop");
      if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (volatile unsigned turns = 0;;) turns = turns + 1;
      }
      children_.push_back(child);
    }
  }
  ~Company() {
    for (const pid_t child : children_) ::kill(child, SIGKILL), ::waitpid(child, nullptr, 0);
  }
  Company(const Company&) = delete;

 private:
  std::vector<pid_t> children_;
};

/// Something to time, by its name.
struct Row {
  std::string name;
  std::function<void()> run;
};

void add_loops(std::vector<Row>& rows) {
  const auto spin = [](Index turns) {
    volatile float x = 1;
    for (Index i = 0; i < turns; ++i) x = x * 1.0000001f + 1e-7f;
  };
  Index turns_of_us = 1000;
  for (int k = 0; k < 20; ++k) {
    const double start = bench::now(2);
    spin(turns_of_us * 100);
    turns_of_us =
        static_cast<Index>(static_cast<double>(turns_of_us) * 1e-4 / (bench::now(2) - start));
  }
  for (const Index us : {1, 2, 3, 5, 10, 20, 50, 200}) {
    const Index chunks = std::clamp<Index>(us, 2, 16), turns = turns_of_us * us / chunks;
    const Work work{1e3 * static_cast<double>(us) / static_cast<double>(chunks)};
    rows.push_back({concat("loops of ", us, " us"), [=] {
                      for (int loop = 0; loop < 40; ++loop)
                        parallel_for(chunks, 1, work, [&](Index, Index) { spin(turns); });
                    }});
  }
}

void add_inference(std::vector<Row>& rows, const std::string& name, Index batch) {
  const bench::ModelCase c{.model = name, .batch = batch, .size = 224, .json = {}};
  auto session = std::make_shared<infer::ClipSession<float>>(
      infer::fold(models::VideoModel<float>(c.config(), Key(1)), c.size, c.size), batch, 1);
  rows.push_back(
      {concat(name, ", batch ", batch), [session, clips = c.clips()] { session->run(clips); }});
}

void add_training(std::vector<Row>& rows, Index batch) {
  const bench::ModelCase c{.model = "resnet20", .batch = batch, .size = 32, .json = {}};
  auto model = std::make_shared<models::VideoModel<float>>(c.config(), Key(1));
  auto sgd = std::make_shared<optim::Sgd<float>>(
      std::vector<optim::ParameterGroup<float>>{{.parameters = nn::parameters(*model)}},
      optim::SgdOptions{.momentum = 0.9});
  rows.push_back({concat("training resnet20, batch ", batch),
                  [=, clips = c.clips(), labels = Tensor<std::int64_t>::zeros({batch})] {
                    sgd->zero_grad();
                    AdaptiveContext<float> ctx(true, Key(2));
                    backward(cross_entropy(model->forward(clips, ctx).logits, labels));
                    sgd->step(1e-6);
                  }});
}

/// Single layers that are small, as they are found in networks for 32 x 32 pixels.
void add_layers(std::vector<Row>& rows) {
  const auto add = [&](const std::string& name, auto run) {
    rows.push_back({name, [run] {
                      for (int k = 0; k < 20; ++k) run();
                    }});
  };
  for (const Index size : {8, 32}) {
    const auto x = Tensor<float>::randn({1, 16, size, size}, Key(1));
    add(concat("conv2d 3x3 16-16@", size),
        [x, w = Tensor<float>::randn({16, 16, 3, 3}, Key(2))] { conv2d(x, w, {.padding = 1}); });
    add(concat("batch_norm 16@", size), [x] { batch_norm_train(x); });
    add(concat("relu 16@", size), [x] { relu(x); });
    add(concat("max_pool2d 2 16@", size), [x] { max_pool2d(x, {.kernel = 2}); });
  }
  for (const Index rows_of_x : {1, 64})
    add(concat("linear 256-256, ", rows_of_x, " rows"),
        [x = Tensor<float>::randn({rows_of_x, 256}, Key(1)),
         w = Tensor<float>::randn({256, 256}, Key(2))] { linear(x, w); });
  add("softmax 64x10", [x = Tensor<float>::randn({64, 10}, Key(1))] { softmax(x, 1); });
}

void add_run(std::vector<Row>& rows, const Arguments& a) {
  const auto saved = train::load_model(train::RunFiles(a.run).best());
  const auto batches = bench::clips_of_run(saved.card, a.data, 50, 1);
  const Shape shape = batches.front().clips.shape();  // [1, T, 3, H, W]
  auto session = std::make_shared<infer::ClipSession<float>>(
      infer::fold(saved.model, shape[3], shape[4], {.frames = shape[1]}), 1, shape[1]);
  rows.push_back({"50 clips of the run", [=] {
                    for (const auto& batch : batches) session->run(batch.clips);
                  }});
  auto stream = std::make_shared<infer::StreamSession<float>>(
      infer::fold(saved.model, shape[3], shape[4], {.frames = 1}));
  rows.push_back({"50 clips of the run as a stream", [=] {
                    for (const auto& batch : batches)
                      for (Index t = 0; t < shape[1]; ++t) stream->push(batch.clips[0][t]);
                  }});
}

struct Result {
  std::string name;
  double one_ms, many_ms, ratio;
};

/// Each round times one thread and then many, each for about a tenth of a second.
Result time_row(const Row& row, const Arguments& a) {
  std::vector<double> one, many, ratios;
  const auto time = [&](int threads, int repeats) {
    set_num_threads(threads);
    row.run();
    const double start = bench::now(2);
    for (int k = 0; k < repeats; ++k) row.run();
    return (bench::now(2) - start) / repeats;
  };
  time(a.threads, 1);
  const int repeats = std::max(1, static_cast<int>(0.1 / time(1, 1)));
  for (int round = 0; round < a.rounds; ++round) {
    one.push_back(time(1, repeats));
    many.push_back(time(a.threads, repeats));
    ratios.push_back(many.back() / one.back());
  }
  return {row.name, 1e3 * bench::median(one), 1e3 * bench::median(many), bench::median(ratios)};
}

void run(const Arguments& a) {
  const Company company(a.busy);  // Before there are threads.
  std::vector<Row> rows;
  add_loops(rows);
  add_layers(rows);
  add_training(rows, 4);
  add_inference(rows, "resnet18", 1);
  add_inference(rows, "resnet18", 8);
  if (!a.run.empty()) add_run(rows, a);
  set_num_threads(a.threads);
  bench::wake_up(a.threads, 0.3);
  std::printf("%-34s %12s %12s %8s\n", concat(a.busy, " busy loops beside").c_str(), "T=1, ms",
              concat("T=", a.threads, ", ms").c_str(), "ratio");
  io::Json json = io::Json::array();
  for (const Row& row : rows) {
    if (row.name.find(a.only) == std::string::npos) continue;
    const Result r = time_row(row, a);
    std::printf("%-34s %12.4f %12.4f %8.3f\n", r.name.c_str(), r.one_ms, r.many_ms, r.ratio);
    std::fflush(stdout);
    json.push_back(
        {{"name", r.name}, {"one_ms", r.one_ms}, {"many_ms", r.many_ms}, {"ratio", r.ratio}});
  }
  if (!a.json.empty())
    io::write_json(a.json, {{"threads", a.threads}, {"busy", a.busy}, {"rows", json}});
}

}  // namespace

int main(int count, char** words) try {
  run(Arguments::parse(count, words));
  return 0;
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 2;
}
