# What the scripts share: run the program, say what was not as it should be, count it.
# Sourced with $1 the adafuse program and $2 an empty directory to work in.
# SPDX-License-Identifier: MIT
set -u
adafuse=$(realpath "$1")
cd "$2" || exit 1
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# run ARGUMENTS...: leaves $status, $out and $err.
run() {
  "$adafuse" "$@" >stdout.txt 2>stderr.txt
  status=$?
  out=$(cat stdout.txt)
  err=$(cat stderr.txt)
}

# works ARGUMENTS...: exit code 0 and nothing on stderr.
works() {
  run "$@"
  [ $status -eq 0 ] || fail "adafuse $*: exit code $status: $err"
  [ -z "$err" ] || fail "adafuse $*: wrote to stderr: $err"
}

# What is there, with sizes and times of change, but for what `run` leaves.
everything() {
  find . -mindepth 1 ! -name stdout.txt ! -name stderr.txt -printf '%p %s %T@\n' | sort
}

# mistake TEXT ARGUMENTS...: exit code 2, one line on stderr that has TEXT, nothing on stdout but what train
# opens, and no file or directory written, changed or lost.
mistake() {
  local text=$1 before
  shift
  before=$(everything)
  run "$@"
  [ $status -eq 2 ] || fail "adafuse $*: exit code $status, expected 2"
  [ "$(wc -l <stderr.txt)" -eq 1 ] || fail "adafuse $*: expected one line on stderr, got: $err"
  case $err in
    "adafuse: "*"$text"*) ;;
    *) fail "adafuse $*: expected '$text' in: $err" ;;
  esac
  [ -z "$(grep -v '^opening ' stdout.txt)" ] || fail "adafuse $*: wrote to stdout: $out"
  [ "$(everything)" = "$before" ] || fail "adafuse $*: changed files"
}

# same WHAT EXPECTED GOT
same() {
  [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# value FILE KEY: a number or a text of a flat JSON file, as it is written.
value() {
  sed -n 's/^ *"'"$2"'": \(.*[^,]\),*$/\1/p' "$1" | head -n 1
}

finish() {
  [ $failures -eq 0 ] || {
    echo "$failures checks failed"
    exit 1
  }
  exit 0
}
