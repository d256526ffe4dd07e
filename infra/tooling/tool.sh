#!/usr/bin/env bash
# Install a tool with conflicting dependencies into its own environment, .tools/$1, from requirements/$1.txt.
set -euo pipefail
cd "$(dirname "$0")/../.."

.venv/bin/uv venv --quiet --clear --python .venv/bin/python ".tools/$1"
.venv/bin/uv pip sync --quiet --require-hashes --python ".tools/$1/bin/python" "requirements/$1.txt"
