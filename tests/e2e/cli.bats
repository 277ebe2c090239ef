#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The shipped programs as a user meets them: run, deploy, exit codes, signals, refusals, evidence. Needs CASEMATE_STAGE and
# CASEMATE_BUILD (tests/e2e/meson.build sets both).

bats_require_minimum_version 1.5.0

setup_file() {
    DIR=$(mktemp -d)
    export DIR NO_COLOR=1
    export XDG_STATE_HOME=$DIR/state XDG_CONFIG_HOME=$DIR/config XDG_RUNTIME_DIR=$DIR
    export CASEMATE_HOST=unix:$DIR/agent.sock
    export PATH=$CASEMATE_STAGE/bin:$PATH EXAMPLES=$CASEMATE_STAGE/share/casemate/examples
    for program in loop cat trap; do
        clang-19 --target=wasm32-wasi -O1 -o "$DIR/$program.wasm" "$CASEMATE_SOURCE/tests/e2e/programs/$program.c"
    done
    casemated --listen "$CASEMATE_HOST" --state "$XDG_STATE_HOME/casemate/host" 2> "$DIR/agent.log" 3>&- &
    echo $! > "$DIR/agent.pid"
    for _ in $(seq 100); do [ -S "$DIR/agent.sock" ] && break; sleep 0.1; done
    casemate platform > "$DIR/platform"
    casemate root import "$XDG_STATE_HOME/casemate/host/process-root.pem"
}

teardown_file() {
    kill "$(cat "$DIR/agent.pid")" || true
    for _ in $(seq 100); do kill -0 "$(cat "$DIR/agent.pid")" 2> /dev/null || break; sleep 0.1; done
    rm -rf "$DIR"
}

run_here() { casemate run --allow-simulated -q "$@"; }

# Nothing of the programs under this state folder is left: no agent, warden or Keep of a private run.
nothing_left() {
    for _ in $(seq 50); do
        pgrep -f -- "--private-fd 3 --state $XDG_STATE_HOME" > /dev/null || return 0
        sleep 0.1
    done
    return 1
}

@test "hello world needs one flag, and its output is all of stdout" {
    run --separate-stderr casemate run --allow-simulated "$EXAMPLES/hello.wasm"
    [ "$status" = 0 ]
    [ "$output" = "hello from a Keep" ]
    [[ "$stderr" == *simulated* ]]
    nothing_left
    [ -z "$(ls "$XDG_STATE_HOME/casemate/keeps" 2> /dev/null)" ]
}

@test "without the flag a simulated Keep is refused, and the whole command is named" {
    run --separate-stderr casemate run "$EXAMPLES/hello.wasm"
    [ "$status" = 125 ]
    [ -z "$output" ]
    [[ "$stderr" == *E_SIMULATED* && "$stderr" == *simulated* ]]
    [[ "$stderr" == *"casemate run --allow-simulated $EXAMPLES/hello.wasm"* ]]
}

@test "with --json a refusal is one JSON object" {
    run --separate-stderr casemate run --json "$EXAMPLES/hello.wasm"
    [ "$status" = 125 ]
    [ "$(jq -r .error.code <<< "$stderr")" = E_SIMULATED ]
}

@test "wordcount gets its file, variable and arguments from Casemate.toml and the command line" {
    run run_here --config "$EXAMPLES/Casemate.toml" "$EXAMPLES/wordcount.wasm" -l /text the
    [ "$status" = 0 ]
    [ "${lines[0]}" = "counted inside the Keep" ]
    [[ "${lines[2]}" == *" the" ]]
}

@test "options behind the module are the program's, and its exit code is ours" {
    run run_here "$EXAMPLES/wordcount.wasm" --json
    [ "$status" = 3 ]
    run run_here -- "$EXAMPLES/wordcount.wasm" /nowhere
    [ "$status" = 1 ]
}

