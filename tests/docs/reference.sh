#!/usr/bin/env bash
# The reference is made without a warning, and what people look for first is there.
#   tests/docs/reference.sh ROOT DIR
set -euo pipefail
root=$1 out=$2
rm -rf "$out"
mkdir -p "$out"
"$root/scripts/reference" "$out" # 77 where there is no Doxygen

failed=0
expect() { # page, what stands on it
  grep -qF -- "$2" "$out/html/$1" 2> /dev/null && return
  echo "reference: $1 does not say: $2" >&2
  failed=1
}
expect index.html 'href="group__header__core__tensor__hpp.html"'
expect index.html 'href="group__room__fusion.html"'
expect group__header__core__tensor__hpp.html 'classadafuse_1_1Tensor.html'
expect classadafuse_1_1Variable.html 'requires_grad_: only a parameter can be frozen or thawed'
expect group__header__fusion__fuse__hpp.html '(paper, equation 3)'
expect group__header__fusion__fuse__hpp.html 'fuse: expects maps [N*T,c,h,w], got ...'
expect group__header__fusion__gumbel__hpp.html 'gumbel_softmax: temperature must be positive, got ...'
expect group__header__ops__conv2d__hpp.html 'dx = conv2d_backward_data(dy, w)'
expect group__header__ops__conv2d__hpp.html 'page_ops.html#op_conv2d'
expect page_ops.html 'id="op_conv2d"'
expect classadafuse_1_1optim_1_1Adam.html 'p - rate (m / (1 - b1^t))'
expect classadafuse_1_1optim_1_1Adam.html 'betas must be in [0, 1), got ...'
expect classadafuse_1_1data_1_1DataLoader.html 'makes a batch of a vector of them'
expect classadafuse_1_1train_1_1Trainer.html 'an evaluation after each'
expect classadafuse_1_1infer_1_1ClipSession.html ClipSession
expect classadafuse_1_1infer_1_1StreamSession.html 'one frame in, one prediction out'
expect search/all_0.js searchData

# Names that nobody writes, and the directory that it was made in.
for hidden in ADAFUSE_SIMD ADAFUSE_INLINE 'namespace detail' "$root"; do
  if found=$(grep -rlF --include='*.html' -- "$hidden" "$out/html"); then
    echo "reference: '$hidden' shows in $(head -n 3 <<<"$found" | tr '\n' ' ')" >&2
    failed=1
  fi
done

# A header of its own: what has no comment is an error, and what a function checks is said.
probe=$out/probe
mkdir -p "$probe/include/adafuse/core" "$probe/docs" "$probe/scripts"
cp "$root"/docs/{Doxyfile,reference.awk,reference.md,ops.md} "$probe/docs"
cp "$root/scripts/reference" "$probe/scripts"
sed -i '/include.adafuse/d' "$probe/docs/reference.md"
cat > "$probe/include/adafuse/core/core.hpp" << 'END'
// The room.
#pragma once
namespace adafuse::inline ADAFUSE_SIMD {
/// Documented.
inline void good(int n) { require<ValueError>(n > 0, "good: expects n > 0, got ", n, "; \"no\""); }
void bad(int n);
}  // namespace adafuse::inline ADAFUSE_SIMD
END
if "$probe/scripts/reference" "$probe/out" > "$probe/log" 2>&1; then
  echo "reference: a function without a comment passed" >&2
  failed=1
fi
grep -q 'core.hpp:6: .*Member bad(int n).*is not documented' "$probe/log" || {
  echo "reference: expects line 6 to be named, got:" >&2
  cat "$probe/log" >&2
  failed=1
}
grep -qF 'good: expects n &gt; 0, got ...; "no"' "$probe/out/html/group__room__core.html" || {
  echo "reference: the error of good() is not said" >&2
  failed=1
}
exit $failed
