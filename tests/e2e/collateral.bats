#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# casemate collateral: fetch, show and import, against a server on the loopback that plays PCS, a PCCS and KDS.

bats_require_minimum_version 1.5.0

setup_file() {
    . "$CASEMATE_SOURCE/tests/support/common.bash"
    . "$CASEMATE_SOURCE/tests/support/collateral.bash"
    own_folder
    make_intel
    make_amd
    make_reports
    make_quotes
    # A PCCS serves the root's list as hexadecimal, and calls it text/html.
    od -An -v -tx1 "$DIR/root.crl" | tr -d ' \n' > "$DIR/root.hex"
    echo '<html><body>Please log in to the network.</body></html>' > "$DIR/portal.html"
}

teardown_file() { rm -rf "$DIR"; }

setup() {
    . "$CASEMATE_SOURCE/tests/support/common.bash"
    . "$CASEMATE_SOURCE/tests/support/collateral.bash"
    CACHE=$DIR/cache-$BATS_TEST_NUMBER
    server_start
}

teardown() { server_stop; }

# Neither service is any other than the test's, whatever is asked for.
collateral() { timeout 60 "$BIN/casemate" collateral --cache "$CACHE" --pccs "$URL" --kds "$URL" "$@"; }
fetch_intel() { run --separate-stderr collateral fetch --tee sgx --fmspc $FMSPC --pck-ca platform "$@"; }
fetch_milan() { run --separate-stderr collateral fetch --tee snp --product milan "$@"; }
asked() { grep -cxF -- "$1" "$DIR/served/log"; }

# CODE WORD...: it failed so, and the message has all these words.
failed() {
    [ "$status" -eq 125 ] || { echo "exit code $status: $output $stderr"; return 1; }
    for word in "$@"; do
        [[ "$stderr" == *"$word"* ]] || { echo "no \"$word\" in: $stderr"; return 1; }
    done
}

@test "a PCCS is asked for all that SGX needs, and each answer is kept as it was served" {
    serve_intel
    fetch_intel
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    [ "$(wc -l < "$DIR/served/log")" -eq 4 ]
    cmp "$CACHE/intel/tcb-sgx-$FMSPC.json" "$DIR/tcb.json"
    cmp "$CACHE/intel/qe-sgx.json" "$DIR/qe.json"
    cmp "$CACHE/intel/pck-platform.crl" "$DIR/platform.crl"
    cmp "$CACHE/intel/root-ca.crl" "$DIR/root.hex"
    grep -q -- '-----BEGIN%20CERTIFICATE-----' "$CACHE/intel/tcb-sgx-$FMSPC.chain"
    [ -z "$(find "$CACHE" -name '*.new*' -o -name '.*' -type f)" ]
    [ "$(stat -c %a "$CACHE/intel/qe-sgx.json")" = 644 ]
}

@test "KDS is asked for what a report names, for the chip's certificate only once" {
    serve_amd
    run --separate-stderr collateral fetch "$DIR/report.bin"
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    cmp "$CACHE/amd/vcek-milan-a7a7a7a7a7a7a7a7-bl03-tee00-snp08-ucode115.der" "$DIR/vcek.der"
    cmp "$CACHE/amd/vcek-milan.chain" "$DIR/amd.chain"
    cmp "$CACHE/amd/milan.crl" "$DIR/ark.crl"
    run --separate-stderr collateral fetch "$DIR/report.bin"
    [[ "$status" -eq 0 && "$output" == *"cached"* ]]
    [ "$(asked "$VCEK")" -eq 1 ]
    [ "$(asked /vcek/v1/Milan/crl)" -eq 2 ]
    run --separate-stderr collateral fetch --force "$DIR/report.bin"
    [[ "$status" -eq 0 && "$(asked "$VCEK")" -eq 2 ]]
}

@test "a report that names no product is believed by its certificate, or by the user" {
    serve_amd
    run --separate-stderr collateral fetch "$DIR/old.bin"
    failed E_EVIDENCE "--product Milan"
    [ ! -s "$DIR/served/log" ]
    run --separate-stderr collateral fetch --product milan "$DIR/old.bin"
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    run --separate-stderr collateral fetch --force "$DIR/table.bin"
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    [ "$(asked "$VCEK")" -eq 2 ]
    # To read the cache nobody need say it.
    run --separate-stderr "$BIN/casemate" verify --cache "$CACHE" --recorded --json "$DIR/old.bin"
    [ "$(jq -r .collateral.items <<< "$output")" -eq 4 ]
}