@test "variables: given, inherited, from a file; the rest of the environment stays here" {
    printf '# words\nGREETING=from the file\n' > "$DIR/env"
    printf 'a b\n' > "$DIR/text"
    run run_here --env-file "$DIR/env" -v "$DIR/text:/t" "$EXAMPLES/wordcount.wasm" /t a
    [ "${lines[0]}" = "from the file" ]
    GREETING=inherited run run_here -e GREETING --file "$DIR/text:/t" "$EXAMPLES/wordcount.wasm" /t a
    [ "${lines[0]}" = inherited ]
    GREETING=hidden run run_here --dir "$DIR/text::/t" "$EXAMPLES/wordcount.wasm" /t a
    [ "${lines[0]}" = "2 words" ]
    run run_here --secret-env GREETING=secret -v "$DIR/text:/t" "$EXAMPLES/wordcount.wasm" /t a
    [ "${lines[0]}" = secret ]
}

@test "stdin passes through, also megabytes of it" {
    seq 1 200000 > "$DIR/numbers"
    run_here "$DIR/cat.wasm" < "$DIR/numbers" > "$DIR/copy" 2> /dev/null
    cmp "$DIR/numbers" "$DIR/copy"
    run_here "$DIR/cat.wasm" < /dev/null > "$DIR/copy" 2> /dev/null
    [ ! -s "$DIR/copy" ]
}

@test "what cannot run is told apart: no file, no module, missing imports, trap" {
    run -127 casemate run --allow-simulated "$DIR/none.wasm"
    echo text > "$DIR/text.wasm"
    run casemate run --allow-simulated "$DIR/text.wasm"
    [ "$status" = 126 ]
    [[ "$output" == *E_MODULE* ]]
    printf '\0asm\1\0\0\0\1\4\1\x60\0\0\2\13\1\3env\3foo\0\0\3\2\1\0\7\12\1\6_start\0\1\12\4\1\2\0\13' > "$DIR/import.wasm"
    run casemate run --allow-simulated "$DIR/import.wasm"
    [ "$status" = 126 ]
    [[ "$output" == *E_IMPORTS* && "$output" == *env.foo* ]]
    run run_here "$DIR/trap.wasm"
    [ "$status" = 134 ]
    [[ "$output" == *E_TRAP* && "$output" == *unreachable* ]]
}

@test "Ctrl-C stops the program, deletes the Keep and gives 130; SIGTERM 143" {
    run timeout --preserve-status -s INT 2 casemate run --allow-simulated -q "$DIR/loop.wasm"
    [ "$status" = 130 ]
    run timeout --preserve-status -s TERM 2 casemate run --allow-simulated -q "$DIR/loop.wasm"
    [ "$status" = 143 ]
    nothing_left
    [ -z "$(ls "$XDG_STATE_HOME/casemate/keeps" 2> /dev/null)" ]
}

