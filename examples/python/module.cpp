// A Python module: tensors that share numpy's memory, a convolution with its gradients, and the
// networks of `adafuse train`. docs/python.md shows it from Python's side.
// SPDX-License-Identifier: MIT
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <adafuse/interop/numpy.hpp>
#include <adafuse/io/image.hpp>
#include <adafuse/ops/conv2d.hpp>
#include <adafuse/train/run_files.hpp>
#include <adafuse/train/trained_model.hpp>

namespace py = pybind11;
using namespace adafuse;
using interop::Copy, interop::tensor_from, interop::without_gil;
namespace {

Variable<float> variable(const py::object& x) {
  return parameter(tensor_from<float>(x, Copy::if_needed));
}

struct Model : train::TrainedModel {
  explicit Model(const train::RunFiles& run) : TrainedModel(interop::existing(run.best())) {
    const auto config = io::read_json(run.config());
    const auto seed = train::from_json<train::TrainConfig>(config, "config.json").seed;
    if (card().config.fusion.adaptive) decider = train::decider_of(card().policy, seed, "Model");
  }
  /// As `adafuse predict --json` says it, and the logits.
  py::dict answer(const Tensor<float>& logits, double macs_fraction) const {
    const train::Guess guess(logits.values(), "the network", card().several_labels);
    return py::dict(py::arg("class") = card().classes[guess.label], py::arg("score") = guess.score,
                    py::arg("macs_fraction") = macs_fraction,
                    py::arg("logits") = interop::numpy_from_tensor(logits));
  }
  py::dict predict(const py::object& frames, std::uint64_t number) {
    const auto pictures = tensor_from<std::uint8_t>(frames, Copy::if_needed);
    const auto [logits, share] = without_gil(mutex, [&] {
      const auto clip = clip_of(pictures, "predict");
      if (!session || clip.shape() != shape)
        session.emplace(fold(clip[0][0].shape(), clip.size(1)), 1, clip.size(1));
      shape = clip.shape();
      infer::Ledger ledger;
      session->set_decider(decider), session->set_ledger(&ledger);
      const auto result = session->run(clip, number)[0].clone();
      session->set_ledger(nullptr);
      const double dense = session->network().dense_macs() * static_cast<double>(clip.size(1));
      return std::pair(result, ledger.total(&infer::LedgerRow::macs_run) / dense);
    });
    return answer(logits, share);
  }
  infer::Decider decider;
  std::mutex mutex;
  std::optional<infer::ClipSession<float>> session;
  Shape shape;  // of the clips that the session is for
};

struct Stream {
  /// Of a network that looks at the next frame: `wait` for it, or do without.
  Stream(std::shared_ptr<Model> of, std::optional<bool> wait) : model(std::move(of)) {
    if (wait) options.future = *wait ? infer::Future::wait : infer::Future::zero;
    options.consensus = infer::LastFrames{model->card().config.frames};
  }
  std::optional<py::dict> step(const py::object& frame) {
    const auto picture = tensor_from<std::uint8_t>(frame, Copy::if_needed);
    return next([&] {
      const auto input = model->frame_of(picture, "step");
      if (!session) session.emplace(model->fold(input.shape(), 1), options);
      session->set_decider(model->decider);
      return session->push(input);
    });
  }
  std::optional<py::dict> drain() {
    return next([&] { return session ? session->drain() : std::nullopt; });
  }
  template <class F>
  std::optional<py::dict> next(const F& advance) {
    const auto [logits, share] = without_gil(mutex, [&]() -> std::pair<Tensor<float>, double> {
      const auto prediction = advance();
      if (!session) return {};
      const double run = session->macs_run() - std::exchange(before, session->macs_run());
      if (!prediction) return {};
      return {{{std::ssize(prediction->logits)}, prediction->logits},
              run / session->network().dense_macs()};
    });
    return logits.defined() ? std::optional(model->answer(logits, share)) : std::nullopt;
  }
  std::shared_ptr<Model> model;
  infer::StreamOptions options;
  std::mutex mutex;
  std::optional<infer::StreamSession<float>> session;
  double before = 0;  // multiply-accumulates until the last frame
};

}  // namespace

PYBIND11_MODULE(adafuse_example, m) {
  interop::translate_errors();
  interop::bind_tensor<float>(m, "Tensor");
  m.def("num_threads", &num_threads).def("set_num_threads", &set_num_threads);
  m.def("read_image", [](const std::filesystem::path& file) {
    return interop::numpy_from_tensor(io::read_image(interop::existing(file)));
  });
  m.def("conv2d_with_gradients", [](py::object x, py::object w, py::object dy) {
    const auto a = variable(x), b = variable(w), c = variable(dy);
    const py::gil_scoped_release release;
    const auto y = conv2d(a, b);
    const auto gradients = grad({y}, {a, b}, {.grad_outputs = {c}});
    return std::tuple(y.value(), gradients[0].value(), gradients[1].value());
  });
  py::class_<Model, std::shared_ptr<Model>>(m, "Model", py::module_local())
      .def(py::init([](const std::filesystem::path& run) {
        return std::make_shared<Model>(train::RunFiles(run));
      }))
      .def("predict", &Model::predict, py::arg("frames"), py::arg("number") = 0);
  py::class_<Stream>(m, "Stream", py::module_local())
      .def(py::init<std::shared_ptr<Model>, std::optional<bool>>(), py::arg("model"),
           py::arg("wait") = py::none())
      .def("step", &Stream::step, py::arg("frame"))
      .def("drain", &Stream::drain);
}
