# shellcheck shell=bash
# The npm packages of the folders that have a lock file. Source common.sh first.

TEA_NPM_PROJECTS='e2e/polkadot-js e2e/helia'

# Installs exactly what package-lock.json says, when it says something new.
tea_setup_npm() {
  local project dir hash
  for project in $TEA_NPM_PROJECTS; do
    dir=$TEA_ROOT/$project
    [ -f "$dir/package-lock.json" ] || continue
    hash=$(sha256_of "$dir/package-lock.json")
    if [ "$(cat "$dir/node_modules/.tea-lock" 2>/dev/null)" = "$hash" ]; then
      present "npm packages of $project"
    elif [ "$TEA_CHECK" = 1 ]; then
      tea_missing "npm packages of $project"
    else
      if ! run_logged "npm ci in $project" tea_npm_ci "$dir"; then
        if tea_looks_offline; then
          die "The npm registry cannot be reached, so the packages of $project cannot be installed." \
            "connect this machine to the network, then: $TEA_SCRIPT"
        fi
        die_with_log "npm could not install the packages of $project." "mend what it says above, then: $TEA_SCRIPT"
      fi
      echo "$hash" >"$dir/node_modules/.tea-lock"
    fi
  done
}

tea_npm_ci() {
  cd "$1" || return
  npm ci --no-audit --no-fund --no-update-notifier --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=2000
}
