/* SPDX-License-Identifier: Apache-2.0 */
/* casemate measure: the measurement of an image, or the record of a workload. */
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/hex.h"
#include "output.h"
#include "parse.h"
#include "workload.h"

enum { IMAGE_MAX = 64 << 20, KERNEL_MAX = 1 << 30, SALT_BYTES = 32 };

/* ---- options of an image ---- */

/* The files behind the options. */
struct beside {
    struct buffer kernel, initrd, sigstruct;
};

static void beside_free(struct beside *b)
{
    buffer_free(&b->kernel);
    buffer_free(&b->initrd);
    buffer_free(&b->sigstruct);
}

/* Hexadecimal, with or without 0x. */
static bool parse_features(const char *text, uint64_t *value)
{
    const char *digits = strncmp(text, "0x", 2) == 0 ? text + 2 : text;
    const size_t size = strlen(digits);
    *value = strtoull(digits, NULL, 16);
    return size > 0 && size <= 16 && strspn(digits, "0123456789abcdefABCDEF") == size;
}

static int read_numbers(struct cli *cli, struct casemate_measure_options *o)
{
    const struct options *given = &cli->options;
    uint64_t vcpus = 0;
    if (given->vcpus && (!parse_number(given->vcpus, &vcpus) || vcpus == 0 || vcpus > UINT32_MAX))
        return cli_usage(cli, "\"%s\" is no number of vCPUs", given->vcpus);
    o->vcpus = (uint32_t)vcpus;
    if (given->guest_features &&
        (!parse_features(given->guest_features, &o->guest_features) || o->guest_features == 0))
        return cli_usage(cli, "\"%s\" is no set of guest features: write their bits in hexadecimal",
                         given->guest_features);
    return 0;
}

static int read_file(struct cli *cli, const char *path, size_t limit, struct buffer *content)
{
    return path ? file_read(path, limit, content, cli->error) : 0;
}

static int read_options(struct cli *cli, struct casemate_measure_options *o, struct beside *b)
{
    const struct options *given = &cli->options;
    if (!given->kernel && (given->initrd || given->append))
        return cli_usage(cli, "--initrd and --append go with --kernel");
    if (read_numbers(cli, o) < 0 || read_file(cli, given->kernel, KERNEL_MAX, &b->kernel) < 0 ||
        read_file(cli, given->initrd, KERNEL_MAX, &b->initrd) < 0 ||
        read_file(cli, given->sigstruct, IMAGE_MAX, &b->sigstruct) < 0)
        return -1;
    o->profile = given->profile;
    o->profile_size = given->profile ? strlen(given->profile) : 0;
    o->vcpu_type = given->vcpu_type;
    o->vcpu_type_size = given->vcpu_type ? strlen(given->vcpu_type) : 0;
    o->append = given->append;
    o->append_size = given->append ? strlen(given->append) : 0;
    o->kernel = given->kernel ? buffer_text(&b->kernel) : NULL; /* an empty file counts */
    o->kernel_size = b->kernel.size;
    o->initrd = b->initrd.data;
    o->initrd_size = b->initrd.size;
    o->sigstruct = b->sigstruct.data;
    o->sigstruct_size = b->sigstruct.size;
    return 0;
}

/* ---- of an image ---- */

/* stdout is the digest alone, so that a script compares it; what a person must know goes to stderr. */
static void print_text(const struct cli *cli, const casemate_measure *m)
{
    const char *text;
    size_t size;
    casemate_measure_tee(m, &text, &size);
    output_note(cli, "tee: %.*s", (int)size, text);
    casemate_measure_profile(m, &text, &size);
    if (size)
        output_note(cli, "profile: %.*s", (int)size, text);
    for (size_t i = 0; casemate_measure_note(m, i, &text, &size) == 0; i++)
        output_note(cli, "note: %.*s", (int)size, text);
    casemate_measure_digest(m, &text, &size);
    printf("%.*s\n", (int)size, text);
}

static int print_measure(struct cli *cli, casemate_measure *m)
{
    const char *json;
    size_t size;
    if (!cli->options.json) {
        print_text(cli, m);
        return 0;
    }
    if (casemate_measure_describe(m, &json, &size, cli->error) < 0)
        return -1;
    printf("%.*s\n", (int)size, json);
    return 0;
}

static int measure_image(struct cli *cli, const char *tee, const struct buffer *bytes)
{
    struct casemate_measure_options options = {.size = sizeof options};
    struct beside beside = {0};
    casemate_measure *m = NULL;
    int result = read_options(cli, &options, &beside);
    if (result == 0)
        result = casemate_measure_new(tee, strlen(tee), bytes->data, bytes->size, &options, &m, cli->error);
    if (result < 0 && !cli->options.tee && casemate_error_is(cli->error, "E_IMAGE", strlen("E_IMAGE")))
        (void)cli_next(
            cli, "--tee names what launches the image: process (assumed), sgx, snp, sev-es, sev or tdx.");
    beside_free(&beside);
    if (result == 0)
        result = print_measure(cli, m);
    casemate_measure_free(m);
    return result;
}

static int measure_installed(struct cli *cli, const char *tee)
{
    casemate_image *image;
    struct buffer bytes = {0};
    const char *path;
    size_t size;
    if (casemate_image_installed(tee, strlen(tee), &image, cli->error) < 0)
        return -1;
    casemate_image_path(image, &path, &size);
    output_note(cli, "image: %s", path);
    int result = file_read(path, IMAGE_MAX, &bytes, cli->error);
    casemate_image_free(image);
    if (result == 0)
        result = measure_image(cli, tee, &bytes);
    buffer_free(&bytes);
    return result;
}

/* ---- of a workload ---- */

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

/* ---- which of them it is ---- */

/* What is said of an image must not seem to count for a module, and the other way round. */
static int check_kind(struct cli *cli, bool wasm)
{
    const struct options *o = &cli->options;
    const bool of_images = o->vcpus || o->vcpu_type || o->guest_features || o->kernel || o->initrd ||
                           o->append || o->profile || o->sigstruct;
    const bool of_modules =
        o->salt || o->config || o->memory || o->is_public || o->variables.count || o->files.count;
    if (wasm && of_images)
        return cli_usage(cli, "%s is a module, for which options of images mean nothing", cli->argv[0]);
    if (!wasm && (of_modules || cli->argc > 1))
        return cli_usage(cli, "%s is an image and takes neither arguments nor options of a workload",
                         cli->argc ? cli->argv[0] : "What is installed");
    return 0;
}

int verb_measure(struct cli *cli)
{
    const char *tee = cli->options.tee ? cli->options.tee : "process";
    struct buffer bytes = {0};
    int code = EXIT_OURS;
    if (cli->argc == 0)
        return check_kind(cli, false) < 0 ? -1 : measure_installed(cli, tee);
    /* A module is read again with its package. */
    const bool input = strcmp(cli->argv[0], "-") == 0;
    if (input && !cli->options.tee)
        return cli_usage(cli, "measure wants a file, or with --tee an image on stdin");
    int result = file_read(cli->argv[0], IMAGE_MAX, &bytes, cli->error);
    bool wasm = !input && bytes.size >= 4 && memcmp(bytes.data, "\0asm", 4) == 0;
    if (result == 0)
        result = check_kind(cli, wasm);
    if (result == 0)
        result = wasm ? measure_workload(cli, &code) : measure_image(cli, tee, &bytes);
    buffer_free(&bytes);
    if (result < 0 && code != EXIT_OURS) {
        (void)output_error(cli);
        return code;
    }
    return result;
}
