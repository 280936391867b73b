#!/bin/sh
# run.sh <interop_log> <scratch folder>: our tool writes a log, Go's sumdb checks it and writes one of its own, ours checks
# that. No network: the Go packages are Debian's.
set -eu
tool=$1
scratch=$2
here=$(dirname "$0")

if ! command -v go >/dev/null; then
  echo "interop_sumdb: go is missing; on Debian: apt install golang-go golang-golang-x-mod-dev" >&2
  exit 1
fi
if [ ! -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]; then
  echo "interop_sumdb: golang.org/x/mod is missing; on Debian: apt install golang-golang-x-mod-dev" >&2
  exit 1
fi

rm -rf "$scratch/ours" "$scratch/theirs"
mkdir -p "$scratch/cache"
export GO111MODULE=off GOPATH=/usr/share/gocode GOPROXY=off GOFLAGS= GOCACHE="$scratch/cache" HOME="$scratch"
go build -o "$scratch/check" "$here/check.go"

"$tool" write "$scratch/ours"
"$scratch/check" "$scratch/ours" "$scratch/theirs"
"$tool" check "$scratch/theirs"
