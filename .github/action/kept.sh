#!/usr/bin/env bash
# Say where something is kept between runs, and under which key of the cache: an entry of it cannot be written again, so
# each run makes one, and takes the newest.
# Takes: WHAT, ESTATE (an input: what is kept is that estate's). Gives: folder, key, earlier.
set -euo pipefail

of=$(printf '%s' "$ESTATE" | cksum | tr ' ' -) # a key holds no comma, and no more than 512 characters
{
  echo "folder=$RUNNER_TEMP/asbuilt/$WHAT"
  echo "key=asbuilt-$WHAT-$of-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT-$(date -u +%Y%m%dT%H%M%SZ)-$RANDOM"
  echo "earlier=asbuilt-$WHAT-$of-"
} >> "$GITHUB_OUTPUT"
mkdir -p "$RUNNER_TEMP/asbuilt/$WHAT"
