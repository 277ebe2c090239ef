/* SPDX-License-Identifier: Apache-2.0 */
/* The message of the owner proof (docs/protocol.md, section 5). */
#include "cbor.h"
#include "crypto.h"

int owner_message(struct span spki, const uint8_t outbox[P256_POINT_SIZE],
                  const uint8_t exporter[DIGEST_SIZE], uint8_t message[OWNER_MESSAGE_SIZE])
{
    static const char label[16] = {'c', 'a', 's', 'e', 'm', 'a', 't', 'e',
                                   '-', 'o', 'w', 'n', 'e', 'r', '-', '1'};
    uint8_t keys[8 + P256_SPKI_SIZE + P256_POINT_SIZE];
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, keys, sizeof keys);
    cbor_put_array(&w, 2);
    cbor_put_bytes(&w, spki);
    cbor_put_bytes(&w, span_of(outbox, P256_POINT_SIZE));
    int error = cbor_writer_finish(&w, &encoded);
    if (error)
        return error;
    memcpy(message, label, sizeof label);
    memcpy(message + sizeof label + DIGEST_SIZE, exporter, DIGEST_SIZE);
    return crypto_sha256(&encoded, 1, message + sizeof label);
}
