# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced by scripts/parity/arm64-orc and scripts/parity/x86-orc, which set ours and work: compiles sources with unwind
# tables, and judges what the oracle (scripts/devtools) says about objects.
compare_dwarf=$(devtool compare_dwarf "$ours")

# judge NAME PERCENT OBJECT...: the oracle's totals over all objects against the bar. An object that cannot be read, or of which
# nothing was compared, is a failure; functions whose tables cannot be right (the oracle says why) do not count.
judge() {
    local name=$1 bar=$2 totals
    shift 2
    [ $# -gt 0 ] || { fail "$name: no objects"; return; }
    "$compare_dwarf" "$@" > "$work/out" 2> "$work/err"
    grep -E '^(disagrees|unresolved|described wrongly|unreadable):' "$work/out" | sed "s/^/  $name: /"
    # Functions, and those that agree or are described wrongly.
    totals=$(awk '/^[0-9]+ functions:/ { all += $1; good += $3; wrong += $8 }
                  /^[0-9]+ instructions:/ { insns += $1; unreached += $7 }
                  END { printf "%d %d %d %d %d", all, good, wrong, insns, unreached }' "$work/out")
    # Of functions it is said where they are.
    grep -vE '^unreadable: .* \(.*\): ' "$work/out" | grep '^unreadable: ' >> "$work/err"
    set -- $totals
    awk -v bar="$bar" -v all="$1" -v good="$2" -v wrong="$3" 'BEGIN { exit !(all > 0 && good >= bar / 100 * (all - wrong)) }'
    local met=$?
    echo "$name: $2 of $1 functions agree ($3 described wrongly), $4 instructions, $5 not reached"
    if [ $met = 0 ] && [ ! -s "$work/err" ]; then pass; else fail "$name: below $bar %: $(head -1 "$work/err")"; fi
}

# compile NAME COMPILER FLAGS...: the C sources of the kernel's own tools (7.3) that this compiler takes, as objects in $work/NAME.
compile() {
    local name=$1 compiler=$2 tools=$CACHE/src/7.3/tools source
    shift 2
    mkdir -p "$work/$name"
    for source in "$tools"/lib/bpf/*.c "$tools"/lib/*.c "$tools"/lib/subcmd/*.c "$tools"/objtool/*.c; do
        printf '%s\n' "$source"
    done | xargs -P "$(nproc)" -I{} sh -c '"$@" -o "$0/$(basename "{}" .c).o" "{}" 2> /dev/null || :' "$work/$name" \
        "$compiler" "$@" -w -c -fasynchronous-unwind-tables -D_GNU_SOURCE -I"$tools/include" -I"$tools/include/uapi" \
        -I"$tools/lib" -I"$tools/lib/bpf" -I"$tools/objtool/include" -I"$tools/objtool/arch/x86/include" \
        -I"$tools/arch/x86/include" -idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu
}
