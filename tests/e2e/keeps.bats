#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Keeps on a host agent: deployed, listed, read, attested, adopted, stopped and removed.

bats_require_minimum_version 1.5.0

setup_file() {
    . "$CASEMATE_SOURCE/tests/e2e/common.bash"
    agent_start
    export AGENT ROOT CASEMATE_HOST=unix:$DIR/agent.sock
}

teardown_file() {
    . "$CASEMATE_SOURCE/tests/e2e/common.bash"
    agent_stop
}

setup() { . "$CASEMATE_SOURCE/tests/e2e/common.bash"; }

deploy() { casemate deploy --allow-simulated -q "$@"; }

@test "a deployed Keep is listed, read, copied from, inspected and removed" {
    run --separate-stderr casemate deploy --allow-simulated --name first -i "$TOOL" cat /copy <<< "some input"
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
    [[ "$status" = 125 && "$output" == *E_NOT_FOUND* && "$output" == */none* ]]
    [ "$(casemate inspect first | jq -r .record.class)" = simulated ]
    run casemate rm first
    [ "$status" = 0 ]
    run casemate logs first
    [ "$status" = 125 ]
    [[ "$output" == *E_NOT_FOUND* ]]
}

@test "a folder comes back whole" {
    mkdir -p "$DIR/folder/sub"
    echo one > "$DIR/folder/one"
    echo two > "$DIR/folder/sub/two"
    deploy --name folder -v "$DIR/folder:/data" "$TOOL" exit 0
    casemate cp -q folder:/data "$DIR/fetched-folder"
    diff -r "$DIR/folder" "$DIR/fetched-folder"
    casemate rm -q folder
}

@test "--rm leaves neither Keep nor record" {
    deploy --rm "$TOOL" exit 0
    [ -z "$(casemate ps -a -q)" ]
    no_records
}

@test "a detached program is attested by anyone, followed and stopped by its owner" {
    id=$(deploy -d --name second "$TOOL" spin)
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
    [ "$output" = awake ]
    casemate rm second
}

@test "an id is short, and any prefix that is unique will do" {
    id=$(deploy -d "$TOOL" exit 4)
    run --separate-stderr casemate attach -q "${id:0:3}"
    [ "$status" = 4 ]
    casemate rm -q "${id:0:4}"
}

@test "logs: the last lines, what is newer than a time, and then what comes" {
    deploy -d --name clock "$TOOL" ticks 5 > "$DIR/id"
    last() { casemate logs -q clock 2> /dev/null | grep -q "tick $1"; }
    wait_for last 2
    run --separate-stderr casemate logs -q --tail 1 --follow clock
    [ "$status" = 0 ]
    [ "$output" = "$(printf 'tick %d\n' 2 3 4)" ] || { echo "$output"; false; }
    [ "$stderr" = "$(printf 'tock %d\n' 2 3 4)" ] || { echo "$stderr"; false; }
    run --separate-stderr casemate logs -q -n 2 clock
    [ "$output" = "$(printf 'tick %d\n' 3 4)" ]
    run --separate-stderr casemate logs -q -n 0 clock
    [[ "$status" = 0 && -z "$output$stderr" ]]
    run --separate-stderr casemate logs -q --tail all clock
    [ "${#lines[@]}" = 5 ]
    run --separate-stderr casemate logs -q --since 1h clock
    [ "${#lines[@]}" = 5 ]
    # The fourth line was written three seconds after the first.
    run --separate-stderr casemate logs -q --since "$(($(date +%s) - 3))" clock
    [[ "${#lines[@]}" -ge 1 && "${#lines[@]}" -lt 5 && "${lines[-1]}" = "tick 4" ]] || { echo "$output"; false; }
    run --separate-stderr casemate logs -q --since 2s -f clock
    [[ "${#lines[@]}" -lt 5 ]]
    run --separate-stderr casemate logs -q --since "$(($(date +%s) + 60))" clock
    [[ "$status" = 0 && -z "$output$stderr" ]]
    run casemate logs --since yesterday clock
    [[ "$status" = 125 && "$output" == *E_USAGE* && "$output" == *yesterday* ]]
}

@test "logs of a Keep that has gone come from its outbox, by the same rules" {
    since=$(jq -n 'now | floor')
    for warden in $(pgrep -P "$AGENT"); do kill -9 "$warden"; done
    no_warden() { [ -z "$(pgrep -P "$AGENT")" ]; }
    wait_for no_warden
    run --separate-stderr casemate logs -q clock
    [ "$output" = "$(printf 'tick %d\n' 0 1 2 3 4)" ] || { echo "$output $stderr"; false; }
    run --separate-stderr casemate logs -q -n 1 clock
    [[ "$output" = "tick 4" && "$stderr" = "tock 4" ]]
    run --separate-stderr casemate logs -q -f -n 1 --since 1h clock
    [[ "$status" = 0 && "$output" = "tick 4" ]]
    run --separate-stderr casemate logs -q --since "$((since + 60))" clock
    [[ "$status" = 0 && -z "$output$stderr" ]]
    casemate rm -q -f clock
}

@test "a lost record is rebuilt by the owner's key, and by no other" {
    casemate key -o "$DIR/key" && casemate key -o "$DIR/other"
    id=$(deploy -d --key "$DIR/key" "$TOOL" spin)
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

@test "--dry-run attests, shows what would be sent, and sends nothing" {
    run --separate-stderr casemate deploy --allow-simulated --dry-run --json --secret-env S=c4nary "$EXAMPLES/hello.wasm"
    [ "$status" = 0 ]
    [ "$(jq -r .verification.verdict <<< "$output")" = accepted ]
    [ "$(jq -r '.workload.secret_env[0]' <<< "$output")" = S ]
    [[ "$output" != *c4nary* ]]
    [ -z "$(casemate ps -a -q)" ]
}

@test "evidence is kept and verified offline: accepted, refused, unusable" {
    deploy --rm --save-evidence "$DIR/evidence" "$EXAMPLES/hello.wasm"
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
    run casemate verify --recorded --allow-simulated - < "$DIR/evidence"
    [ "$status" = 0 ]
}
