#!/usr/bin/env bash
# What a ruling costs under each regulation, and what judging anew adds to an audit. ./dev bench decide
set -euo pipefail
build=${1:?the build directory}
"$build/tests/bench/decide_bench"
