#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# casemate over https to casemated: what it trusts, what it refuses, and with which words.

bats_require_minimum_version 1.5.0

# A CA, and a server's certificate for NAMES that it signed.
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=CA $1" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -keyout "$DIR/$1.key" -out "$DIR/$1.pem" 2> /dev/null
}
certificate() { # NAME, CA, subjectAltName
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$DIR/$1.key" -out "$DIR/$1.csr" 2> /dev/null
    openssl x509 -req -in "$DIR/$1.csr" -CA "$DIR/$2.pem" -CAkey "$DIR/$2.key" -CAcreateserial -days 2 -out "$DIR/$1.pem" \
        -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$3") 2> /dev/null
}

# CERTIFICATE: a second address of the same host; its port is in $PORT.
listen() {
    "$BIN/casemated" --listen tcp:127.0.0.1:0 --state "$DIR/$1-host" --tls-cert "$DIR/$1.pem" --tls-key "$DIR/$1.key" \
        --token-file "$DIR/tokens" 2> "$DIR/$1.log" 3>&- &
    echo $! >> "$DIR/agents"
    wait_for grep -q "listening on tcp port" "$DIR/$1.log"
    PORT=$(sed -n 's/.*listening on tcp port \([0-9]*\).*/\1/p' "$DIR/$1.log")
}

