/* SPDX-License-Identifier: Apache-2.0 */
/* Signature checks a second by OpenSSL, of the kinds in evidence: `verify_openssl ROUNDS`. The bench alone
 * links it. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void need(int ok, const char *what)
{
    if (ok != 1) {
        (void)fprintf(stderr, "verify_openssl: %s failed\n", what);
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct kind {
    const char *name;
    const EVP_MD *hash;
    EVP_PKEY *key;
    int pss;
    unsigned char digest[64], signature[512];
    size_t digest_size, signature_size;
};

static EVP_PKEY_CTX *context_of(const struct kind *k, int (*init)(EVP_PKEY_CTX *))
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(k->key, NULL);
    need(context != NULL && init(context) == 1, "context");
    if (k->pss)
        need(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), "padding");
    need(EVP_PKEY_CTX_set_signature_md(context, k->hash), "hash");
    return context;
}

static void make(struct kind *k)
{
    k->digest_size = (size_t)EVP_MD_get_size(k->hash);
    k->signature_size = sizeof k->signature;
    EVP_PKEY_CTX *context = context_of(k, EVP_PKEY_sign_init);
    need(EVP_PKEY_sign(context, k->signature, &k->signature_size, k->digest, k->digest_size), "sign");
    EVP_PKEY_CTX_free(context);
}

static double per_second(const struct kind *k)
{
    EVP_PKEY_CTX *context = context_of(k, EVP_PKEY_verify_init);
    const double start = now();
    unsigned count = 0;
    do {
        need(EVP_PKEY_verify(context, k->signature, k->signature_size, k->digest, k->digest_size), "verify");
        count++;
    } while (now() - start < 0.05);
    EVP_PKEY_CTX_free(context);
    return count / (now() - start);
}

int main(int argc, char **argv)
{
    struct kind kinds[] = {
        {.name = "p256", .hash = EVP_sha256(), .key = EVP_EC_gen("P-256")},
        {.name = "p384", .hash = EVP_sha384(), .key = EVP_EC_gen("P-384")},
        {.name = "rsa4096", .hash = EVP_sha384(), .key = EVP_RSA_gen(4096), .pss = 1},
    };
    const size_t count = sizeof kinds / sizeof *kinds;
    for (size_t i = 0; i < count; i++)
        make(&kinds[i]);
    for (unsigned long long round = argc > 1 ? strtoull(argv[1], NULL, 10) : 1; round > 0; round--)
        for (size_t i = 0; i < count; i++)
            printf("openssl_%s_per_second %.2f\n", kinds[i].name, per_second(&kinds[i]));
    for (size_t i = 0; i < count; i++)
        EVP_PKEY_free(kinds[i].key);
    return 0;
}
