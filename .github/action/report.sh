#!/usr/bin/env bash
# Render a run's page, with the Allure that package-lock.json names. Takes: VENV, RUN.
set -euo pipefail

if ! command -v npm > /dev/null; then
  echo "asbuilt: report.html needs Node.js 20 or later: put actions/setup-node before this step, or leave \`report\` out" >&2
  exit 4
fi
env -u HEROKU_API_KEY -u GITHUB_TOKEN -u GH_TOKEN \
  npm ci --prefix "$GITHUB_ACTION_PATH" --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
"$VENV/bin/asbuilt" record "$RUN"
