# shellcheck shell=bash
# The Rust toolchain that rust-toolchain.toml pins, its wasm targets and the test runner.
# Source common.sh, versions.sh, packages.sh and rust-from-debian.sh first.

# What to do when rustup cannot bring something.
tea_rust_way_out() {
  local way="connect this machine to the network, then: $TEA_SCRIPT"
  ! have apt-get || way="$way; or, with Debian 12's own Rust: $TEA_SCRIPT --wasm-from-source"
  echo "$way"
}

# rustup_do TITLE SENTENCE ARGUMENTS...: runs rustup, or dies with SENTENCE.
rustup_do() {
  local title=$1 sentence=$2
  shift 2
  run_logged "$title" rustup "$@" || die_with_log "$sentence" "$(tea_rust_way_out)"
}

# Finds and installs what is missing of the pinned toolchain.
tea_setup_rust() {
  local installed name wanted=() v=$TEA_RUST_VERSION
  if tea_debian_rust_in_force; then
    tea_setup_debian_rust
    return 0
  fi
  if ! have rustup; then
    if [ "$TEA_CHECK" = 1 ]; then
      tea_missing "rustup with Rust $v, clippy, rustfmt, $TEA_WASM_TARGETS"
      return 0
    fi
    tea_install_rustup
  fi
  case ${RUSTUP_TOOLCHAIN:-$v} in
    "$v"*) ;;
    *) warn "RUSTUP_TOOLCHAIN=$RUSTUP_TOOLCHAIN overrides the Rust $v that this project is built and tested with" ;;
  esac

  if installed=$(tea_rustup component list --installed --toolchain "$v" 2>/dev/null); then
    present "Rust $v"
  elif [ "$TEA_CHECK" = 1 ]; then
    tea_missing "Rust $v with clippy, rustfmt, $TEA_WASM_TARGETS"
    return 0
  else
    rustup_do "rustup toolchain install $v" "Rust $v is missing, and rustup cannot download it." \
      toolchain install "$v" --profile minimal --component clippy --component rustfmt --no-self-update
    installed=$(tea_rustup component list --installed --toolchain "$v")
  fi

  for name in clippy rustfmt; do
    case $'\n'$installed in *$'\n'"$name"*) ;; *) wanted+=("$name") ;; esac
  done
  if [ ${#wanted[@]} = 0 ]; then
    present "clippy, rustfmt"
  elif [ "$TEA_CHECK" = 1 ]; then
    tea_missing "of Rust $v: ${wanted[*]}"
  else
    rustup_do "rustup component add ${wanted[*]}" "Rust $v lacks ${wanted[*]}, and rustup cannot download it." \
      component add --toolchain "$v" "${wanted[@]}"
  fi

  # Named here and not left to rust-toolchain.toml: rustup may be set not to install by itself.
  wanted=()
  installed=$(tea_rustup target list --installed --toolchain "$v")
  for name in $TEA_WASM_TARGETS; do
    case $'\n'$installed$'\n' in *$'\n'"$name"$'\n'*) ;; *) wanted+=("$name") ;; esac
  done
  if [ ${#wanted[@]} = 0 ]; then
    present "wasm targets: $TEA_WASM_TARGETS"
  elif [ "$TEA_CHECK" = 1 ]; then
    tea_missing "wasm target of Rust $v: ${wanted[*]}"
  else
    rustup_do "rustup target add ${wanted[*]}" \
      "Rust $v lacks its wasm target ${wanted[*]}, and rustup cannot download it." \
      target add --toolchain "$v" "${wanted[@]}"
  fi
}

# A look at what is there must not install anything.
tea_rustup() { RUSTUP_AUTO_INSTALL=0 rustup "$@"; }

# Has rustup all of the pinned toolchain?
tea_pinned_rust_complete() {
  local TEA_CHECK=1 TEA_INCOMPLETE=0
  have rustup && ! tea_debian_rust_in_force && tea_setup_rust >/dev/null 2>&1 && [ "$TEA_INCOMPLETE" = 0 ]
}

tea_install_rustup() {
  local url=https://sh.rustup.rs installer
  installer=$(mktemp "${TMPDIR:-/tmp}/tea-rustup-init.XXXXXX")
  if ! run_logged "download the rustup installer, $url" \
    curl --proto '=https' --tlsv1.2 -fsSL --retry 2 --connect-timeout 20 --max-time 120 -o "$installer" "$url"; then
    rm -f "$installer"
    die_with_log "rustup is missing, and its installer cannot be downloaded from $url." "$(tea_rust_way_out)"
  fi
  # A captive portal answers too: it must be the installer, and whole.
  if [ "$(head -c 9 "$installer")" != '#!/bin/sh' ] || ! grep -q 'rustup-init' "$installer" ||
    ! tail -n 1 "$installer" | grep -q '^main "\$@"' || ! sh -n "$installer" 2>/dev/null; then
    die "What $url answered is not the rustup installer ($installer)." "$(tea_rust_way_out)"
  fi
  run_logged "install rustup with Rust $TEA_RUST_VERSION" env RUSTUP_INIT_SKIP_PATH_CHECK=yes \
    sh "$installer" -y --no-modify-path --profile minimal --default-toolchain "$TEA_RUST_VERSION" ||
    die_with_log "The rustup installer failed." "$(tea_rust_way_out)"
  rm -f "$installer"
  have rustup || die "rustup was installed, but is not in ${CARGO_HOME:-$HOME/.cargo}/bin." "see https://rust-lang.github.io/rustup/installation"
}

# The test runner: the one that is there if it is new enough, else one from crates.io.
tea_setup_nextest() {
  local found
  found=$(cargo-nextest --version 2>/dev/null | first_version || true)
  if [ -n "$found" ] && version_ge "$found" "$TEA_NEXTEST_MIN"; then
    present "cargo-nextest $found"
  elif [ "$TEA_CHECK" = 1 ]; then
    tea_missing "cargo-nextest $TEA_NEXTEST_MIN or newer"
  else
    run_logged "cargo install cargo-nextest $TEA_NEXTEST_VERSION (some minutes)" tea_build_nextest && return 0
    if tea_looks_offline; then
      die "crates.io cannot be reached, so cargo-nextest cannot be built." "connect this machine to the network, then: $TEA_SCRIPT"
    fi
    die_with_log "cargo-nextest $TEA_NEXTEST_VERSION could not be built." "mend what it says above, then: $TEA_SCRIPT"
  fi
}

# In the checkout, for the toolchain chosen there; not optimised: it mostly waits, and building it takes longer than it saves.
tea_build_nextest() {
  cd "$TEA_ROOT" && env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
    cargo install cargo-nextest --locked --version "$TEA_NEXTEST_VERSION" --no-default-features
}
