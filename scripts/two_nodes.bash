# Two nodes for MPI on one machine: a network namespace each, with a name of its own and a wire between them. To be
# sourced by a script that runs as root; needs iproute2 and Open MPI. The nodes are gone when the script ends.
#
#   make_nodes                  makes the nodes; each gives a silent peer up after some ten seconds, not a quarter hour
#   slow_wire RATE              holds each direction to RATE, "1gbit", by tc's TBF
#   run_on_nodes PROGRAM...     two ranks of PROGRAM, one on each node
#   cut_wire                    the second node is out of reach
#
# SPDX-License-Identifier: MIT
nodes=(adafuse1 adafuse2)
agent=

remove_nodes() {
  for node in "${nodes[@]}"; do ip netns del "$node" 2> /dev/null || true; done
  rm -f "$agent"
}
trap remove_nodes EXIT

make_nodes() {
  agent=$(mktemp)
  for node in "${nodes[@]}"; do ip netns add "$node"; done
  ip link add wire1 netns adafuse1 type veth peer name wire2 netns adafuse2
  for n in 1 2; do
    ip -n "adafuse$n" addr add "10.77.0.$n/24" dev "wire$n"
    ip -n "adafuse$n" link set lo up
    ip -n "adafuse$n" link set "wire$n" up
    ip netns exec "adafuse$n" sh -c "echo 5 > /proc/sys/net/ipv4/tcp_retries2"
  done
  # What Open MPI takes for ssh: ADDRESS COMMAND.
  cat > "$agent" << 'TEXT'
#!/usr/bin/env bash
address=$1
shift
exec ip netns exec "adafuse${address##*.}" unshare --uts sh -c "hostname node${address##*.}; $*"
TEXT
  chmod +x "$agent"
}

slow_wire() {
  for n in 1 2; do ip netns exec "adafuse$n" tc qdisc add dev "wire$n" root tbf rate "$1" burst 256kb latency 50ms; done
}

cut_wire() { ip -n adafuse2 link set wire2 down; }

run_on_nodes() {
  local name variables=()
  for name in OMP_NUM_THREADS ADAFUSE_RANK_TIMEOUT; do [[ -z ${!name-} ]] || variables+=(-x "$name"); done
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 ip netns exec adafuse1 \
    unshare --uts sh -c 'hostname node0; exec "$@"' sh \
    mpirun --mca plm_rsh_agent "$agent" --mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 \
    --mca oob_tcp_if_include 10.77.0.0/24 --bind-to none "${variables[@]}" --host 10.77.0.1,10.77.0.2 -n 2 "$@"
}
