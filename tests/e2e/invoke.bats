#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# casemate run --invoke: one export of a module is called, with numbers; --wasm-feature: what the module may use.

bats_require_minimum_version 1.5.0

# The functions add(i32, i32), half(f64), swap(i64, f32) -> (f32, i64), low(i32) by i32.extend8_s, ref(externref), trap(), and
# ready(), which gives 7 once _initialize has run.
LIBRARY=0061736d0100000001230760027f7f017f60017c017c60027e7d027d7e60017f017f60016f006000006000017f03090800010203040506050606
LIBRARY+=017f0141000b073e080361646400000468616c66000104737761700002036c6f7700030372656600040474726170000505726561647900060b5f
LIBRARY+=696e697469616c697a6500070a38080700200020016a0b0e00200044000000000000e03fa20b0600200120000b05002000c00b02000b0300000b04
LIBRARY+=0023000b0600410724000b

setup_file() {
    . "$CASEMATE_SOURCE/tests/e2e/common.bash"
    own_folder
    echo "$LIBRARY" | xxd -r -p > "$DIR/library.wasm"
}

teardown_file() { rm -rf "$DIR"; }

setup() { . "$CASEMATE_SOURCE/tests/e2e/common.bash"; }

invoke() { run_tool --invoke "$1" "$DIR/library.wasm" "${@:2}"; }

@test "an export is called with numbers of its type, and its results are lines" {
    run invoke add 2 40
    [[ "$status" = 0 && "$output" = 42 ]]
    run invoke add -1 0x7fffffff
    [[ "$status" = 0 && "$output" = 2147483646 ]]
    run invoke add 4294967295 0
    [[ "$status" = 0 && "$output" = -1 ]]
    run invoke half 0.2
    [[ "$status" = 0 && "$output" = 0.1 ]]
    run invoke half -inf
    [[ "$status" = 0 && "$output" = -inf ]]
    run invoke half 1e22
    [[ "$status" = 0 && "$output" = 5e+21 ]]
    run invoke swap -9223372036854775808 3.3
    [[ "$status" = 0 && "$output" = "3.3"$'\n'"-9223372036854775808" ]]
}

@test "_initialize runs before, and a trap is a trap" {
    run invoke ready
    [[ "$status" = 0 && "$output" = 7 ]]
    run invoke trap
    [[ "$status" = 134 && "$output" = *unreachable* ]]
}

@test "arguments that do not fit are refused before a Keep is made" {
    for words in "add 1" "add 1 2 3" "add 1 x" "add 1 2.5" "add 1 4294967296" "add -2147483649 0" "add 1 0x" "add 1 --2" "half 1,5" \
        "half 1x" "swap 18446744073709551616 0"; do
        run invoke $words
        [[ "$status" = 125 && "$output" = *E_USAGE* ]]
    done
    run invoke add 1 ""
    [[ "$status" = 125 && "$output" = *E_USAGE* && "$output" = *i32* ]]
    run invoke ref 0
    [[ "$status" = 125 && "$output" = *externref* ]]
    run invoke ad 1 2
    [[ "$status" = 125 && "$output" = *'no function "ad"'* && "$output" = *"add, half, swap"* ]]
    no_records
}

@test "a feature that is off is refused, one that is unknown has a nearest name" {
    run run_tool --wasm-feature sign-extension=off --invoke low "$DIR/library.wasm" 255
    [[ "$status" = 126 && "$output" = *E_MODULE* && "$output" = *"illegal opcode"* ]]
    run run_tool --wasm-feature sign-extension=off --wasm-feature sign-extension=on --wasm-feature simd=off --invoke low \
        "$DIR/library.wasm" 255
    [[ "$status" = 0 && "$output" = -1 ]]
    run run_tool --wasm-feature sing-extension=off --invoke low "$DIR/library.wasm" 255
    [[ "$status" = 125 && "$output" = *"Did you mean sign-extension?"* ]]
    run run_tool --wasm-feature simd "$DIR/library.wasm"
    [[ "$status" = 125 && "$output" = *"NAME=on or NAME=off"* ]]
}

@test "without --invoke a library says how its functions are called" {
    run run_tool "$DIR/library.wasm"
    [[ "$status" = 126 && "$output" = *--invoke* ]]
}
