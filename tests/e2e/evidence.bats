#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The command line on evidence of real machines, which lies beside the project: $CASEMATE_SHARED, or `shared` beside the source tree.
# SKIP where it is not. Needs CASEMATE_STAGE and CASEMATE_SOURCE (tests/e2e/meson.build sets both).

bats_require_minimum_version 1.5.0

setup_file() {
    DIR=$(mktemp -d)
    REAL=${CASEMATE_SHARED:-$CASEMATE_SOURCE/../shared}/data/evidence
    export DIR REAL NO_COLOR=1 XDG_STATE_HOME=$DIR/state XDG_CONFIG_HOME=$DIR/config XDG_RUNTIME_DIR=$DIR
    export PATH=$CASEMATE_STAGE/bin:$PATH
}

teardown_file() {
    rm -rf "$DIR"
}

setup() {
    [ -d "$REAL" ] || skip "SKIP: no real evidence at $REAL: set CASEMATE_SHARED"
}

quote_of() { ls "$REAL/$1/quote.bin" "$REAL/$1/report.bin" 2> /dev/null || true; }
time_of() { jq -r '.verification_time // "2022-01-01T00:00:00Z"' "$REAL/$1/vector.json"; }

# VECTOR [OPTIONS]: as of its time, with its collateral, as a recording.
verify() {
    local vector=$1
    shift
    casemate verify --recorded --time "$(time_of "$vector")" --collateral "$REAL/$vector" "$@" "$(quote_of "$vector")"
}

reasons() { jq -c .reasons <<< "$output"; }
claim() { jq -r ".claims.$1" <<< "$output"; }