@test "a masked chip and a loaded key have no certificate to ask for, but their product's chain and list" {
    serve_amd
    run --separate-stderr collateral fetch "$DIR/masked.bin"
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    [ "$(sort "$DIR/served/log")" = "$(printf '%s\n' /vcek/v1/Milan/cert_chain /vcek/v1/Milan/crl)" ]
    : > "$DIR/served/log"
    run --separate-stderr collateral fetch "$DIR/vlek.bin"
    failed 404
    [ "$(sort "$DIR/served/log")" = "$(printf '%s\n' /vlek/v1/Milan/cert_chain /vlek/v1/Milan/crl)" ]
}

@test "a quote names its platform and the CA of its certificate" {
    serve_intel
    run --separate-stderr collateral fetch "$DIR/sgx.bin"
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    [ "$(sort "$DIR/served/log")" = "$(printf '%s\n' "$TCB" "$QE" "$PCK_CRL" "$ROOT_CRL" | sort)" ]
    run --separate-stderr "$BIN/casemate" verify --cache "$CACHE" --recorded --json "$DIR/sgx.bin"
    [ "$status" -eq 1 ]
    # TCB Info, QE Identity, two lists; signing certificate, CA and root
    [ "$(jq -r .collateral.items <<< "$output")" -eq 7 ]
    : > "$DIR/served/log"
    run --separate-stderr collateral fetch "$DIR/tdx.bin" "$DIR/sgx.bin"
    failed E_COLLATERAL "/tdx/certification/v4/tcb?fmspc=$FMSPC"
    [ "$(asked "/tdx/certification/v4/tcb?fmspc=$FMSPC")" -eq 1 ]
    [ "$(asked /tdx/certification/v4/qe/identity)" -eq 1 ]
    [ "$(asked "$TCB")" -eq 1 ]
    [ "$(asked "$PCK_CRL")" -eq 1 ]
}

@test "options name a chip as a report does, Turin's with its own parameter and short id" {
    serve_amd
    fetch_milan --chip-id "$CHIP" --tcb ucode=115,bl=3,tee=0,snp=8
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    [ "$(asked "$VCEK")" -eq 1 ]
    run --separate-stderr collateral fetch --tee snp --product turin --chip-id "$CHIP" --tcb fmc=1,bl=2,tee=3,snp=4,ucode=71
    failed E_COLLATERAL 404
    [ "$(asked "/vcek/v1/Turin/a7a7a7a7a7a7a7a7?fmcSPL=01&blSPL=02&teeSPL=03&snpSPL=04&ucodeSPL=71")" -eq 1 ]
    run --separate-stderr collateral fetch --tee snp --product genoa --vlek
    failed 404
    [ "$(asked /vlek/v1/Genoa/cert_chain)" -eq 1 ]
    [ "$(asked /vlek/v1/Genoa/crl)" -eq 1 ]
}

@test "a busy service is asked again after what it says, and no more than five times" {
    serve "$TCB" 429 whole "" Retry-After=1
    serve "$TCB" 503 whole "" Retry-After=1
    serve_intel
    local before=$SECONDS
    fetch_intel
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    [ "$(asked "$TCB")" -eq 3 ]
    [ $((SECONDS - before)) -ge 2 ]
    : > "$DIR/served/routes"
    serve /vcek/v1/Milan/cert_chain 429 whole "" Retry-After=1
    fetch_milan
    failed E_COLLATERAL "Asked 5 times" "HTTP 429" "Not asked for, after the service failed"
    [ "$(asked /vcek/v1/Milan/cert_chain)" -eq 5 ]
    [ "$(grep -cxF /vcek/v1/Milan/crl "$DIR/served/log" || true)" -eq 0 ]
}

@test "a service that asks for an hour is not waited for" {
    serve /vcek/v1/Milan/cert_chain 429 whole "" Retry-After=3600
    fetch_milan
    failed E_COLLATERAL "wait 3600 s"
    [ "$(asked /vcek/v1/Milan/cert_chain)" -eq 1 ]
}

@test "an answer that breaks off is asked for again" {
    serve "$TCB" 200 cut tcb.json "$(tcb_chain)"
    serve_intel
    fetch_intel
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    [ "$(asked "$TCB")" -eq 2 ]
    cmp "$CACHE/intel/tcb-sgx-$FMSPC.json" "$DIR/tcb.json"
}

