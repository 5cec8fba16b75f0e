#!/usr/bin/env bash
# Every shell script of the repository through shellcheck.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

scripts=()
# Tracked or new, but not ignored: what has a shell in its first line, or is a library.
while IFS= read -r -d '' file; do
  case $file in
    *.sh) scripts+=("$file") ;;
    *) if head -n 1 "$file" 2>/dev/null | grep -qE '^#!.*\b(ba)?sh\b'; then scripts+=("$file"); fi ;;
  esac
done < <(git ls-files -z --cached --others --exclude-standard -- scripts .ci benchmarks deploy)

shellcheck --external-sources --source-path=SCRIPTDIR --source-path=. -- "${scripts[@]}"
printf '%s scripts are clean\n' "${#scripts[@]}"
