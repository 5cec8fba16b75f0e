# shellcheck shell=bash
# `scripts/setup --wasm-from-source`: a toolchain for machines whose rustup cannot download. It is Debian's current
# Rust (rustc-web), with the standard libraries of the two wasm targets built from Debian's sources, because Debian
# ships none. Everything that is built lies in a directory of its own, so that neither /usr nor a toolchain of rustup is
# written to. Source common.sh, versions.sh and packages.sh first.

# The name under which rustup knows it.
TEA_DEBIAN_TOOLCHAIN=tea-from-debian

# Is it the toolchain that cargo takes in this checkout?
tea_debian_rust_in_force() {
  if have rustup; then
    RUSTUP_AUTO_INSTALL=0 rustup override list 2>/dev/null | dir=$TEA_ROOT name=$TEA_DEBIAN_TOOLCHAIN awk -F '\t' \
      '{ sub(" +$", "", $1); sub(" +$", "", $2) } $1 == ENVIRON["dir"] && $2 == ENVIRON["name"] { found = 1 } END { exit !found }'
  else
    [ -x "$(tea_own_toolchain)/bin/rustc" ]
  fi
}

# Is it complete and made from the Debian packages that are installed now?
tea_debian_rust_current() {
  local own
  own=$(tea_own_toolchain)
  [ -x /usr/bin/rustc ] && [ -s "$own/made-from" ] && [ "$(tea_debian_rust_stamp)" = "$(cat "$own/made-from")" ]
}

# What the built libraries depend on: the compiler, and the way they are built here.
tea_debian_rust_stamp() {
  /usr/bin/rustc -vV
  sha256_of "${BASH_SOURCE[0]}"
}

# Makes it, or says that it is there. Called with --wasm-from-source, and again whenever it is in force.
tea_setup_debian_rust() {
  local own version tool
  own=$(tea_own_toolchain)
  if tea_debian_rust_current && tea_found rust-lld; then
    :
  elif [ "$TEA_CHECK" = 1 ]; then
    tea_missing "Debian's Rust with wasm targets built from source (--wasm-from-source); the one in $own is outdated"
    return 0
  else
    tea_install_debian_rust
    tea_debian_rust_current || tea_make_debian_toolchain
  fi
  version=$(/usr/bin/rustc --version | first_version)
  if have rustup && ! tea_debian_rust_in_force; then
    step "rustup: this checkout uses $TEA_DEBIAN_TOOLCHAIN (undo: rustup override unset --path $TEA_ROOT)"
    if ! rustup toolchain link "$TEA_DEBIAN_TOOLCHAIN" "$own" >/dev/null 2>&1 ||
      ! rustup override set "$TEA_DEBIAN_TOOLCHAIN" --path "$TEA_ROOT" >/dev/null 2>&1; then
      die "rustup does not take $own as a toolchain." "see: rustup toolchain link $TEA_DEBIAN_TOOLCHAIN $own"
    fi
  fi
  tea_path_prepend_own
  # Never silently: this line appears in quiet runs too.
  echo "  note     Rust $version from Debian with wasm targets built from source, not the pinned $TEA_RUST_VERSION"
  for tool in cargo-clippy rustfmt; do
    [ -x "$own/bin/$tool" ] || warn "Debian brings no $tool here: ${tool#cargo-} checks are not possible on this machine"
  done
}

# Without rustup, PATH decides.
tea_path_prepend_own() { have rustup || tea_path_prepend "$(tea_own_toolchain)/bin"; }

# Debian's Rust, and the linker that its rust-lld points to.
tea_install_debian_rust() {
  local name version want=''
  have apt-get ||
    die "--wasm-from-source takes Rust from Debian's packages, and there is no apt-get here." "install rustup: https://rustup.rs"
  for name in $TEA_APT_RUST_FROM_DEBIAN; do tea_dpkg_has "$name" || want="$want $name"; done
  # Split on purpose.
  # shellcheck disable=SC2086
  [ -z "$want" ] || apt_install $want
  version=$(/usr/bin/rustc --version | first_version)
  version_ge "$version" "$TEA_RUST_VERSION" ||
    die "Debian's rustc-web here is $version, and $TEA_RUST_VERSION or newer is needed." \
      "add Debian 12's security updates (bookworm-security) to /etc/apt/sources.list, then: $TEA_SCRIPT --wasm-from-source"
  name=$(basename "$(readlink /usr/bin/rust-lld)")
  tea_dpkg_has "$name" || apt_install "$name"
  # The rest is wanted for checks only.
  want=''
  for name in $TEA_APT_RUST_CHECKS_FROM_DEBIAN; do
    tea_dpkg_has "$name" || ! apt-cache show "$name" >/dev/null 2>&1 || want="$want $name"
  done
  # shellcheck disable=SC2086
  [ -z "$want" ] || apt_install $want
}

