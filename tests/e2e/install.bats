#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The installed tree: the same bytes under any prefix, and it runs where it stands, also after it was moved.

bats_require_minimum_version 1.5.0

setup_file() {
    . "$CASEMATE_SOURCE/tests/e2e/common.bash"
    own_folder
    before=$(sha256sum < "$CASEMATE_BUILD/configured-with")
    "$CASEMATE_SOURCE/scripts/install" "$CASEMATE_BUILD" /opt/cm "$DIR/package"
    [ "$before" = "$(sha256sum < "$CASEMATE_BUILD/configured-with")" ]
    mkdir "$DIR/elsewhere"
    mv "$DIR/package/opt/cm" "$DIR/elsewhere/moved"
    export MOVED=$DIR/elsewhere/moved
}

teardown_file() { rm -rf "$DIR"; }

setup() { . "$CASEMATE_SOURCE/tests/e2e/common.bash"; }

@test "everything goes under the prefix, and nothing beside it" {
    [ -z "$(find "$DIR/package" -type f)" ]
    [ -x "$MOVED/bin/casemate" ]
    [ -f "$MOVED/lib/casemate/images/keep-process" ]
    [ -f "$MOVED/include/casemate/casemate.h" ]
}

@test "another prefix has the same images, programs and measurement" {
    diff -r --exclude=casemated.service "$CASEMATE_STAGE" "$MOVED"
    [ "$("$MOVED/bin/casemate" measure -q)" = "$(casemate measure -q)" ]
}

@test "the service starts the programs of its prefix, and no file names the build" {
    grep -q "^ExecStart=/opt/cm/bin/casemated " "$MOVED/lib/systemd/system/casemated.service"
    absent /usr/local/ "$MOVED/lib/systemd"
    absent "$DIR/package" "$MOVED"
    absent "$CASEMATE_BUILD" "$MOVED/lib/pkgconfig" "$MOVED/lib/systemd" "$MOVED/share" "$MOVED/include"
}

@test "casemate runs a program from the moved tree" {
    run --separate-stderr timeout 60 "$MOVED/bin/casemate" run --allow-simulated "$MOVED/share/casemate/examples/hello.wasm"
    [ "$status" = 0 ] || { echo "$stderr"; false; }
    [ "$output" = "hello from a Keep" ]
    run timeout 60 env -C / "$MOVED/bin/casemate" run -q --allow-simulated "$MOVED/share/casemate/examples/hello.wasm"
    [ "$output" = "hello from a Keep" ]
}

@test "casemated serves from the moved tree, also through a link to it" {
    ln -s "$MOVED/bin/casemated" "$DIR/link"
    "$DIR/link" --listen "unix:$DIR/moved.sock" --state "$DIR/moved-host" 2> "$DIR/moved.log" 3>&- &
    agent=$!
    wait_for test -S "$DIR/moved.sock"
    "$MOVED/bin/casemate" platform --host "unix:$DIR/moved.sock" > "$DIR/platform"
    "$MOVED/bin/casemate" root import "$DIR/moved-host/process-root.pem"
    # The Keep of the moved tree is one that the unmoved one accepts.
    run --separate-stderr casemate deploy -q --rm --allow-simulated --host "unix:$DIR/moved.sock" "$TOOL" exit 7
    kill "$agent"
    [ "$status" = 7 ] || { echo "$stderr"; false; }
    wait_for gone "$agent"
}

@test "a C program is built against the moved tree by its pkg-config file" {
    command -v pkg-config > /dev/null || skip "no pkg-config here"
    printf '#include <casemate/casemate.h>\n#include <stdio.h>\nint main(void)\n{\n    casemate_error *e = casemate_error_new();\n    casemate_error_free(e);\n    return e ? puts("linked") < 0 : 1;\n}\n' > "$DIR/user.c"
    flags=$(PKG_CONFIG_PATH=$MOVED/lib/pkgconfig pkg-config --cflags --libs casemate)
    [[ "$flags" == *"$DIR/elsewhere"* ]]
    # shellcheck disable=SC2086
    clang-19 -o "$DIR/user" "$DIR/user.c" $flags -Wl,-rpath,"$MOVED/lib"
    [ "$("$DIR/user")" = linked ]
}
