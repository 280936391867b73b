#!/usr/bin/env bash
# Our HTTP server beside bare Beast: the same 1 kB answer over 64 kept connections, wrk (one thread) against one I/O thread.
#
#   tests/bench/http.sh BUILD_DIRECTORY [SECONDS]      prints requests per second and latencies, a block for each server
set -euo pipefail
build=$1 seconds=${2:-10}
file=$(mktemp)
trap 'rm -f "$file"' EXIT
head -c 1024 /dev/zero | tr '\0' x >"$file"

# measure NAME PROGRAM ARGUMENT...: the program serves until its standard input ends.
measure() {
  local name=$1 ready
  shift
  coproc server { exec "$@"; }
  # The coprocess's descriptors vanish from the variable when it ends: keep our own.
  exec 4>&"${server[1]}" 5<&"${server[0]}"
  read -r ready <&5
  printf '%s\n' "$name"
  wrk -t1 -c64 -d"${seconds}s" --latency "$(grep -o 'http://[0-9.:]*' <<<"$ready")/" |
    grep -E '50%|99%|Requests/sec|Non-2xx|Socket errors'
  eval "exec ${server[1]}>&- ${server[0]}<&-"
  exec 4>&- 5<&-
  wait
}

measure 'bare Beast' "$build/tests/bench/bench_bare_beast" "$file"
measure 'Letopis, answered on the I/O thread' "$build/tests/bench/bench_http_server" "$file" fast
measure 'Letopis, answered by a worker' "$build/tests/bench/bench_http_server" "$file" worker
