#!/usr/bin/env bash
# Install Chromium and the fonts of the nine languages, where the machine lacks them and has apt.
set -euo pipefail
if command -v chromium > /dev/null && fc-list : family | grep -q "Noto Sans Gurmukhi" && fc-list : family | grep -q WenQuanYi; then
  exit 0
fi
command -v apt-get > /dev/null || { echo "test-browser: install chromium and fonts of the Noto family" >&2; exit 1; }
apt-get update -qq > /dev/null
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-core fonts-wqy-microhei > /dev/null
