# SPDX-License-Identifier: Apache-2.0
# What bats files share: a host agent of the shipped programs with its development root imported, waiting, looking.

BIN=$CASEMATE_STAGE/bin

# A folder of our own, $DIR, instead of the user's state, configuration and sockets.
own_folder() {
    DIR=$(mktemp -d)
    export DIR XDG_STATE_HOME=$DIR/client XDG_CONFIG_HOME=$DIR/config XDG_RUNTIME_DIR=$DIR NO_COLOR=1
    export CASEMATE_COLLATERAL=$DIR/collateral
    unset CASEMATE_HOST CASEMATE_PCCS CASEMATE_KDS CASEMATE_MASKED_CHECKS
    mkdir -p "$XDG_STATE_HOME" "$XDG_CONFIG_HOME" "$DIR/host"
}

# [OPTIONS of casemated]: listens at $DIR/agent.sock; its pid is in $AGENT, its root in $ROOT.
agent_start() {
    own_folder
    "$BIN/casemated" --listen "unix:$DIR/agent.sock" --state "$DIR/host" "$@" 2> "$DIR/agent.log" 3>&- &
    AGENT=$!
    wait_for test -S "$DIR/agent.sock"
    # The root is made at first use: a probe of the platform is one.
    "$BIN/casemate" platform --host "unix:$DIR/agent.sock" > "$DIR/platform" 2>&1 || true
    ROOT=$(find "$DIR/host" -name '*.pem' ! -name '*key*' | head -n 1)
    "$BIN/casemate" root import "$ROOT" > /dev/null 2>&1
}

agent_stop() {
    kill "$AGENT" 2> /dev/null || true
    wait_for gone "$AGENT" || kill -9 "$AGENT" 2> /dev/null || true
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

# PID...: none of them is there any more, but for zombies.
gone() {
    local pid
    for pid in "$@"; do
        [ -d "/proc/$pid" ] && [ "$(awk '{print $3}' "/proc/$pid/stat" 2> /dev/null)" != Z ] && return 1
    done
    return 0
}

# TEXT FILE...: stands in none of them. A bare "! grep" would pass whatever it finds, for bats as for set -e; and a file that
# cannot be read proves nothing.
absent() {
    local found=0
    grep -raqF -e "$1" -- "${@:2}" || found=$?
    [ "$found" -eq 1 ] || { echo "\"$1\" in ${*:2}: grep said $found"; return 1; }
}
