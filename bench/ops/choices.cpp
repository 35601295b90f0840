// Comparisons, masks, and what chooses by them.
// SPDX-License-Identifier: MIT
#include <adafuse/ops/compare.hpp>
#include <adafuse/ops/logical.hpp>
#include <adafuse/ops/where.hpp>

#include "rows.hpp"

namespace bench {

OpsRows choice_rows() {
  using namespace adafuse;
  const Shape many{4 << 20}, table{4096, 1000};
  const std::vector<Input> one{constant(many)}, two{constant(many), constant(many)};
  const std::vector<Input> masks{mask(many), mask(many)}, masked{x(many), mask(many)};
  return {
      {"where",
       {x(many), x(many), mask(many)},
       [](const Values& v) { return where(v.m[0], v.x[0], v.x[1]); }},
      {"masked_fill", masked, [](const Values& v) { return masked_fill(v.x[0], v.m[0], -1); }},
      {"minimum", {x(many), x(many)}, [](const Values& v) { return minimum(v.x[0], v.x[1]); }},
      {"maximum", {x(many), x(many)}, [](const Values& v) { return maximum(v.x[0], v.x[1]); }},
      {"lt", two, [](const Values& v) { return lt(v.c[0], v.c[1]); }},
      {"lt, a number", one, [](const Values& v) { return lt(v.c[0], 0.5); }},
      {"le", two, [](const Values& v) { return le(v.c[0], v.c[1]); }},
      {"gt", two, [](const Values& v) { return gt(v.c[0], v.c[1]); }},
      {"ge", two, [](const Values& v) { return ge(v.c[0], v.c[1]); }},
      {"eq", two, [](const Values& v) { return eq(v.c[0], v.c[1]); }},
      {"ne", two, [](const Values& v) { return ne(v.c[0], v.c[1]); }},
      {"isnan", one, [](const Values& v) { return isnan(v.c[0]); }},
      {"isinf", one, [](const Values& v) { return isinf(v.c[0]); }},
      {"isfinite", one, [](const Values& v) { return isfinite(v.c[0]); }},
      {"logical_and", masks, [](const Values& v) { return logical_and(v.m[0], v.m[1]); }},
      {"logical_or", masks, [](const Values& v) { return logical_or(v.m[0], v.m[1]); }},
      {"logical_xor", masks, [](const Values& v) { return logical_xor(v.m[0], v.m[1]); }},
      {"logical_not", {masks[0]}, [](const Values& v) { return logical_not(v.m[0]); }},
      {"any", {mask(table)}, [](const Values& v) { return any(v.m[0], 1); }},
      {"all", {mask(table)}, [](const Values& v) { return all(v.m[0], 1); }},
  };
}

}  // namespace bench
