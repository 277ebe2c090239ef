#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the host keeps for an absent owner: believed by its receipt only (rows 53 and 54), and gone when the host says so.

setup_file() {
    . "$CASEMATE_SOURCE/tests/attack/common.bash"
    start_agent
    export DIR AGENT ROOT BIN IMAGE TOOLS CANARY XDG_STATE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR NO_COLOR
    export PROGRAM=$CASEMATE_BUILD/examples/wordcount.wasm HOST=unix:$DIR/agent.sock KEY=$DIR/owner.key
    "$BIN/casemate" key --output "$KEY" > /dev/null
}

teardown_file() {
    . "$CASEMATE_SOURCE/tests/attack/common.bash"
    stop_agent
}

setup() { . "$CASEMATE_SOURCE/tests/attack/common.bash"; }

# A Keep of ours that has ended and is gone but for its outbox; its id is in $ID, its outbox at $OUTBOX.
ended_keep() {
    ID=$("$BIN/casemate" deploy --quiet --detach --allow-simulated --key "$KEY" --host "$HOST" "$PROGRAM" "$1")
    wait_for ended "$ID"
    OUTBOX=$(echo "$DIR"/host/keeps/"$ID"*/outbox)
    wait_for test -s "$OUTBOX"
    for warden in $(pgrep -P "$AGENT"); do kill -9 "$warden"; done
    wait_for no_warden
}

ended() { "$BIN/casemate" ps -a --host "$HOST" | grep "^${1:0:12}" | grep -q ended; }
no_warden() { [ -z "$(pgrep -P "$AGENT")" ]; }
logs() { timeout 30 "$BIN/casemate" logs --key "$KEY" --allow-simulated --host "$HOST" "$ID"; }

@test "an outbox that is as the Keep left it is believed" {
    ended_keep /missing-one
    run logs
    [ "$status" -eq 0 ] || { echo "$output"; false; }
    [[ $output == *"/missing-one: No such file"* ]]
    absent missing-one "$OUTBOX"
}

@test "an outbox with any byte changed is refused" {
    ended_keep /missing-two
    local size step=97
    size=$(stat -c %s "$OUTBOX")
    [ -z "${CASEMATE_SOAK:-}" ] || step=1
    cp "$OUTBOX" "$DIR/good"
    for ((at = 0; at < size; at += step)); do
        python3 -c 'import sys
data = bytearray(open(sys.argv[1], "rb").read()); data[int(sys.argv[3])] ^= 4
open(sys.argv[2], "wb").write(data)' "$DIR/good" "$OUTBOX" "$at"
        run logs
        [[ $status == 125 && $output != *"No such file or directory"* ]] || { echo "byte $at: $status $output"; false; }
    done
    cp "$DIR/good" "$OUTBOX"
    run logs
    [ "$status" -eq 0 ]
}

@test "an outbox cut short is refused" {
    ended_keep /missing-three
    cp "$OUTBOX" "$DIR/good"
    for size in 0 1 100 1000 $(($(stat -c %s "$DIR/good") - 1)); do
        head -c "$size" "$DIR/good" > "$OUTBOX"
        run logs
        [ "$status" -eq 125 ] || { echo "$size bytes: $output"; false; }
    done
}

@test "the outbox of another Keep of the same owner is refused" {
    ended_keep /missing-four
    cp "$OUTBOX" "$DIR/other"
    ended_keep /missing-five
    cp "$DIR/other" "$OUTBOX"
    run logs
    [ "$status" -eq 125 ]
    [[ $output != *"missing-four: "* ]] || { echo "$output"; false; }
    # Rows and content unchecked, it still does not open: the instance that it was sealed for is in its key.
    # tests/unit/test_client_unguarded.c forges what opens.
    CASEMATE_MASKED_CHECKS=binding-key,binding-instance,binding-run,client-outbox run timeout 30 "$TOOLS/casemate-masked" logs \
        --key "$KEY" --allow-simulated --host "$HOST" "$ID"
    [[ $status == 125 && $output == *"does not open"* ]] || { echo "$status $output"; false; }
}

@test "a Keep that is gone without an outbox is lost, and that is said" {
    ended_keep /missing-six
    rm "$OUTBOX"
    run logs
    [ "$status" -eq 125 ]
    [[ $output == *E_LOST* ]] || { echo "$output"; false; }
}

@test "what looks for a canary finds it, and does not pass when it cannot look" {
    echo "x-$CANARY-y" > "$DIR/planted"
    run absent "$CANARY" "$DIR/input" "$DIR/planted"
    [ "$status" -ne 0 ]
    run absent "$CANARY" "$DIR/no-such-file"
    [ "$status" -ne 0 ]
    absent "$CANARY-not" "$DIR/planted"
}
