/* SPDX-License-Identifier: Apache-2.0 */
/* casemate key: owner's keys, one line each. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "keys.h"
#include "output.h"

enum { KEY_MAX = 4096 };

static int load(struct cli *cli, const char *path, casemate_key **key)
{
    struct buffer text = {0};
    int result = file_read(path, KEY_MAX, &text, cli->error);
    if (result == 0)
        result = casemate_key_parse(buffer_text(&text), text.size, key, cli->error);
    buffer_wipe(&text);
    return result;
}

int key_save(struct cli *cli, const char *text, size_t size, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return cli_fail(cli, "E_IO",
                        "%s is there already, and no key is written over: name another file with -o", path);
    if (fd < 0)
        return cli_fail(cli, "E_IO", "Cannot create %s: %s", path, strerror(errno));
    int result = file_write_all(fd, text, size) < 0 || fsync(fd) < 0
                     ? cli_fail(cli, "E_IO", "Cannot write %s: %s", path, strerror(errno))
                     : 0;
    (void)close(fd);
    return result;
}

static int save(struct cli *cli, const casemate_key *key, const char *path)
{
    const char *text;
    size_t size;
    casemate_key_private(key, &text, &size);
    return key_save(cli, text, size, path);
}

static void print_public(const struct cli *cli, const casemate_key *key, FILE *to)
{
    const char *text;
    size_t size;
    casemate_key_public(key, &text, &size);
    if (cli->options.json)
        output_json(to, json_pack("{s:s%}", "public", text, size));
    else
        fprintf(to, "%.*s\n", (int)size, text);
}

/* A new key whole, on stdout; its public line beside it. */
static void print_new(const struct cli *cli, const casemate_key *key)
{
    const char *text, *public_text;
    size_t size, public_size;
    casemate_key_private(key, &text, &size);
    casemate_key_public(key, &public_text, &public_size);
    if (cli->options.json) {
        output_json(stdout,
                    json_pack("{s:s%, s:s%}", "private", text, size, "public", public_text, public_size));
        return;
    }
    printf("%.*s", (int)size, text);
    if (!cli->options.quiet)
        print_public(cli, key, stderr);
}

int verb_key(struct cli *cli)
{
    casemate_key *key = NULL;
    const char *file = cli->options.output;
    if (file && strcmp(file, "-") == 0)
        file = NULL;
    if (cli_want_arguments(cli, 0, 1) < 0)
        return -1;
    if (cli->options.ear)
        return key_ear(cli);
    if (cli->argc == 1 && file)
        return cli_usage(cli, "Either FILE or -o NEWFILE");
    int result = cli->argc == 1 ? load(cli, cli->argv[0], &key) : casemate_key_new(&key, cli->error);
    if (result == 0 && file)
        result = save(cli, key, file);
    if (result == 0 && (cli->argc == 1 || file))
        print_public(cli, key, stdout);
    else if (result == 0)
        print_new(cli, key);
    casemate_key_free(key);
    return result;
}
