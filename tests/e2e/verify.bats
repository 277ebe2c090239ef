#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# casemate verify: evidence from files, in every form, with collateral, time, nonce and roots; and its exit codes. Needs
# CASEMATE_STAGE and CASEMATE_SOURCE (tests/e2e/meson.build sets both).

bats_require_minimum_version 1.5.0

setup_file() {
    DIR=$(mktemp -d)
    export DIR NO_COLOR=1 XDG_STATE_HOME=$DIR/state XDG_CONFIG_HOME=$DIR/config XDG_RUNTIME_DIR=$DIR
    export PATH=$CASEMATE_STAGE/bin:$PATH EXAMPLES=$CASEMATE_STAGE/share/casemate/examples
    casemate run --allow-simulated -q --save-evidence "$DIR/bundle" "$EXAMPLES/hello.wasm"
    cp "$(find "$XDG_STATE_HOME" -name process-root.pem | head -n 1)" "$DIR/root.pem"
    # The first part's evidence, as a file of its own; the nonce of its statement.
    python3 - "$DIR" << 'END'
import sys
def item(b, i):
    major, low, i = b[i] >> 5, b[i] & 31, i + 1
    if low >= 24:
        n = 1 << (low - 24); low = int.from_bytes(b[i:i + n], "big"); i += n
    if major in (2, 3): return b[i:i + low], i + low
    if major == 4:
        out = []
        for _ in range(low): v, i = item(b, i); out.append(v)
        return out, i
    if major == 5:
        out = {}
        for _ in range(low): k, i = item(b, i); out[k], i = item(b, i)
        return out, i
    return low, i
folder = sys.argv[1]
bundle, _ = item(open(folder + "/bundle", "rb").read(), 0)
statement, evidence = bundle[2][0]
open(folder + "/eat", "wb").write(evidence)
said, _ = item(statement, 0)
nonces = [v for v in said.values() if isinstance(v, bytes) and len(v) == 32]
open(folder + "/nonces", "w").write("\n".join(v.hex() for v in nonces))
END
}

teardown_file() {
    rm -rf "$DIR"
}

# Everything but the form of the input is right.
verify() { casemate verify --recorded --allow-simulated --root "$DIR/root.pem" "$@"; }

measured() { jq -r .claims.measurement; }

@test "a bundle is accepted as a recording, refused by binding alone without that word" {
    run verify "$DIR/bundle"
    [ "$status" = 0 ]
    [ "${lines[0]}" = accepted ]
    run casemate verify --json --allow-simulated --root "$DIR/root.pem" "$DIR/bundle"
    [ "$status" = 1 ]
    [ "$(jq -c .reasons <<< "$output")" = '["binding"]' ]
    [ "$(jq -r .claims.binding <<< "$output")" = recorded ]
}

@test "the nonce of the statement makes it an answer; another nonce does not" {
    local matched=0
    while read -r nonce; do
        run casemate verify --json --allow-simulated --root "$DIR/root.pem" --nonce "$nonce" "$DIR/bundle"
        [ "$status" -lt 2 ]
        if [ "$status" = 0 ]; then
            matched=$((matched + 1))
            [ "$(jq -r .claims.binding <<< "$output")" = nonce ]
        else
            [ "$(jq -c .reasons <<< "$output")" = '["binding"]' ]
        fi
    done < <(cat "$DIR/nonces"; echo)
    [ "$matched" = 1 ]
    run verify --nonce 00 "$DIR/bundle"
    [ "$status" = 1 ]
}

@test "evidence alone is found in every form" {
    xxd -p "$DIR/eat" > "$DIR/hex"
    base64 "$DIR/eat" > "$DIR/base64"
    { echo "-----BEGIN EVIDENCE-----"; cat "$DIR/base64"; echo "-----END EVIDENCE-----"; } > "$DIR/pem"
    openssl ecparam -name prime256v1 -genkey -noout -out "$DIR/key.pem"
    local value
    value=$(xxd -p -c 0 "$DIR/eat" | sed 's/../&:/g; s/:$//')
    printf '[req]\ndistinguished_name = n\nreq_extensions = e\nx509_extensions = e\n[n]\n[e]\n2.23.133.5.4.9 = DER:%s\n' "$value" \
        > "$DIR/openssl.cnf"
    openssl req -config "$DIR/openssl.cnf" -x509 -new -key "$DIR/key.pem" -subj /CN=x -out "$DIR/certificate"
    openssl req -config "$DIR/openssl.cnf" -new -key "$DIR/key.pem" -subj /CN=x -out "$DIR/request"
    openssl x509 -in "$DIR/certificate" -outform DER -out "$DIR/certificate-der"
    for form in eat hex base64 pem certificate certificate-der request; do
        run verify --json "$DIR/$form"
        [ "$status" = 0 ]
        [ "$(measured <<< "$output")" = "$(casemate measure -q)" ]
    done
    run verify - < "$DIR/pem"
    [ "$status" = 0 ]
}

