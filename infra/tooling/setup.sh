#!/usr/bin/env bash
# Create .venv with the packages locked in requirements/dev.txt and the project itself as an editable install.
set -euo pipefail
cd "$(dirname "$0")/../.."

in_range='import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
if ! .venv/bin/python -c "$in_range" 2>/dev/null; then
  python=$(infra/tooling/find_python.sh)
  echo "setup: $("$python" --version) at $python"
  "$python" -m venv --clear .venv
fi

uv_lock=$(mktemp)
trap 'rm -f "$uv_lock"' EXIT
awk '/^[^ ]/ { is_uv = /^uv==/ } is_uv' requirements/dev.txt > "$uv_lock"
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install -qq --require-hashes --requirement "$uv_lock"

.venv/bin/uv pip sync --quiet --require-hashes --python .venv/bin/python requirements/dev.txt
.venv/bin/uv pip install --quiet --no-deps --no-build-isolation --python .venv/bin/python --editable .
