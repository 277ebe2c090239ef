/* SPDX-License-Identifier: Apache-2.0 */
/* casemate measure: the measurement of an image, or the record of a workload. */
#include <string.h>

#include "../base/file.h"
#include "../base/hex.h"
#include "output.h"
#include "workload.h"

enum { IMAGE_MAX = 64 << 20, SALT_BYTES = 32 };

static int print_image(struct cli *cli, const casemate_image *image)
{
    const char *tee, *measurement, *digest, *path;
    size_t tee_size, size, digest_size, path_size;
    casemate_image_tee(image, &tee, &tee_size);
    casemate_image_measurement(image, &measurement, &size);
    casemate_image_digest(image, &digest, &digest_size);
    casemate_image_path(image, &path, &path_size);
    if (cli->options.json)
        output_json(stdout,
                    json_pack("{s:s, s:s, s:s}", "tee", tee, "measurement", measurement, "sha256", digest));
    else if (cli->options.quiet)
        printf("%s\n", measurement);
    else
        printf("tee          %s\nmeasurement  %s\nsha256       %s\n%s%s%s", tee, measurement, digest,
               path_size ? "image        " : "", path, path_size ? "\n" : "");
    return 0;
}

static int measure_installed(struct cli *cli, const char *tee)
{
    casemate_image *image;
    if (casemate_image_installed(tee, strlen(tee), &image, cli->error) < 0)
        return -1;
    int result = print_image(cli, image);
    casemate_image_free(image);
    return result;
}

static int measure_image(struct cli *cli, const char *tee, const struct buffer *bytes)
{
    casemate_image *image;
    if (casemate_image_new(tee, strlen(tee), bytes->data, bytes->size, &image, cli->error) < 0)
        return -1;
    int result = print_image(cli, image);
    casemate_image_free(image);
    return result;
}

static int measure_workload(struct cli *cli, int *code)
{
    casemate_package *package;
    const char *json;
    const void *digest;
    size_t size, digest_size;
    uint8_t salt[SALT_BYTES];
    char hex[2 * SALT_BYTES + 1];
    const char *text = cli->options.salt;
    if (text && !hex_decode(text, strlen(text), salt, sizeof salt))
        return cli_usage(cli, "--salt wants %d hexadecimal digits", 2 * SALT_BYTES);
    if (workload_read(cli, &package, code) < 0)
        return -1;
    int result = casemate_package_seal(package, text ? salt : NULL, cli->error);
    if (result == 0)
        result = casemate_package_describe(package, &json, &size, cli->error);
    if (result == 0) {
        json_t *record = json_loadb(json, size, 0, NULL);
        casemate_package_digest(package, &digest, &digest_size);
        hex_encode(digest, digest_size, hex);
        /* Without a salt there is no digest that anybody could see again. */
        if (text)
            (void)json_object_set_new(record, "workload", json_string(hex));
        if (cli->options.json)
            output_json(stdout, json_incref(record));
        else
            printf("%.*s\n%s%s%s", (int)size, json, text ? "workload " : "", text ? hex : "",
                   text ? "\n" : "");
        json_decref(record);
    }
    casemate_package_free(package);
    return result;
}

int verb_measure(struct cli *cli)
{
    const char *tee = cli->options.tee ? cli->options.tee : "process";
    struct buffer bytes = {0};
    int code = EXIT_OURS;
    if (cli->argc == 0)
        return measure_installed(cli, tee);
    if (strcmp(cli->argv[0], "-") == 0)
        return cli_usage(cli, "measure wants a file, because it looks at it twice");
    int result = file_read(cli->argv[0], IMAGE_MAX, &bytes, cli->error);
    bool wasm = bytes.size >= 4 && memcmp(bytes.data, "\0asm", 4) == 0;
    if (result == 0 && !wasm && cli->argc > 1)
        result = cli_usage(cli, "%s is an image and takes no arguments", cli->argv[0]);
    if (result == 0)
        result = wasm ? measure_workload(cli, &code) : measure_image(cli, tee, &bytes);
    buffer_free(&bytes);
    if (result < 0 && code != EXIT_OURS) {
        (void)output_error(cli);
        return code;
    }
    return result;
}
