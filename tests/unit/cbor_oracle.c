/* SPDX-License-Identifier: Apache-2.0 */
/* libcbor at work. */
#include "cbor_oracle.h"

#include <cbor.h>
#include <stdlib.h>
#include <string.h>

size_t oracle_item_size(const uint8_t *encoded, size_t size)
{
    struct cbor_load_result result;
    cbor_item_t *item = cbor_load(encoded, size, &result);
    if (!item)
        return 0;
    cbor_decref(&item);
    return result.read;
}

bool oracle_writes_alike(const uint8_t *encoded, size_t size)
{
    struct cbor_load_result result;
    unsigned char *written = NULL;
    size_t capacity = 0;
    cbor_item_t *item = cbor_load(encoded, size, &result);
    if (!item)
        return false;
    size_t used = cbor_serialize_alloc(item, &written, &capacity);
    bool alike = used == size && memcmp(written, encoded, size) == 0;
    free(written);
    cbor_decref(&item);
    return alike;
}
