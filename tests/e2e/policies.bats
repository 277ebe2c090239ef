#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# casemate policy: made from evidence, tried on evidence, compared; and reference values. Needs CASEMATE_STAGE and
# CASEMATE_SOURCE (tests/e2e/meson.build sets both).

bats_require_minimum_version 1.5.0

setup_file() {
    DIR=$(mktemp -d)
    export DIR NO_COLOR=1 XDG_STATE_HOME=$DIR/state XDG_CONFIG_HOME=$DIR/config XDG_RUNTIME_DIR=$DIR
    export PATH=$CASEMATE_STAGE/bin:$PATH EXAMPLES=$CASEMATE_STAGE/share/casemate/examples
    casemate run --allow-simulated -q --save-evidence "$DIR/bundle" "$EXAMPLES/hello.wasm"
    casemate policy init --from-evidence "$DIR/bundle" > "$DIR/policy.toml"
    MEASUREMENT=$(casemate measure -q)
    export MEASUREMENT
}

teardown_file() {
    rm -rf "$DIR"
}

@test "a policy made from evidence accepts it, and says what it accepts" {
    grep -q 'class = "simulated"' "$DIR/policy.toml"
    grep -q "value = \"$MEASUREMENT\"" "$DIR/policy.toml"
    run casemate verify --recorded --policy "$DIR/policy.toml" "$DIR/bundle"
    [ "$status" = 0 ]
}

@test "evidence that is not proved makes no policy" {
    run --separate-stderr casemate policy init --time 2001-01-01T00:00:00Z --from-evidence "$DIR/bundle"
    [ "$status" = 2 ]
    [ -z "$output" ]
    [[ "$stderr" == *E_EVIDENCE* ]]
    run casemate policy init
    [ "$status" = 2 ]
    run casemate policy init --from-evidence "$EXAMPLES/hello.wasm"
    [ "$status" = 2 ]
}

@test "a policy is tried on files: all accepted, one refused with every clause, one unusable" {
    run casemate policy test "$DIR/policy.toml" "$DIR/bundle" "$DIR/bundle"
    [ "$status" = 0 ]
    [ "${lines[1]}" = "$DIR/bundle: accepted" ]
    sed 's/tees = .*/tees = ["snp"]/; s/^value = "./value = "f/' "$DIR/policy.toml" > "$DIR/other.toml"
    run casemate policy test "$DIR/other.toml" "$DIR/bundle"
    [ "$status" = 1 ]
    [[ "$output" == *": refused"*tee*"expected  snp"*"found     process"*measurement*"to do "* ]]
    run casemate policy test --json "$DIR/other.toml" "$DIR/bundle"
    [ "$status" = 1 ]
    [ "$(jq -c '.results[0].reasons' <<< "$output")" = '["tee","measurement"]' ]
    run casemate policy test "$DIR/policy.toml" "$DIR/bundle" "$EXAMPLES/hello.wasm"
    [ "$status" = 2 ]
    echo 'version = 1
tee = ["snp"]' > "$DIR/wrong.toml"
    run casemate policy test "$DIR/wrong.toml" "$DIR/bundle"
    [ "$status" = 2 ]
    [[ "$output" == *"wrong.toml:2:1"*"did you mean"* ]]
}

@test "two policies are compared by what they say, not by how it is written" {
    { echo '# the same'; sed 's/  #.*//' "$DIR/policy.toml"; } > "$DIR/same.toml"
    run casemate policy diff "$DIR/policy.toml" "$DIR/same.toml"
    [ "$status" = 0 ]
    [ -z "$output" ]
    sed 's/tees = .*/tees = ["process", "snp"]\nallow_debug = true\nmax_collateral_age = 30/' "$DIR/policy.toml" > "$DIR/more.toml"
    run casemate policy diff "$DIR/policy.toml" "$DIR/more.toml"
    [ "$status" = 1 ]
    [[ "$output" == *'+ tees  "snp"'* && "$output" == *'- allow_debug  false'* && "$output" == *'+ allow_debug  true'* ]]
    [[ "$output" == *'+ max_collateral_age  30'* ]]
    run --separate-stderr casemate policy diff --json "$DIR/policy.toml" "$DIR/more.toml"
    [ "$(jq -r '[.differences[] | select(.only_in == "B") | .key] | join(" ")' <<< "$output")" = "tees allow_debug max_collateral_age" ]
    sed 's/tees = .*//' "$DIR/policy.toml" > "$DIR/any.toml"
    run casemate policy diff "$DIR/policy.toml" "$DIR/any.toml"
    [[ "$output" == *'B accepts any of `tees`'* ]]
    run casemate policy diff "$DIR/policy.toml"
    [ "$status" = 2 ]
    run casemate policy difff
    [ "$status" = 2 ]
}

# MODEL DIGEST-HEX [KEY]: a CoRIM with one reference value.
corim() {
    python3 - "$@" << 'END'
import sys
def h(major, n):
    if n < 24: return bytes([major << 5 | n])
    size = 1 if n < 256 else 2
    return bytes([major << 5 | 23 + size]) + n.to_bytes(size, "big")
def u(n): return h(0, n)
def b(x): return h(2, len(x)) + x
def t(x): return h(3, len(x)) + x.encode()
def a(*x): return h(4, len(x)) + b"".join(x)
def m(*x): return h(5, len(x) // 2) + b"".join(x)
digest = bytes.fromhex(sys.argv[2])
values = [u(1), m(u(2), a(a(u(7), b(digest))))]
if len(sys.argv) > 3: values = [u(0), t(sys.argv[3])] + values
triple = a(m(u(0), m(u(1), t("example"), u(2), t(sys.argv[1]))), a(m(*values)))
comid = m(u(1), m(u(0), t("tag")), u(4), m(u(0), a(triple)))
sys.stdout.buffer.write(h(6, 501) + m(u(0), t("corim"), u(1), a(h(6, 506) + b(comid))))
END
}

@test "reference values of a CoRIM count beside those of the policy" {
    sed '/^\[\[measurement/,$d' "$DIR/policy.toml" > "$DIR/nothing.toml"
    printf '[[measurement]]\ntee = "snp"\nvalue = "%s"\n' "$MEASUREMENT" >> "$DIR/nothing.toml"
    run casemate verify --recorded --json --policy "$DIR/nothing.toml" "$DIR/bundle"
    [ "$(jq -c .reasons <<< "$output")" = '["measurement-unknown"]' ]
    corim process "$MEASUREMENT" > "$DIR/good.corim"
    run casemate verify --recorded --policy "$DIR/nothing.toml" --reference "$DIR/good.corim" "$DIR/bundle"
    [ "$status" = 0 ]
    corim process "${MEASUREMENT%??}00" > "$DIR/other.corim"
    run casemate verify --recorded --json --policy "$DIR/nothing.toml" --reference "$DIR/other.corim" "$DIR/bundle"
    [ "$status" = 1 ]
    [ "$(jq -c .reasons <<< "$output")" = '["measurement"]' ]
    corim process "$MEASUREMENT" rtmr > "$DIR/part.corim"
    for wrong in "$DIR/part.corim" "$DIR/policy.toml" "$DIR/nowhere"; do
        run casemate verify --recorded --policy "$DIR/nothing.toml" --reference "$wrong" "$DIR/bundle"
        [ "$status" = 2 ]
    done
}
