#!/usr/bin/env bash
# Print the path of the Python interpreter to use: 3.13, 3.12 or 3.11, in this order. $PYTHON overrides the choice.
set -euo pipefail

# Print the real path of interpreter $1 if it runs, has version $2 and can create virtual environments.
# A name on PATH is not enough: pyenv installs shims for versions that are not active.
real_path() {
  "$1" -c 'import ensurepip, sys, venv
if f"{sys.version_info[0]}.{sys.version_info[1]}" != sys.argv[1]:
    sys.exit(1)
print(sys.executable)' "$2" 2>/dev/null
}

candidates() {
  printf '%s\n' "python$1"
  compgen -G "${PYENV_ROOT:-${HOME:-}/.pyenv}/versions/$1*/bin/python$1" | sort --version-sort --reverse || true
  printf '%s\n' python3 python
}

for version in 3.13 3.12 3.11; do
  for candidate in ${PYTHON:-$(candidates "$version")}; do
    real_path "$candidate" "$version" && exit
  done
done
echo "No Python 3.13, 3.12 or 3.11 with venv found on PATH or under pyenv. Set one with: make setup PYTHON=/path/to/python" >&2
exit 1
