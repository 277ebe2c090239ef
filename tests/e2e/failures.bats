#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Programs that cannot run, trap, or ask for too much: the right words and the right exit code.

bats_require_minimum_version 1.5.0

setup_file() {
    . "$CASEMATE_SOURCE/tests/e2e/common.bash"
    own_folder
}

teardown_file() { rm -rf "$DIR"; }

setup() { . "$CASEMATE_SOURCE/tests/e2e/common.bash"; }

@test "a trap is told with the function's name and exits 134" {
    run tool trap
    [ "$status" -eq 134 ]
    [[ $output == *unreachable* && $output == *main* && $output == *E_TRAP* ]]
}

@test "a stack without end traps" {
    run tool recurse
    [ "$status" -eq 134 ]
    [[ $output == *recurse* ]]
}

@test "memory ends where --memory says, and the program is told" {
    run run_tool --memory 96m "$TOOL" grow
    [ "$status" -eq 5 ] || { echo "$status $output"; false; }
    [[ $output == *"MiB, then no more" ]]
    [ "${output%% *}" -le 96 ]
}

@test "what is no module, or not a valid one, cannot run: 126" {
    echo "not wasm" > "$DIR/text.wasm"
    run run_tool "$DIR/text.wasm"
    [[ $status -eq 126 && $output == *E_MODULE* ]]
    : > "$DIR/empty.wasm"
    run run_tool "$DIR/empty.wasm"
    [[ $status -eq 126 && $output == *E_MODULE* ]]
    for size in 8 100 1000 5000; do
        head -c "$size" "$TOOL" > "$DIR/cut.wasm"
        run run_tool "$DIR/cut.wasm"
        [[ $status -eq 126 && $output == *"(casemate explain E_"* ]] || { echo "$size: $status $output"; false; }
    done
}

@test "a module that is not there is not found: 127" {
    run -127 run_tool "$DIR/missing.wasm"
    [[ $output == *E_NOT_FOUND* && $output == *"$DIR/missing.wasm"* ]]
}

@test "every import that is missing is named before a Keep is made: 126" {
    printf '\0asm\1\0\0\0\1\4\1\x60\0\0\2\25\2\3env\3foo\0\0\3env\3bar\0\0\3\2\1\0\7\12\1\6_start\0\2\12\4\1\2\0\13' > "$DIR/import.wasm"
    run casemate run --allow-simulated "$DIR/import.wasm"
    [ "$status" = 126 ]
    [[ "$output" == *E_IMPORTS* && "$output" == *env.foo* && "$output" == *env.bar* ]] || { echo "$output"; false; }
}

@test "a module that is changed anywhere is refused or runs, and never takes anything down" {
    [ -s "$TOOL" ]
    for at in $(seq 100 1499 "$(stat -c %s "$TOOL")"); do
        python3 -c 'import sys
data = bytearray(open(sys.argv[1], "rb").read()); data[int(sys.argv[3])] ^= 0x41
open(sys.argv[2], "wb").write(data)' "$TOOL" "$DIR/changed.wasm" "$at"
        run run_tool "$DIR/changed.wasm" exit 7
        case $status in
        124) echo "$at: hangs"; false ;;
        125 | 126 | 127 | 134) [[ $output == *"(casemate explain E_"* ]] || { echo "$at: $status $output"; false; } ;;
        esac
    done
}
