#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a person types and reads: help, completions, JSON, mistakes and the pages of error codes.

bats_require_minimum_version 1.5.0

setup_file() {
    . "$CASEMATE_SOURCE/tests/e2e/common.bash"
    own_folder
}

teardown_file() { rm -rf "$DIR"; }

setup() { . "$CASEMATE_SOURCE/tests/e2e/common.bash"; }

verbs() { casemate help | awk '/^  [a-z]+ / { print $1 }'; }

# Long options that a verb's help lists.
listed() { casemate help "$1" | sed -nE 's/^  (-[a-zA-Z],|   ) --([a-z-]+).*/--\2/p' | sort; }

# FILE with one JSON object on each line, and nothing else.
pure_json() { python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "$1"; }

@test "help and completions are those of the golden files (tests/golden/help/refresh writes them)" {
    "$CASEMATE_SOURCE/tests/golden/help/refresh" "$BIN" "$DIR/help"
    diff -ru --exclude=refresh "$CASEMATE_SOURCE/tests/golden/help" "$DIR/help"
}

@test "VERB --help and -h are help VERB, and print nothing else" {
    for verb in $(verbs); do
        run --separate-stderr casemate "$verb" --help
        [[ "$status" = 0 && -z "$stderr" && "$output" = "$(casemate help "$verb")" ]] || { echo "$verb: $output"; false; }
        run --separate-stderr casemate "$verb" -h
        [ "$output" = "$(casemate help "$verb")" ]
    done
    for word in --help -h help; do
        run --separate-stderr casemate "$word"
        [[ "$status" = 0 && "$output" = "$(cat "$CASEMATE_SOURCE/tests/golden/help/casemate.txt")" ]]
    done
    run --separate-stderr casemate
    [ "$output" = "$(casemate help)" ]
    run --separate-stderr casemate --version
    [[ "$status" = 0 && "$output" = "$(casemate version)" ]]
}

@test "completions offer exactly the verbs and options that there are" {
    casemate completions bash > "$DIR/completions"
    for verb in $(verbs); do
        offered=$(bash -c '. "$1"; COMP_WORDS=(casemate "$2" --); COMP_CWORD=2; _casemate; printf "%s\n" "${COMPREPLY[@]}"' _ \
            "$DIR/completions" "$verb" | sort)
        [ "$offered" = "$(listed "$verb")" ] || { echo "$verb: $offered"; false; }
    done
    offered=$(bash -c '. "$1"; COMP_WORDS=(casemate ""); COMP_CWORD=1; _casemate; printf "%s\n" "${COMPREPLY[@]}"' _ "$DIR/completions")
    [ "$(sort <<< "$offered")" = "$(verbs | sort)" ]
    run casemate completions csh
    [[ "$status" = 125 && "$output" == *csh* ]]
}

@test "mistyped verbs, options, TEEs and codes get the nearest name" {
    run casemate deplyo
    [[ "$status" = 125 && "$output" == *"casemate deploy?"* ]]
    run casemate hello.wasm
    [[ "$status" = 125 && "$output" == *"casemate run hello.wasm?"* ]]
    run casemate help runn
    [[ "$status" = 125 && "$output" == *"casemate help run?"* ]]
    run casemate run --alow-simulated x
    [[ "$status" = 125 && "$output" == *"--allow-simulated?"* ]]
    run casemate logs --tial 3 x
    [[ "$status" = 125 && "$output" == *"--tail?"* ]]
    run casemate run -Z x
    [[ "$status" = 125 && "$output" == *'"-Z"'* && "$output" == *"casemate help run"* ]]
    run casemate measure --tee proces
    [[ "$output" == *E_TEE* && "$output" == *process* ]]
    run casemate run --allow-simulated --tee proces "$TOOL"
    [[ "$status" = 125 && "$output" == *process* ]]
    run casemate explain E_SIMULATE
    [[ "$status" != 0 && "$output" == *"E_SIMULATED?"* ]]
    run "$BIN/casemated" --lisen unix:x
    [[ "$status" = 2 && "$output" == *"--listen?"* ]]
}

@test "options of docker that a Keep cannot have are refused with the reason" {
    while read -r option words; do
        # shellcheck disable=SC2086
        run casemate run $option "$TOOL"
        [[ "$status" = 125 && "$output" == *E_USAGE* && "$output" == *"$words"* ]] || { echo "$option: $output"; false; }
    done << 'END'
-p no sockets
--network=none no network
--cpus one processor
--entrypoint=x the program
--mount cp and --output-dir
--restart=always once
-u no users
-w starts in /
END
}

@test "a TEE that is not there is refused with what there is" {
    run casemate platform --tee pef
    [[ "$status" = 1 && "$output" == *"pef: not usable"* && "$output" == *"casemate platform"* ]] || { echo "$output"; false; }
    run casemate platform --tee process
    [[ "$status" = 0 && "$output" == *"process: usable, simulated"* ]]
    run casemate run --allow-simulated --tee zzz "$TOOL"
    [[ "$status" = 125 && "$output" == *E_TEE* && "$output" == *"process"* ]] || { echo "$output"; false; }
}

