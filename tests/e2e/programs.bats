#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Programs, good and bad, run by the shipped command line: what a user sees, and that nothing stays behind.

setup_file() {
    export DIR BIN=$CASEMATE_STAGE/bin TOOL=$CASEMATE_BUILD/tests/programs/tool.wasm
    DIR=$(mktemp -d)
    export XDG_STATE_HOME=$DIR/state XDG_CONFIG_HOME=$DIR/config XDG_RUNTIME_DIR=$DIR NO_COLOR=1
    unset CASEMATE_HOST
    mkdir -p "$DIR/state" "$DIR/config"
}

teardown_file() { rm -rf "$DIR"; }

run_tool() { timeout 60 "$BIN/casemate" run --quiet --allow-simulated "$@"; }
tool() { run_tool "$TOOL" "$@"; }

# Process ids of all that a client started, and what they started.
tree_of() {
    local child
    for child in $(pgrep -P "$1"); do
        echo "$child"
        tree_of "$child"
    done
}

alive() {
    local pid
    for pid in "$@"; do
        [ -d "/proc/$pid" ] && [ "$(awk '{print $3}' "/proc/$pid/stat" 2> /dev/null)" != Z ] && return 0
    done
    return 1
}

all_gone() { ! alive "$@"; }

wait_for() {
    for _ in $(seq 200); do
        "$@" && return 0
        sleep 0.05
    done
    return 1
}

# Starts the tool in the background; $CLIENT is its pid, $TREE all below it once the program says that it is awake.
start_tool() {
    "$BIN/casemate" run --quiet --allow-simulated "$TOOL" "$@" > "$DIR/out" 2> "$DIR/err" 3>&- &
    CLIENT=$!
    wait_for grep -q awake "$DIR/out"
    TREE=$(tree_of "$CLIENT")
    [ "$(echo "$TREE" | wc -l)" -ge 3 ] # host agent, warden, Keep
}

@test "the program's exit code is ours" {
    for code in 0 1 3 42 255; do
        run tool exit "$code"
        [ "$status" -eq "$code" ]
    done
}

@test "everything behind the module is the program's" {
    run run_tool -e A=1 "$TOOL" --quiet -e B=2 -- --help
    [ "$status" -eq 0 ]
    [ "$(echo "$output" | tail -n +2)" = "$(printf '%s\n' '[--quiet]' '[-e]' '[B=2]' '[--]' '[--help]')" ]
}

@test "only the variables that were named reach the program" {
    INHERITED=yes OTHER=no run run_tool -e INHERITED -e "SPACE=a b" -e EMPTY= --secret-env "SECRET=s" "$TOOL" env
    [ "$status" -eq 0 ]
    [ "$(echo "$output" | sort)" = "$(printf '%s\n' EMPTY= INHERITED=yes SECRET=s 'SPACE=a b')" ]
}

@test "stdin reaches the program whole, and its end too" {
    head -c 3000000 /dev/urandom | base64 > "$DIR/input"
    run_tool -i "$TOOL" cat < "$DIR/input" > "$DIR/output"
    cmp "$DIR/input" "$DIR/output"
}

@test "a flood of output arrives whole and in order" {
    tool flood 300000 > "$DIR/output"
    [ "$(wc -l < "$DIR/output")" -eq 300000 ]
    [ "$(sort -c "$DIR/output" && tail -n 1 "$DIR/output")" = "$(printf '%063d' 299999)" ]
}

@test "files and folders are sent, and results come back" {
    mkdir -p "$DIR/folder/sub" "$DIR/results"
    echo one > "$DIR/folder/sub/one"
    run run_tool -v "$DIR/folder:/data" "$TOOL" print /data/sub/one
    [ "$output" = one ]
    run run_tool --dir "$DIR/folder::/data" "$TOOL" print data/sub/one
    [ "$output" = one ]
    run run_tool --file "$DIR/folder/sub/one:/a/b" "$TOOL" print /a/b
    [ "$output" = one ]
    run run_tool -v "$DIR/folder:/out" --output-dir "$DIR/results:/out" "$TOOL" write /out/sub/two zwei
    [ "$status" -eq 0 ] || { echo "$output"; false; }
    [ "$(cat "$DIR/results/sub/two")" = zwei ]
    [ "$(cat "$DIR/results/sub/one")" = one ]
    [ ! -e "$DIR/folder/sub/two" ]
}

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
    run run_tool "$DIR/missing.wasm"
    [[ $status -eq 127 && $output == *E_NOT_FOUND* ]]
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

@test "Ctrl-C ends a program that never ends: 130, and nothing stays" {
    start_tool sleep 600
    kill -INT "$CLIENT"
    code=0
    wait "$CLIENT" || code=$?
    [ "$code" -eq 130 ] || { cat "$DIR/err"; echo "$code"; false; }
    # shellcheck disable=SC2086
    wait_for all_gone $TREE
}

@test "an endless loop obeys too" {
    "$BIN/casemate" run --quiet --allow-simulated "$TOOL" spin > "$DIR/out" 2>&1 3>&- &
    CLIENT=$!
    sleep 2
    TREE=$(tree_of "$CLIENT")
    kill -INT "$CLIENT"
    code=0
    wait "$CLIENT" || code=$?
    [ "$code" -eq 130 ] || { cat "$DIR/out"; echo "$code"; false; }
    # shellcheck disable=SC2086
    wait_for all_gone $TREE
}

# Acceptance test 36, for the command line.
@test "kill -9 of client, host agent, warden or Keep leaves no process behind" {
    start_tool sleep 600
    kill -9 "$CLIENT"
    wait "$CLIENT" 2> /dev/null || true
    # shellcheck disable=SC2086
    wait_for all_gone $TREE
    for victim in 1 2 3; do # in the order of the tree: agent, warden, Keep
        start_tool sleep 600
        kill -9 "$(echo "$TREE" | sed -n "${victim}p")"
        code=0
        wait "$CLIENT" || code=$?
        [ "$code" -eq 125 ] || { cat "$DIR/err"; echo "victim $victim: $code"; false; }
        grep -q "(casemate explain E_" "$DIR/err"
        # shellcheck disable=SC2086
        wait_for all_gone $TREE
    done
}

@test "errors are one JSON object when that is asked for" {
    run timeout 60 "$BIN/casemate" run --json "$TOOL"
    [ "$status" -eq 125 ]
    python3 -c 'import json, sys; error = json.loads(sys.argv[1]); assert "E_SIMULATED" in json.dumps(error)' "$output"
}

@test "unknown words get the nearest known one" {
    run "$BIN/casemate" runn
    [[ $status -eq 125 && $output == *'casemate run'* ]]
    run "$BIN/casemate" run --allow-simulatd "$TOOL"
    [[ $status -eq 125 && $output == *--allow-simulated* ]]
    run "$BIN/casemate" run --allow-simulated --tee proces "$TOOL"
    [[ $status -eq 125 && $output == *process* ]]
}

@test "every code that exists is explained" {
    codes=$("$BIN/casemate" explain | grep -o 'E_[A-Z_]*' | sort -u)
    [ "$(echo "$codes" | wc -l)" -ge 20 ]
    for code in $codes; do
        run "$BIN/casemate" explain "$code"
        [[ $status -eq 0 && ${#output} -gt 40 ]] || { echo "$code: $output"; false; }
    done
    run "$BIN/casemate" explain E_NO_SUCH_CODE
    [ "$status" -ne 0 ]
}
