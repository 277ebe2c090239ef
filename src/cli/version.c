/* SPDX-License-Identifier: Apache-2.0 */
/* casemate version: program, library, and the image that this installation trusts. */
#include <string.h>

#include "casemate_build.h"
#include "output.h"

int verb_version(struct cli *cli)
{
    casemate_image *image = NULL;
    const char *measurement = "";
    size_t size;
    bool released = strcmp(CASEMATE_RELEASED_INPUTS, "yes") == 0;
    if (cli_want_arguments(cli, 0, 0) < 0)
        return -1;
    if (casemate_image_installed("process", strlen("process"), &image, NULL) == 0)
        casemate_image_measurement(image, &measurement, &size);
    if (cli->options.json) {
        output_json(stdout, json_pack("{s:s, s:s, s:{s:s}, s:b}", "version", CASEMATE_BUILD_VERSION,
                                      "library", casemate_version_text(), "measurements", "process",
                                      measurement, "released", released));
    } else {
        printf("casemate %s (libcasemate %s)\n", CASEMATE_BUILD_VERSION, casemate_version_text());
        if (image && !cli->options.quiet)
            printf("keep-process %s%s\n", measurement, released ? "" : " (not the released measurement)");
    }
    casemate_image_free(image);
    return 0;
}
