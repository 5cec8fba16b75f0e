# shellcheck shell=bash
# System packages: which are needed and for what, whether they are there, how to install them.
# Source common.sh and versions.sh first.

# purpose | what must be found | Debian, Ubuntu | Fedora | Arch | Homebrew
# A program is found on PATH, `lib:NAME` by pkg-config; `certificates` and `libclang` have probes of their own.
TEA_PACKAGES='
sources            | git             | git                 | git                      | git             | git
downloads          | curl            | curl                | curl                     | curl            | curl
downloads          | certificates    | ca-certificates     | ca-certificates          | ca-certificates | ca-certificates
C in build scripts | cc c++ make     | build-essential     | gcc gcc-c++ make         | base-devel      | make
system libraries   | pkg-config      | pkg-config          | pkgconf-pkg-config       | pkgconf         | pkgconf
bindings to C      | clang           | clang               | clang                    | clang           | llvm
bindings to C      | libclang        | libclang-dev        | clang-devel              | clang           | llvm
network protocols  | protoc          | protobuf-compiler   | protobuf-compiler        | protobuf        | protobuf
WebRTC transport   | lib:openssl     | libssl-dev          | openssl-devel            | openssl         | openssl@3
TPM library        | lib:tss2-esys   | libtss2-dev         | tpm2-tss-devel           | tpm2-tss        | tpm2-tss
software TPM       | swtpm           | swtpm               | swtpm                    | swtpm           | swtpm
software TPM       | swtpm_setup     | swtpm-tools         | swtpm-tools              | swtpm           | swtpm
TPM in tests       | tpm2_quote      | tpm2-tools          | tpm2-tools               | tpm2-tools      | tpm2-tools
TPM in tests       | openssl         | openssl             | openssl                  | openssl         | openssl@3
JSON in scripts    | jq              | jq                  | jq                       | jq              | jq
checks of scripts  | shellcheck      | shellcheck          | ShellCheck               | shellcheck      | shellcheck
JavaScript client  | node            | nodejs              | nodejs                   | nodejs          | node
JavaScript client  | npm             | npm                 | nodejs-npm               | npm             | node
'

# shellcheck disable=SC2034  # read by rust-from-debian.sh
# What `scripts/setup --wasm-from-source` needs besides: the current Rust that Debian keeps for its browsers.
TEA_APT_RUST_FROM_DEBIAN='rustc-web cargo-web rust-web-src rust-web-llvm libstd-rust-web-dev'
# shellcheck disable=SC2034
TEA_APT_RUST_CHECKS_FROM_DEBIAN='rust-web-clippy rustfmt-web'

# Which column of the table this system reads: apt, dnf, pacman, brew, or nothing.
tea_package_manager() {
  if have apt-get; then
    echo apt
  elif [ "$(uname -s)" = Darwin ]; then
    echo brew
  elif have dnf; then
    echo dnf
  elif have pacman; then
    echo pacman
  fi
}

