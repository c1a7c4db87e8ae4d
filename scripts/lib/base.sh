# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by every shell script here: where things are, how a script speaks, takes turns and counts.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scripts=$ROOT/scripts

# POSTLINK_CACHE may be relative; scripts change directory, so it is made absolute here.
CACHE=${POSTLINK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/postlink}
mkdir -p "$CACHE"
CACHE=$(cd "$CACHE" && pwd -P)

say() { echo "${0#"$ROOT/"}: $*" >&2; }
die() { say "$*"; exit 1; }

# usage: the caller's own, from the comment on its top.
usage() { sed -n 's/^# \(usage: .*\)/\1/p' "$0" >&2; exit 2; }

# in_memory: a folder of one's own, in memory if there is such a place.
in_memory() { mktemp -d -p "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")"; }

# Runs the rest of the calling (sub)shell under the lock NAME. The kernel drops the lock when the shell dies, so an
# interrupted run never leaves one behind. Commands started inside get the descriptor too; that is wanted: a build
# which outlives its script still owns its directory.
lock() {
    mkdir -p "$CACHE/lock"
    exec 9>"$CACHE/lock/$1"
    flock -n 9 || { say "waiting for another run that holds '$1'"; flock 9; }
}

# devtool NAME [FOLDER]: the path of a program of scripts/devtools, which is built as the tools in FOLDER were.
devtool() {
    local profile=release
    case ${2-} in *debug) profile=dev ;; esac
    (cd "$ROOT" && cargo build --quiet --profile $profile -p devtools --bin "$1") || die "the build failed"
    echo "${CARGO_TARGET_DIR:-$ROOT/target}/${profile/dev/debug}/$1"
}

# What was compared. Every comparison ends with `tally`; callers, and CI, add its line to theirs with `count`.
n_passed=0 n_failed=0 n_skipped=0
pass() { n_passed=$((n_passed + 1)); }
fail() { n_failed=$((n_failed + 1)); echo "FAILED: $*"; }
skip() { n_skipped=$((n_skipped + 1)); echo "skipped: $*"; }
tally() {
    [ $n_skipped = 0 ] && echo "$n_passed passed, $n_failed failed" || echo "$n_passed passed, $n_failed failed, $n_skipped skipped"
    [ $n_failed = 0 ] && [ $n_passed != 0 ]
}

# count NAME FILE: adds the verdict that is FILE's last line; without one NAME has failed.
count() {
    local passed failed skipped
    if read -r passed failed skipped < <(tail -n 1 "$2" |
        sed -nE 's/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$/\1 \2 \40/p'); then
        n_passed=$((n_passed + passed)) n_failed=$((n_failed + failed)) n_skipped=$((n_skipped + skipped / 10))
    else
        fail "$1: no verdict"
    fi
}