tea_dpkg_has() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Builds it beside the old one, tries it, and puts it in place.
tea_make_debian_toolchain() {
  local own new work
  own=$(tea_own_toolchain)
  new=$own.new
  work=$(mktemp -d "${TMPDIR:-/tmp}/tea-wasm.XXXXXX")
  # Expanded now, because it is gone when the script ends.
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  rm -rf "$new"
  tea_lay_out_debian_toolchain "$new"
  tea_build_wasm_libraries "$new" "$work" wasm32v1-none core,alloc
  tea_build_wasm_libraries "$new" "$work" wasm32-unknown-unknown std,panic_abort
  tea_try_debian_toolchain "$new" "$work"
  tea_debian_rust_stamp >"$new/made-from"
  rm -rf "$own"
  mv "$new" "$own"
  # What was built against the libraries of before cannot be linked any more.
  rm -rf "$(tea_target_dir)"/*/wbuild
}

# A sysroot that shares Debian's libraries for this machine and has room for others.
tea_lay_out_debian_toolchain() {
  local dir=$1 host tool
  host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
  mkdir -p "$dir/bin" "$dir/lib/rustlib"
  ln -s "/usr/lib/rustlib/$host" "$dir/lib/rustlib/$host"
  ln -s /usr/lib/rustlib/src "$dir/lib/rustlib/src"
  # Debian's compiler looks for its libraries in /usr; these wrappers name the sysroot around them.
  for tool in rustc rustdoc; do
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexec /usr/bin/%s --sysroot "${0%%/bin/%s}" "$@"\n' "$tool" "$tool" >"$dir/bin/$tool"
  done
  # shellcheck disable=SC2016
  printf '#!/bin/sh\nSYSROOT=${0%%/bin/clippy-driver} exec /usr/bin/clippy-driver "$@"\n' >"$dir/bin/clippy-driver"
  chmod +x "$dir/bin/"*
  for tool in cargo cargo-fmt rustfmt; do
    [ ! -x "/usr/bin/$tool" ] || ln -s "/usr/bin/$tool" "$dir/bin/$tool"
  done
  # A copy, because it takes the clippy-driver that lies beside itself.
  if [ -x /usr/bin/cargo-clippy ]; then cp /usr/bin/cargo-clippy "$dir/bin/"; else rm "$dir/bin/clippy-driver"; fi
}

# tea_build_wasm_libraries SYSROOT WORK TARGET CRATES
tea_build_wasm_libraries() {
  local sysroot=$1 crate=$2/empty target=$3 crates=$4 into=$1/lib/rustlib/$3/lib file
  mkdir -p "$crate/src" "$into"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n' >"$crate/Cargo.toml"
  printf '#![no_std]\n' >"$crate/src/lib.rs"
  # Bitcode, because the runtime is linked with LTO.
  if ! run_logged "build $crates for $target from Debian's sources (a minute)" tea_in "$crate" \
    env -u RUSTC_WRAPPER -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET RUSTC="$sysroot/bin/rustc" RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS='-C embed-bitcode=yes' CARGO_PROFILE_RELEASE_PANIC=abort CARGO_TARGET_DIR="$2/target" \
    /usr/bin/cargo build --release -Z "build-std=$crates" --target "$target"; then
    if tea_looks_offline; then
      die "crates.io cannot be reached, so the standard library for $target cannot be built." \
        "connect this machine to the network, then: $TEA_SCRIPT --wasm-from-source"
    fi
    die_with_log "The standard library for $target could not be built." "mend what it says above, then: $TEA_SCRIPT --wasm-from-source"
  fi
  for file in "$2/target/$target/release/deps"/lib*.rlib; do
    case ${file##*/} in libempty-*) ;; *) cp "$file" "$into/" ;; esac
  done
}

# A no_std module and one with std must compile and link.
tea_try_debian_toolchain() {
  local rustc=$1/bin/rustc work=$2
  cat >"$work/core.rs" <<'RUST'
#![no_std]
extern crate alloc;
use core::alloc::{GlobalAlloc, Layout};
struct Nothing;
unsafe impl GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 { core::ptr::null_mut() }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
#[global_allocator]
static ALLOCATOR: Nothing = Nothing;
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }
#[unsafe(no_mangle)]
pub extern "C" fn length(n: u32) -> usize { alloc::format!("{n}").len() }
RUST
  cat >"$work/std.rs" <<'RUST'
#[unsafe(no_mangle)]
pub extern "C" fn length(n: u32) -> usize { format!("{n}").len() }
RUST
  run_logged "try it: a no_std module for wasm32v1-none, one with std for wasm32-unknown-unknown" \
    tea_compile_trials "$rustc" "$work" ||
    die_with_log "The toolchain built from Debian's sources does not compile wasm." "mend what it says above, then: $TEA_SCRIPT --wasm-from-source"
}

tea_compile_trials() {
  local rustc=$1 work=$2 flags='--edition 2024 --crate-type cdylib -C opt-level=s -C panic=abort -C lto=fat'
  # Split on purpose.
  # shellcheck disable=SC2086
  "$rustc" $flags --target wasm32v1-none -o "$work/core.wasm" "$work/core.rs" &&
    "$rustc" $flags --target wasm32-unknown-unknown -o "$work/std.wasm" "$work/std.rs"
}

# tea_in DIR COMMAND...
tea_in() { cd "$1" && shift && "$@"; }