@test "claims are those that others read in the same evidence" {
    local count=0
    for folder in "$REAL"/sgx/* "$REAL"/tdx/* "$REAL"/snp/*; do
        vector=${folder#"$REAL/"}
        run --separate-stderr verify "$vector" --json
        [ "$status" = 1 ]
        for pair in mrenclave:measurement mrtd:measurement measurement:measurement mrsigner:signer report_data:report_data \
            rtmr0:rtmr0 rtmr3:rtmr3 isvsvn:svn isvprodid:product debug:debug mrseam:tdx.mrseam host_data:snp.host_data; do
            want=$(jq -r ".claims.${pair%:*} | if . == null then \"\" else . end" "$folder/vector.json")
            [ -z "$want" ] || [ "$(claim "${pair#*:}")" = "$want" ] || { echo "$vector ${pair%:*}: $want"; false; }
            [ -z "$want" ] || count=$((count + 1))
        done
        want=$(jq -r '.expect.tcb_status // ""' "$folder/vector.json")
        [ -z "$want" ] || [ "$(claim tcb_status)" = "$want" ]
    done
    [ "$count" -gt 40 ]
}

@test "a trust domain that is up to date fails for want of a measurement alone, and a policy made from it accepts it" {
    run --separate-stderr verify tdx/v4-phala --json
    [ "$status" = 1 ]
    [ "$(reasons)" = '["measurement-unknown"]' ]
    [ "$(claim tcb_status) $(claim class) $(claim binding)" = "UpToDate hardware recorded" ]
    [ "$(claim trailing)" = 70 ]
    casemate policy init --time "$(time_of tdx/v4-phala)" --collateral "$REAL/tdx/v4-phala" \
        --from-evidence "$(quote_of tdx/v4-phala)" > "$DIR/tdx.toml"
    run verify tdx/v4-phala --policy "$DIR/tdx.toml"
    [ "$status" = 0 ]
    [ "${lines[0]}" = accepted ]
}

@test "the same quote is accepted in every form, and as the answer to its report data" {
    quote=$(quote_of tdx/v4-phala)
    when=$(time_of tdx/v4-phala)
    judge() { casemate verify --json --time "$when" --collateral "$REAL/tdx/v4-phala" --policy "$DIR/tdx.toml" "$@"; }
    xxd -p "$quote" > "$DIR/hex"
    base64 "$quote" > "$DIR/base64"
    { echo "-----BEGIN TDX QUOTE-----"; cat "$DIR/base64"; echo "-----END TDX QUOTE-----"; } > "$DIR/pem"
    openssl ecparam -name prime256v1 -genkey -noout -out "$DIR/key.pem"
    printf '[req]\ndistinguished_name = n\nx509_extensions = e\n[n]\n[e]\n1.2.840.113741.1337.6 = DER:%s\n' \
        "$(xxd -p -c 0 "$quote" | sed 's/../&:/g; s/:$//')" > "$DIR/openssl.cnf"
    openssl req -config "$DIR/openssl.cnf" -x509 -new -key "$DIR/key.pem" -subj /CN=x -out "$DIR/certificate"
    for form in hex base64 pem certificate; do
        run judge --recorded "$DIR/$form"
        [ "$status" = 0 ]
    done
    run judge "$quote"
    [ "$status" = 1 ]
    [ "$(reasons)" = '["binding"]' ]
    data=$(claim report_data)
    run judge --nonce "$data" "$quote"
    [ "$status" = 0 ]
    [ "$(claim binding)" = nonce ]
    run judge --nonce "${data%??}00" "$quote"
    [ "$(reasons)" = '["binding"]' ]
    run judge --recorded --tee snp "$quote"
    [ "$(reasons)" = '["tee"]' ]
}

@test "one bit of a real quote or report is enough" {
    for vector in tdx/v4-phala sgx/dcap-v3-phala snp/milan-coco; do
        python3 - "$(quote_of $vector)" "$DIR/flipped" << 'END'
import sys
bytes = bytearray(open(sys.argv[1], "rb").read())
bytes[0x90] ^= 1  # inside the signed part of each
open(sys.argv[2], "wb").write(bytes)
END
        run --separate-stderr casemate verify --json --recorded --time "$(time_of $vector)" --collateral "$REAL/$vector" "$DIR/flipped"
        [ "$status" = 1 ]
        [[ "$(reasons)" == *'"signature"'* ]]
    done
}

@test "what is known of a platform decides: status, advisories, age, evaluation" {
    m=$(verify sgx/dcap-v3-phala --json | jq -r .claims.measurement)
    known="[[measurement]]
tee = \"sgx\"
value = \"$m\""
    levels='tcb_status = ["ConfigurationAndSWHardeningNeeded"]'
    advisories='advisories = ["INTEL-SA-00289", "INTEL-SA-00615"]'
    try() {
        printf 'version = 1\n%s\n%s\n' "$2" "$known" > "$DIR/sgx.toml"
        run --separate-stderr verify sgx/dcap-v3-phala --json --policy "$DIR/sgx.toml"
        [ "$(reasons)" = "$1" ] || { echo "$2: $(reasons)"; false; }
    }
    try '["tcb","advisories"]' ""
    try '["advisories"]' "$levels"
    try '["tcb"]' "$advisories"
    try '[]' "$levels
$advisories"
    try '["collateral-age"]' "$levels
$advisories
max_collateral_age = 1"
    try '["tcb-evaluation"]' "$levels
$advisories
min_tcb_evaluation = 1000"
    try '["platform"]' "$levels
$advisories
platforms = [\"00\"]"
    known="[[signer]]
tee = \"sgx\"
value = \"$(jq -r .claims.signer <<< "$output")\""
    try '[]' "$levels
$advisories"
}

@test "a root that lies in the collateral is not trusted; one that is named is, as simulated" {
    run --separate-stderr verify tdx/v4-qvl-sample --json
    [ "$status" = 1 ]
    [[ "$(reasons)" == *'"root"'* ]]
    [ "$(claim class)" = simulated ]
    run --separate-stderr verify tdx/v4-qvl-sample --json --allow-simulated --root "$REAL/tdx/v4-qvl-sample/trustedRootCaCert.pem"
    [[ "$(reasons)" != *'"root"'* && "$(reasons)" != *'"class"'* ]]
    [ "$(claim class)" = simulated ]
    [ "$(jq -r '.collateral.not_understood[].name' <<< "$output" | sort | head -1)" = quote.bin ]
}

@test "an SNP report keeps its signature below every floor, and each is lifted by its name alone" {
    run --separate-stderr verify snp/milan-coco --json
    [ "$(jq -c '[.checks[] | select(.id == "signature" or .id == "chain") | .ok]' <<< "$output")" = '[true,true]' ]
    [[ "$(reasons)" == *'"badram"'*'"milan-root-seed"'* ]]
    printf 'version = 1\ntolerate = ["badram"]\n' > "$DIR/floor.toml"
    run --separate-stderr verify snp/milan-coco --json --policy "$DIR/floor.toml"
    [[ "$(reasons)" != *'"badram"'* && "$(reasons)" == *'"milan-root-seed"'* ]]
    run --separate-stderr verify snp/milan-coco-wrong-vcek --json
    [[ "$(reasons)" == *'"signature"'* ]]
}

@test "a result about real hardware affirms it" {
    casemate key --ear -o "$DIR/ear.key" > "$DIR/ear.pub"
    run verify tdx/v4-phala --policy "$DIR/tdx.toml" --ear --ear-key "$DIR/ear.key"
    [ "$status" = 0 ]
    claims=$(cut -d. -f2 <<< "$output" | python3 -c 'import base64, sys; t = sys.stdin.read().strip(); print(base64.urlsafe_b64decode(t + "=" * (-len(t) % 4)).decode())')
    [ "$(jq -r .submods.tdx.ear_status <<< "$claims")" = affirming ]
    [ "$(jq -c .submods.tdx.ear_trustworthiness_vector.hardware <<< "$claims")" = 2 ]
    run verify sgx/dcap-v3-phala --ear --ear-key "$DIR/ear.key"
    [ "$status" = 1 ]
}
