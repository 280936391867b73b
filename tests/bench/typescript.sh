#!/usr/bin/env bash
# How many proofs a second the verifier in TypeScript checks under Node. ./dev bench typescript
set -euo pipefail
build=${1:?the build directory}
exec taskset -c 0 tests/interop/typescript/run.sh "$PWD/server/web/verify" "$build/tests/interop/typescript" bench
