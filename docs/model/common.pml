/* SPDX-License-Identifier: Apache-2.0 */
/* What all models of this folder share: removing bindings (DROP), choosing properties (CHECK), and the two ways to
 * stop. A row is a row of the table of attacks in docs/threat-model.md. */

#ifndef DROP
#define DROP 0
#endif
#ifndef CHECK
#define CHECK 65535
#endif
#ifndef REACH
#define REACH 0
#endif

#define dropped(d) ((DROP) & (d))

/* A property does not hold: `text` says "breach: row N: ..." on the trail. */
#define breach(property, text)                                                                                       \
    if                                                                                                               \
    :: (CHECK) & (property) ->                                                                                       \
        printf(text);                                                                                                \
        assert(false)                                                                                                \
    :: else                                                                                                          \
    fi

/* A run that must get here, and stop, to show that the others mean anything: "reached: ...". */
#define reached(what, condition, text)                                                                               \
    if                                                                                                               \
    :: ((REACH) & (what)) && (condition) ->                                                                          \
        printf(text);                                                                                                \
        assert(false)                                                                                                \
    :: else                                                                                                          \
    fi
