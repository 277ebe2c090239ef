/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that sign attestation results: reading them, and the faces of `casemate key --ear`. */
#include <string.h>

#include "../base/file.h"
#include "keys.h"
#include "output.h"

enum { KEY_MAX = 4096 };

int ear_key_load(struct cli *cli, const char *path, casemate_ear_key **key)
{
    struct buffer text = {0};
    int result = file_read(path, KEY_MAX, &text, cli->error);
    if (result == 0)
        result = casemate_ear_key_parse(buffer_text(&text), text.size, key, cli->error);
    buffer_wipe(&text);
    return result;
}

static int save(struct cli *cli, const casemate_ear_key *key, const char *path)
{
    const char *text;
    size_t size;
    casemate_ear_key_private(key, &text, &size);
    if (strcmp(path, "-") != 0)
        return key_save(cli, text, size, path);
    printf("%.*s", (int)size, text);
    return 0;
}

static void print_public(const struct cli *cli, const casemate_ear_key *key, FILE *to)
{
    const char *text;
    size_t size;
    casemate_ear_key_public(key, &text, &size);
    if (cli->options.json)
        output_json(to, json_pack("{s:s%}", "public", text, size));
    else if (to == stdout || !cli->options.quiet)
        fprintf(to, "%.*s", (int)size, text);
}

int key_ear(struct cli *cli)
{
    casemate_ear_key *key = NULL;
    const char *file = cli->options.output;
    if (cli->argc == 1 && file)
        return cli_usage(cli, "Either FILE or -o NEWFILE");
    if (cli->argc == 0 && !file)
        return cli_usage(cli, "--ear wants FILE, or -o NEWFILE");
    int result = file ? casemate_ear_key_new(&key, cli->error) : ear_key_load(cli, cli->argv[0], &key);
    if (result == 0 && file)
        result = save(cli, key, file);
    if (result == 0)
        print_public(cli, key, file && strcmp(file, "-") == 0 ? stderr : stdout);
    casemate_ear_key_free(key);
    return result;
}
