#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Signals and deaths, of the client and of everything that it starts: no process and no record stays.

bats_require_minimum_version 1.5.0

setup_file() {
    . "$CASEMATE_SOURCE/tests/e2e/common.bash"
    own_folder
}

teardown_file() { rm -rf "$DIR"; }

setup() { . "$CASEMATE_SOURCE/tests/e2e/common.bash"; }

@test "Ctrl-C ends a program that sleeps: 130, and SIGTERM 143" {
    start_tool sleep 600
    kill -INT "$CLIENT"
    ended_with 130
    start_tool sleep 600
    kill -TERM "$CLIENT"
    ended_with 143
    no_records
}

@test "an endless loop obeys too" {
    start_tool spin
    kill -INT "$CLIENT"
    ended_with 130
    no_records
}

# Acceptance test 36, for the command line.
@test "kill -9 of client, host agent, warden or Keep leaves no process behind" {
    start_tool sleep 600
    kill -9 "$CLIENT"
    ended_with 137
    for victim in 1 2 3; do # in the order of the tree: agent, warden, Keep
        start_tool sleep 600
        kill -9 "$(echo "$TREE" | sed -n "${victim}p")"
        ended_with 125
        grep -q "(casemate explain E_" "$DIR/err"
    done
}
