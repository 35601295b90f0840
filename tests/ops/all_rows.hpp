// The whole gradcheck table.
// SPDX-License-Identifier: MIT
#pragma once

#include "gradcheck_table.hpp"

namespace adafuse {

std::vector<GradcheckRow> all_rows();

/// Those of linear algebra, a part of the table that takes long to compile.
std::vector<GradcheckRow> linalg_rows();

/// "slice, step 2" is a row of slice.
inline std::string name_of(const GradcheckRow& row) { return row.op.substr(0, row.op.find(',')); }

}  // namespace adafuse
