# SPDX-License-Identifier: Apache-2.0
# The shipped programs as a user types them, and one wasm program that does what a test wants (tests/programs/tool.c).

. "$CASEMATE_SOURCE/tests/support/common.bash"
TOOL=$CASEMATE_BUILD/tests/programs/tool.wasm
EXAMPLES=$CASEMATE_STAGE/share/casemate/examples

# A private host agent of each command's own.
run_tool() { timeout 60 "$BIN/casemate" run --quiet --allow-simulated "$@"; }
tool() { run_tool "$TOOL" "$@"; }
casemate() { timeout 60 "$BIN/casemate" "$@"; }

# Process ids of all that a client started, and what they started.
tree_of() {
    local child
    for child in $(pgrep -P "$1"); do
        echo "$child"
        tree_of "$child"
    done
}

# Starts the tool in the background; $CLIENT is its pid, $TREE all below it once the program says that it is awake.
start_tool() {
    "$BIN/casemate" run --quiet --allow-simulated "$TOOL" "$@" > "$DIR/out" 2> "$DIR/err" 3>&- &
    CLIENT=$!
    wait_for grep -q awake "$DIR/out"
    TREE=$(tree_of "$CLIENT")
    [ "$(echo "$TREE" | wc -l)" -ge 3 ] # host agent, warden, Keep
}

# CODE: what $CLIENT ended with; and nothing that it started is left, no process and no record.
ended_with() {
    local code=0
    wait "$CLIENT" 2> /dev/null || code=$?
    [ "$code" -eq "$1" ] || { cat "$DIR/out" "$DIR/err"; echo "ended with $code, not $1"; return 1; }
    # shellcheck disable=SC2086
    wait_for gone $TREE
}

no_records() { [ -z "$(ls "$XDG_STATE_HOME/casemate/keeps" 2> /dev/null)" ]; }
