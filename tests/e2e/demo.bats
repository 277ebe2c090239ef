#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# make demo, without its building: what a stranger sees first. Needs CASEMATE_BUILD and CASEMATE_SOURCE (tests/e2e/meson.build).

@test "the demo ends with its promise, and leaves no process" {
    run "$CASEMATE_SOURCE/scripts/demo" "$CASEMATE_BUILD"
    [ "$status" -eq 0 ] || { echo "$output"; false; }
    [[ ${lines[-1]} =~ ^"demo: accepted (simulated), measurement "[0-9a-f]+", exit code 0"$ ]] || { echo "${lines[-1]}"; false; }
    [[ $output == *$'\naccepted\n'* ]]
    socket=$(sed -n 's/^\$ casemated --listen unix:\([^ ]*\) &$/\1/p' <<< "$output")
    [ -n "$socket" ] && [ ! -e "$(dirname "$socket")" ]
}
