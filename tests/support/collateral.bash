# SPDX-License-Identifier: Apache-2.0
# Collateral in the vendors' forms, under test keys that nobody trusts: what tests of the fetcher serve. Everything into $DIR.

FMSPC=00906ed50000
CHIP=$(printf '%0128d' 0 | sed 's/00/a7/g')

# NAME, common name, extensions (a file's text), ISSUER or nothing: NAME.pem, signed by itself or by ISSUER.
make_certificate() {
    openssl req -new -newkey ec -pkeyopt "ec_paramgen_curve:P-${CURVE:-256}" -nodes -subj "/CN=$2" -keyout "$DIR/$1.key" -out "$DIR/$1.csr" 2> /dev/null
    local signer=(-signkey "$DIR/$1.key")
    [ -z "${4:-}" ] || signer=(-CA "$DIR/$4.pem" -CAkey "$DIR/$4.key" -CAcreateserial)
    openssl x509 -req -in "$DIR/$1.csr" "${signer[@]}" -days 3650 -extfile <(echo "$3") -out "$DIR/$1.pem" 2> /dev/null
    openssl x509 -in "$DIR/$1.pem" -outform DER -out "$DIR/$1.der"
}

AUTHORITY=basicConstraints=critical,CA:TRUE

# ISSUER, NAME, DAYS: an empty list, NAME.crl (DER).
make_list() {
    : > "$DIR/index"
    printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s\ndefault_md=sha256\n' "$DIR/index" > "$DIR/ca.conf"
    openssl ca -config "$DIR/ca.conf" -gencrl -crldays "$3" -cert "$DIR/$1.pem" -keyfile "$DIR/$1.key" -out "$DIR/$2.pem.crl" 2> /dev/null
    openssl crl -in "$DIR/$2.pem.crl" -outform DER -out "$DIR/$2.crl"
}

# FILE, KEY, BODY: as Intel serves what it signs; the signature has the form of one.
make_statement() {
    printf '{"%s":%s,"signature":"%0128d"}' "$2" "$3" 7 > "$DIR/$1"
}

# FILE, ID, FMSPC, issue date, next update.
make_tcb_info() {
    make_statement "$1" tcbInfo "{\"id\":\"$2\",\"version\":3,\"issueDate\":\"$4\",\"nextUpdate\":\"$5\",\"fmspc\":\"$3\",\"pceId\":\"0000\",\"tcbType\":0,\"tcbEvaluationDataNumber\":17,\"tcbLevels\":[]}"
}

make_intel() {
    make_certificate root "Intel SGX Root CA" "$AUTHORITY"
    make_certificate signing "Intel SGX TCB Signing" "" root
    make_certificate platform "Intel SGX PCK Platform CA" "$AUTHORITY" root
    cat "$DIR/signing.pem" "$DIR/root.pem" > "$DIR/signing.chain"
    cat "$DIR/platform.pem" "$DIR/root.pem" > "$DIR/platform.chain"
    make_list root root 400
    make_list platform platform 30
    make_tcb_info tcb.json SGX $FMSPC 2026-11-01T00:00:00Z 2099-12-01T00:00:00Z
    make_statement qe.json enclaveIdentity '{"id":"QE","version":2,"issueDate":"2026-11-01T00:00:00Z","nextUpdate":"2099-12-01T00:00:00Z"}'
}

# A VCEK of the chip $CHIP at bl 3, tee 0, snp 8, ucode 115 (VCEK Certificate and KDS Interface Specification 57230, table 8).
make_amd() {
    local arc=1.3.6.1.4.1.3704.1
    CURVE=384 make_certificate ark ARK-Milan "$AUTHORITY"
    CURVE=384 make_certificate ask SEV-Milan "$AUTHORITY" ark
    CURVE=384 make_certificate vcek SEV-VCEK "$(printf '%s\n' $arc.1=ASN1:INTEGER:0 $arc.2=ASN1:IA5STRING:Milan-B0 $arc.3.1=ASN1:INTEGER:3 \
        $arc.3.2=ASN1:INTEGER:0 $arc.3.3=ASN1:INTEGER:8 $arc.3.4=ASN1:INTEGER:0 $arc.3.5=ASN1:INTEGER:0 $arc.3.6=ASN1:INTEGER:0 \
        $arc.3.7=ASN1:INTEGER:0 $arc.3.8=ASN1:INTEGER:115 "$arc.4=DER:$CHIP")" ask
    cat "$DIR/ask.pem" "$DIR/ark.pem" > "$DIR/amd.chain"
    make_list ark ark 60
}

# Reports of that chip (SEV-SNP Firmware ABI, table 23), in which nothing is signed: report.bin of version 3, old.bin of version 2, which
# names no product; table.bin with the VCEK behind it (GHCB, section 4.1.8.1), masked.bin without the chip's id, vlek.bin by a VLEK.
make_reports() {
    python3 - "$DIR" "$CHIP" << 'END'
import sys, uuid
folder, chip = sys.argv[1], bytes.fromhex(sys.argv[2])
def write(name, version=3, chip=chip, key=0, behind=b""):
    report = bytearray(1184)
    report[0:4] = version.to_bytes(4, "little")
    report[0x48:0x4c] = (key << 2).to_bytes(4, "little")
    report[0x180:0x188] = bytes([3, 0, 0, 0, 0, 0, 8, 115])  # REPORTED_TCB
    if version > 2:
        report[0x188:0x18b] = bytes([0x19, 0x01, 0x01])  # family, model, stepping: Milan
    report[0x1a0:0x1e0] = chip
    open(folder + "/" + name, "wb").write(bytes(report) + behind)
vcek = open(folder + "/vcek.der", "rb").read()
entry = uuid.UUID("63da758d-e664-4564-adc5-f4b93be8accd").bytes_le + (48).to_bytes(4, "little") + len(vcek).to_bytes(4, "little")
write("report.bin")
write("old.bin", version=2)
write("table.bin", version=2, behind=entry + bytes(24) + vcek)
write("masked.bin", chip=bytes(64))
write("vlek.bin", key=1)
END
}

