// Elements and rows by number.
// SPDX-License-Identifier: MIT
#include <adafuse/ops/embedding.hpp>
#include <adafuse/ops/gather.hpp>
#include <adafuse/ops/nonzero.hpp>
#include <adafuse/ops/pool2d.hpp>
#include <adafuse/ops/take.hpp>

#include "rows.hpp"

namespace bench {

OpsRows indexing_rows() {
  using namespace adafuse;
  const Shape table{4096, 1000}, large{16, 64, 56, 56}, small{16, 64, 28, 28};
  return {
      {"take",
       {x(table), index({1 << 20}, 4096000)},
       [](const Values& v) { return take(v.x[0], v.i[0]); }},
      {"put",
       {x({1 << 20}), index({1 << 20}, 4096000)},
       [=](const Values& v) { return put(v.x[0], v.i[0], table); }},
      {"index_select",
       {x({4096, 256}), index({8192}, 4096)},
       [](const Values& v) { return index_select(v.x[0], 0, v.i[0]); }},
      {"index_select, last dim",
       {x(table), index({500}, 1000)},
       [](const Values& v) { return index_select(v.x[0], 1, v.i[0]); }},
      {"gather",
       {x(table), index({4096, 100}, 1000)},
       [](const Values& v) { return gather(v.x[0], 1, v.i[0]); }},
      {"gather, one of a row",
       {x(table), index({4096, 1}, 1000)},
       [](const Values& v) { return gather(v.x[0], 1, v.i[0]); }},
      {"scatter_add",
       {x(table), index({4096, 100}, 1000), x({4096, 100})},
       [](const Values& v) { return scatter_add(v.x[0], 1, v.i[0], v.x[1]); }},
      {"index_add",
       {x({4096, 256}), index({8192}, 4096), x({8192, 256})},
       [](const Values& v) { return index_add(v.x[0], 0, v.i[0], v.x[1]); }},
      {"embedding",
       {x({32000, 256}), index({4096}, 32000)},
       [](const Values& v) { return embedding(v.i[0], v.x[0]); }},
      {"embedding, few words",
       {x({100, 256}), index({64, 128}, 100)},
       [](const Values& v) { return embedding(v.i[0], v.x[0]); }},
      {"one_hot", {index({4096}, 1000)}, [](const Values& v) { return one_hot(v.i[0], 1000); }},
      {"nonzero", {mask({1024, 1024})}, [](const Values& v) { return nonzero(v.m[0]); }},
      {"gather_pixels",
       {x(large), pixel(small, 3136)},
       [](const Values& v) { return gather_pixels(v.x[0], v.p[0]); }},
      {"scatter_pixels",
       {x(small), pixel(small, 3136)},
       [=](const Values& v) { return scatter_pixels(v.x[0], v.p[0], large); }},
  };
}

}  // namespace bench
