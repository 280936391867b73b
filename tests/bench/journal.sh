#!/usr/bin/env bash
# The journal: intake, reads, audit, replay, start, memory, disk; beside libsodium, RocksDB, PostgreSQL and a bare Beast.
#   journal.sh BUILD-DIR      LETOPIS_BENCH_ENTRIES=3000000 for the whole growth and the plot in docs
set -euo pipefail
"$1/tests/bench/journal_bench" "$1" --entries "${LETOPIS_BENCH_ENTRIES:-100000}"
