#!/usr/bin/env bash
# Run asbuilt, verify the record that it left, and hand on what it came to.
# Takes: VENV, EVENT, SHA, FOLLOWED, and an input of action.yml in each of the other names. Ends as asbuilt does.
set -euo pipefail

none="No evidence: nothing was judged. The log says why."
stop() {
  echo "asbuilt: $1" >&2
  echo "$none" >> "$GITHUB_STEP_SUMMARY"
  exit 4
}

echo "verdict=unknown" >> "$GITHUB_OUTPUT" # a later line replaces it; a run that is cancelled writes none
unset PYTHONPATH PYTHONHOME PYTEST_ADDOPTS PYTEST_PLUGINS
export PYTHONSAFEPATH=1 # nothing is imported from the folder that is judged

case "$EVIDENCE" in
  *$'\n'*) stop "the input \`evidence\` is more than one line" ;;
  /*) ;;
  *) EVIDENCE=$GITHUB_WORKSPACE/$EVIDENCE ;;
esac
cd -- "$GITHUB_WORKSPACE"
cd -- "$CHECKOUT" || stop "the input \`checkout\` names no folder of the workspace: check the repository out first"

case "$COMMIT" in
  none) COMMIT= ;;
  event)
    case "$EVENT" in
      push | release) COMMIT=$SHA ;;
      workflow_run) COMMIT=$FOLLOWED ;;
      *) COMMIT= ;;
    esac
    ;;
esac

arguments=("--evidence=$EVIDENCE")
several() { # NAME VALUE: an option for each word of a value
  local words
  read -d "" -ra words <<< "$2" || true # all of its lines; the end of the text is no failure
  for each in ${words[@]+"${words[@]}"}; do
    arguments+=("$1=$each")
  done
}
one() { # NAME VALUE: an option, where there is a value
  if [ -n "$2" ]; then
    arguments+=("$1=$2")
  fi
}
one --estate "$ESTATE"
several --app "$APP"
several --repository "$REPOSITORY"
one --commit "$COMMIT"
one --settle "$SETTLE"
one --base "$BASE"
one --fail-on "$FAIL_ON"
case "$FORMAT" in
  "" | json | sarif) ;;
  *) one --format "$FORMAT" ;;
esac
if [ "$SUITE" = static ]; then
  arguments+=(--checkout=.)
fi
read -d "" -ra options <<< "$OPTIONS" || true
arguments+=(${options[@]+"${options[@]}"})

before=$(readlink "$EVIDENCE/latest" || true)
code=0
"$VENV/bin/asbuilt" "$SUITE" "${arguments[@]}" || code=$?

# What an earlier run left in the same folder is not this one's.
name=$(readlink "$EVIDENCE/latest" || true)
if [ -z "$name" ] || [ "$name" = "$before" ] || ! [[ $name =~ ^[A-Za-z0-9-]+$ ]]; then
  echo "$none" >> "$GITHUB_STEP_SUMMARY"
  exit $((code ? code : 5)) # a list of the checks, say, is no judgement
fi
run=$EVIDENCE/$name
echo "evidence=$run" >> "$GITHUB_OUTPUT"
cat "$run/summary.md" >> "$GITHUB_STEP_SUMMARY" || echo "$none" >> "$GITHUB_STEP_SUMMARY"

# What is handed on rests on a record that is whole; a run that did not come to its end has judged nothing.
if ! "$VENV/bin/asbuilt" verify "$run"; then
  exit $((code ? code : 1))
fi
if [ "$code" -le 1 ]; then
  grep -E '^(verdict|last_good_release|rollback)=[A-Za-z0-9 -]*$' "$run/outputs.txt" >> "$GITHUB_OUTPUT" || true
  "$VENV/bin/python" -I -c '
import json, sys
counts = json.load(open(sys.argv[1], encoding="utf-8"))["counts"]
print("counts=" + json.dumps({str(name): int(each) for name, each in counts.items()}))
' "$run/manifest.json" >> "$GITHUB_OUTPUT"
fi
case "$FORMAT" in
  json | sarif)
    "$VENV/bin/asbuilt" record "$run" --format "$FORMAT" --output "$EVIDENCE/$name.$FORMAT"
    echo "formatted=$EVIDENCE/$name.$FORMAT" >> "$GITHUB_OUTPUT"
    ;;
esac
exit "$code"
