// Files with MPI and without in one program: were their Worlds named alike, a linker would take the
// functions of either for both, and a rank of a job could train alone without a word.
// SPDX-License-Identifier: MIT
#include <cstdio>
#include <string_view>

const char* name_with_mpi();
const char* name_without_mpi();

int main() {
  const std::string_view with = name_with_mpi(), without = name_without_mpi();
  if (with != without) return 0;
  std::fprintf(stderr, "both are called %s\n", name_with_mpi());
  return 1;
}