@test "a failure keeps what the cache had, and the other files are fetched all the same" {
    serve_intel
    fetch_intel
    [ "$status" -eq 0 ]
    : > "$DIR/served/routes"
    serve "$TCB" 500 whole ""
    serve_qe
    serve_lists
    fetch_intel
    failed E_COLLATERAL "HTTP 500" "$URL$TCB"
    [[ "$output" == *"failed    intel/tcb-sgx-$FMSPC.json"* && "$output" == *"fetched   intel/qe-sgx.json"* ]]
    cmp "$CACHE/intel/tcb-sgx-$FMSPC.json" "$DIR/tcb.json"
    [ "$(asked "$TCB")" -eq 2 ]
}

@test "an answer that is larger than anything is cut off, and so is a head" {
    serve /vcek/v1/Milan/cert_chain 200 endless ""
    serve /vcek/v1/Milan/crl 200 head ark.crl
    fetch_milan
    failed E_LIMIT "larger than"
    [[ "$output" == *"failed    amd/vcek-milan.chain"* && "$output" == *"failed    amd/milan.crl"* ]]
    [ ! -e "$CACHE/amd/vcek-milan.chain" ]
}

@test "a service that is slow has a deadline" {
    serve /vcek/v1/Milan/cert_chain 200 slow amd.chain
    local before=$SECONDS
    fetch_milan --timeout 1
    failed E_TIMEOUT "did not answer in time"
    [ $((SECONDS - before)) -lt 5 ]
}

@test "what is no such collateral is refused by its content, and its content type is named" {
    serve /vcek/v1/Milan/cert_chain 200 whole portal.html Content-Type=text/html
    serve /vcek/v1/Milan/crl 200 whole amd.chain Content-Type=application/pkix-crl
    fetch_milan
    failed E_COLLATERAL "a chain of certificates" "it is called text/html"
    [[ "$stderr" == *"not what was asked"* && ! -e "$CACHE/amd/milan.crl" ]]
}

@test "collateral of another platform, chip or issuer is not filed under this one's name" {
    make_tcb_info other.json SGX 112233445566 2026-11-01T00:00:00Z 2099-12-01T00:00:00Z
    serve "$TCB" 200 whole other.json "$(tcb_chain)"
    serve_qe
    serve_lists
    fetch_intel
    failed E_COLLATERAL "intel/tcb-sgx-$FMSPC.json" "intel/tcb-sgx-112233445566.json"
    : > "$DIR/served/routes"
    make_tcb_info tdx.json TDX $FMSPC 2026-11-01T00:00:00Z 2099-12-01T00:00:00Z
    serve "$TCB" 200 whole tdx.json "$(tcb_chain)"
    fetch_intel
    failed "intel/tcb-tdx-$FMSPC.json"
    serve /vcek/v1/Milan/crl 200 whole root.crl
    serve /vcek/v1/Milan/cert_chain 200 whole amd.chain
    fetch_milan
    failed "intel/root-ca.crl" "amd/milan.crl"
    [ ! -e "$CACHE/amd/milan.crl" ]
}

@test "a statement without its issuer's chain is refused, and so is one with something else there" {
    serve "$TCB" 200 whole tcb.json
    serve_qe
    serve_lists
    fetch_intel
    failed E_COLLATERAL "lacks the header TCB-Info-Issuer-Chain"
    [ ! -e "$CACHE/intel/tcb-sgx-$FMSPC.json" ]
    : > "$DIR/served/routes"
    serve "$TCB" 200 whole tcb.json TCB-Info-Issuer-Chain=nothing
    fetch_intel
    failed E_COLLATERAL "TCB-Info-Issuer-Chain: " "a chain of certificates"
}

@test "a redirect is not followed, and its target is named" {
    serve /vcek/v1/Milan/cert_chain 302 whole "" "Location=$URL/elsewhere"
    serve /elsewhere 200 whole amd.chain
    fetch_milan
    failed E_COLLATERAL "HTTP 302, to $URL/elsewhere" --kds
    [ "$(grep -cxF /elsewhere "$DIR/served/log" || true)" -eq 0 ]
}

@test "a service without TLS is another machine's never, and one's certificate is checked" {
    run --separate-stderr timeout 20 "$BIN/casemate" collateral fetch --cache "$CACHE" --tee snp --product milan --kds http://kds.example
    failed E_USAGE kds.example https
    for url in ftp://127.0.0.1 "https://name.example:word@127.0.0.1" "https://127.0.0.1/?a=b" "nonsense:://"; do
        run --separate-stderr timeout 20 "$BIN/casemate" collateral fetch --cache "$CACHE" --tee snp --product milan --kds "$url"
        failed E_USAGE
    done
    server_stop
    make_certificate tls localhost subjectAltName=DNS:localhost
    server_start "$DIR/tls.pem" "$DIR/tls.key"
    serve_amd
    fetch_milan
    failed E_COLLATERAL "not trusted" --ca-file
    fetch_milan --ca-file "$DIR/tls.pem"
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
}

