#!/usr/bin/env bash
# distributed.sh RATE PROGRAM [ARGUMENTS]: runs PROGRAM in two ranks, on two nodes (scripts/two_nodes.bash) whose wire is
# held to RATE ("1gbit") in each direction. Needs root, iproute2 and Open MPI.
# SPDX-License-Identifier: MIT
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/two_nodes.bash"
rate=$1
shift
make_nodes
slow_wire "$rate"
run_on_nodes "$@"
