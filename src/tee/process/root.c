/* SPDX-License-Identifier: Apache-2.0 */
/* The development root: made once in the state folder, whoever comes first, and the same for all that come
 * later. */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <mbedtls/pem.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../base/file.h"
#include "../../base/hex.h"

enum { FILE_SIZE_MAX = 16384, ROOT_YEARS = 20, PATH_SIZE = 4096 };
#define PEM_BEGIN "-----BEGIN CERTIFICATE-----\n"
#define PEM_END   "-----END CERTIFICATE-----\n"

void process_root_free(struct process_root *root)
{
    if (!root)
        return;
    mbedtls_pk_free(&root->key);
    free(root);
}

struct span process_root_certificate(const struct process_root *root)
{
    return span_of(root->certificate.der, root->certificate.size);
}

static int path_in(const char *folder, const char *name, char path[PATH_SIZE], struct casemate_error *err)
{
    int size = snprintf(path, PATH_SIZE, "%s/%s", folder, name);
    return size > 0 && size < PATH_SIZE ? 0 : casemate_fail(err, E_IO, "The path of %s is too long", name);
}

static int certificate_pem(struct span der, char *pem, size_t capacity, struct casemate_error *err)
{
    size_t size;
    int status = mbedtls_pem_write_buffer(PEM_BEGIN, PEM_END, der.data, der.size, (unsigned char *)pem,
                                          capacity, &size);
    return status ? certificate_failed(err, "Writing a certificate", status) : 0;
}

/* A name of its own, so that two roots in one list can be told apart. */
static int name_root(char name[96], struct casemate_error *err)
{
    uint8_t random[4];
    char text[2 * sizeof random + 1];
    psa_status_t status = psa_generate_random(random, sizeof random);
    if (status != PSA_SUCCESS)
        return certificate_failed(err, "The random generator", status);
    hex_encode(random, sizeof random, text);
    (void)snprintf(name, 96, "O=Casemate,CN=Casemate process root %s (simulated)", text);
    return 0;
}

/* Key and certificate, both PEM, in one text: a file has both or none. */
static int make_text(char *text, size_t capacity, struct casemate_error *err)
{
    struct certificate certificate;
    char name[96];
    psa_key_id_t id = PSA_KEY_ID_NULL;
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    int error = name_root(name, err);
    if (!error)
        error = certificate_key(true, &id, err);
    int status = error ? 0 : mbedtls_pk_copy_from_psa(id, &pk);
    if (!error && !status)
        status = mbedtls_pk_write_key_pem(&pk, (unsigned char *)text, capacity);
    if (status)
        error = certificate_failed(err, "Writing the root's key", status);
    const struct certificate_wish wish = {
        .subject = name, .issuer = name, .key = &pk, .signer = &pk, .authority = true, .years = ROOT_YEARS};
    if (!error)
        error = certificate_make(&wish, &certificate, err);
    if (!error) {
        size_t used = strlen(text);
        error =
            certificate_pem(span_of(certificate.der, certificate.size), text + used, capacity - used, err);
    }
    mbedtls_pk_free(&pk);
    (void)psa_destroy_key(id);
    return error;
}

/* Writes a file of a name of its own and syncs it. */
static int write_new(const char *path, const char *text, struct casemate_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return casemate_fail_errno(err, E_IO, "Cannot make %s", path);
    int failed = file_write_all(fd, text, strlen(text)) || fsync(fd);
    int error = failed ? casemate_fail_errno(err, E_IO, "Cannot write %s", path) : 0;
    (void)close(fd);
    return error;
}

/* link() is what makes one of several callers the first: it never replaces. */
static int publish(const char *path, const char *text, struct casemate_error *err)
{
    char temporary[PATH_SIZE + 32];
    (void)snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());
    (void)unlink(temporary); /* of a process that died with this id */
    int error = write_new(temporary, text, err);
    if (!error && link(temporary, path) != 0 && errno != EEXIST)
        error = casemate_fail_errno(err, E_IO, "Cannot make %s", path);
    (void)unlink(temporary);
    return error;
}

static int make_root(const char *path, struct casemate_error *err)
{
    char text[FILE_SIZE_MAX];
    int error = make_text(text, sizeof text, err);
    if (!error)
        error = publish(path, text, err);
    bytes_wipe(text, sizeof text);
    return error;
}

static int parse_certificate(const struct buffer *file, const char *path, struct certificate *certificate,
                             struct casemate_error *err)
{
    mbedtls_x509_crt crt;
    mbedtls_x509_crt_init(&crt);
    int status = mbedtls_x509_crt_parse(&crt, file->data, file->size + 1);
    bool fits = !status && crt.raw.len <= sizeof certificate->der && !crt.next;
    if (fits) {
        memcpy(certificate->der, crt.raw.p, crt.raw.len);
        certificate->size = crt.raw.len;
    }
    mbedtls_x509_crt_free(&crt);
    return fits ? 0 : casemate_fail(err, E_ROOT, "%s holds no certificate of a development root", path);
}

static int parse_root(const struct buffer *file, const char *path, struct process_root *root,
                      struct casemate_error *err)
{
    int status = mbedtls_pk_parse_key(&root->key, file->data, file->size + 1, NULL, 0, mbedtls_psa_get_random,
                                      MBEDTLS_PSA_RANDOM_STATE);
    if (status)
        return casemate_fail(err, E_ROOT, "%s holds no key of a development root", path);
    return parse_certificate(file, path, &root->certificate, err);
}

/* Others who can read the key can sign as this machine. */
static int read_private(const char *path, struct buffer *file, struct casemate_error *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return casemate_fail_errno(err, E_IO, "Cannot open %s", path);
    int error = 0;
    if (fstat(fd, &st) != 0)
        error = casemate_fail_errno(err, E_IO, "Cannot look at %s", path);
    else if (st.st_mode & 077)
        error = casemate_fail_expected(err, E_ROOT, "mode 0600", "others may read it",
                                       "The key of the development root %s is not private", path);
    if (!error)
        error = file_read_descriptor(fd, path, FILE_SIZE_MAX, file, err);
    (void)close(fd);
    return error;
}

/* The part that clients import; written again if it is missing. */
static int write_certificate(const char *state, const struct process_root *root, struct casemate_error *err)
{
    char path[PATH_SIZE], pem[CERTIFICATE_PEM_MAX];
    if (path_in(state, PROCESS_ROOT_CERTIFICATE, path, err))
        return -1;
    if (access(path, F_OK) == 0)
        return 0;
    if (certificate_pem(process_root_certificate(root), pem, sizeof pem, err))
        return -1;
    return file_write_atomic(path, pem, strlen(pem), 0644, err);
}

int process_root_open(const char *state, struct process_root **root, struct casemate_error *err)
{
    char path[PATH_SIZE];
    struct buffer file = {0};
    struct process_root *made = calloc(1, sizeof *made);
    *root = NULL;
    if (!made)
        return casemate_fail(err, E_NOMEM, "No memory for the development root");
    mbedtls_pk_init(&made->key);
    int error = path_in(state, PROCESS_ROOT_KEY, path, err);
    if (!error && access(path, F_OK) != 0)
        error = make_root(path, err);
    if (!error)
        error = read_private(path, &file, err);
    if (!error)
        error = parse_root(&file, path, made, err);
    if (!error)
        error = write_certificate(state, made, err);
    buffer_wipe(&file);
    if (error)
        process_root_free(made);
    else
        *root = made;
    return error;
}
