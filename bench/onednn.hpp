// The door to oneDNN: one convolution pass, in the memory layouts that oneDNN likes best. Changes
// of layout are not part of the timed run.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/shared/geometry.hpp>
#include <dnnl.hpp>
#include <functional>
#include <optional>
#include <unordered_map>

namespace bench {

enum class Pass { forward, backward_data, backward_weights };

/// A runnable pass, or nothing when oneDNN has no such implementation.
inline std::optional<std::function<void()>> onednn_conv2d(const adafuse::kernels::Conv2dGeometry& g,
                                                          Pass pass, dnnl::algorithm algorithm) {
  using namespace dnnl;
  using tag = memory::format_tag;
  static engine cpu(engine::kind::cpu, 0);
  static stream queue(cpu);
  const auto any = [](const memory::dims& d) {
    return memory::desc(d, memory::data_type::f32, tag::any);
  };
  const auto x = any({g.batch, g.in_channels, g.in_height, g.in_width});
  const auto y = any({g.batch, g.out_channels, g.out_height(), g.out_width()});
  const auto w = g.groups > 1
                     ? any({g.groups, g.out_channels_per_group(), g.in_channels_per_group(),
                            g.kernel_height, g.kernel_width})
                     : any({g.out_channels, g.in_channels, g.kernel_height, g.kernel_width});
  const memory::dims stride{g.stride_height, g.stride_width},
      padding{g.padding_height, g.padding_width};
  const auto filled = [](const memory::desc& d) {
    memory m(d, cpu);
    auto* p = static_cast<float*>(m.get_data_handle());
    for (std::size_t i = 0; i < d.get_size() / sizeof(float); ++i)
      p[i] = static_cast<float>(i % 17) - 8;
    return m;
  };
  const auto runner = [](primitive p, std::unordered_map<int, memory> arguments) {
    return [p, arguments] { p.execute(queue, arguments), queue.wait(); };
  };
  try {
    const auto kind =
        pass == Pass::forward ? prop_kind::forward_inference : prop_kind::forward_training;
    const convolution_forward::primitive_desc forward(
        {kind, algorithm, x, w, y, stride, padding, padding}, cpu);
    if (pass == Pass::forward)
      return runner(convolution_forward(forward),
                    {{DNNL_ARG_SRC, filled(forward.src_desc())},
                     {DNNL_ARG_WEIGHTS, filled(forward.weights_desc())},
                     {DNNL_ARG_DST, filled(forward.dst_desc())}});
    if (pass == Pass::backward_data) {
      const convolution_backward_data::primitive_desc d(
          {algorithm, x, w, y, stride, padding, padding}, cpu, forward);
      return runner(convolution_backward_data(d), {{DNNL_ARG_DIFF_SRC, filled(d.diff_src_desc())},
                                                   {DNNL_ARG_WEIGHTS, filled(d.weights_desc())},
                                                   {DNNL_ARG_DIFF_DST, filled(d.diff_dst_desc())}});
    }
    const convolution_backward_weights::primitive_desc d(
        {algorithm, x, w, y, stride, padding, padding}, cpu, forward);
    return runner(convolution_backward_weights(d),
                  {{DNNL_ARG_SRC, filled(d.src_desc())},
                   {DNNL_ARG_DIFF_WEIGHTS, filled(d.diff_weights_desc())},
                   {DNNL_ARG_DIFF_DST, filled(d.diff_dst_desc())}});
  } catch (const dnnl::error&) {
    return std::nullopt;
  }
}

}  // namespace bench
