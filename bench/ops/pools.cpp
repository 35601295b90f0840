// SPDX-License-Identifier: MIT
#include <adafuse/ops/adaptive_pool.hpp>
#include <adafuse/ops/pool1d.hpp>
#include <adafuse/ops/pool2d.hpp>
#include <adafuse/ops/pool3d.hpp>

#include "rows.hpp"

namespace bench {

OpsRows pool_rows() {
  using namespace adafuse;
  const std::vector<Input> lines{x({16, 64, 1024})}, images{x({16, 64, 56, 56})};
  const std::vector<Input> volumes{x({2, 32, 16, 56, 56})};
  return {
      {"max_pool1d", lines, [](const Values& v) { return max_pool1d(v.x[0], {.kernel = 2}); }},
      {"avg_pool1d", lines, [](const Values& v) { return avg_pool1d(v.x[0], {.kernel = 2}); }},
      {"max_pool2d", images, [](const Values& v) { return max_pool2d(v.x[0], {.kernel = 2}); }},
      {"max_pool2d, overlapping", images,
       [](const Values& v) {
         return max_pool2d(v.x[0], {.kernel = 3, .stride = 2, .padding = 1});
       }},
      {"avg_pool2d", images, [](const Values& v) { return avg_pool2d(v.x[0], {.kernel = 2}); }},
      {"max_pool3d", volumes, [](const Values& v) { return max_pool3d(v.x[0], {.kernel = 2}); }},
      {"avg_pool3d", volumes, [](const Values& v) { return avg_pool3d(v.x[0], {.kernel = 2}); }},
      {"global_avg_pool", images, [](const Values& v) { return global_avg_pool(v.x[0]); }},
      {"adaptive_avg_pool1d", lines,
       [](const Values& v) { return adaptive_avg_pool1d(v.x[0], 100); }},
      {"adaptive_avg_pool2d", images,
       [](const Values& v) { return adaptive_avg_pool2d(v.x[0], 7); }},
      {"adaptive_avg_pool2d, to 1", images,
       [](const Values& v) { return adaptive_avg_pool2d(v.x[0], 1); }},
      {"adaptive_avg_pool3d", volumes,
       [](const Values& v) { return adaptive_avg_pool3d(v.x[0], 7); }},
      {"adaptive_max_pool1d", lines,
       [](const Values& v) { return adaptive_max_pool1d(v.x[0], 100); }},
      {"adaptive_max_pool2d", images,
       [](const Values& v) { return adaptive_max_pool2d(v.x[0], 7); }},
      {"adaptive_max_pool3d", volumes,
       [](const Values& v) { return adaptive_max_pool3d(v.x[0], 7); }},
  };
}

}  // namespace bench
