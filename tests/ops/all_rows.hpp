// The whole gradcheck table.
// SPDX-License-Identifier: MIT
#pragma once

#include "arithmetic_rows.hpp"
#include "attention_rows.hpp"
#include "conv_rows.hpp"
#include "elementwise_rows.hpp"
#include "fusion_rows.hpp"
#include "indexing_rows.hpp"
#include "layout_rows.hpp"
#include "linalg_rows.hpp"
#include "loss_rows.hpp"
#include "norm_rows.hpp"
#include "normalization_rows.hpp"
#include "pool_rows.hpp"
#include "reduction_rows.hpp"
#include "shape_rows.hpp"

namespace adafuse {

inline std::vector<GradcheckRow> all_rows() {
  std::vector<GradcheckRow> all;
  for (auto& family :
       {arithmetic_rows(), elementwise_rows(), shape_rows(), matmul_rows(), conv_rows(),
        pool_rows(), normalization_rows(), fusion_rows(), reduction_rows(), indexing_rows(),
        layout_rows(), class_loss_rows(), loss_rows(), norm_rows(), leading_matmul_rows(),
        attention_rows(), linalg_rows()})
    all.insert(all.end(), family.begin(), family.end());
  return all;
}

/// "slice, step 2" is a row of slice.
inline std::string name_of(const GradcheckRow& row) { return row.op.substr(0, row.op.find(',')); }

}  // namespace adafuse
