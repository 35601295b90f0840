#!/usr/bin/env bash
# distributed.sh RATE PROGRAM [ARGUMENTS]: runs PROGRAM in two ranks, each in a network namespace of its own, which a
# wire joins that is held to RATE ("1gbit") in each direction by tc's TBF. Needs root, iproute2 and Open MPI.
set -euo pipefail
rate=$1
shift
names=(adafuse1 adafuse2)
finish() { for name in "${names[@]}"; do ip netns del "$name" 2> /dev/null || true; done; rm -f "$agent"; }
agent=$(mktemp)
trap finish EXIT
for name in "${names[@]}"; do ip netns add "$name"; done
ip link add wire1 netns adafuse1 type veth peer name wire2 netns adafuse2
for n in 1 2; do
  ip -n "adafuse$n" addr add "10.77.0.$n/24" dev "wire$n"
  ip -n "adafuse$n" link set lo up
  ip -n "adafuse$n" link set "wire$n" up
  ip netns exec "adafuse$n" tc qdisc add dev "wire$n" root tbf rate "$rate" burst 256kb latency 50ms
done
# What Open MPI takes for ssh: ADDRESS COMMAND.
cat > "$agent" <<'TEXT'
#!/usr/bin/env bash
address=$1
shift
exec ip netns exec "adafuse${address##*.}" unshare --uts sh -c "hostname node${address##*.}; $*"
TEXT
chmod +x "$agent"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
ip netns exec adafuse1 unshare --uts sh -c 'hostname node0; exec "$@"' sh \
  mpirun --mca plm_rsh_agent "$agent" --mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 \
  --mca oob_tcp_if_include 10.77.0.0/24 --bind-to none -x OMP_NUM_THREADS --host 10.77.0.1,10.77.0.2 -n 2 "$@"
