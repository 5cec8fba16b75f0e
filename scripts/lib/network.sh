# shellcheck shell=bash
# A TEA network on this machine: validators, software TPMs, hosts, registrars, modules. Source common.sh first.
#
# Everything lies below NET (state, configuration, logs); every process is noted and ends with the script.

NET_PIDS=()

# net_port NAME INDEX: the ports of a network, below those that other programs like.
net_port() {
  local base=${TEA_BASE_PORT:-0}
  case $1 in
    rpc) echo $((base + ${RPC_PORT:-9944} + $2)) ;;
    p2p) echo $((base + 30333 + $2)) ;;
    ws) echo $((base + 30400 + $2)) ;;
    node-metrics) echo $((base + 9615 - $2)) ;;
    tpm) echo $((base + 2320 + 2 * $2)) ;;
    host) echo $((base + 30500 + $2)) ;;
    http) echo $((base + 9950 + $2)) ;;
    ipfs) echo $((base + 9960 + $2)) ;;
    gateway) echo $((base + 9980 + $2)) ;;
    module-metrics) echo $((base + 9650 + $2)) ;;
    registrar-metrics) echo $((base + 9640)) ;;
  esac
}

# net_spawn NAME COMMAND...: in the background, with a log, in a process group of its own: Ctrl-C reaches the script alone,
# which ends everything in order. To programs it would be a first signal, and net_stop the second one, which lets nothing drain.
net_spawn() {
  local name=$1
  shift
  set -m
  "$@" >>"$NET/logs/$name.log" 2>&1 </dev/null &
  set +m
  NET_PIDS+=($!)
  printf '%s %s\n' $! "$name" >>"$NET/pids"
}

