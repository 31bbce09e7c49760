#!/usr/bin/env bash
# Look once, and hand on the day's directory. Ends as asbuilt does, but for what drifted where the input `drift` says so.
# Takes: VENV, EVIDENCE (a folder, with the days that the cache kept), and an input of watch/action.yml in each of the
# other names.
set -euo pipefail

stop() {
  echo "asbuilt: $1" >&2
  echo "No look: $1." >> "$GITHUB_STEP_SUMMARY"
  exit 4
}

unset PYTHONPATH PYTHONHOME PYTEST_ADDOPTS PYTEST_PLUGINS GITHUB_TOKEN GH_TOKEN # nothing is asked of GitHub
export PYTHONSAFEPATH=1
cd -- "$GITHUB_WORKSPACE"
cd -- "$CHECKOUT" || stop "the input \`checkout\` names no folder of the workspace: check the repository out first"

of_this_look() { # NAME: the directory of a day that has such a file since this look began; its name, no other text
  find "$EVIDENCE" -mindepth 2 -maxdepth 2 -type f -name "$1" -newer "$began" -exec dirname {} \; \
    | sed 's#.*/##' | grep -E '^(sandbox-)?watch-[A-Za-z0-9-]+$' | sort | tail -n 1 || true
}
began=$RUNNER_TEMP/asbuilt/began
touch "$began"

arguments=("--evidence=$EVIDENCE")
if [ -n "$ESTATE" ]; then
  arguments+=("--estate=$ESTATE")
fi
read -d "" -ra apps <<< "$APP" || true # all of its lines; the end of the text is no failure
for each in ${apps[@]+"${apps[@]}"}; do
  arguments+=("--app=$each")
done
read -d "" -ra options <<< "$OPTIONS" || true
arguments+=(${options[@]+"${options[@]}"})

code=0
"$VENV/bin/asbuilt" watch --once "${arguments[@]}" || code=$?

day=$(of_this_look now.json)
if [ -n "$day" ]; then
  echo "evidence=$EVIDENCE/$day" >> "$GITHUB_OUTPUT"
else
  echo "No evidence: this look saw nothing. The log says why." >> "$GITHUB_STEP_SUMMARY"
fi
echo "ended=$(of_this_look day.json)" >> "$GITHUB_OUTPUT"
# What this look neither wrote nor ended was handed on by the look that did: the cache grows by no day.
if [ -n "$day" ]; then
  find "$EVIDENCE" -mindepth 1 -maxdepth 1 -type d -name '*watch-*' | while IFS= read -r each; do
    if [ -z "$(find "$each" -maxdepth 1 \( -name now.json -o -name day.json \) -newer "$began")" ]; then
      rm -r -- "$each"
    fi
  done
fi
if [ "$code" = 1 ] && [ "$DRIFT" = pass ] && [ -n "$day" ]; then
  exit 0
fi
if [ "$code" = 0 ] && [ -z "$day" ]; then
  exit 5
fi
exit "$code"
