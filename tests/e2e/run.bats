#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# casemate run: a program gets its arguments, variables, files and input, and gives back output, files and exit code.

bats_require_minimum_version 1.5.0

setup_file() {
    . "$CASEMATE_SOURCE/tests/e2e/common.bash"
    own_folder
}

teardown_file() { rm -rf "$DIR"; }

setup() { . "$CASEMATE_SOURCE/tests/e2e/common.bash"; }

@test "hello world needs one flag, its output is all of stdout, and nothing stays" {
    run --separate-stderr casemate run --allow-simulated "$EXAMPLES/hello.wasm"
    [ "$status" = 0 ]
    [ "$output" = "hello from a Keep" ]
    [[ "$stderr" == *simulated* ]]
    no_records
}

@test "without the flag a simulated Keep is refused, and the whole command is named" {
    run --separate-stderr casemate run -e "A=it's" "$EXAMPLES/hello.wasm"
    [ "$status" = 125 ]
    [ -z "$output" ]
    [[ "$stderr" == *E_SIMULATED* && "$stderr" == *simulated* ]]
    [[ "$stderr" == *"casemate run --allow-simulated -e 'A=it'\\''s' $EXAMPLES/hello.wasm"* ]]
}

@test "--quiet drops hints, banners and progress, never errors" {
    run --separate-stderr casemate run -q --allow-simulated "$EXAMPLES/hello.wasm"
    [[ "$status" = 0 && -z "$stderr" ]]
    run --separate-stderr casemate run -q "$EXAMPLES/hello.wasm"
    [[ "$status" = 125 && "$stderr" == *E_SIMULATED* ]]
}

@test "wordcount gets its file, variable and arguments from Casemate.toml and the command line" {
    run run_tool --config "$EXAMPLES/Casemate.toml" "$EXAMPLES/wordcount.wasm" -l /text the
    [ "$status" = 0 ]
    [ "${lines[0]}" = "counted inside the Keep" ]
    [[ "${lines[2]}" == *" the" ]]
}

@test "the program's exit code is ours" {
    for code in 0 1 3 42 255; do
        run tool exit "$code"
        [ "$status" -eq "$code" ]
    done
}

@test "everything behind the module is the program's, and -- ends our options" {
    run run_tool -e A=1 "$TOOL" --quiet -e B=2 -- --help
    [ "$status" -eq 0 ]
    [ "$(echo "$output" | tail -n +2)" = "$(printf '%s\n' '[--quiet]' '[-e]' '[B=2]' '[--]' '[--help]')" ]
    run run_tool -- "$TOOL" exit 3
    [ "$status" -eq 3 ]
}

@test "only the variables that were named reach the program" {
    INHERITED=yes OTHER=no run run_tool -e INHERITED -e "SPACE=a b" -e EMPTY= --secret-env "SECRET=s" "$TOOL" env
    [ "$status" -eq 0 ]
    [ "$(echo "$output" | sort)" = "$(printf '%s\n' EMPTY= INHERITED=yes SECRET=s 'SPACE=a b')" ]
}

@test "variables come from a file as docker reads it, and the command line wins" {
    printf '# words\nGREETING=from the file\n\nHERE\nUNSET\nLAST="quoted"' > "$DIR/env"
    HERE=inherited run run_tool --env-file "$DIR/env" -e GREETING=typed "$TOOL" env
    [ "$(echo "$output" | sort)" = "$(printf '%s\n' GREETING=typed HERE=inherited 'LAST="quoted"')" ]
    run run_tool --env-file "$DIR/none" "$TOOL" env
    [[ "$status" = 125 && "$output" == *"$DIR/none"* ]]
    run run_tool --env-file - "$TOOL" env <<< "A=from stdin"
    [ "$output" = "A=from stdin" ]
}

@test "stdin reaches the program whole, and its end too" {
    head -c 3000000 /dev/urandom | base64 > "$DIR/input"
    run_tool -i "$TOOL" cat < "$DIR/input" > "$DIR/output"
    cmp "$DIR/input" "$DIR/output"
    run_tool "$TOOL" cat < "$DIR/input" > "$DIR/output"
    cmp "$DIR/input" "$DIR/output"
    run_tool "$TOOL" cat < /dev/null > "$DIR/output"
    [ ! -s "$DIR/output" ]
}

@test "a flood of output arrives whole and in order" {
    tool flood 300000 > "$DIR/output"
    [ "$(wc -l < "$DIR/output")" -eq 300000 ]
    [ "$(sort -c "$DIR/output" && tail -n 1 "$DIR/output")" = "$(printf '%063d' 299999)" ]
}

@test "a reader that goes away ends the program" {
    run bash -c "yes | timeout 20 '$BIN/casemate' run --allow-simulated -q '$TOOL' cat 2> /dev/null | head -n 1"
    [ "$output" = y ]
    no_records
}

@test "files and folders are sent, and results come back" {
    mkdir -p "$DIR/folder/sub" "$DIR/results"
    echo one > "$DIR/folder/sub/one"
    run run_tool -v "$DIR/folder:/data" "$TOOL" print /data/sub/one
    [ "$output" = one ]
    run run_tool --volume "$DIR/folder:/data:ro" "$TOOL" print data/sub/one
    [ "$output" = one ]
    run run_tool --dir "$DIR/folder::/data" "$TOOL" print data/sub/one
    [ "$output" = one ]
    run run_tool --file "$DIR/folder/sub/one:/a/b" "$TOOL" print /a/b
    [ "$output" = one ]
    run run_tool --secret-file "$DIR/folder/sub/one:/a/b" "$TOOL" print /a/b
    [ "$output" = one ]
    run run_tool -v "$DIR/folder:/out" --output-dir "$DIR/results:/out" "$TOOL" write /out/sub/two zwei
    [ "$status" -eq 0 ] || { echo "$output"; false; }
    [ "$(cat "$DIR/results/sub/two")" = zwei ]
    [ "$(cat "$DIR/results/sub/one")" = one ]
    [ ! -e "$DIR/folder/sub/two" ]
}
