#!/usr/bin/env bash
# Fills the corpora, so that fuzzing starts from accepted inputs: the known answers, and changes of nothing.
set -euo pipefail
cd "$(dirname "$0")"
answers=../tests/data/known_answers.txt
for target in envelope open content layout; do mkdir -p "corpus/$target"; done
for answer in key_envelope message content; do
	sed -n "s/^$answer //p" "$answers" | xxd -r -p >"corpus/envelope/$answer"
done
printf '\0' >corpus/open/envelope
printf '\1' >corpus/open/message
printf '\0' >corpus/content/unchanged
head -c 12 /dev/zero >corpus/layout/empty
