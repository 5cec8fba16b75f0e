# shellcheck shell=bash
# A function call from encrypted picture to verified proof, on a network that network.sh brought up. Source network.sh first.
#
# Eve owns the code, Ferdie the picture, Bob pays for running the one on the other: none of them trusts another, or a module.

# story_tea ACCOUNT HOST COMMAND...: as this development account, through this host, with keys of its own.
story_tea() {
  local account=$1 host=$2
  shift 2
  TEA_HOST_LINK="unix:$NET/host-$host/link.sock" TEA_IPFS_API="http://127.0.0.1:$(net_port ipfs "$host")" \
    TEA_KEYS="$NET/keys-${account#//}" net_tea --suri "$account" "$@"
}

# story_guests: builds the example guests from source and prints their folder.
story_guests() { "$TEA_ROOT/offchain-tee/guest/examples/build" "$NET/guests"; }

# story_deploy NAME ACCOUNT HOST ARGUMENTS...: deploys, waits for the modules that take the key, and keeps what was said.
story_deploy() {
  local name=$1 account=$2 host=$3
  shift 3
  story_tea "$account" "$host" --json deploy "$@" --replicas 3 --wait >"$NET/$name.json" 2>>"$NET/logs/tea.log"
}

# story_id NAME: the id of what was deployed under this name.
story_id() { jq -r .deployment "$NET/$1.json"; }

# story_deployed NAME WHAT
story_deployed() {
  say "  $2  $(story_id "$1")"
  say "        $(jq -r '"\(.size) bytes, encrypted, \(.cid); the key is in \(.live) modules, first in module \(.pinner)"' "$NET/$1.json")"
}

# story_deploy_both PICTURE: code and picture at the same time, since each waits for finality.
story_deploy_both() {
  local picture=$1 pids=() failed=0 pid
  story_deploy code //Eve 0 "$NET/guests/digits.wasm" --price 0.2 &
  pids+=($!)
  story_deploy data //Ferdie 1 "$picture" --kind data --price 0.1 &
  pids+=($!)
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  [ "$failed" = 0 ] || die "a deployment failed; the log is $NET/logs/tea.log." "read its last lines"
}

# story_run: Bob has the picture recognised. Leaves the whole answer in NET/run.json.
story_run() {
  # Once for people, from the same answer: stages come as they happen, the rest at the end.
  story_tea //Bob 2 run "$(story_id code)" "$(story_id data)" --spec "$NET/chain-spec.json" --out "$NET/result.json" --force >"$NET/run.txt" ||
    die "the errand did not end as it should." "read the lines above; logs are in $NET/logs"
  cat "$NET/run.txt"
}

# story_errand: the number of the errand of Bob.
story_errand() { story_tea //Bob 2 --json errands | jq -r '[.errands[].errand] | max'; }

# story_verify: every check by name, and the evidence in a file.
story_verify() {
  story_tea //Bob 2 verify "$(story_errand)" --spec "$NET/chain-spec.json" --save "$NET/pot.json" --force
}

# story_label: what was recognised, with its probability.
story_label() { head -n 1 "$NET/result.json" | jq -r '"\(.label), \(.probability * 1000 | round / 10) %"'; }
