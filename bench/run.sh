#!/usr/bin/env bash
# Builds the package, installs the peers into bench/node_modules (once for each package-lock.json), measures.
#   npm run bench -- [--quick] [--rounds N] [--only NAME,…] [--skip-peers]
set -euo pipefail
cd "$(dirname "$0")/.."

npm run --silent build

# No install scripts: every peer ships its binary inside its npm package.
mark=bench/node_modules/.installed-for
if [[ " $* " != *" --skip-peers "* ]] && ! cmp -s bench/package-lock.json "$mark"; then
  (cd bench && npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund) &&
    cp bench/package-lock.json "$mark" ||
    echo "The peers could not be installed; the bench goes on with what there is." >&2
fi

exec node --import tsx bench/main.ts "$@"