@test "what is no evidence is unusable, and named" {
    run verify "$EXAMPLES/hello.wasm"
    [ "$status" = 2 ]
    run verify "$DIR/root.pem"
    [ "$status" = 2 ]
    [[ "$output" == *"certificate or request without evidence"* ]]
    run verify "$DIR/nowhere"
    [ "$status" = 2 ]
    run verify --json /dev/null
    [ "$status" = 2 ]
    [ "$(jq -r .error.code <<< "$output")" = E_EVIDENCE ]
    for wrong in --time=yesterday --time=1795521600 --nonce=xyz --nonce= --tee=snpp --collateral="$DIR/nowhere" --root="$DIR/key.pem"; do
        run verify "$wrong" "$DIR/bundle"
        [ "$status" = 2 ]
    done
    [[ "$(verify --tee snpp "$DIR/bundle" 2>&1)" == *"Did you mean snp?"* ]]
}

@test "evidence is judged as of the time that is named" {
    run verify --time 2001-01-01T00:00:00Z --json "$DIR/bundle"
    [ "$status" = 1 ]
    [ "$(jq -c .reasons <<< "$output")" = '["validity"]' ]
    run verify --time 2999-01-01T00:00:00+01:00 --json "$DIR/bundle"
    [ "$(jq -c .reasons <<< "$output")" = '["validity"]' ]
}

@test "another TEE than named is refused by that row" {
    run verify --tee process "$DIR/bundle"
    [ "$status" = 0 ]
    run verify --tee auto "$DIR/bundle"
    [ "$status" = 0 ]
    run verify --tee sev-snp --json "$DIR/bundle"
    [ "$status" = 1 ]
    [ "$(jq -c .reasons <<< "$output")" = '["tee"]' ]
}

@test "a root counts for the call that names it, and is simulated" {
    run casemate verify --recorded --allow-simulated --json "$DIR/bundle"
    [ "$status" = 1 ]
    [ "$(jq -c .reasons <<< "$output")" = '["root"]' ]
    run casemate verify --recorded --json --root "$DIR/root.pem" "$DIR/bundle"
    [ "$status" = 1 ]
    [ "$(jq -c .reasons <<< "$output")" = '["class"]' ]
    [ "$(jq -r .claims.class <<< "$output")" = simulated ]
    printf 'version = 1\nclass = "simulated"\n[[measurement]]\ntee = "process"\nvalue = "%s"\n' "$(casemate measure -q)" \
        > "$DIR/policy.toml"
    run casemate verify --recorded --policy "$DIR/policy.toml" --root "$DIR/root.pem" "$DIR/bundle"
    [ "$status" = 0 ]
    run casemate verify --recorded --policy "$DIR/policy.toml" "$DIR/bundle"
    [ "$status" = 1 ]
}

@test "a root in the collateral is never trusted, and what is not understood is listed" {
    mkdir -p "$DIR/collateral/more"
    cp "$DIR/root.pem" "$DIR/collateral"
    echo 'not of any form' > "$DIR/collateral/more/stranger.txt"
    run casemate verify --recorded --allow-simulated --json --collateral "$DIR/collateral" "$DIR/bundle"
    [ "$status" = 1 ]
    [ "$(jq -c .reasons <<< "$output")" = '["root"]' ]
    [ "$(jq -r '.collateral.not_understood[].name' <<< "$output")" = more/stranger.txt ]
    [ "$(jq -r .collateral.items <<< "$output")" = 1 ]
    run verify --collateral "$DIR/collateral" "$DIR/bundle"
    [ "$status" = 0 ]
    [[ "$output" == *"collateral that is not understood"*"more/stranger.txt"* ]]
}

