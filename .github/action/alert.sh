#!/usr/bin/env bash
# Run `asbuilt alert` over what a run left, and tell in the summary who was called for what. Ends as asbuilt does.
# Takes: VENV, KEPT (the folder of the state that the cache keeps), and an input of alert/action.yml in each of the other
# names; ASBUILT_ALERT_ENV, lines NAME=URL, beside the variables that the step has itself.
set -euo pipefail

stop() {
  echo "asbuilt: $1" >&2
  echo "Nobody was called: $1." >> "$GITHUB_STEP_SUMMARY"
  exit 4
}

unset PYTHONPATH PYTHONHOME HEROKU_API_KEY # nothing is observed here
export PYTHONSAFEPATH=1

# Each line is a name and a value, and never a script. The runner knows the secret as a whole, not the values in it.
number=0
while IFS= read -r line || [ -n "$line" ]; do
  number=$((number + 1))
  line=${line%$'\r'}
  case "$line" in
    "" | "#"*) continue ;;
  esac
  name=${line%%=*}
  value=${line#*=}
  if [ "$name" = "$line" ] || [ -z "$value" ] || ! [[ $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]; then
    stop "line $number of the secret \`alert-env\` is not NAME=URL, a variable that the estate's \`alerts\` names"
  fi
  if [ -n "${!name+set}" ] || [[ $name =~ ^(LD_|DYLD_|BASH|PYTHON|PIP_|GITHUB_|GH_|RUNNER_|ACTIONS_|ASBUILT_) ]]; then
    stop "line $number of the secret \`alert-env\` sets $name, which the machine has for itself: choose another name, here and in the estate"
  fi
  echo "::add-mask::${value//%/%25}"
  export "$name=$value"
done <<< "${ASBUILT_ALERT_ENV:-}"
unset ASBUILT_ALERT_ENV

cd -- "$GITHUB_WORKSPACE"
case "$DIRECTORY" in
  "" | /*) ;;
  *) DIRECTORY=$GITHUB_WORKSPACE/$DIRECTORY ;;
esac
run='^(sandbox-)?[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9]+$'
if [ -d "$DIRECTORY" ]; then
  DIRECTORY=$(cd -P -- "$DIRECTORY" && pwd)
  if ! [[ ${DIRECTORY##*/} =~ $run ]] && [ ! -f "$DIRECTORY/manifest.json" ] && [ ! -f "$DIRECTORY/now.json" ]; then
    # An artifact has the run's directory in it, also of a run that died.
    name=$(find "$DIRECTORY" -mindepth 1 -maxdepth 1 -type d | sed 's#.*/##' | grep -E "$run" | sort | tail -n 1 || true)
    DIRECTORY=${name:+$DIRECTORY/$name}
  fi
fi
if [ -z "$DIRECTORY" ] || [ ! -d "$DIRECTORY" ]; then # it left nothing: an empty directory says so
  DIRECTORY=$RUNNER_TEMP/asbuilt/none/$(date -u +%Y%m%dT%H%M%SZ)-00000000
  mkdir -p "$DIRECTORY"
fi
cd -- "$CHECKOUT" || stop "the input \`checkout\` names no folder of the workspace: check the repository out first"

if [ "$UNDECLARED" = pass ]; then
  code=0
  "$VENV/bin/python" -I -c '
import os, sys
from pathlib import Path
from asbuilt import discovery, estate
try:
    found = discovery.find(sys.argv[1] or None, os.environ, Path.cwd())
    declared = estate.load(found.path).alerts
except Exception:  # whatever is wrong with it, `asbuilt alert` says it
    sys.exit(0)
sys.exit(0 if declared else 5)
' "$ESTATE" || code=$?
  if [ "$code" = 5 ]; then
    echo "Nobody is called: the estate declares no \`alerts\`." | tee -a "$GITHUB_STEP_SUMMARY"
    exit 0
  fi
fi

arguments=()
if [ "$STATE" = cache ]; then
  arguments+=("--state=$KEPT/alerts.json")
else
  arguments+=("--state=$STATE")
fi
if [ -n "$ESTATE" ]; then
  arguments+=("--estate=$ESTATE")
fi

told=$RUNNER_TEMP/asbuilt/told
mkdir -p "$(dirname "$told")"
code=0
"$VENV/bin/asbuilt" alert "$DIRECTORY" "${arguments[@]}" 2>&1 | tee "$told" || code=${PIPESTATUS[0]}
# Indented by four it is shown as it is: what providers wrote cannot end it.
{
  echo "#### Called"
  echo
  if grep -q '[^[:space:]]' "$told"; then
    sed 's/^/    /' "$told"
  else
    echo "Nobody: nothing is new."
  fi
  echo
} >> "$GITHUB_STEP_SUMMARY"
exit "$code"
