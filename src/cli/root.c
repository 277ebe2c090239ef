/* SPDX-License-Identifier: Apache-2.0 */
/* casemate root: simulated roots, imported by hand. */
#include <string.h>

#include "../base/file.h"
#include "output.h"

enum { CERTIFICATE_MAX = 65536 };

static int import(struct cli *cli, casemate_roots *roots, const char *path)
{
    struct buffer bytes = {0};
    const char *fingerprint;
    int result = file_read(path, CERTIFICATE_MAX, &bytes, cli->error);
    if (result == 0)
        result = casemate_roots_import(roots, bytes.data, bytes.size, &fingerprint, cli->error);
    buffer_free(&bytes);
    if (result < 0)
        return -1;
    if (cli->options.json)
        output_json(stdout, json_pack("{s:s}", "fingerprint", fingerprint));
    else
        printf("%s\n", fingerprint);
    output_hint(cli, "Compare the fingerprint with the one that the root's owner names. --allow-simulated "
                     "accepts it now.");
    return 0;
}

static int list(struct cli *cli, const casemate_roots *roots)
{
    const char *fingerprint, *subject;
    json_t *array = json_array();
    for (size_t i = 0; casemate_roots_at(roots, i, &fingerprint, &subject) == 0; i++) {
        if (cli->options.json) {
            (void)json_array_append_new(
                array, json_pack("{s:s, s:s}", "fingerprint", fingerprint, "subject", subject));
            continue;
        }
        printf("%s  ", fingerprint);
        output_safe(stdout, subject, strlen(subject));
        putchar('\n');
    }
    if (cli->options.json)
        output_json(stdout, json_pack("{s:O}", "roots", array));
    json_decref(array);
    return 0;
}

int verb_root(struct cli *cli)
{
    casemate_roots *roots;
    if (cli_want_arguments(cli, 1, 2) < 0)
        return -1;
    bool imports = strcmp(cli->argv[0], "import") == 0 && cli->argc == 2;
    if (!imports && (strcmp(cli->argv[0], "list") != 0 || cli->argc != 1))
        return cli_usage(cli, "root wants import FILE, or list");
    if (casemate_roots_open(NULL, 0, &roots, cli->error) < 0)
        return -1;
    int result = imports ? import(cli, roots, cli->argv[1]) : list(cli, roots);
    casemate_roots_free(roots);
    return result;
}