@test "without a known measurement that clause alone refuses" {
    printf 'version = 1\nclass = "simulated"\n[[measurement]]\ntee = "snp"\nvalue = "%s"\n' "$(casemate measure -q)" > "$DIR/other.toml"
    run casemate verify --recorded --json --policy "$DIR/other.toml" --root "$DIR/root.pem" "$DIR/bundle"
    [ "$status" = 1 ]
    [ "$(jq -c .reasons <<< "$output")" = '["measurement-unknown"]' ]
    [ "$(jq -c '[.checks[] | select(.ok == false) | .id]' <<< "$output")" = '["measurement"]' ]
}

@test "the table shows each check, and of a failed one what was expected, found, why, and what to do" {
    run verify --tee tdx "$DIR/bundle"
    [ "$status" = 1 ]
    [ "${lines[0]}" = refused ]
    [[ "$output" == *"✔ signature"* && "$output" == *"✘ tee"* ]]
    [[ "$output" == *"expected  tdx"* && "$output" == *"found     process"* && "$output" == *"why "* && "$output" == *"to do "* ]]
}

# JWT KEY.pem BITS: whether OpenSSL finds the signature good; prints header and claims.
jwt_check() {
    python3 - "$@" << 'END'
import base64, json, subprocess, sys, tempfile
token, key, bits = sys.argv[1], sys.argv[2], int(sys.argv[3])
def decode(part): return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
header, claims, signature = token.split(".")
raw = decode(signature)
assert len(raw) == bits // 4
def integer(b):
    b = b.lstrip(b"\0")
    b = b"\0" + b if not b or b[0] & 0x80 else b
    return bytes([2, len(b)]) + b
both = integer(raw[:bits // 8]) + integer(raw[bits // 8:])
with tempfile.NamedTemporaryFile() as sig:
    sig.write(bytes([0x30, len(both)]) + both); sig.flush()
    done = subprocess.run(["openssl", "dgst", "-sha%d" % bits, "-verify", key, "-signature", sig.name],
                          input=(header + "." + claims).encode(), stdout=subprocess.DEVNULL)
print(decode(header).decode(), decode(claims).decode())
sys.exit(done.returncode)
END
}

@test "an attestation result is signed with the verifier's key, as another implementation finds" {
    casemate key --ear -o "$DIR/ear.key" > "$DIR/ear.pub"
    [ "$(stat -c %a "$DIR/ear.key")" = 600 ]
    [ "$(casemate key --ear "$DIR/ear.key")" = "$(cat "$DIR/ear.pub")" ]
    run verify --ear --ear-key "$DIR/ear.key" "$DIR/bundle"
    [ "$status" = 0 ]
    token=$output
    run jwt_check "$token" "$DIR/ear.pub" 256
    [ "$status" = 0 ]
    claims=${output#* }
    [ "$(jq -r .eat_profile <<< "$claims")" = "tag:ietf.org,2026:rats/ear#04" ]
    # Simulated evidence is never affirmed, though the policy accepts it.
    [ "$(jq -r .submods.process.ear_status <<< "$claims")" = contraindicated ]
    [ "$(jq -c '.submods.process.ear_trustworthiness_vector.hardware' <<< "$claims")" = 97 ]
    [ "$(jq -r '.submods.process["tag:casemate.example,2026:verdict"].claims.class' <<< "$claims")" = simulated ]
    run jwt_check "${token%????}AAAA" "$DIR/ear.pub" 256
    [ "$status" != 0 ]
    openssl ecparam -name secp384r1 -genkey -noout -out "$DIR/ear384.key"
    openssl pkey -in "$DIR/ear384.key" -pubout -out "$DIR/ear384.pub"
    run casemate verify --allow-simulated --root "$DIR/root.pem" --ear --ear-key "$DIR/ear384.key" "$DIR/bundle"
    [ "$status" = 1 ]
    run jwt_check "$output" "$DIR/ear384.pub" 384
    [ "$status" = 0 ]
    [ "$(jq -r .alg <<< "${output%% *}")" = ES384 ]
}

@test "a result without a key, or with a key of another kind, is refused" {
    casemate key -o "$DIR/owner.key" > "$DIR/owner.pub"
    openssl genpkey -algorithm ed25519 -out "$DIR/ed.key"
    for wrong in "--ear" "--ear-key $DIR/ear.key" "--ear --ear-key $DIR/owner.key" "--ear --ear-key $DIR/ed.key" \
        "--ear --ear-key $DIR/ear.pub" "--ear --json --ear-key $DIR/ear.key"; do
        run verify $wrong "$DIR/bundle"
        [ "$status" = 2 ]
    done
    run casemate key --ear -o "$DIR/ear.key"
    [ "$status" = 125 ]
}
