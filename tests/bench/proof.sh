#!/usr/bin/env bash
# What proof costs: a witness on one core, one receipt offline, the state tree. ./dev bench proof
set -euo pipefail
build=${1:?the build directory}
taskset -c 0 "$build/tests/bench/proof_bench" witness
"$build/tests/bench/proof_bench" verify "$build/letopis-verify"
taskset -c 0 "$build/tests/bench/proof_bench" state
