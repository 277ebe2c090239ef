# SPDX-License-Identifier: Apache-2.0
"""The grep rules: simple mistakes that a reader should not have to look for.

Each rule has the paths it covers, a pattern for one line of code (comments are taken out first, if it is C), what
to do instead, and lines that it must and must not catch; `lint.py self-test` tries those. An exception is a line in
exceptions.txt with the exact number of places and the reason."""

from dataclasses import dataclass, field

C = r"^(?!tests/).*\.[ch]$"
TRUSTED = r"^src/(keep|shim|proto|monitor)/.*\.[ch]$"
QUIET = r"^src/(base|proto|attest|measure|client|keep|shim)/.*\.c$"
UNFINISHED = "|".join(["TO" "DO", "FIX" "ME", "X" "XX", "not " "implemented", "un" "implemented", "place" "holder",
                       "for " "now", "simpl" "ified"])


@dataclass
class Rule:
    name: str
    paths: str
    pattern: str
    advice: str
    bad: list
    good: list = field(default_factory=list)
    comments: bool = False


RULES = [
    Rule("capacity", C, r"\b(sprintf|vsprintf|strcpy|strcat|stpcpy|gets|strncat)\s*\(",
         "it does not know how much room there is: use snprintf(), the CBOR writer or struct buffer",
         ["    sprintf(text, \"%d\", n);", "    strcpy(a, b);"], ["    snprintf(text, sizeof text, \"%d\", n);"]),
    Rule("ambiguous-call", r"^(src|include|bench)/.*\.[ch]$", r"\b(strncpy|strtok|atoi|atol|atoll|alloca|system|popen|tmpnam|mktemp|signal)\s*\(",
         "it fails silently or races: use strtoull() and check, strtok_r(), sigaction(), mkstemp(), posix_spawn()",
         ["    int n = atoi(text);", "    system(command);"], ["    sigaction(SIGTERM, &act, NULL);"]),
    Rule("secret-compare", C,
         r"\b(memcmp|strcmp|strncmp|span_equal)\s*\([^;]*\b\w*(secret|token|password|private|hmac|\btag\b|_key\b)",
         "its duration tells where the first difference is: use bytes_equal_constant_time()",
         ["    if (memcmp(given, token, sizeof token) == 0)", "    return span_equal(a->secret, b);"],
         ["    if (memcmp(given, magic, 4) == 0)"]),
    Rule("secret-wipe", C, r"\bmemset\s*\([^,;]*(secret|key|token|password|private|seed)[^,;]*,\s*0\s*,",
         "the compiler may drop it, for nobody reads the memory again: use bytes_wipe()",
         ["    memset(private_key, 0, sizeof private_key);"], ["    bytes_wipe(private_key, sizeof private_key);"]),
    Rule("untrusted-memory", C,
         r"\bmem(cpy|move|cmp)\s*\([^;]*\buntrusted\b|\buntrusted\w*(\.|->)data\s*\[|\(\s*(const\s+)?(void|uint8_t)\s*\*\s*\)\s*untrusted",
         "the peer may change it between two reads: copy_in() once, then use the copy only",
         ["    memcpy(to, untrusted.data, 4);", "    return untrusted->data[0];"],
         ["    return copy_in(to, capacity, untrusted);"]),
    Rule("cast-to-struct", r"^src/.*\.[ch]$",
         r"\(\s*(const\s+)?struct\s+\w+\s*\*\s*\)\s*&?\s*\w*(bytes|buffer|data|buf)\b",
         "bytes have no alignment: load the fields with load_le32() and friends, or memcpy() into a packed struct",
         ["    const struct header *h = (const struct header *)bytes;"], ["    load_le32(bytes);"]),
    Rule("wrapping-end", C, r"\b\w+\s*\+\s*\w+\s*(>|<=)\s*\w*(end|limit|capacity)\b",
         "the sum may wrap: use range_inside(), size_add() or compare with what is left",
         ["    if (at + size > end)", "    if (used + size <= capacity)"], ["    if (size > end - at)"]),
    Rule("product-size", C, r"\b(malloc|realloc)\s*\([^;]*\s\*\s",
         "the product may wrap: use calloc() or size_multiply()",
         ["    p = malloc(count * sizeof *p);"], ["    p = malloc(sizeof *p);", "    p = calloc(count, sizeof *p);"]),
    Rule("quiet-library", QUIET, r"\b(printf|fprintf|puts|perror|exit|abort|_exit)\s*\(",
         "nothing below the commands prints or ends the process: return an error",
         ["    fprintf(stderr, \"no\");", "        exit(1);"], ["    process_exit(1);", "    snprintf(a, b, c);"]),
    Rule("test-that-passes", r"\.(bats|bash)$", r"(^|;|\bdo)\s*!\s+[\w$\"\[]",
         "neither bats nor set -e stops at a negated command: use absent, or `if COMMAND; then false; fi`",
         ["    ! grep -q secret file", "    for f in a b; do ! test -e \"$f\"; done"],
         ["    if ! start; then", "all_gone() { ! alive; }", "    absent secret file"]),
    Rule("reproducible", TRUSTED, r"__(FILE|DATE|TIME|TIMESTAMP|BASE_FILE)__",
         "the image must be the same bytes wherever and whenever it is built",
         ["    panic(__FILE__);"], ["    panic();"]),
    Rule("psa-only", r"^(src|include|fuzz|bench)/.*\.[ch]$",
         r"\bmbedtls_(?!ssl_|x509|pk_|asn1_|psa_|pem_|base64_|platform_zeroize\b|strerror\b|error\b|version_)\w+",
         "Mbed TLS 4 has only PSA: use psa_*, mbedtls_ssl_*, _x509_*, _pk_*, _asn1_* (docs/rationale.md)",
         ["    mbedtls_sha256(a, b, c, 0);", "    mbedtls_gcm_init(&gcm);", "    mbedtls_entropy_context e;"],
         ["    mbedtls_ssl_init(&ssl);", "    mbedtls_x509write_crt_init(&crt);", "    psa_hash_compute(a);"]),
    Rule("psa-only-headers", r"^(src|include|fuzz|bench)/.*\.[ch]$",
         r"#\s*include\s*<mbedtls/(?!ssl|x509|pk|asn1|pem|base64|platform_util|psa_util|error|version|debug|net_sockets)",
         "Mbed TLS 4 has only PSA: include <psa/crypto.h>",
         ["#include <mbedtls/sha256.h>"], ["#include <mbedtls/ssl.h>", "#include <mbedtls/x509_crt.h>"]),
    Rule("unfinished", r"^(?!tests/(lint|golden)/)(?!LICENSE).", r"(?i)\b(" + UNFINISHED + r")\b",
         "finish it, or say in docs/caveats.md what is not there",
         ["/* " + "TO" + "DO: check */", "This is a " + "place" + "holder."], ["/* All checked. */"], comments=True),
    Rule("machine-path", r"^(?!tests/lint/).", r"(?<![\w.])/(work|farm|Users)/|(?<![\w.$}])/home/\w",
         "it exists on one machine only: take it relative to the file, or from the environment",
         ["cd /" + "work/main", "/home/" + "me/x"], ["/run/casemate", "$HOME/x"], comments=True),
    Rule("web-address", r"^(?!LICENSE)(?!tests/.*\.c$).",
         r"https?://(?!(\[?::1|127\.|localhost|(?i:host)\b|[\w.-]*\bexample\b|\$|%|<|\{|"
         r"(www\.)?(apache|semver|keepachangelog|spdx|developercertificate|json-schema|rfc-editor|w3)\.)|[\"'`)\s])",
         "a name that is nowhere near a promise of ours: cite the specification by name and section",
         ["see https://" + "packages.invalid/x"], ["https://HOST:7443", "http://localhost:1", "https://host.example/"],
         comments=True),
]
