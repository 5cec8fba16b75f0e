# shellcheck shell=bash
# Shared by everything in scripts/: messages, small helpers, the environment in which cargo runs.
# Source it; it needs bash 3.2 or newer and sets nothing outside the TEA_ and tea_ names and `set -euo pipefail`.

set -euo pipefail

TEA_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
TEA_SCRIPT=scripts/${0##*/}

# 1: print only what changes, warnings and errors.
TEA_QUIET=${TEA_QUIET:-0}
# Where the output of the last `run_logged` that failed is kept.
TEA_LOG=

# --- messages -------------------------------------------------------------------------------------

TEA_BOLD='' TEA_DIM='' TEA_RED='' TEA_GREEN='' TEA_YELLOW='' TEA_PLAIN=''
if [ -t 1 ] && [ -t 2 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  TEA_BOLD=$'\e[1m' TEA_DIM=$'\e[2m' TEA_RED=$'\e[31m' TEA_GREEN=$'\e[32m' TEA_YELLOW=$'\e[33m' TEA_PLAIN=$'\e[0m'
fi

# A plain line, hidden by TEA_QUIET.
say() { [ "$TEA_QUIET" = 1 ] || printf '%s\n' "$*"; }

# The heading of a part of the work, hidden by TEA_QUIET.
headline() { say "${TEA_BOLD}$*${TEA_PLAIN}"; }

# Something that needs no work.
present() { say "  ${TEA_GREEN}ok${TEA_PLAIN}       $*"; }

# Something that is about to be done.
step() { printf '  %sdo%s       %s\n' "$TEA_BOLD" "$TEA_PLAIN" "$*"; }

# Something that is absent and stays so.
absent() { printf '  %smissing%s  %s\n' "$TEA_YELLOW" "$TEA_PLAIN" "$*"; }

warn() { printf '%swarning:%s %s\n' "$TEA_YELLOW" "$TEA_PLAIN" "$*" >&2; }

# die "what happened" ["what to do next"]
die() {
  printf '%serror:%s %s\n' "$TEA_RED" "$TEA_PLAIN" "$1" >&2
  [ -z "${2:-}" ] || printf '  next: %s\n' "$2" >&2
  exit 1
}

# die, after the last lines of the log of the command that failed.
die_with_log() {
  if [ -n "$TEA_LOG" ] && [ -s "$TEA_LOG" ]; then
    printf '%s' "$TEA_DIM" >&2
    tail -n 8 "$TEA_LOG" | sed 's/^/    /' >&2
    printf '%s    (all of it: %s)\n' "$TEA_PLAIN" "$TEA_LOG" >&2
  fi
  die "$@"
}

# unknown_flag GIVEN KNOWN...: a wrong flag suggests the right one; exit code 2.
unknown_flag() {
  local given=$1 known best='' distance least=4
  shift
  for known in "$@"; do
    case $known in "$given"*) best=$known least=0 ;; esac
    distance=$(edit_distance "$given" "$known")
    if [ "$distance" -lt "$least" ]; then best=$known least=$distance; fi
  done
  printf '%serror:%s %s does not know %s%s\n' "$TEA_RED" "$TEA_PLAIN" "$TEA_SCRIPT" "'$given'" \
    "${best:+; did you mean $best?}" >&2
  printf '  next: %s --help\n' "$TEA_SCRIPT" >&2
  exit 2
}

# --- small helpers --------------------------------------------------------------------------------

have() { command -v "$1" >/dev/null 2>&1; }

# version_ge A B: is version A at least B? Compares the dotted numbers, ignores what follows them.
version_ge() {
  local IFS=. i one=${1#v} other=${2#v}
  # The fields are split on purpose.
  # shellcheck disable=SC2206
  local a=(${one%%[!0-9.]*}) b=(${other%%[!0-9.]*})
  for ((i = 0; i < ${#b[@]}; i++)); do
    if ((10#${a[i]:-0} > 10#${b[i]:-0})); then return 0; fi
    if ((10#${a[i]:-0} < 10#${b[i]:-0})); then return 1; fi
  done
  return 0
}

# The first dotted number in the text on standard input.
first_version() { sed -nE '1s/^[^0-9]*([0-9]+(\.[0-9]+)*).*/\1/p'; }

# Levenshtein distance of two short words.
edit_distance() {
  local from=$1 to=$2 i j cost above left diagonal
  local row=()
  for ((j = 0; j <= ${#to}; j++)); do row[j]=$j; done
  for ((i = 1; i <= ${#from}; i++)); do
    diagonal=${row[0]}
    row[0]=$i
    for ((j = 1; j <= ${#to}; j++)); do
      above=$((row[j] + 1)) left=$((row[j - 1] + 1)) cost=$diagonal
      [ "${from:i-1:1}" = "${to:j-1:1}" ] || cost=$((diagonal + 1))
      diagonal=${row[j]}
      row[j]=$((above < left ? above : left))
      row[j]=$((cost < row[j] ? cost : row[j]))
    done
  done
  echo "${row[${#to}]}"
}

# SHA-256 of one file, as hexadecimal.
sha256_of() {
  if have sha256sum; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# duration SECONDS
duration() {
  if (($1 < 60)); then printf '%d s' "$1"; else printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); fi
}

# Shows that TITLE is still running: a counter on a terminal, a line a minute elsewhere. Ends with its parent.
tea_ticker() {
  local title=$1 parent=$2 elapsed=0
  while sleep 1 >/dev/null 2>&1 && kill -0 "$parent" 2>/dev/null; do
    elapsed=$((elapsed + 1))
    if [ -t 2 ]; then
      printf '\r           %s%s%s\033[K' "$TEA_DIM" "$(duration $elapsed)" "$TEA_PLAIN" >&2
    elif ((elapsed % 60 == 0)); then
      printf '           still at it after %s: %s\n' "$(duration $elapsed)" "$title" >&2
    fi
  done
}

# run_logged TITLE COMMAND...: announces, runs in a subshell with the output in a log, says how long it took.
# On failure the log stays and is named in TEA_LOG; returns the command's exit code.
run_logged() {
  local title=$1 ticker started=$SECONDS status=0
  shift
  TEA_LOG=$(mktemp "${TMPDIR:-/tmp}/tea-${TEA_SCRIPT##*/}.XXXXXX")
  step "$title"
  tea_ticker "$title" $$ &
  ticker=$!
  ("$@") >"$TEA_LOG" 2>&1 </dev/null || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  [ ! -t 2 ] || printf '\r\033[K' >&2
  if [ "$status" = 0 ]; then
    rm -f "$TEA_LOG"
    TEA_LOG=
    ((SECONDS - started < 2)) || say "           ${TEA_DIM}took $(duration $((SECONDS - started)))${TEA_PLAIN}"
  fi
  return "$status"
}

# Does the log of the last failure speak of an unreachable network?
tea_looks_offline() {
  [ -n "$TEA_LOG" ] && grep -qiE \
    "could ?n[o']t (resolve|connect)|temporary failure (in name resolution|resolving)|network is unreachable|dns error\
|failed to lookup|connection (refused|timed out)|error trying to connect|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED\
|ENETUNREACH|no route to host" "$TEA_LOG"
}

# --- where things are -----------------------------------------------------------------------------

# Everything that a demo network writes; scripts/reset deletes it.
tea_state_dir() { printf '%s/tea\n' "${TEA_STATE_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}}"; }

# The toolchain that `scripts/setup --wasm-from-source` makes.
tea_own_toolchain() { printf '%s/tea/toolchain\n' "${XDG_DATA_HOME:-$HOME/.local/share}"; }

# Process ids whose command line names DIR or something in it, with the program's name: "PID NAME" lines.
tea_processes_using() {
  local dir=$1 file pid arg name
  if [ -d /proc/self ]; then
    for file in /proc/[0-9]*/cmdline; do
      pid=${file#/proc/} pid=${pid%/cmdline} name=''
      [ "$pid" != $$ ] || continue
      while IFS= read -r -d '' arg; do
        [ -n "$name" ] || name=${arg##*/}
        case $arg in *"$dir" | *"$dir"/*) echo "$pid $name" && break ;; esac
      done 2>/dev/null <"$file" || true
    done
  else
    # The directory goes by the environment, so that no command line here names it.
    ps -axo pid=,command= | dir=$dir self=$$ awk \
      'index($0, ENVIRON["dir"]) && $1 != ENVIRON["self"] { sub(".*/", "", $2); print $1, $2 }'
  fi
}

# Exports what cargo needs in this checkout: tools on PATH, target directory, a hint for the runtime's wasm build.
tea_cargo_env() {
  local own active shared=/var/tmp/tea-target
  own=$(tea_own_toolchain)
  tea_path_prepend "${CARGO_HOME:-$HOME/.cargo}/bin"
  # With rustup the toolchain is chosen by an override for this checkout, not by PATH.
  if ! have rustup && [ -x "$own/bin/rustc" ]; then tea_path_prepend "$own/bin"; fi

  # Continuous integration builds in fresh clones; a target directory outside them keeps the dependencies.
  if [ -z "${CARGO_TARGET_DIR:-}" ] && [ "${CI:-}" = true ]; then
    if mkdir -p "$shared" 2>/dev/null && [ -w "$shared" ]; then
      CARGO_TARGET_DIR=$shared
    else
      warn "$shared is not writable; building in $TEA_ROOT/target instead"
    fi
  fi
  [ -n "${CARGO_TARGET_DIR:-}" ] || return 0
  case $CARGO_TARGET_DIR in /*) ;; *) CARGO_TARGET_DIR=$PWD/$CARGO_TARGET_DIR ;; esac
  export CARGO_TARGET_DIR
  case $CARGO_TARGET_DIR/ in
    "$TEA_ROOT"/*) ;;
    # substrate-wasm-builder looks upwards from the target directory for Cargo.lock and for the toolchain, and would
    # find neither.
    *)
      export WASM_BUILD_WORKSPACE_HINT="$TEA_ROOT"
      if have rustup; then
        # Not known before scripts/setup has installed it; the caller asks again afterwards.
        active=$(cd "$TEA_ROOT" && RUSTUP_AUTO_INSTALL=0 rustup show active-toolchain 2>/dev/null | cut -d ' ' -f 1) || active=''
        [ -z "$active" ] || export WASM_BUILD_TOOLCHAIN="$active"
      fi
      ;;
  esac
}

# Builds everything, test targets included: features are unified over all of it, so whoever builds less, or tests later,
# would compile the client a second time. Say the same to cargo by hand.
tea_build() { cargo build --workspace --all-targets --locked; }

# The directory that cargo builds into.
tea_target_dir() { printf '%s\n' "${CARGO_TARGET_DIR:-$TEA_ROOT/target}"; }

tea_path_prepend() {
  case $PATH: in "$1":*) ;; *) export PATH="$1:$PATH" ;; esac
}
