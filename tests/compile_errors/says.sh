#!/usr/bin/env bash
# says.sh COMPILER FLAG...: the compiler must explain mistakes that are often made. A file here compiles;
# with -DMISTAKE it does not, and what the compiler prints has the text behind each "// says: ".
set -uo pipefail
cd "$(dirname "$0")" || exit 1
failed=0

for file in *.cpp; do echo "#include \"$file\""; done | "$@" -I. -fsyntax-only -x c++ - || failed=1

for file in *.cpp; do
  printed=$("$@" -fsyntax-only -DMISTAKE "$file" 2>&1) && { echo "$file: compiles with -DMISTAKE"; failed=1; }
  # A compiler quotes the mistake's own line as well, with what is expected there.
  explained=$(grep -vF "// says: " <<< "$printed")
  expected=$(sed -n 's|.*// says: ||p' "$file")
  [[ -n $expected ]] || { echo "$file: has no line with \"// says: \""; failed=1; }
  while read -r text; do
    grep -qF -- "$text" <<< "$explained" && continue
    echo "$file: nothing says \"$text\""
    echo "$printed"
    failed=1
  done <<< "$expected"
done
exit $failed
