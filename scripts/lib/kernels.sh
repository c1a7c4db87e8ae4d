# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced after base.sh: kernel releases, their sources, and how kernels and their tools are built here.

# The releases of lib/releases; `postlink series` knows what is different about them.
known_releases() { awk '!/^#/ && NF { print $1 }' "$scripts/lib/releases"; }

# origin_of RELEASE: the other words of its line, nothing if it is not known.
origin_of() { awk -v release="$1" '$1 == release { $1 = ""; print substr($0, 2) }' "$scripts/lib/releases"; }

# kernel_name NAME: sets kind, release and size of a kernel such as lto-7.3-base. A release may have dashes, too.
kernel_name() { kind=${1%%-*} size=${1##*-} release=${1#*-}; release=${release%-*}; }

# version_of TREE: as `make kernelversion` says it, but without make: archives of the tools have no more than that part of
# the makefile.
version_of() {
    { cat "$1/VERSION" "$1/Makefile" 2>/dev/null || :; } | sed -nE 's/^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *= *(.*)/\2/p' | head -n 4 |
        { read -r a; read -r b; read -r c; read -r d || :; echo "$a.$b.$c$d"; }
}

# Source trees, and archives of the tools alone, that are on this machine: POSTLINK_SOURCES=FOLDER:FOLDER names kernel trees and
# folders of trees and archives; ../shared/originals beside the checkout is one of these.
local_sources() {
    local folder place
    IFS=: read -ra folders <<<"${POSTLINK_SOURCES-}"
    for folder in "${folders[@]}" "$ROOT/../shared/originals"; do
        for place in "$folder" "$folder"/*; do
            case $place in
            *-tools.tar.xz) [ ! -f "$place" ] || echo "$place" ;;
            *) [ ! -e "$place/tools/objtool" ] || (cd "$place" && pwd) ;;
            esac
        done
    done
}

# local_source RELEASE: the first of these that is of the release.
local_source() {
    local place
    local_sources | while read -r place; do
        case $place in
        */"linux-$1-tools.tar.xz") echo "$place"; break ;;
        *.tar.xz) ;;
        *) [ "$(version_of "$place")" != "$1" ] || { echo "$place"; break; } ;;
        esac
    done
}

# For kernel builds: nothing in what they make may depend on when, where and by whom it was made, and if this was started
# from a makefile, its flags are not the kernel's.
reproducible() {
    unset MAKEFLAGS MFLAGS MAKELEVEL
    export KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 2026' KBUILD_BUILD_USER=postlink KBUILD_BUILD_HOST=postlink
    export KBUILD_BUILD_VERSION=1 LC_ALL=C TZ=UTC
}

# llvm_options KIND RELEASE: make's, for kinds that Clang builds. Before 5.18 nothing knows suffixes of the tools' names.
llvm_options() {
    case $1-$2 in
    lto-5.1[0-7]* | cfi-5.1[0-7]*) echo "LLVM=1 LLVM_IAS=1" ;;
    lto-* | cfi-* | unwind-*) echo "LLVM=-19" ;;
    esac
}

# llvm_before_suffixes: the version for those, of their time where Debian has it: what a compiler makes is what its kernels were
# checked with.
llvm_before_suffixes() { [ -x /usr/lib/llvm-14/bin/ld.lld ] && echo 14 || echo 19; }

# with_llvm KIND RELEASE: puts programs into PATH that the kernel's recorded commands name without a suffix.
with_llvm() {
    case " $(llvm_options "$@") " in *" LLVM=1 "*) PATH=/usr/lib/llvm-$(llvm_before_suffixes)/bin:$PATH ;; esac
}

# kernel_make OPTION...: make, with the programs in PATH that its options ask for.
kernel_make() {
    local folder=
    case " $* " in *" LLVM=1 "*) folder=/usr/lib/llvm-$(llvm_before_suffixes)/bin: ;; esac
    PATH=$folder$PATH nice -n 10 make -j"$(nproc)" "$@"
}

