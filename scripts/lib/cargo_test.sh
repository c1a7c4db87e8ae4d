# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced after base.sh by what runs one of our tests on captured kernels.

# cargo_test PROGRAM TEST VARIABLE=VALUE: counts what the test says in the report it writes (tests/common/tally.rs), or, if it writes
# none, itself. Failures are shown in full, and the last few lines.
cargo_test() {
    local report status=0 log
    report=$(mktemp) log=$(mktemp)
    echo "$2 of ${3#*=}"
    env "$3" POSTLINK_REPORT="$report" cargo test --quiet --test "$1" -- --exact "$2" >"$log" 2>&1 || status=$?
    grep -A 2 '^FAILED: ' "$report" | cut -c 1-500 | head -n 60 || :
    if [ -s "$report" ]; then
        tail -n 3 "$report" | cut -c 1-150 | head -n 2
        count "$2" "$report"
    elif [ $status = 0 ] && grep -q '^running 1 test' "$log"; then
        pass
    else
        cat "$log"
        fail "$2 of ${3#*=}"
    fi
    rm "$report" "$log"
}
