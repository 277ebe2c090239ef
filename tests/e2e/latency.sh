#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A host agent of the shipped programs for tests/e2e/latency.c:  latency.sh PROGRAM   (CASEMATE_STAGE is set)
set -euo pipefail
# What is measured is the Keep, not how the scheduler shares a busy machine: before others, where we may (root).
renice -n -15 $$ > /dev/null 2>&1 || true
folder=$(mktemp -d)
export XDG_STATE_HOME=$folder XDG_CONFIG_HOME=$folder XDG_RUNTIME_DIR=$folder
"$CASEMATE_STAGE/bin/casemated" --listen "unix:$folder/agent.sock" 2> "$folder/log" &
agent=$!
trap 'kill "$agent" 2> /dev/null || true; wait "$agent" || true; rm -rf "$folder"' EXIT
for _ in $(seq 200); do [ -S "$folder/agent.sock" ] && break; sleep 0.05; done
timeout 240 "$1" "unix:$folder/agent.sock" || { tail -5 "$folder/log" >&2; exit 1; }
