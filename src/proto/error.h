/* SPDX-License-Identifier: Apache-2.0 */
/* The one list of error codes of the Keep and of src/proto: 0 is success, everything else is negative.
 * A code is for programs; what a person reads is made on the client, from the code's name. */
#ifndef CASEMATE_PROTO_ERROR_H
#define CASEMATE_PROTO_ERROR_H

enum keep_error {
    KEEP_OK = 0,
    KEEP_EFORMAT = -1,   /* bytes that are not what the format allows */
    KEEP_ESIZE = -2,     /* a size or count beyond its limit, or a buffer too small */
    KEEP_ETYPE = -3,     /* unknown message type, statement kind or version */
    KEEP_EORDER = -4,    /* well-formed, but not allowed now */
    KEEP_EMATCH = -5,    /* a value that had to equal another does not */
    KEEP_EDENIED = -6,   /* the peer has not proved the right to do this */
    KEEP_ECRYPTO = -7,   /* a cryptographic operation failed or refused its input */
    KEEP_ENOMEM = -8,    /* memory limit reached */
    KEEP_EAGAIN = -9,    /* nothing now; wait and call again */
    KEEP_ECLOSED = -10,  /* the other side closed */
    KEEP_ENOTSUP = -11,  /* this platform has no such thing */
    KEEP_ENOENT = -12,   /* no such name */
    KEEP_EHOST = -13,    /* the host broke a rule of the portal */
    KEEP_ETIME = -14,    /* a deadline has passed */
    KEEP_EENTROPY = -15, /* random bytes failed their health test */
    KEEP_EMODULE = -16,  /* the module is not valid */
};

/* Name of a code ("KEEP_EFORMAT"), or "KEEP_E?" for a number that is none. Never NULL. */
const char *keep_error_name(int error);

#endif
