# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced after base.sh: Debian packages of any suite, whatever the system itself uses.

# The address of a suite's archive, taken from the system's own apt configuration: no host is named in this project.
# A suite the system does not use lives in the same archive as those it does; security suites have their own.
suite_uri() {
    local own='^(bullseye|bookworm|trixie|forky|stable|testing|sid|unstable)(-updates|-backports)?$' uri
    case $1 in *-security) own='-security$' ;; esac
    uri=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
        awk -v own="$own" '$2 ~ own { print $1; exit }')
    if [ -z "$uri" ]; then
        case $1 in *-security) uri=$(suite_uri "${1%-security}"); uri=${uri%/}-security/ ;; esac
    fi
    [ -n "$uri" ] || die "no Debian archive in the system's apt sources to fetch suite $1 from"
    echo "$uri"
}

# apt_dir SUITE ARCHITECTURE: what belongs to a suite for amd64, which nearly all is, has no suffix.
apt_dir() { case $2 in amd64) echo "$CACHE/apt/$1" ;; *) echo "$CACHE/apt/$1-$2" ;; esac; }

# apt_in SUITE ARCHITECTURE COMMAND...: apt with sources, lists and cache of its own, so the system's stay untouched.
apt_in() {
    local dir architecture=$2
    dir=$(apt_dir "$1" "$2")
    shift 2
    "$@" -q=2 \
        -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State="$dir/state" -o Dir::State::Status="$dir/status" -o Dir::Cache="$dir/cache" \
        -o APT::Architecture="$architecture" -o APT::Architectures::="$architecture" \
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=3
}

# apt_lists SUITE ARCHITECTURE: without its lists apt cannot tell what exists; a day is fresh enough, suites change rarely.
apt_lists() {
    local dir
    dir=$(apt_dir "$1" "$2")
    mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
    : >"$dir/status"
    if [ ! -e "$dir/updated" ] || [ -n "$(find "$dir/updated" -mmin +1440)" ]; then
        echo "deb [arch=$2 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(suite_uri "$1") $1 main" \
            >"$dir/sources.list"
        apt_in "$1" "$2" apt-get update >&2 || die "cannot read the package lists of $1"
        touch "$dir/updated"
    fi
}

# fetch_deb SUITE PATTERN [ARCHITECTURE]: downloads the newest package of SUITE whose whole name matches the shell
# pattern, and prints the file's path. A file fetched before is used again.
fetch_deb() {
    local suite=$1 pattern=$2 architecture=${3:-amd64} dir name file
    dir=$(apt_dir "$suite" "$architecture")
    (
        lock "apt-${dir##*/}"
        apt_lists "$suite" "$architecture"
        # shellcheck disable=SC2254
        name=$(apt_in "$suite" "$architecture" apt-cache pkgnames | while read -r p; do
            case $p in $pattern) echo "$p" ;; esac; done | sort -V | tail -n 1)
        [ -n "$name" ] || die "suite $suite has no package named $pattern"
        cd "$dir/cache/archives" || exit
        file=$(ls "$name"_*.deb 2>/dev/null | sort -V | tail -n 1)
        if [ -z "$file" ]; then
            say "fetching $name from $suite"
            apt_in "$suite" "$architecture" apt-get download "$name" >&2 || die "cannot fetch $name"
            file=$(ls "$name"_*.deb | sort -V | tail -n 1)
        fi
        echo "$PWD/$file"
    )
}

# headers FOLDER: unpacks the headers as they are installed, but into FOLDER/headers; their links are relative. Sets tree.
headers() {
    local folder=$1 pattern deb debs=
    # Three packages of one version: the newest.
    for pattern in 'linux-headers-6.12.*+deb12-amd64' 'linux-headers-6.12.*+deb12-common' 'linux-kbuild-6.12.*+deb12'; do
        deb=$(fetch_deb bookworm-security "$pattern")
        debs="$debs $deb"
    done
    rm -rf "$folder/headers"
    mkdir -p "$folder/headers"
    for deb in $debs; do dpkg-deb -x "$deb" "$folder/headers"; done
    for tree in "$folder"/headers/usr/src/linux-headers-*-amd64; do
        # The only absolute path in them.
        sed -i "s|/usr/src/|$folder/headers/usr/src/|" "$tree/Makefile"
        # BTF would need pahole, and comes after everything that is compared.
        rm -f "$tree/vmlinux"
    done
}

# fetch_all SUITE PACKAGE...: downloads packages with all that they depend on, and prints the files' paths. Nothing of the system
# counts as installed.
fetch_all() {
    local suite=$1 dir
    dir=$(apt_dir "$suite" amd64)
    shift
    (
        lock "apt-${dir##*/}"
        apt_lists "$suite" amd64
        apt_in "$suite" amd64 apt-get -y --no-install-recommends --download-only install "$@" >&2 ||
            die "cannot fetch $* from $suite"
        apt_in "$suite" amd64 apt-get -y --no-install-recommends -s install "$@" | awk '$1 == "Inst" { print $2 }' |
            while read -r name; do ls "$dir/cache/archives/${name%:*}"_*.deb | sort -V | tail -n 1; done
    )
}
