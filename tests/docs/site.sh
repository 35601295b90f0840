#!/usr/bin/env bash
# The pages of the site are made, and a link to what is not there ends the making with its name.
#   tests/docs/site.sh ROOT DIR
# Exit code 77: Python's markdown-it or Pygments, or git's list of files, is not there.
# SPDX-License-Identifier: MIT
set -euo pipefail
root=$1 out=$2
/usr/bin/python3 -c 'import markdown_it, pygments' 2> /dev/null && git -C "$root" rev-parse 2> /dev/null || {
  echo "skipped: needs python3-markdown-it, python3-pygments and a checkout of git"
  exit 77
}
rm -rf "$out"
mkdir -p "$out/pages" "$out/probe"
/usr/bin/python3 "$root/site/pages.py" "$root" "$out/pages"

failed=0
expect() { # page, what stands on it
  grep -qF -- "$2" "$out/pages/$1" && return
  echo "site: $1 does not say: $2" >&2
  failed=1
}
expect index.html 'href="docs/reading_order.html"'
expect docs/reading_order.html 'href="../source/include/adafuse/fusion/gumbel.hpp.html"'
expect docs/reading_order.html 'conv2d/direct/whole_rows.hpp.html"'  # `whole_rows.hpp`: a neighbour
expect docs/estimators.html '<svg'
expect source/docs/estimators/lambda.svg.html '<svg'
expect docs/decisions/index.html 'href="0071-the-site-is-built-here.html"'
expect live/index.html 'id="stage"'
if grep -rlE --include='*.html' '(src|<link[^>]*href)="https?:' "$out/pages"; then
  echo "site: fetches from elsewhere" >&2
  failed=1
fi

# The same pages with three faults, among those that follow from there being no code beside them.
git -C "$root" ls-files -z '*.md' docs site | tar -C "$root" --null -T - --ignore-failed-read --warning=none -cf - |
  tar -xf - -C "$out/probe"
git -C "$out/probe" init -q
cat >> "$out/probe/docs/using.md" << 'END'
[one](nowhere.md), [two](data.md#no-such-heading), ![three](nothing.svg)
END
if /usr/bin/python3 "$out/probe/site/pages.py" "$out/probe" "$out/faulty" 2> "$out/faults.txt"; then
  echo "site: three faults passed" >&2
  failed=1
fi
for fault in 'docs/using.md: links to nowhere.md' 'docs/using.html: links to data.html#no-such-heading' \
  'docs/using.md: shows nothing.svg'; do
  grep -qF "$fault" "$out/faults.txt" && continue
  echo "site: expects '$fault' among: $(cat "$out/faults.txt")" >&2
  failed=1
done
exit $failed
