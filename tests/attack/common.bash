# SPDX-License-Identifier: Apache-2.0
# A host agent of the shipped programs, its development root imported, and a malicious host before it.

BIN=$CASEMATE_STAGE/bin
IMAGE=$CASEMATE_STAGE/lib/casemate/images/keep-process
TOOLS=$CASEMATE_BUILD/tests/attack
CANARY=c4n4ry-1n-th3-cl34r

start_agent() {
    DIR=$(mktemp -d)
    export XDG_STATE_HOME=$DIR/client XDG_CONFIG_HOME=$DIR/config XDG_RUNTIME_DIR=$DIR NO_COLOR=1
    unset CASEMATE_HOST CASEMATE_MASKED_CHECKS
    mkdir -p "$XDG_STATE_HOME" "$XDG_CONFIG_HOME" "$DIR/host"
    "$BIN/casemated" --listen "unix:$DIR/agent.sock" --state "$DIR/host" 2> "$DIR/agent.log" 3>&- &
    AGENT=$!
    wait_for test -S "$DIR/agent.sock"
    # The root is made at first use: a probe of the platform is one.
    "$BIN/casemate" platform --host "unix:$DIR/agent.sock" > "$DIR/platform" 2>&1 || true
    ROOT=$(find "$DIR/host" -name '*.pem' ! -name '*key*' | head -n 1)
    "$BIN/casemate" root import "$ROOT" > /dev/null 2>&1
    echo "$CANARY in a file" > "$DIR/input"
}

stop_agent() {
    [ -z "${MIDDLE:-}" ] || kill "$MIDDLE" 2> /dev/null || true
    kill "$AGENT" 2> /dev/null || true
    wait "$AGENT" 2> /dev/null || true
    rm -rf "$DIR"
}

# COMMAND... until it holds, for ten seconds.
wait_for() {
    for _ in $(seq 200); do
        "$@" && return 0
        sleep 0.05
    done
    return 1
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

# TEXT FILE...: stands in none of them. A bare "! grep" would pass whatever it finds, for bats as for set -e; and a file that
# cannot be read proves nothing.
absent() {
    local found=0
    grep -raqF -e "$1" -- "${@:2}" || found=$?
    [ "$found" -eq 1 ] || { echo "\"$1\" in ${*:2}: grep said $found"; return 1; }
}

# What the attacker learned in clear: nothing.
no_loot() { [ ! -s "$DIR/loot" ]; }
loot() { grep -aq "$CANARY" "$DIR/loot"; }

# The host agent's name of a Keep, from the prefix that people use.
full_id() {
    "$BIN/casemate" ps -a -q --host "unix:$DIR/agent.sock" | grep "^$1" | head -n 1
}
