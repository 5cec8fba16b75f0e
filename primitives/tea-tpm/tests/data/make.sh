#!/usr/bin/env bash
# Makes the evidence in this directory again, with a software TPM and an authority of this run.
# Needs swtpm, swtpm-tools and tpm2-tools.
set -euo pipefail
cd "$(dirname "$0")"
TEA_TPM_FIXTURES=$PWD cargo test --quiet -p tea-tpm --test swtpm