# DER in an OpenSSL configuration: the SGX extensions of a PCK certificate (Intel's certificate profile, section 1.3.5).
pck_extensions() {
    local arc=1.2.840.113741.1.13.1 i
    printf '%s\n' "$arc=ASN1:SEQUENCE:sgx" '[sgx]' a=SEQUENCE:ppid b=SEQUENCE:tcb c=SEQUENCE:pceid d=SEQUENCE:fmspc e=SEQUENCE:type
    printf '%s\n' '[ppid]' o=OID:$arc.1 "v=FORMAT:HEX,OCTETSTRING:$(printf '%032d' 1)" '[pceid]' o=OID:$arc.3 v=FORMAT:HEX,OCTETSTRING:0000
    printf '%s\n' '[fmspc]' o=OID:$arc.4 v=FORMAT:HEX,OCTETSTRING:$FMSPC '[type]' o=OID:$arc.5 v=ENUM:0 '[tcb]' o=OID:$arc.2 v=SEQUENCE:levels '[levels]'
    for i in $(seq 18); do echo "l$i=SEQUENCE:level$i"; done
    for i in $(seq 17); do printf '%s\n' "[level$i]" "o=OID:$arc.2.$i" v=INTEGER:3; done
    printf '%s\n' '[level18]' o=OID:$arc.2.18 "v=FORMAT:HEX,OCTETSTRING:$(printf '%032d' 3)"
}

# Quotes of version 3 (SGX) and 4 (TDX) of a platform with that FMSPC, with its chain: nothing in them is signed.
make_quotes() {
    make_certificate pck "Intel SGX PCK Certificate" "$(pck_extensions)" platform
    cat "$DIR/pck.pem" "$DIR/platform.chain" > "$DIR/pck.chain"
    python3 - "$DIR" << 'END'
import sys
folder = sys.argv[1]
def sized(kind, data):
    return kind.to_bytes(2, "little") + len(data).to_bytes(4, "little") + data
def quote(version, tee, body):
    vendor = bytes.fromhex("939a7233f79c4ca9940a0db3957f0607")
    header = version.to_bytes(2, "little") + (2).to_bytes(2, "little") + tee.to_bytes(4, "little") + bytes(4) + vendor + bytes(20)
    qe = bytes(384 + 64) + bytes(2) + sized(5, open(folder + "/pck.chain", "rb").read())
    signature = bytes(128) + (qe if version == 3 else sized(6, qe))
    return header + bytes(body) + len(signature).to_bytes(4, "little") + signature
open(folder + "/sgx.bin", "wb").write(quote(3, 0, 384))
open(folder + "/tdx.bin", "wb").write(quote(4, 0x81, 584))
END
}

# ---- the server ----

# [CERTIFICATE KEY]: with no answers; its pid is in $SERVER, its URL in $URL, what it was asked in $DIR/served/log.
server_start() {
    rm -rf "$DIR/served"
    mkdir "$DIR/served"
    : > "$DIR/served/routes"
    : > "$DIR/served/log"
    python3 "$CASEMATE_SOURCE/tests/support/collateral_server.py" "$DIR/served" "$@" 3>&- &
    SERVER=$!
    wait_for test -s "$DIR/served/port"
    URL=http://127.0.0.1:$(cat "$DIR/served/port")
    [ $# -eq 0 ] || URL=https://localhost:$(cat "$DIR/served/port")
}

server_stop() {
    kill "$SERVER" 2> /dev/null || true
    wait "$SERVER" 2> /dev/null || true
}

# PATH STATUS MODE BODY [HEADER...]: one answer more. BODY is a file of $DIR, or nothing.
serve() {
    local body=${4:+$DIR/$4} path=$1 status=$2 mode=$3
    shift 4
    (IFS=$'\t' && printf '%s\n' "$path"$'\t'"$status"$'\t'"$mode"$'\t'"$body${1:+$'\t'}$*") >> "$DIR/served/routes"
}

TCB=/sgx/certification/v4/tcb?fmspc=$FMSPC
QE=/sgx/certification/v4/qe/identity
PCK_CRL="/sgx/certification/v4/pckcrl?ca=platform&encoding=der"
ROOT_CRL=/sgx/certification/v4/rootcacrl
VCEK="/vcek/v1/Milan/$CHIP?blSPL=03&teeSPL=00&snpSPL=08&ucodeSPL=115"

tcb_chain() { echo "TCB-Info-Issuer-Chain=@$DIR/signing.chain"; }
serve_qe() { serve "$QE" 200 whole qe.json "SGX-Enclave-Identity-Issuer-Chain=@$DIR/signing.chain" Content-Type=application/json; }
serve_lists() {
    serve "$PCK_CRL" 200 whole platform.crl "SGX-PCK-CRL-Issuer-Chain=@$DIR/platform.chain" Content-Type=application/pkix-crl
    serve "$ROOT_CRL" 200 whole root.hex Content-Type=text/html
}

# All that SGX evidence of that platform needs.
serve_intel() {
    serve "$TCB" 200 whole tcb.json "$(tcb_chain)" Content-Type=application/json
    serve_qe
    serve_lists
}

serve_amd() {
    serve "$VCEK" 200 whole vcek.der Content-Type=application/pkix-cert
    serve /vcek/v1/Milan/cert_chain 200 whole amd.chain Content-Type=application/x-pem-file
    serve /vcek/v1/Milan/crl 200 whole ark.crl Content-Type=application/pkix-crl
}