setup_file() {
    . "$CASEMATE_SOURCE/tests/e2e/common.bash"
    own_folder
    authority ca
    authority stranger
    certificate good ca IP:127.0.0.1,DNS:localhost
    certificate other ca DNS:elsewhere.example
    printf 'the-first-token-of-two\nthe-second-token-of-two\n' > "$DIR/tokens"
    echo the-second-token-of-two > "$DIR/token"
    echo a-token-that-nobody-gave > "$DIR/wrong-token"
    chmod 600 "$DIR"/*token*
    listen good
    export URL=https://127.0.0.1:$PORT GOOD_PORT=$PORT
    listen other
    export OTHER=https://127.0.0.1:$PORT
    timeout 60 "$BIN/casemate" platform --host "$URL" --token-file "$DIR/token" --ca-file "$DIR/ca.pem" > "$DIR/platform"
    timeout 60 "$BIN/casemate" root import "$DIR/good-host/process-root.pem" > "$DIR/fingerprint"
}

teardown_file() {
    . "$CASEMATE_SOURCE/tests/e2e/common.bash"
    while read -r pid; do kill "$pid"; done < "$DIR/agents"
    while read -r pid; do wait_for gone "$pid"; done < "$DIR/agents"
    rm -rf "$DIR"
}

setup() { . "$CASEMATE_SOURCE/tests/e2e/common.bash"; }

# EXIT-CODE CODE WORDS COMMAND...: fails so.
fails_with() {
    local code=$1 name=$2 words=$3
    shift 3
    run "$@"
    [[ "$status" = "$code" && "$output" == *"(casemate explain $name)"* && "$output" == *"$words"* ]] ||
        { echo "expected $code, $name, \"$words\"; found $status:"; echo "$output"; return 1; }
}

@test "a program is deployed, listed, read and removed over https" {
    common=(--host "$URL" --token-file "$DIR/token" --ca-file "$DIR/ca.pem")
    run --separate-stderr casemate deploy "${common[@]}" --allow-simulated --name far -i "$TOOL" cat /copy <<< "over TLS in TLS"
    [ "$status" = 0 ] || { echo "$stderr"; false; }
    [ "$output" = "over TLS in TLS" ]
    [[ "$stderr" == *"accepted (simulated), measurement "* ]]
    [[ "$(casemate ps -a "${common[@]}")" == *far* ]]
    # The record knows the address; token and CA are said again.
    run --separate-stderr casemate logs -q --token-file "$DIR/token" --ca-file "$DIR/ca.pem" far
    [ "$output" = "over TLS in TLS" ]
    run --separate-stderr casemate cp -q --token-file "$DIR/token" --ca-file "$DIR/ca.pem" far:/copy -
    [ "$output" = "over TLS in TLS" ]
    head -c 2000000 /dev/urandom > "$DIR/large"
    casemate deploy "${common[@]}" -q --rm --allow-simulated -i "$TOOL" cat < "$DIR/large" > "$DIR/echo"
    cmp "$DIR/large" "$DIR/echo"
    casemate rm -q "${common[@]}" far
}

@test "the host is named by any name of its certificate, and \$CASEMATE_HOST will do" {
    CASEMATE_HOST=https://localhost:$GOOD_PORT run casemate ps --token-file "$DIR/token" --ca-file "$DIR/ca.pem"
    [ "$status" = 0 ] || { echo "$output"; false; }
}

@test "a token that is missing or wrong is refused as that" {
    fails_with 125 E_TOKEN "--token-file FILE" casemate ps --host "$URL" --ca-file "$DIR/ca.pem"
    fails_with 125 E_TOKEN "missing or wrong" casemate ps --host "$URL" --ca-file "$DIR/ca.pem" --token-file "$DIR/wrong-token"
    fails_with 125 E_TOKEN "missing or wrong" casemate deploy --allow-simulated --host "$URL" --ca-file "$DIR/ca.pem" \
        --token-file "$DIR/wrong-token" "$TOOL" exit 0
    fails_with 125 E_NOT_FOUND "$DIR/no-token" casemate ps --host "$URL" --ca-file "$DIR/ca.pem" --token-file "$DIR/no-token"
    printf 'two\nlines\n' > "$DIR/odd-token"
    fails_with 125 E_TOKEN "no token may have" casemate ps --host "$URL" --ca-file "$DIR/ca.pem" --token-file "$DIR/odd-token"
}

@test "a certificate that no known CA has signed is refused, with or without --ca-file" {
    fails_with 125 E_CONNECT "no CA of the file given has signed it" casemate ps --host "$URL" --token-file "$DIR/token" \
        --ca-file "$DIR/stranger.pem"
    fails_with 125 E_CONNECT "no CA that this machine knows" casemate ps --host "$URL" --token-file "$DIR/token"
    run casemate ps --host "$URL" --token-file "$DIR/token"
    [[ "$output" == *"--ca-file FILE"* ]]
}

@test "a certificate of another host is refused as that" {
    fails_with 125 E_CONNECT "one of another host" casemate ps --host "$OTHER" --token-file "$DIR/token" --ca-file "$DIR/ca.pem"
    fails_with 125 E_CONNECT "one of another host" casemate deploy --allow-simulated --host "$OTHER" --token-file "$DIR/token" \
        --ca-file "$DIR/ca.pem" "$TOOL" exit 0
}

@test "a file of CA certificates that is missing or none is named" {
    fails_with 125 E_NOT_FOUND "$DIR/no-ca.pem" casemate ps --host "$URL" --token-file "$DIR/token" --ca-file "$DIR/no-ca.pem"
    fails_with 125 E_CONFIG "$DIR/token" casemate ps --host "$URL" --token-file "$DIR/token" --ca-file "$DIR/token"
}

@test "no token ever leaves over a connection that was not verified, or in the clear" {
    fails_with 125 E_USAGE "in the clear" casemate ps --host "http://127.0.0.1:$GOOD_PORT" --token-file "$DIR/token"
    # A listener that speaks no TLS sees a handshake begin, and no more.
    python3 -c 'import socket, sys
s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True)
c = s.accept()[0]; c.settimeout(5); seen = c.recv(65536); c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
open(sys.argv[1], "wb").write(seen)' "$DIR/seen" > "$DIR/port" 3>&- &
    listener=$!
    wait_for test -s "$DIR/port"
    fails_with 125 E_CONNECT "$(cat "$DIR/port")" casemate ps --host "https://127.0.0.1:$(cat "$DIR/port")" --token-file "$DIR/token" \
        --ca-file "$DIR/ca.pem"
    wait "$listener"
    [ "$(head -c 1 "$DIR/seen" | od -An -tu1 | tr -d ' ')" = 22 ]
    absent second-token-of-two "$DIR/seen"
}

@test "a host that is not there is said to be unreachable" {
    fails_with 125 E_CONNECT "https://127.0.0.1:1" casemate ps --host https://127.0.0.1:1 --token-file "$DIR/token" --ca-file "$DIR/ca.pem"
}

@test "what needs no https runs without libcurl, and what does says that it is missing" {
    mkdir -p "$DIR/broken"
    : > "$DIR/broken/libcurl.so.4"
    LD_LIBRARY_PATH=$DIR/broken run -0 "$BIN/casemate" explain E_POLICY
    LD_LIBRARY_PATH=$DIR/broken run -125 --separate-stderr "$BIN/casemate" ps --host "$URL" --ca-file "$DIR/ca.pem" --token-file "$DIR/token"
    [[ $stderr == *"libcurl, which https needs, cannot be loaded: "*"too short"* ]]
    [[ $stderr == *"apt install libcurl4"* ]]
}
