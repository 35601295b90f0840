// What is drawn.
// SPDX-License-Identifier: MIT
#include <adafuse/ops/dropout.hpp>
#include <adafuse/ops/random.hpp>
#include <adafuse/ops/straight_through.hpp>

#include "rows.hpp"

namespace bench {

OpsRows random_rows() {
  using namespace adafuse;
  const Shape many{4 << 20}, fewer{1 << 20};
  const Key key(1);
  return {
      {"dropout", {x(many)}, [=](const Values& v) { return dropout(v.x[0], 0.5, key); }},
      {"straight_through",
       {constant(many), x(many)},
       [](const Values& v) { return straight_through(v.c[0], v.x[0]); }},
      {"bernoulli",
       {constant(many, 0, 1)},
       [=](const Values& v) { return bernoulli(v.c[0], key); }},
      {"multinomial",
       {constant({256, 1000}, 0.1, 1)},
       [=](const Values& v) { return multinomial(v.c[0], 1, key); }},
      {"randint", {}, [=](const Values&) { return randint(1000, fewer, key); }},
      {"randperm", {}, [=](const Values&) { return randperm(1 << 20, key); }},
      {"normal", {}, [=](const Values&) { return normal<float>(0, 1, many, key); }},
      {"truncated_normal", {}, [=](const Values&) { return truncated_normal<float>(fewer, key); }},
  };
}

}  // namespace bench