# Ends all processes: programs first, then hosts, TPMs and nodes, so that modules can say good-bye to their TPMs.
net_stop() {
  local i pid
  for ((i = ${#NET_PIDS[@]} - 1; i >= 0; i--)); do
    pid=${NET_PIDS[i]}
    kill "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  NET_PIDS=()
  rm -f "$NET/pids"
}

# net_wait WHAT LOG SECONDS COMMAND...: until COMMAND succeeds, or says what the log says.
net_wait() {
  local what=$1 log=$NET/logs/$2.log seconds=$3
  shift 3
  for _ in $(seq $((seconds * 2))); do
    net_fail_if_ended
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.5
  done
  tail -n 5 "$log" >&2 || true
  die "$what did not come up within $seconds s; its log is $log." "read the lines above"
}

# net_call METHOD [PARAMS]: JSON-RPC of the first node; prints the result.
net_call() {
  curl -sf --max-time 5 -H 'content-type: application/json' \
    -d "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"$1\",\"params\":${2:-[]}}" "http://127.0.0.1:$(net_port rpc 0)" | jq -e .result
}

# The number of a block by its hash, of the best one without.
net_number() { printf '%d' "$(net_call chain_getHeader "[${1:-}]" | jq -r .number)"; }
net_final() { net_number "$(net_call chain_getFinalizedHead)"; }

# A secret that only this demo knows would be no better than a public one: development accounts sign.
net_tea() { "$BIN/tea" --node "ws://127.0.0.1:$(net_port rpc 0)" "$@"; }

# net_nodes CHAIN COUNT: validators Alice, Bob, …; each listens for light clients too. NET_NODE_FLAGS are added.
net_nodes() {
  local chain=$1 count=$2 names=(alice bob charlie dave) i name first=''
  # Otherwise that one would be taken for the first node of this network.
  if net_call system_health >/dev/null 2>&1; then
    die "another node answers on port $(net_port rpc 0)." "stop it, or shift all ports with TEA_BASE_PORT=10000"
  fi
  for ((i = 0; i < count; i++)); do
    name=${names[i]}
    # shellcheck disable=SC2086 # several flags
    net_spawn "node-$name" "$BIN/tea-node" ${NET_NODE_FLAGS:-} --chain "$chain" "--$name" --base-path "$NET/node-$name" --no-telemetry \
      --rpc-port "$(net_port rpc "$i")" --prometheus-port "$(net_port node-metrics "$i")" \
      --listen-addr "/ip4/127.0.0.1/tcp/$(net_port p2p "$i")" --listen-addr "/ip4/127.0.0.1/tcp/$(net_port ws "$i")/ws" \
      --node-key "$(printf '%064x' $((i + 1)))" ${first:+--bootnodes "$first"}
    if [ "$i" = 0 ]; then
      net_wait "the first node" "node-$name" 120 net_call system_health
      first="/ip4/127.0.0.1/tcp/$(net_port p2p 0)/p2p/$(net_call system_localPeerId | jq -r .)"
    fi
  done
  net_wait "finality" "node-alice" 120 net_is_final 1
}
net_is_final() { [ "$(net_final)" -ge "$1" ]; }

# What governance must know before modules can enrol: who certifies these TPMs, and which measurements are accepted.
net_governance() {
  {
    net_tea chain-spec light --out "$NET/chain-spec.json"
    net_tea --suri //Alice issuer add 1 --certificate "$NET/authority/issuer.pem" --class Dev --vendor 0x00001014
    net_tea --suri //Alice release add 1 --module-exe "$BIN/tea-module" --spec "$NET/chain-spec.json" --class Dev
  } >>"$NET/logs/tea.log"
}

# net_host INDEX
net_host() {
  local i=$1 first=()
  [ "$i" = 0 ] || first=(--bootnode "$(jq -r '.listen[0]' "$NET/host-0/ready.json")")
  mkdir -p "$NET/host-$i"
  net_spawn "host-$i" "$BIN/tea-host" --state-dir "$NET/host-$i" --link "unix:$NET/host-$i/link.sock" \
    --listen "/ip4/127.0.0.1/tcp/$(net_port host "$i")" --http "127.0.0.1:$(net_port http "$i")" \
    --ipfs-rpc "127.0.0.1:$(net_port ipfs "$i")" --gateway "127.0.0.1:$(net_port gateway "$i")" \
    --chain-rpc "ws://127.0.0.1:$(net_port rpc 0)" --ready-file "$NET/host-$i/ready.json" ${first[@]+"${first[@]}"}
  net_wait "host $i" "host-$i" 60 test -s "$NET/host-$i/ready.json"
}

# The six registrars of a development chain, in one process beside the first host.
net_registrars() {
  net_spawn registrars "$BIN/tea-registrar" --dev --chain-spec "$NET/chain-spec.json" --host "unix:$NET/host-0/link.sock" \
    --metrics "127.0.0.1:$(net_port registrar-metrics 0)"
}

# The accounts that own the Camelliae of a development chain, by module.
NET_OWNERS=(//Alice//stash //Bob//stash //Charlie//stash //Dave//stash //Eve//stash //Ferdie//stash)

# net_operator INDEX: names and funds the operator of a module, once.
net_operator() {
  local i=$1 dir=$NET/module-$1 operator=//Operator//$1 account
  mkdir -p "$dir"
  [ ! -s "$dir/operator.key" ] || return 0
  account=$(net_tea --json --suri "$operator" account | jq -r .account)
  net_tea --suri "${NET_OWNERS[i]}" transfer "$account" 5000
  net_tea --suri "${NET_OWNERS[i]}" module set-operator "$i" "$account"
  (umask 077 && echo "$operator" >"$dir/operator.key")
}

# net_operators COUNT: those of the first modules at the same time, since each waits for finality.
net_operators() {
  local count=$1 i pids=() failed=0
  for ((i = 0; i < count; i++)); do
    net_operator "$i" >>"$NET/logs/tea.log" 2>&1 &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i" || failed=1; done
  [ "$failed" = 0 ] || die "an operator could not be named and funded; the log is $NET/logs/tea.log." "read its last lines"
}

# net_module INDEX: configuration and process. It enrols and attests by itself.
net_module() {
  local i=$1 dir=$NET/module-$1
  cat >"$dir/module.toml" <<CONF
module = $i
class = "Dev"
issuer = 1
tpm = "swtpm:host=127.0.0.1,port=$(net_port tpm "$i")"
state_dir = "$dir"
operator_key = "$dir/operator.key"
chain_spec = "$NET/chain-spec.json"
host = "unix:$NET/host-$i/link.sock"
ipfs_api = "http://127.0.0.1:$(net_port ipfs "$i")"
metrics = "127.0.0.1:$(net_port module-metrics "$i")"
CONF
  net_spawn "module-$i" "$BIN/tea-module" --config "$dir/module.toml"
}

# net_up CHAIN VALIDATORS MODULES
net_up() {
  local chain=$1 validators=$2 modules=$3 i tpms=()
  for ((i = 0; i < modules; i++)); do tpms+=("$NET/tpm-$i"); done
  step "software TPMs, certified by an authority of this network"
  "$TEA_ROOT/scripts/swtpm" make "$NET/authority" "${tpms[@]}"
  step "$validators validator(s) of the chain '$chain'"
  net_nodes "$chain" "$validators"
  step "governance: issuer and release"
  net_governance
  step "$modules operators"
  net_operators "$modules"
  step "$modules host(s), six registrars"
  for ((i = 0; i < modules; i++)); do
    net_spawn "tpm-$i" "$TEA_ROOT/scripts/swtpm" run "$NET/tpm-$i" "$(net_port tpm "$i")"
    net_host "$i"
  done
  net_registrars
  step "$modules modules: enrolment, evidence, rounds"
  for ((i = 0; i < modules; i++)); do net_module "$i"; done
}

# How many modules are Active.
net_active() { net_tea --json modules | jq '[.modules[] | select(.status == "Active")] | length'; }

# net_fail_if_ended: names the first process that ended by itself.
net_fail_if_ended() {
  local pid name
  while read -r pid name; do
    kill -0 "$pid" 2>/dev/null ||
      { tail -n 5 "$NET/logs/$name.log" >&2; die "$name has ended by itself; its log is $NET/logs/$name.log." "read the lines above"; }
  done <"$NET/pids"
}

# net_table COUNT: what runs where.
net_table() {
  local count=$1 i
  cat <<TEXT

  RPC         ws://127.0.0.1:$(net_port rpc 0)
  explorer    https://polkadot.js.org/apps/?rpc=ws%3A%2F%2F127.0.0.1%3A$(net_port rpc 0)#/explorer
  live list   http://127.0.0.1:$(net_port http 0)/v1/modules
  logs        $NET/logs

TEXT
  printf '  %-8s %-28s %-34s %s\n' module TPM host metrics
  for ((i = 0; i < count; i++)); do
    printf '  %-8s %-28s %-34s %s\n' "$i" "127.0.0.1:$(net_port tpm "$i")" "http://127.0.0.1:$(net_port http "$i")" \
      "http://127.0.0.1:$(net_port module-metrics "$i")/metrics"
  done
  printf '\n  %s\n\n' "tea --node ws://127.0.0.1:$(net_port rpc 0) modules     (tea is $BIN/tea)"
}

# net_watch COUNT: shows how modules become Active, and returns when COUNT are.
net_watch() {
  local count=$1 active=0 seen='' line
  while [ "$active" -lt "$count" ]; do
    net_fail_if_ended
    line=$(net_tea --json modules 2>/dev/null |
      jq -r '"block \(.block): " + ([.modules[] | select(.status != null) | "\(.module) \(.status)"] | join(", "))') || line=''
    if [ -n "$line" ] && [ "${line#*: }" != "${seen#*: }" ]; then
      say "  $line"
      seen=$line
    fi
    active=$(net_active 2>/dev/null) || active=0
    sleep 2
  done
}
