#!/usr/bin/env bash
# Fills the corpora with the genuine evidence of tests/data, so that fuzzing starts from accepted inputs.
set -euo pipefail
cd "$(dirname "$0")"
data=../tests/data
for target in quote public signature leaf blob attest register; do mkdir -p "corpus/$target"; done
cp "$data"/*.attest corpus/quote/
cp "$data"/*.tpmt "$data"/*.ek corpus/public/
cp "$data"/*.sig corpus/signature/
cp "$data"/*.der "$data"/*.spki corpus/leaf/
cp "$data"/*.der corpus/register/
cp "$data"/*.blob corpus/blob/
