/* SPDX-License-Identifier: Apache-2.0 */
/* Statuses of TCBs. */
#include "tcb_status.h"

#include <string.h>

static const char *const names[TCB_STATUSES] = {
    [TCB_UNKNOWN] = "",
    [TCB_UP_TO_DATE] = "UpToDate",
    [TCB_SW_HARDENING] = "SWHardeningNeeded",
    [TCB_CONFIGURATION] = "ConfigurationNeeded",
    [TCB_CONFIGURATION_AND_SW_HARDENING] = "ConfigurationAndSWHardeningNeeded",
    [TCB_OUT_OF_DATE] = "OutOfDate",
    [TCB_OUT_OF_DATE_CONFIGURATION] = "OutOfDateConfigurationNeeded",
    [TCB_REVOKED] = "Revoked",
    [TCB_RELAUNCH] = "TDRelaunchAdvised",
    [TCB_RELAUNCH_CONFIGURATION] = "TDRelaunchAdvisedConfigurationNeeded",
};

const char *tcb_status_name(enum tcb_status status)
{
    return names[status];
}

enum tcb_status tcb_status_find(const char *name)
{
    for (unsigned s = TCB_UP_TO_DATE; s <= TCB_REVOKED; s++)
        if (strcmp(names[s], name) == 0)
            return (enum tcb_status)s;
    return TCB_UNKNOWN;
}

bool tcb_status_wants_configuration(enum tcb_status status)
{
    return status == TCB_CONFIGURATION || status == TCB_CONFIGURATION_AND_SW_HARDENING ||
           status == TCB_OUT_OF_DATE_CONFIGURATION || status == TCB_RELAUNCH_CONFIGURATION;
}

enum tcb_status tcb_converge(enum tcb_status platform, enum tcb_status part)
{
    if (platform == TCB_REVOKED || part == TCB_REVOKED)
        return TCB_REVOKED;
    if (part != TCB_OUT_OF_DATE)
        return platform;
    return tcb_status_wants_configuration(platform) ? TCB_OUT_OF_DATE_CONFIGURATION : TCB_OUT_OF_DATE;
}