@test "nobody there is an error that names the way without a network" {
    server_stop
    fetch_milan
    failed E_COLLATERAL "cannot be reached" "collateral import"
}

@test "the variables name the services and the cache, and a URL may end as Intel's configuration has it" {
    serve_intel
    CASEMATE_PCCS=$URL/sgx/certification/v4/ CASEMATE_COLLATERAL=$CACHE run --separate-stderr timeout 20 "$BIN/casemate" collateral fetch \
        --tee sgx --fmspc $FMSPC --pck-ca platform
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    [ -e "$CACHE/intel/qe-sgx.json" ]
    CASEMATE_COLLATERAL=$CACHE run --separate-stderr "$BIN/casemate" collateral show
    [[ "$status" -eq 0 && "$output" == *"intel/qe-sgx.json"* ]]
}

@test "what cannot be fetched is said before anything is asked" {
    run --separate-stderr collateral fetch
    failed E_USAGE --fmspc
    run --separate-stderr collateral fetch --tee sgx --fmspc 00906ed5
    failed E_USAGE "12 hexadecimal digits"
    run --separate-stderr collateral fetch --tee snp --product rome
    failed E_USAGE Milan
    fetch_milan --chip-id "$CHIP" --tcb bl=3,tee=0,snp=8
    failed E_USAGE "bl=3,tee=0,snp=8,ucode=115"
    fetch_milan --chip-id "$CHIP" --tcb bl=3,tee=0,snp=8,ucode=256
    failed E_USAGE
    fetch_milan --chip-id abcd --tcb bl=3,tee=0,snp=8,ucode=1
    failed E_USAGE "128 hexadecimal digits"
    run --separate-stderr collateral fetch --tee process
    failed E_USAGE "sgx, tdx and snp"
    run --separate-stderr collateral fetch "$DIR/portal.html"
    failed E_EVIDENCE
    [ ! -s "$DIR/served/log" ]
}

@test "show says of each item what it is, and when it expires; strangers are listed" {
    serve_intel
    fetch_intel
    echo hello > "$CACHE/intel/note.txt"
    run --separate-stderr collateral show --json
    [ "$status" -eq 0 ]
    [ "$(jq -r '.items[] | select(.file == "intel/pck-platform.crl") | .kind' <<< "$output")" = "revocation list" ]
    [ "$(jq -r '.items[] | select(.file == "intel/qe-sgx.json") | .until' <<< "$output")" = 2099-12-01T00:00:00Z ]
    [ "$(jq -r '.not_understood[0].file' <<< "$output")" = intel/note.txt ]
    [ "$(jq -r '[.items[] | select(.expired)] | length' <<< "$output")" = 0 ]
    [ "$(jq -r .expires <<< "$output")" = "$(jq -r '.items[] | select(.kind == "revocation list") | .until' <<< "$output" | sort | head -n 1)" ]
    run --separate-stderr collateral show --json --time 2099-12-02T00:00:00Z
    [ "$(jq -r '[.items[] | select(.expired)] | length' <<< "$output")" = "$(jq -r '.items | length' <<< "$output")" ]
    run --separate-stderr collateral show "$CACHE/intel"
    [[ "$status" -eq 0 && "$output" == *"TCB Info"*"2099-12-01"*"days"* && "$output" == *"not understood"*note.txt* ]]
    run --separate-stderr collateral show "$DIR/absent"
    failed E_NOT_FOUND
}

@test "import files a folder's collateral under its names, and no older over a younger one" {
    mkdir "$DIR/usb"
    cp "$DIR/tcb.json" "$DIR/usb/TcbInfo"
    cp "$DIR/vcek.der" "$DIR/signing.chain" "$DIR/portal.html" "$DIR/usb"
    base64 "$DIR/platform.crl" > "$DIR/usb/list.txt"
    run --separate-stderr collateral import "$DIR/usb"
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    [[ "$output" == *"stranger  portal.html"* ]]
    cmp "$CACHE/intel/tcb-sgx-$FMSPC.json" "$DIR/tcb.json"
    cmp "$CACHE/intel/pck-platform.crl" "$DIR/platform.crl"
    cmp "$CACHE/amd/vcek-milan-a7a7a7a7a7a7a7a7-bl03-tee00-snp08-ucode115.der" "$DIR/vcek.der"
    [ "$(find "$CACHE/intel/certificates" -type f | wc -l)" -eq 2 ]
    make_tcb_info older.json SGX $FMSPC 2026-10-01T00:00:00Z 2026-10-31T00:00:00Z
    run --separate-stderr collateral import --json "$DIR/older.json"
    [ "$(jq -r '.files[0].written' <<< "$output")" = false ]
    cmp "$CACHE/intel/tcb-sgx-$FMSPC.json" "$DIR/tcb.json"
    make_tcb_info younger.json SGX $FMSPC 2026-11-20T00:00:00Z 2099-12-31T00:00:00Z
    run --separate-stderr collateral import "$DIR/younger.json"
    [[ "$status" -eq 0 && "$output" == "imported  intel/tcb-sgx-$FMSPC.json" ]]
    cmp "$CACHE/intel/tcb-sgx-$FMSPC.json" "$DIR/younger.json"
}

