#!/usr/bin/env bash
# wasm.sh SOURCE COMPILER DIRECTORY INCLUDES...: train_and_answer.cpp under node, with and without the vectors
# of WebAssembly, prints what the plain vector path of this machine prints, byte for byte.
set -euo pipefail

for tool in em++ node; do
  command -v $tool > /dev/null || { echo "skipped: no $tool"; exit 77; }
done
source=$(realpath "$1") compiler=$2
rm -rf "$3"
mkdir -p "$3"
cd "$3"
program=$source/tests/consumers/wasm/train_and_answer.cpp
flags=(-std=c++20 -O2 -w "${@:4}")

# Debian's em++ reads modules of node from here, and so does not every node.
export NODE_PATH=${NODE_PATH:+$NODE_PATH:}/usr/share/nodejs
# Where the cache of system libraries is not ours to write, one of links to it is.
cache=$(em-config CACHE)
if [[ ! -w $cache ]]; then
  cp -rs "$cache" cache
  rm -f cache/cache.lock
  export EM_CACHE=$PWD/cache
fi

web=(em++ "${flags[@]}" -fexceptions -sALLOW_MEMORY_GROWTH "$program")
# Eigen has no vectors of WebAssembly's, and adds up a product in another order where it has some.
"$compiler" "${flags[@]}" -DEIGEN_DONT_VECTORIZE "$program" -o native -pthread &
native=$!
"${web[@]}" -o scalar.js
wait $native
"${web[@]}" -msimd128 -o simd128.js

./native > expected.txt
[[ $(wc -l < expected.txt) -gt 20 ]] || { echo "the native program prints nothing"; exit 1; }
for build in scalar simd128; do
  # From node 18 on there is a fetch, which reads no files; emscripten 3.1.6 would use it.
  node -e "delete globalThis.fetch; require('./$build.js')" > $build.txt
  cmp expected.txt $build.txt || { diff expected.txt $build.txt; exit 1; }
done
ls -l ./*.wasm
