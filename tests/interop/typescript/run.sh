#!/bin/sh
# run.sh <server/web/verify> <scratch folder> <letopis-verify>: compiles the second verifier, runs its own tests, and asks both
# verifiers the same ten thousand questions. With `bench` instead of a program: measures it. The packages come from npm by the lock
# file, once: what was compiled of the same sources before is used again.
set -eu
sources=$1
scratch=$2
verifier=$3

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "verify_typescript: node or npm is missing; on Debian: apt install nodejs npm" >&2
  exit 1
fi

# As it lies in the tree: its tests read vectors, fixtures and the schema from there.
root=$(cd "$sources/../../.." && pwd)
tree=$scratch/tree
mkdir -p "$tree/server/web" "$tree/tests/data" "$tree/ledger" "$tree/docs"
for part in server/web/verify tests/data/vectors ledger/schema docs/formats; do
  mkdir -p "$tree/$part"
  (cd "$root/$part" && tar cf - --exclude node_modules --exclude dist .) | tar xf - -C "$tree/$part"
done
cd "$tree/server/web/verify"
if ! cmp -s package-lock.json node_modules/.made-by 2>/dev/null; then
  npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
  cp package-lock.json node_modules/.made-by
fi
if [ "$verifier" = bench ]; then
  exec npm run bench --silent
fi
npm test --silent
node dist/test/differential.js "$verifier"
