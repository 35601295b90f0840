// The whole gradcheck table, of all families: compiled once, for the tests that run over it.
// SPDX-License-Identifier: MIT
#include "all_rows.hpp"

#include "arithmetic_rows.hpp"
#include "attention_rows.hpp"
#include "conv_nd_rows.hpp"
#include "conv_rows.hpp"
#include "einsum_rows.hpp"
#include "elementwise_rows.hpp"
#include "fusion_rows.hpp"
#include "indexing_rows.hpp"
#include "layout_rows.hpp"
#include "loss_rows.hpp"
#include "norm_rows.hpp"
#include "normalization_rows.hpp"
#include "pool_nd_rows.hpp"
#include "pool_rows.hpp"
#include "reduction_rows.hpp"
#include "resize_rows.hpp"
#include "shape_rows.hpp"

namespace adafuse {

std::vector<GradcheckRow> all_rows() {
  std::vector<GradcheckRow> all;
  for (auto& family :
       {arithmetic_rows(),  elementwise_rows(),    shape_rows(),          matmul_rows(),
        conv_rows(),        pool_rows(),           normalization_rows(),  fusion_rows(),
        reduction_rows(),   indexing_rows(),       layout_rows(),         class_loss_rows(),
        loss_rows(),        norm_rows(),           leading_matmul_rows(), attention_rows(),
        conv_nd_rows(),     conv_transpose_rows(), pool_nd_rows(),        adaptive_pool_rows(),
        interpolate_rows(), pixel_rows(),          linalg_rows(),         einsum_rows()})
    all.insert(all.end(), family.begin(), family.end());
  return all;
}

}  // namespace adafuse
