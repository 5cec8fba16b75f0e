# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the scripts that source this file
# The one file with the versions of all tools; scripts and continuous integration read it.
# Source common.sh first.

# rustup reads these two from rust-toolchain.toml, so they stand only there.
TEA_RUST_VERSION=$(sed -nE 's/^channel *= *"([^"]+)".*/\1/p' "$TEA_ROOT/rust-toolchain.toml")
TEA_WASM_TARGETS=$(sed -nE 's/^targets *= *\[(.*)\].*/\1/p' "$TEA_ROOT/rust-toolchain.toml" | tr -d '",')

# Test runner: any from MIN on is used as found, otherwise this one is built (0.9.151 needs Rust 1.91).
TEA_NEXTEST_MIN=0.9.100
TEA_NEXTEST_VERSION=0.9.151

# As in e2e/polkadot-js/package.json; Debian 12 brings 18.20.
TEA_NODE_MIN=18.19

# Licences, sources and advisories of the dependencies (deny.toml). Not installed by scripts/setup.
TEA_CARGO_DENY_VERSION=0.20.2
