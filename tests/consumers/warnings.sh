#!/usr/bin/env bash
# warnings.sh COMPILER SOURCE DIRECTORY INCLUDES...: all headers, and what instantiates most of them, compile
# without a warning where they are no system headers and warnings are errors. Tests are what instantiates; they
# are system headers here: a warning in a template counts where the template stands.
#   warnings.sh --flags COMPILER    the flags alone
set -euo pipefail

# What strict projects compile with. g++'s -Wuseless-cast is not among them: a cast to size_t is none here, and is
# needed where that has 32 bits.
flags=(-Wall -Wextra -Wpedantic -Werror -Wconversion -Wshadow -Wsign-conversion -Wdouble-promotion -Wfloat-equal
  -Wold-style-cast -Wnull-dereference -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wunused
  -Wmissing-declarations -Wundef -Wextra-semi -Wzero-as-null-pointer-constant -Wimplicit-fallthrough -Wformat=2
  -Wswitch-enum)
# clang 19 warns of what std::stable_sort of libstdc++ 12 calls, whoever sorts.
of_clang=(-Wno-deprecated-declarations)
of_gcc=(-Wduplicated-cond -Wlogical-op)
add_flags_of() {
  if [[ $("$1" -dM -E -x c++ /dev/null) == *__clang__* ]]; then flags+=("${of_clang[@]}"); else flags+=("${of_gcc[@]}"); fi
}
if [[ $1 == --flags ]]; then
  add_flags_of "$2"
  echo "${flags[@]}"
  exit
fi
compiler=$1 source=$2 directory=$3
add_flags_of "$compiler"
flags+=(-std=c++20 -fsyntax-only "-I$source/include" "-isystem$source/tests" "-DADAFUSE_TEST_DIR=\"$source/tests\"")
for include in "${@:4}"; do
  [[ $include == -* ]] && flags+=("$include") && continue
  [[ -z $include || $include == /usr/include || ! -d $include || $include -ef $source/include ]] ||
    flags+=("-isystem$include")
done

rm -rf "$directory"
mkdir -p "$directory"
# Headers whose library may be missing are read where it is there.
(cd "$source/include" && find adafuse -name '*.hpp' | LC_ALL=C sort) | while read -r header; do
  case $header in
    *ffmpeg.hpp | */film*.hpp) echo '#if __has_include(<libavformat/avformat.h>)' ;;
    */webp.hpp) echo '#if __has_include(<webp/decode.h>)' ;;
    */interop/*) echo '#if __has_include(<dlpack/dlpack.h>) && __has_include(<Python.h>)' ;;
    *) echo '#if 1' ;;
  esac
  printf '#include <%s>\n#endif\n' "$header"
done > "$directory/everything.cpp"
include_tests() { printf '#include <%s_test.cpp>\n' "$@"; }
{
  printf '#include <ops/%s_rows.cpp>\n' all linalg
  include_tests core/{tensor,view,simd} autograd/functional nn/{golden_layers,lstm,transformer} \
    optim/{adam,lbfgs} data/{loader,data_loader} fusion/{decide,magnitude} models/video_model \
    infer/{clip_session,stream_session} train/trainer report/page io/{torch_file,npy}
} >> "$directory/everything.cpp"
# Names of kernels are those of operations: a file of their own.
include_tests kernels/{conv2d,conv2d_masked_direct,reduce,elementwise,normal,sort,cumulative,adaptive_pool,fuse} \
  kernels/{batch_norm,pool2d,pow} > "$directory/kernels.cpp"

for file in everything kernels; do
  "$compiler" "${flags[@]}" "$directory/$file.cpp"
done
