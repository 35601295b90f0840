// adafuse convert: a checkpoint of PyTorch, or safetensors, as safetensors with the names that are
// used here.
// SPDX-License-Identifier: MIT
#include <adafuse/io/weights_file.hpp>
#include <adafuse/models/weight_names.hpp>
#include <cstdio>

#include "command.hpp"

namespace adafuse::cli {

namespace {

void convert(const std::string& in, const std::string& out, bool keep_names) {
  require<ValueError>(
      std::filesystem::path(out).extension() == ".safetensors",
      "convert: writes safetensors; expects a name that ends in .safetensors, got '", out, "'");
  refuse_output_over(out, {in});
  const auto file = io::read_weights(in);
  io::TensorFile result;
  result.metadata = file.weights.metadata;
  std::size_t renamed = 0;
  if (keep_names)
    result.tensors = file.weights.tensors;
  else
    for (const auto& [ours, theirs] : models::canonical_names(file.weights)) {
      result.tensors[ours] = file.weights.at(theirs);
      renamed += ours != theirs;
    }
  io::write_safetensors(out, result);
  std::printf("%zu tensors written to %s, %zu of them under another name\n", result.tensors.size(),
              out.c_str(), renamed);
  if (const auto dropped = file.weights.tensors.size() - result.tensors.size(); dropped > 0)
    std::printf("%zu counts of batches (num_batches_tracked) left out\n", dropped);
  if (!file.left_over.empty()) {
    std::printf("%zu left over, no weights:\n", file.left_over.size());
    for (const auto& name : file.left_over) std::printf("  %s\n", io::in_quotes(name).c_str());
  }
  if (!file.foreign.empty()) {
    std::printf("%zu names of Python that it asks for, passed over; nothing was executed:\n",
                file.foreign.size());
    for (const auto& name : file.foreign) std::printf("  %s\n", io::in_quotes(name).c_str());
  }
}

}  // namespace

void add_convert(CLI::App& app) {
  struct Options {
    std::string in, out;
    bool keep_names = false;
  };
  auto* command = app.add_subcommand(
      "convert", "Write the weights of a checkpoint (.pth, .pth.tar, safetensors) as safetensors.");
  auto o = std::make_shared<Options>();
  command->add_option("IN", o->in, "what torch.save wrote, or safetensors")->required();
  command->add_option("OUT", o->out, "a name that ends in .safetensors")->required();
  command->add_flag("--keep-names", o->keep_names,
                    "names as in the file (default: as in this project, so without `module.`,\n"
                    "with `fc` for `new_fc`, and without num_batches_tracked)");
  command->callback([o] { convert(o->in, o->out, o->keep_names); });
}

}  // namespace adafuse::cli
