#!/usr/bin/env bash
# The journal: intake, reads, audit, replay, start, memory, disk; beside libsodium, RocksDB, PostgreSQL and a bare Beast.
#
#   tests/bench/journal.sh BUILD_DIRECTORY      prints the table, writes build/bench.json
#
# LETOPIS_BENCH_ENTRIES=3000000 (100000): how far the log grows; from a million on docs/bench.svg is drawn anew.
set -euo pipefail
entries=${LETOPIS_BENCH_ENTRIES:-100000}
# A disk, where /tmp may be memory: what is synced must have somewhere to go.
export TMPDIR=${TMPDIR:-/var/tmp}
exec "$1/tests/bench/journal_bench" "$1" --entries "$entries" $([ "$entries" -lt 1000000 ] || echo --plot docs/bench.svg)
