#!/usr/bin/env bash
# Install asbuilt from the copy that this script is of, and exactly what requirements.lock names, each by its hash; for the
# real state without the linter of workflow files. Takes: SUITE, PYTHON, WHEELS (a folder, from the cache or empty), VENV
# (where the environment is made).
set -euo pipefail

unset PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX PIP_USER PIP_NO_BINARY PIP_REQUIREMENT PIP_CONSTRAINT
unset HEROKU_API_KEY GITHUB_TOKEN GH_TOKEN ASBUILT_ALERT_ENV # what judges or calls needs them, nothing else
export PIP_DISABLE_PIP_VERSION_CHECK=1
home=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
lock=$home/requirements.lock

if [ "$(cat "$VENV/installed" 2> /dev/null)" = "$home" ]; then
  exit 0 # by another step of this job
fi

mkdir -p "$WHEELS" "$(dirname "$VENV")"
if [ "$SUITE" = live ]; then
  awk '/^[a-z0-9]/ { is_linter = /^zizmor==/ } !is_linter' "$lock" > "$VENV.lock"
  lock=$VENV.lock
fi
# An environment without a pip of its own is made in a moment; one with it takes as long as all that is installed.
if "$PYTHON" -I -c 'import sys, pip; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (22, 3))' 2> /dev/null; then
  "$PYTHON" -I -m venv --clear --without-pip "$VENV"
  pip=("$PYTHON" -I -m pip --python "$VENV/bin/python")
else
  "$PYTHON" -I -m venv --clear "$VENV"
  pip=("$VENV/bin/python" -I -m pip)
fi

from_wheels() {
  "${pip[@]}" install --quiet --no-index --find-links "$WHEELS" \
    --no-deps --no-compile --require-hashes --requirement "$lock"
}

if [ -z "$(ls -A "$WHEELS")" ] || ! from_wheels; then
  "${pip[@]}" download --quiet --dest "$WHEELS" \
    --no-deps --only-binary=:all: --require-hashes --requirement "$lock"
  from_wheels
fi
"${pip[@]}" install --quiet --no-index --no-deps --no-build-isolation --no-compile \
  --editable "$home"
echo "$home" > "$VENV/installed"
