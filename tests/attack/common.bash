# SPDX-License-Identifier: Apache-2.0
# A host agent of the shipped programs, its development root imported, and a malicious host before it.

IMAGE=$CASEMATE_STAGE/lib/casemate/images/keep-process
TOOLS=$CASEMATE_BUILD/tests/attack
CANARY=c4n4ry-1n-th3-cl34r

. "$CASEMATE_SOURCE/tests/support/common.bash"

start_agent() {
    agent_start
    echo "$CANARY in a file" > "$DIR/input"
}

stop_agent() {
    [ -z "${MIDDLE:-}" ] || kill "$MIDDLE" 2> /dev/null || true
    agent_stop
}

# MODE [OPTIONS]: from now on the malicious host stands at $DIR/middle.sock.
start_middle() {
    [ -z "${MIDDLE:-}" ] || { kill "$MIDDLE" 2> /dev/null || true; wait "$MIDDLE" 2> /dev/null || true; }
    rm -f "$DIR/middle.sock" "$DIR/loot"
    "$TOOLS/attack-middle" "$DIR/middle.sock" "$DIR/agent.sock" "$@" --loot "$DIR/loot" > /dev/null 2>&1 3>&- &
    MIDDLE=$!
    wait_for test -S "$DIR/middle.sock"
}

# Deploys wordcount with canaries in file, environment, arguments and secrets through the malicious host.
deploy() {
    timeout 60 "${CASEMATE:-$BIN/casemate}" deploy --host "unix:$DIR/middle.sock" --allow-simulated --image "$IMAGE" --rm "$@" \
        -v "$DIR/input:/input" -e "WORD=$CANARY" --secret-env "SECRET=$CANARY" "$PROGRAM" /input
}

masked() { # CHECKS, then as deploy
    local checks=$1
    shift
    CASEMATE=$TOOLS/casemate-masked CASEMATE_MASKED_CHECKS=$checks deploy "$@"
}

# What the attacker learned in clear: nothing.
no_loot() { [ ! -s "$DIR/loot" ]; }
loot() { grep -aq "$CANARY" "$DIR/loot"; }

# The host agent's name of a Keep, from the prefix that people use.
full_id() {
    "$BIN/casemate" ps -a -q --host "unix:$DIR/agent.sock" | grep "^$1" | head -n 1
}
