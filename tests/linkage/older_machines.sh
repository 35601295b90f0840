#!/usr/bin/env bash
# older_machines.sh EMULATOR ADAFUSE TEST_MODELS DIRECTORY: the command line as it was built here, on
# machines of 2013 (AVX2) and 2008 (SSE). It chooses their vectors, describes, predicts, and computes
# what this machine computes with the same vectors; networks give PyTorch's numbers.
set -euo pipefail

qemu=$1 adafuse=$2 test_models=$3
rm -rf "$4"
mkdir -p "$4"
cd "$4"
fail() {
  echo "FAILED: $*"
  exit 1
}

small="--model resnet8 --fusion adafuse --policy-hidden 4 --stem-stride 2"
"$adafuse" gestures --out data --train 9 --val 9 --size 16 --frames 3 > log.txt
"$adafuse" train --data data --out run --fusion adafuse --policy-hidden 4 --frames 3 --stem-stride 2 \
  --epochs 1 --batch 9 > log.txt
{
  header='{"clip":{"dtype":"F32","shape":[1,3,3,16,16],"data_offsets":[0,9216]}}      '
  printf '%b' "\\x$(printf %x ${#header})\\0\\0\\0\\0\\0\\0\\0"
  printf %s "$header"
  head -c 9216 "$adafuse" | tr '\000-\377' '\077'
} > clip.safetensors
forward="forward $small --classes 9 --weights run/best.safetensors --input clip.safetensors --output"

for machine in Haswell:avx2 Nehalem:plain; do
  cpu=${machine%:*} path=${machine#*:}
  "$qemu" -cpu "$cpu" "$adafuse" describe $small --size 16 > described.txt 2> /dev/null
  grep -q "vector path  *$path," described.txt || fail "$cpu: $(grep vector described.txt)"
  "$qemu" -cpu "$cpu" "$adafuse" predict run data/val.txt > predicted.txt 2> /dev/null
  ADAFUSE_VECTOR_PATH=$path "$adafuse" predict run data/val.txt > here.txt
  [[ $(wc -l < predicted.txt) == $(wc -l < here.txt) ]] || fail "$cpu: predict: $(cat predicted.txt)"
  "$qemu" -cpu "$cpu" "$adafuse" $forward "$path.safetensors" > log.txt 2> /dev/null
done
ADAFUSE_VECTOR_PATH=avx2 "$adafuse" $forward here.safetensors > log.txt
cmp here.safetensors avx2.safetensors || fail "other bits than here, with the same vectors"

"$qemu" -cpu Haswell "$test_models" --source-file='*/golden_networks_test.cpp' 2> /dev/null ||
  fail "networks differ from PyTorch's"
for wrong in avx512 nonsense; do
  ! ADAFUSE_VECTOR_PATH=$wrong "$qemu" -cpu Haswell "$adafuse" describe $small 2> error.txt > described.txt ||
    fail "ADAFUSE_VECTOR_PATH=$wrong is taken"
  grep -q "^adafuse: ADAFUSE_VECTOR_PATH: .*$wrong" error.txt || fail "$(cat error.txt)"
  [[ ! -s described.txt ]] || fail "something was printed with ADAFUSE_VECTOR_PATH=$wrong"
done