# Is what the second column names there?
tea_found() {
  local thing file
  for thing in $1; do
    case $thing in
      lib:*) have pkg-config && pkg-config --exists "${thing#lib:}" || return 1 ;;
      certificates)
        for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
          [ ! -s "$file" ] || return 0
        done
        return 1
        ;;
      libclang)
        for file in "${LIBCLANG_PATH:-/nowhere}"/libclang*.{so,dylib} /usr/lib/llvm*/lib/libclang*.so /usr/lib/*-linux-gnu/libclang*.so \
          /usr/lib64/libclang*.so /usr/lib/libclang*.so {/opt/homebrew,/usr/local}/opt/llvm/lib/libclang.dylib \
          /Library/Developer/CommandLineTools/usr/lib/libclang.dylib; do
          [ ! -e "$file" ] || return 0
        done
        return 1
        ;;
      node) have node && version_ge "$(node --version | first_version)" "$TEA_NODE_MIN" || return 1 ;;
      *) have "$thing" || return 1 ;;
    esac
  done
}

# The packages that are missing, as this system names them, into TEA_MISSING; "purpose: name" lines into TEA_MISSING_WHY.
tea_missing_packages() {
  local manager=$1 purpose needs apt dnf pacman brew names
  TEA_MISSING='' TEA_MISSING_WHY=''
  while IFS='|' read -r purpose needs apt dnf pacman brew; do
    [ -n "$needs" ] || continue
    tea_found "$needs" && continue
    case $manager in dnf) names=$dnf ;; pacman) names=$pacman ;; brew) names=$brew ;; *) names=$apt ;; esac
    names=$(tea_words "$names")
    purpose=$(tea_words "$purpose")
    case " $TEA_MISSING " in *" $names "*) ;; *) TEA_MISSING="${TEA_MISSING:+$TEA_MISSING }$names" ;; esac
    TEA_MISSING_WHY="$TEA_MISSING_WHY$names ($purpose)"$'\n'
  done <<<"$TEA_PACKAGES"
  [ -n "$TEA_MISSING" ]
}

# The words of a text, one blank between them.
tea_words() {
  # Split on purpose.
  # shellcheck disable=SC2086
  set -- $1
  printf '%s' "$*"
}

# How a person installs PACKAGES here.
tea_install_command() {
  case $1 in
    apt) echo "apt-get update && apt-get install -y $2" ;;
    dnf) echo "dnf install -y $2" ;;
    pacman) echo "pacman -S --needed $2" ;;
    brew) echo "brew install $2" ;;
    *) echo "install what your system calls these Debian packages: $2" ;;
  esac
}

# Sets TEA_SUDO to what must stand before a command that needs root, or fails.
tea_become_root() {
  TEA_SUDO=()
  [ "$(id -u)" != 0 ] || return 0
  have sudo || return 1
  TEA_SUDO=(sudo)
  sudo -n true 2>/dev/null && return 0
  # Asks for the password, where somebody can be asked.
  [ -t 0 ] && sudo -v
}

# apt_install PACKAGES...: as root, never removing a package that is there.
apt_install() {
  local name settings=(DEBIAN_FRONTEND=noninteractive) apt
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!name:-}" ] || settings+=("$name=${!name}")
  done
  tea_become_root || die "Packages must be installed, and this is neither root nor a user with sudo: $*." \
    "as root: $(tea_install_command apt "$*"); then, as yourself: $TEA_SCRIPT"
  # The empty array needs this form in old bash versions.
  apt=(${TEA_SUDO[@]+"${TEA_SUDO[@]}"} env "${settings[@]}" apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2)
  run_logged "apt-get install $*" tea_apt_update_install "$@" && return 0
  if tea_looks_offline; then
    die "Debian's package servers cannot be reached, so $* cannot be installed." \
      "connect this machine to the network (see $TEA_LOG), then: $TEA_SCRIPT"
  fi
  die_with_log "apt-get could not install $*." "mend what it says above, then: $TEA_SCRIPT"
}

# An index that cannot be fetched is no reason to stop while the packages themselves can be.
tea_apt_update_install() {
  "${apt[@]}" update || true
  "${apt[@]}" install -y --no-install-recommends --no-remove "$@"
}

# Finds what is missing and installs it, or says exactly what to install.
tea_setup_packages() {
  local manager round why list
  manager=$(tea_package_manager)
  for round in 1 2; do
    if ! tea_missing_packages "$manager"; then
      present "system packages$([ "$manager" = apt ] || echo ' (found without apt-get)')"
      return 0
    fi
    if [ "$TEA_CHECK" = 1 ]; then
      while IFS= read -r why; do [ -z "$why" ] || tea_missing "package $why"; done <<<"$TEA_MISSING_WHY"
      return 0
    fi
    if [ "$manager" != apt ]; then
      printf '%s' "$TEA_MISSING_WHY" | sed 's/^/  /' >&2
      [ "$manager" != brew ] || tea_found 'cc c++' || warn "the C compiler comes with: xcode-select --install"
      die "These packages are missing, and $TEA_SCRIPT installs packages only where there is apt-get." \
        "$(tea_install_command "$manager" "$TEA_MISSING"); then: $TEA_SCRIPT"
    fi
    list=$TEA_MISSING
    # Some builds of nodejs bring npm and refuse Debian's: install nodejs, then look again. (Who cannot become root is
    # told the whole list at once, by apt_install.)
    if [ "$round" = 1 ] && tea_become_root; then
      case " $list " in *' nodejs '*) list=" $list " list=${list/ npm / } ;; esac
    fi
    # Split on purpose.
    # shellcheck disable=SC2086
    apt_install $list
  done
  if tea_missing_packages "$manager"; then
    case " $TEA_MISSING " in
      *' nodejs '*)
        die "Node.js $TEA_NODE_MIN or newer is needed, and this system's packages bring $(node --version 2>/dev/null || echo none)." \
          "install a newer Node.js (https://nodejs.org/en/download), then: $TEA_SCRIPT"
        ;;
    esac
    die "still missing after installation: $TEA_MISSING." "look at what apt-get offers: apt-cache policy $TEA_MISSING"
  fi
}