@test "kill -9 of the client leaves no process" {
    casemate run --allow-simulated -q "$DIR/loop.wasm" > "$DIR/out" 3>&- &
    client=$!
    for _ in $(seq 100); do grep -q start "$DIR/out" && break; sleep 0.1; done
    kill -9 "$client"
    wait "$client" || true
    nothing_left
    rm -rf "$XDG_STATE_HOME"/casemate/keeps/*
}

@test "a reader that goes away ends the program" {
    run bash -c "yes | timeout 20 casemate run --allow-simulated -q '$DIR/cat.wasm' 2> /dev/null | head -n 1"
    [ "$output" = y ]
    nothing_left
}

@test "evidence is kept and verified offline: accepted, refused, unusable" {
    casemate run --allow-simulated -q --save-evidence "$DIR/evidence" "$EXAMPLES/hello.wasm"
    run casemate verify --recorded --allow-simulated "$DIR/evidence"
    [ "$status" = 0 ]
    run casemate verify --recorded --json --allow-simulated "$DIR/evidence"
    [ "$(jq -r '.verdict + " " + .claims.class + " " + .claims.binding' <<< "$output")" = "accepted simulated recorded" ]
    [ "$(jq -r .claims.measurement <<< "$output")" = "$(casemate measure -q)" ]
    run casemate verify --recorded --json "$DIR/evidence"
    [ "$status" = 1 ]
    [ "$(jq -r .verdict <<< "$output")" = refused ]
    run casemate verify --allow-simulated "$EXAMPLES/hello.wasm"
    [ "$status" = 2 ]
}

@test "a deployed Keep is listed, read, copied from, inspected and removed" {
    run --separate-stderr casemate deploy --allow-simulated --name first -i "$DIR/cat.wasm" /copy <<< "some input"
    [ "$status" = 0 ]
    [ "$output" = "some input" ]
    [[ "$stderr" == *"accepted (simulated), measurement "*", exit code 0"* ]]
    run casemate ps -a
    [[ "$output" == *first* && "$output" == *"exit 0"* ]]
    run --separate-stderr casemate logs first
    [ "$output" = "some input" ]
    run --separate-stderr casemate cp first:/copy -
    [ "$output" = "some input" ]
    run --separate-stderr casemate cp first:/copy "$DIR/fetched"
    [ "$(cat "$DIR/fetched")" = "some input" ]
    run casemate cp first:/none "$DIR/none"
    [ "$status" = 125 ]
    [ "$(casemate inspect first | jq -r .record.class)" = simulated ]
    run casemate rm first
    [ "$status" = 0 ]
    run casemate logs first
    [ "$status" = 125 ]
    [[ "$output" == *E_NOT_FOUND* ]]
}

@test "a detached program is attested by anyone, followed and stopped by its owner" {
    id=$(casemate deploy --allow-simulated -q -d --name second "$DIR/loop.wasm")
    run casemate attest --json --allow-simulated "$CASEMATE_HOST/$id"
    [ "$status" = 0 ]
    [ "$(jq -r .claims.binding <<< "$output")" = session ]
    run casemate attest "$CASEMATE_HOST/$id"
    [ "$status" = 1 ]
    run casemate rm second
    [ "$status" = 125 ]
    run casemate stop second
    [ "$status" = 0 ]
    run --separate-stderr casemate attach second
    [ "$status" = 143 ]
    [ "$output" = start ]
    casemate rm second
}

@test "a lost record is rebuilt by the owner's key, and by no other" {
    casemate key -o "$DIR/key" && casemate key -o "$DIR/other"
    id=$(casemate deploy --allow-simulated -q -d --key "$DIR/key" "$DIR/loop.wasm")
    rm -r "$XDG_STATE_HOME/casemate/keeps/$id"
    run casemate adopt --allow-simulated --key "$DIR/other" "$CASEMATE_HOST/$id"
    [ "$status" = 125 ]
    [[ "$output" == *E_NOT_OWNER* ]]
    run --separate-stderr casemate adopt --allow-simulated --key "$DIR/key" "$CASEMATE_HOST/$id"
    [ "$output" = "$id" ]
    run casemate stop --key "$DIR/key" "$id"
    [ "$status" = 0 ]
    casemate rm "$id"
}

@test "--dry-run shows what would be sent and sends nothing" {
    run --separate-stderr casemate deploy --allow-simulated --dry-run --json --secret-env S=c4nary "$EXAMPLES/hello.wasm"
    [ "$status" = 0 ]
    [ "$(jq -r .verification.verdict <<< "$output")" = accepted ]
    [ "$(jq -r '.workload.secret_env[0]' <<< "$output")" = S ]
    [[ "$output" != *c4nary* ]]
    [ -z "$(casemate ps -a -q)" ]
}

@test "mistyped verbs, options and TEEs get the nearest name; exec its reason" {
    run casemate deplyo
    [[ "$status" = 125 && "$output" == *"casemate deploy?"* ]]
    run casemate run --alow-simulated x
    [[ "$output" == *"--allow-simulated?"* ]]
    run casemate measure --tee proces
    [[ "$output" == *E_TEE* && "$output" == *process* ]]
    run casemate exec x sh
    [[ "$status" = 125 && "$output" == *"exactly one program"* ]]
}

@test "every verb has help, every code a page, and completions name every option" {
    for verb in $(casemate help | awk '/^  [a-z]+ / { print $1 }'); do
        casemate help "$verb" > "$DIR/help"
        grep -q "^Usage: casemate $verb" "$DIR/help"
        for option in $(grep -o ' --[a-z-]*' "$DIR/help"); do
            casemate completions bash | grep -q -- "$option"
        done
    done
    for code in $(casemate explain | awk '{ print $1 }'); do
        casemate explain "$code" | grep -q "^$code: "
    done
}