@test "a missing or superfluous argument or value is named, with the usage" {
    run casemate logs
    [[ "$status" = 125 && "$output" == *"casemate logs [OPTIONS] KEEP"* ]]
    run casemate logs one two
    [[ "$status" = 125 && "$output" == *'"two"'* ]]
    run casemate run --memory
    [[ "$status" = 125 && "$output" == *'"--memory"'* ]]
    run casemate run --memory lots "$TOOL"
    [[ "$status" = 125 && "$output" == *lots* ]]
    run casemate ps -o yaml
    [[ "$status" = 125 && "$output" == *yaml* && "$output" == *json* ]]
    run casemate run -v nowhere "$TOOL"
    [[ "$status" = 125 && "$output" == *nowhere* && "$output" != *"Operation not permitted"* ]]
    run casemate run -v "$DIR/nowhere:/a" --allow-simulated "$TOOL"
    [[ "$status" = 125 && "$output" == *"$DIR/nowhere"* && "$output" == *E_NOT_FOUND* ]]
}

@test "exec is refused with the reason" {
    run casemate exec x sh
    [[ "$status" = 125 && "$output" == *"exactly one program"* ]]
}

@test "every code that exists is explained, and only those" {
    [ "$(casemate explain | wc -l)" -ge 20 ]
    for code in $(casemate explain | awk '{ print $1 }'); do
        run casemate explain "$code"
        [[ $status -eq 0 && "${lines[0]}" == "$code: "* && ${#output} -gt 40 ]] || { echo "$code: $output"; false; }
        [ "$(casemate explain --json "$code" | jq -r .code)" = "$code" ]
        [[ "$code" != E_* ]] || grep -rqE "\b$code\b" "$CASEMATE_SOURCE/src" --include=*.c || { echo "nothing ends with $code"; false; }
    done
    run casemate explain e_simulated
    [ "$status" -eq 0 ]
    run casemate explain E_NO_SUCH_CODE
    [ "$status" -ne 0 ]
}

@test "--json is JSON alone, on stdout for results and on stderr for errors" {
    "$BIN/casemate" run -q --allow-simulated --save-evidence "$DIR/evidence" "$EXAMPLES/hello.wasm" > "$DIR/out"
    ROOT=$(find "$XDG_STATE_HOME" -name process-root.pem)
    for command in "version" "explain" "root list" "root import $ROOT" "measure" "key" "key -o $DIR/json-key" "key $DIR/json-key" \
        "verify --allow-simulated $DIR/evidence" "verify $DIR/evidence" "platform" "ps -a" "measure $EXAMPLES/hello.wasm" \
        "run --dry-run --allow-simulated $EXAMPLES/hello.wasm" \
        "run $TOOL" "logs none" "verify $TOOL" "deploy --host unix:$DIR/none.sock $TOOL" "stop --bogus x" "run --bogus $TOOL" "bogus" "cp x"; do
        # shellcheck disable=SC2086
        casemate ${command%% *} --json $(case $command in *" "*) echo "${command#* }" ;; esac) > "$DIR/out" 2> "$DIR/err" || true
        pure_json "$DIR/out" && pure_json "$DIR/err" || { echo "$command:"; cat "$DIR/out" "$DIR/err"; false; }
        [ -s "$DIR/out" ] || [ -s "$DIR/err" ] || { echo "$command says nothing"; false; }
    done
    run casemate run -o json "$TOOL"
    [[ "$status" = 125 && "$(jq -r '.error.code + " " + (.exit_code | tostring)' <<< "$output")" = "E_SIMULATED 125" ]]
}

@test "owner's keys: one line, never written over, private lines only where asked" {
    public=$(casemate key -o "$DIR/key")
    [[ "$(wc -l <<< "$public")" = 1 && "$(stat -c %a "$DIR/key")" = 600 ]]
    [ "$(casemate key "$DIR/key")" = "$public" ]
    [ "$(casemate key - < "$DIR/key")" = "$public" ]
    run casemate key -o "$DIR/key"
    [ "$status" = 125 ]
    [ "$(casemate key "$DIR/key")" = "$public" ]
    run --separate-stderr casemate key
    [ "$(casemate key - <<< "$output")" = "$stderr" ]
}

@test "a root is imported by hand, listed by its fingerprint, and known from then on" {
    ROOT=$(find "$XDG_STATE_HOME" -name process-root.pem)
    fingerprint=$(casemate root import "$ROOT")
    [[ "$fingerprint" == sha256:* ]]
    [[ "$(casemate root list)" == *"$fingerprint"* ]]
    run casemate root import "$TOOL"
    [ "$status" = 125 ]
    run casemate root import "$DIR/none.pem"
    [[ "$status" = 125 && "$output" == *E_NOT_FOUND* ]]
}
