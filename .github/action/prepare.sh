#!/usr/bin/env bash
# See what there is to run with, and say where the next steps install: nothing of the job's own Python is touched.
# Takes: SUITE, PYTHON (a command or a path, or empty). Gives: python, venv, wheels, key.
set -euo pipefail

stop() {
  echo "asbuilt: $1" >&2
  exit 4
}

case "$SUITE" in
  live | static) ;;
  *) stop "the input \`suite\` is neither \`live\` nor \`static\`" ;;
esac
if [ "${RUNNER_OS:-}" = Windows ]; then
  stop "this action runs on Linux and macOS: use a runner with one of them (runs-on: ubuntu-24.04)"
fi

unset PYTHONPATH PYTHONHOME
serves() {
  "$1" -I -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2> /dev/null
}

if [ -n "$PYTHON" ]; then
  serves "$PYTHON" || stop "the input \`python\` names none of 3.11 to 3.14 that can make an environment (\`python -m venv\`)"
else
  for each in python3 python "${RUNNER_TOOL_CACHE:-/nowhere}"/Python/3.1[4321].*/*/bin/python3 \
    python3.14 python3.13 python3.12 python3.11; do
    if serves "$each"; then
      PYTHON=$each
      break
    fi
  done
  [ -n "$PYTHON" ] || stop "this machine has no Python 3.11 to 3.14 that can make an environment: put actions/setup-python before this step"
fi

home=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
python=$("$PYTHON" -I -c 'import sys; print(sys.executable)')
kind=$("$python" -I -c 'import platform, sysconfig; print(platform.python_version_tuple()[1], sysconfig.get_platform())')
locked=$("$python" -I -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' \
  "$home/requirements.lock")
{
  echo "python=$python"
  echo "venv=$RUNNER_TEMP/asbuilt/$SUITE-$locked"
  echo "wheels=$RUNNER_TEMP/asbuilt/wheels-$SUITE"
  echo "key=asbuilt-$SUITE-wheels-python-3.${kind/ /-}-$locked"
} >> "$GITHUB_OUTPUT"