# logged LOG WHAT COMMAND...: runs a function with everything it says in LOG, and sets `spent` to its wall, user and system
# seconds. If it fails, so does the script, with the end of the log.
logged() {
    local log=$1 what=$2 status TIMEFORMAT='%R %U %S'
    shift 2
    set +e      # The subshell has its own set -e; inside a condition bash would ignore that one.
    spent=$( { time { ( set -e; "$@" ) >"$log" 2>&1; }; } 2>&1 )
    status=$?
    set -e
    [ $status = 0 ] || { tail -n 30 "$log" >&2; die "$what failed (log: $log)"; }
}

# modpost_for TREE CLASS ORDER PROGRAM: builds modpost for targets of an ELF class and byte order; up to 6.6 the original is for
# just one of each. No kernel configuration and no cross compiler is needed: the layout of device tables is the same for all
# targets of a class but m68k, so the build host's compiler can tell it.
modpost_for() {
    local src=$1 class=$2 order=$3 program=$4 bits=${2#ELFCLASS} tmp offsets
    tmp=$(mktemp -d)
    mkdir -p "$tmp/scripts/mod" "$tmp/scripts/include" "$tmp/include/linux" "$tmp/shim/linux"
    cp "$src"/scripts/mod/*.[ch] "$tmp/scripts/mod/"
    cp "$src"/include/linux/{license,mod_devicetable}.h "$tmp/include/linux/"
    # Not every release has these.
    cp -r "$src"/include/linux/{module_symbol.h,device-id} "$tmp/include/linux/" 2>/dev/null || :
    cp "$src"/scripts/include/*.h "$tmp/scripts/include/" 2>/dev/null || :
    cat >"$tmp/scripts/mod/elfconfig.h" <<END
#define KERNEL_ELFCLASS $class
#define KERNEL_ELFDATA $order
#define HOST_ELFCLASS ELFCLASS64
#define HOST_ELFDATA ELFDATA2LSB
END
    # An archive of the tools has the table for 64-bit targets.
    offsets=$tmp/scripts/mod/devicetable-offsets.h
    if [ "$bits" = 32 ] || [ ! -e "$offsets" ]; then
        # The list of offsets asks for each with DEFINE().
        cat >"$tmp/shim/linux/kbuild.h" <<'END'
#define DEFINE(name, value) __asm__ volatile("\n# offset: " #name " %c0 end" : : "i"(value))
END
        cat >"$tmp/shim/types.h" <<END
#include <stddef.h>
typedef unsigned char __u8; typedef unsigned short __u16; typedef unsigned int __u32; typedef unsigned long long __u64;
typedef __u8 uint8_t; typedef __u16 uint16_t; typedef __u32 uint32_t; typedef __u64 uint64_t;
typedef struct { __u8 b[16]; } guid_t; typedef struct { __u8 b[16]; } uuid_t; typedef struct { __u8 b[16]; } uuid_le;
typedef unsigned long kernel_ulong_t;
#define UUID_STRING_LEN 36
END
        # Compiled to assembly only, so no 32-bit libraries are needed.
        cc "-m$bits" -S -o "$tmp/offsets.s" -include "$tmp/shim/types.h" -nostdinc -isystem "$(cc -print-file-name=include)" \
            "-DBITS_PER_LONG=$bits" -I"$tmp/shim" -I"$tmp/include" "$tmp/scripts/mod/devicetable-offsets.c"
        sed -n 's/^# offset: \([A-Za-z0-9_]*\) \([0-9]*\) end$/#define \1 \2/p' "$tmp/offsets.s" >"$offsets"
    fi
    mkdir -p "$(dirname "$program")"
    cc -O2 -w -I"$tmp/scripts/mod" -I"$tmp/scripts/include" -o "$program.new" \
        $(ls "$tmp"/scripts/mod/{modpost,file2alias,sumversion,symsearch}.c 2>/dev/null)
    mv "$program.new" "$program"
    rm -rf "$tmp"
}
