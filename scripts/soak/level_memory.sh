# What the memory of a process is, and whether it stays: for the scripts beside this one.
#
# The kernel may gather small pages into a huge one of 2 MB at any time, and counts all of it then. So one
# such step is allowed beside the 1 MB that a run may grow by.
# SPDX-License-Identifier: MIT

# resident PID: kilobytes.
resident() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }

# level WHAT START MIDDLE END: prints them, and fails when memory grows by more than 1 MB and a huge page.
level() {
  echo "$1: resident $2 kB after a twentieth, $3 half way, $4 near the end"
  [ $(($3 - $2)) -le 3072 ] && [ $(($4 - $2)) -le 3072 ]
}
