# Sourced after cache.sh by what builds modules against Debian's kernel headers.

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