@test "a cache that was shipped is one that imports whole" {
    serve_intel
    serve_amd
    fetch_intel
    run --separate-stderr collateral fetch "$DIR/report.bin"
    [ "$status" -eq 0 ]
    local from=$CACHE
    CACHE=$DIR/elsewhere
    run --separate-stderr collateral import "$from"
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    absent stranger <(echo "$output")
    diff <(cd "$from" && find . -name '*.json' -exec sha256sum {} + | sort) <(cd "$CACHE" && find . -name '*.json' -exec sha256sum {} + | sort)
    [ -e "$CACHE/amd/milan.crl" ]
}

@test "what a service once served for real evidence makes its verdict, from the cache alone" {
    local shared=${CASEMATE_SHARED:-$CASEMATE_SOURCE/../shared} vector
    vector=$shared/data/evidence/sgx/dcap-v3-phala
    [ -e "$vector/quote.bin" ] || skip "no recorded evidence at $shared"
    local fmspc
    run --separate-stderr collateral import "$vector/collateral.json"
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    fmspc=$(basename "$CACHE"/intel/tcb-sgx-*.json .json)
    fmspc=${fmspc#tcb-sgx-}
    # As its PCCS would serve it.
    local chain
    for chain in "$CACHE"/intel/certificates/*.der; do openssl x509 -inform DER -in "$chain"; done > "$DIR/real.chain"
    for file in tcb-sgx-$fmspc.json qe-sgx.json root-ca.crl; do cp "$CACHE/intel/$file" "$DIR/real-$file"; done
    cp "$CACHE"/intel/pck-*.crl "$DIR/real-pck.crl"
    serve "/sgx/certification/v4/tcb?fmspc=$fmspc" 200 whole "real-tcb-sgx-$fmspc.json" "TCB-Info-Issuer-Chain=@$DIR/real.chain"
    serve "$QE" 200 whole real-qe-sgx.json "SGX-Enclave-Identity-Issuer-Chain=@$DIR/real.chain"
    serve "/sgx/certification/v4/pckcrl?ca=processor&encoding=der" 200 whole real-pck.crl "SGX-PCK-CRL-Issuer-Chain=@$DIR/real.chain"
    serve "$ROOT_CRL" 200 whole real-root-ca.crl
    CACHE=$DIR/real-cache
    run --separate-stderr collateral fetch "$vector/quote.bin"
    [ "$status" -eq 0 ] || { echo "$stderr"; false; }
    run --separate-stderr "$BIN/casemate" verify --cache "$CACHE" --recorded --json --time 2025-07-01T00:00:00Z "$vector/quote.bin"
    [ "$(jq -r .claims.tcb_status <<< "$output")" = ConfigurationAndSWHardeningNeeded ]
    [ "$(jq -r '.checks[] | select(.id == "revocation") | .ok' <<< "$output")" = true ]
}

@test "verify reads the cache for what the evidence needs, and no other folder beside --collateral" {
    serve_amd
    run --separate-stderr collateral fetch "$DIR/report.bin"
    [ "$status" -eq 0 ]
    run --separate-stderr "$BIN/casemate" verify --cache "$CACHE" --recorded --json "$DIR/report.bin"
    [ "$status" -eq 1 ]
    [ "$(jq -r .collateral.items <<< "$output")" -eq 4 ]
    [ "$(jq -r '.checks[] | select(.id == "snp-certificate") | .ok' <<< "$output")" = true ]
    run --separate-stderr "$BIN/casemate" verify --cache "$DIR/absent" --recorded --json "$DIR/report.bin"
    [ "$(jq -r .collateral <<< "$output")" = null ]
    mkdir "$DIR/empty"
    run --separate-stderr "$BIN/casemate" verify --cache "$CACHE" --collateral "$DIR/empty" --recorded --json "$DIR/report.bin"
    [ "$(jq -r '.checks[] | select(.id == "snp-certificate") | .ok' <<< "$output")" = false ]
}
