#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# scripts/private-apt takes nothing that Debian has not signed, and touches nothing of the system's.

setup() {
    work=$(mktemp -d)
    fetch=$CASEMATE_SOURCE/scripts/private-apt
    mirror=$work/mirror
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mkdir -p "$mirror/dists/trixie/main/source" "$work/store"
    # The machine's apt, as far as private-apt asks it: one mirror, in a folder.
    echo "deb file:$mirror $codename main" > "$work/sources.list"
    printf 'Dir::Etc::sourcelist "%s";\nDir::Etc::sourceparts "-";\n' "$work/sources.list" > "$work/apt.conf"
    export APT_CONFIG=$work/apt.conf
}

teardown() {
    rm -rf "$work"
}

offer() { # a repository that says it has package 1.0
    printf 'Package: thing\nFormat: 1.0\nBinary: thing\nVersion: 1.0\nDirectory: pool\nFiles:\n 0 0 x.dsc\n' \
        > "$mirror/dists/trixie/main/source/Sources"
    (cd "$mirror/dists/trixie" && {
        printf 'Suite: trixie\nCodename: trixie\nComponents: main\nDate: %s\nSHA256:\n' "$(date -Ru)"
        printf ' %s %s main/source/Sources\n' "$(sha256sum < main/source/Sources | cut -d' ' -f1)" \
            "$(stat -c %s main/source/Sources)"
    } > "$1")
}

store() { # a package that an earlier run has unpacked
    mkdir -p "$work/store/thing_$1/source"
}

@test "private-apt names the mirror of this machine in either format of sources" {
    run "$fetch" --mirror
    [ "$output" = "file:$mirror/" ]
    printf 'Types: deb\nURIs: file:%s\nSuites: %s\nComponents: main\n' "$mirror" "$codename" > "$work/x.sources"
    mkdir "$work/parts" && mv "$work/x.sources" "$work/parts/"
    printf 'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "%s";\n' "$work/parts" > "$work/apt.conf"
    run "$fetch" --mirror
    [ "$output" = "file:$mirror/" ]
}

@test "private-apt refuses a repository without a signature" {
    offer Release
    run "$fetch" source trixie thing '1.*' 1.0 "$work/store"
    [ "$status" -ne 0 ]
    [[ $output == *"not signed"* ]]
    [ -z "$(find "$work/store" -name 'thing_*')" ]
}

@test "private-apt refuses a repository whose signature is not Debian's" {
    offer InRelease
    { echo '-----BEGIN PGP SIGNED MESSAGE-----'; echo 'Hash: SHA256'; echo; cat "$mirror/dists/trixie/InRelease"
      echo '-----BEGIN PGP SIGNATURE-----'; echo; echo 'iQEzBAEBCAAdFiEE'; echo '-----END PGP SIGNATURE-----'
    } > "$work/signed" && mv "$work/signed" "$mirror/dists/trixie/InRelease"
    run "$fetch" source trixie thing '1.*' 1.0 "$work/store"
    [ "$status" -ne 0 ]
    echo "$output"
    [[ $output == *"GPG error"* || $output == *"signature verification failed"* ]]
    [ -z "$(find "$work/store" -name 'thing_*')" ]
}

@test "private-apt uses what the store has without asking the network" {
    store 1.2
    rm -rf "$mirror"
    run "$fetch" source trixie thing '1.*' 1.0 "$work/store"
    [ "$status" -eq 0 ]
    [ "$output" = "$work/store/thing_1.2/source" ]
}

@test "private-apt takes the newest version that fits, by Debian's order" {
    store 1.9
    store 1.10
    store 2.0
    run "$fetch" source trixie thing '1.*' 1.0 "$work/store"
    [ "$output" = "$work/store/thing_1.10/source" ]
}

@test "private-apt does not take a version below the minimum" {
    store 1.0.9
    run "$fetch" source trixie thing '1.0.*' 1.0.10 "$work/store"
    [ "$status" -ne 0 ]
}

@test "private-apt leaves the system's apt state as it is" {
    before=$(find /var/lib/apt /var/cache/apt -printf '%p %s %T@\n' | sort | sha256sum)
    offer Release
    run "$fetch" source trixie thing '1.*' 1.0 "$work/store"
    [ "$(find /var/lib/apt /var/cache/apt -printf '%p %s %T@\n' | sort | sha256sum)" = "$before" ]
}
