/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the error codes that Keep and src/proto share. */
#include "error.h"

const char *keep_error_name(int error)
{
    static const char *const names[] = {
        "KEEP_OK",      "KEEP_EFORMAT", "KEEP_ESIZE",  "KEEP_ETYPE",    "KEEP_EORDER",  "KEEP_EMATCH",
        "KEEP_EDENIED", "KEEP_ECRYPTO", "KEEP_ENOMEM", "KEEP_EAGAIN",   "KEEP_ECLOSED", "KEEP_ENOTSUP",
        "KEEP_ENOENT",  "KEEP_EHOST",   "KEEP_ETIME",  "KEEP_EENTROPY", "KEEP_EMODULE",
    };
    _Static_assert(sizeof names / sizeof *names == 1 - KEEP_EMODULE, "one name for each code");
    return error <= 0 && error >= KEEP_EMODULE ? names[-error] : "KEEP_E?";
}
