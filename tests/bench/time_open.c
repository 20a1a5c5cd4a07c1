/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/commands.h"
#include "bench/encrypter.h"
#include "bench/stopwatch.h"
#include "bench/subject.h"
#include "core/jwe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An encrypted token, what opens it, and what the bare operation takes. */
typedef struct sealed_subject {
    subject within;
    encrypter e;
    char *sent;
    okta_decryption_keys *keys;
    unsigned char *wrapped;
    size_t wrapped_length;
    EVP_PKEY_CTX *prepared;
} sealed_subject;

static void fail(const char *what)
{
    fprintf(stderr, "okta-bench: %s\n", what);
    exit(1);
}

static void judge(void *baton)
{
    sealed_subject *of = baton;
    const okta_decryption_key *const keys[] = {of->keys->items[0]};
    const okta_opener opener = {.keys = keys, .count = 1};
    okta_opened opened;
    okta_result result;
    subject within = of->within;

    if (okta_jwe_open(&opener, of->sent, strlen(of->sent), NULL, &opened, &result) != OKTA_OK)
        fail(result.detail);
    within.token = opened.token;
    subject_judge(&within);
    okta_opened_clear(&opened);
}

/* The least that OpenSSL can do: key, padding and digests are set. */
static void open_bare(void *baton)
{
    const sealed_subject *of = baton;
    unsigned char cek[1024];
    size_t length = sizeof(cek);

    if (EVP_PKEY_decrypt(of->prepared, cek, &length, of->wrapped, of->wrapped_length) <= 0 ||
        length != ENCRYPTER_CEK_BYTES)
        fail("bare private-key operation");
}

static void verify_bare(void *baton)
{
    sealed_subject *of = baton;

    subject_verify_bare(&of->within);
}

/* Both; callgrind counts by this name. */
__attribute__((noinline)) static void bench_bare_open(sealed_subject *of)
{
    open_bare(of);
    verify_bare(of);
}

static void prepare(sealed_subject *of, int bits)
{
    static const unsigned char cek[ENCRYPTER_CEK_BYTES];
    okta_error error;
    char *pem;

    subject_prepare(&of->within, OKTA_RS256, 2048);
    of->e = encrypter_new(bits);
    of->sent = encrypter_token(&of->e, of->within.token);
    pem = encrypter_pem(&of->e);
    of->keys = okta_decryption_keys_read(pem, strlen(pem), NULL, NULL, &error);
    if (!of->keys)
        fail("its own key cannot be read");
    free(pem);
    of->wrapped = encrypter_wrap(&of->e, cek, &of->wrapped_length);
    of->prepared = encrypter_unwrapping(&of->e);
}

static void release(sealed_subject *of)
{
    EVP_PKEY_CTX_free(of->prepared);
    free(of->wrapped);
    okta_decryption_keys_free(of->keys);
    free(of->sent);
    encrypter_clear(&of->e);
    subject_release(&of->within);
}

int bench_time_open(int argc, char **argv)
{
    static const int bits[] = {2048, 3072, 4096};
    double seconds = stopwatch_seconds(argc, argv);
    size_t count = sizeof(bits) / sizeof(bits[0]);

    puts("[");
    for (size_t i = 0; i < count; i++) {
        sealed_subject of;
        measured all[] = {{"okta_jwe_open, okta_verify", judge, &of, 0},
                          {"private-key operation", open_bare, &of, 0},
                          {"verification", verify_bare, &of, 0}};

        prepare(&of, bits[i]);
        stopwatch_measure(all, 3, seconds);
        printf("{\"bits\":%d,\"token_bytes\":%zu,\"okta_ns\":%.0f,\"private_ns\":%.0f,"
               "\"verify_ns\":%.0f,\"ratio\":%.3f}%s\n",
               bits[i], strlen(of.sent), all[0].ns, all[1].ns, all[2].ns,
               all[0].ns / (all[1].ns + all[2].ns), i + 1 < count ? "," : "");
        fflush(stdout);
        release(&of);
    }
    puts("]");
    return 0;
}

int bench_time_bare_open(int argc, char **argv)
{
    double seconds = stopwatch_seconds(argc, argv);
    sealed_subject of;
    measured both[] = {{"private-key operation", open_bare, &of, 0},
                       {"verification", verify_bare, &of, 0}};

    prepare(&of, 2048);
    stopwatch_measure(both, 2, seconds);
    printf("%.0f\n", both[0].ns + both[1].ns);
    release(&of);
    return 0;
}

int bench_count_open(int argc, char **argv)
{
    long count = argc == 1 ? atol(argv[0]) : 0;
    sealed_subject of;

    if (count < 1)
        fail("count-open COUNT");
    prepare(&of, 2048);
    for (long i = 0; i < count; i++)
        bench_bare_open(&of);
    release(&of);
    return 0;
}

static FILE *file_in(const char *folder, const char *name, const char *mode)
{
    char *path;
    FILE *file;

    file = asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : fopen(path, mode);
    if (!file)
        fail("encrypt: the folder has no tokens, or cannot be written to");
    free(path);
    return file;
}

int bench_encrypt(int argc, char **argv)
{
    char *line = NULL, *pem;
    size_t room = 0;
    FILE *good, *sent, *key;
    encrypter e;

    if (argc != 1)
        fail("encrypt FOLDER");
    e = encrypter_new(2048);
    good = file_in(argv[0], "good", "r");
    sent = file_in(argv[0], "encrypted", "w");
    for (ssize_t length; (length = getline(&line, &room, good)) > 0;) {
        char *token;

        line[length - 1] = '\0';
        token = encrypter_token(&e, line);
        fprintf(sent, "%s\n", token);
        free(token);
    }
    pem = encrypter_pem(&e);
    key = file_in(argv[0], "decryption.pem", "w");
    fputs(pem, key);
    if (fclose(sent) != 0 || fclose(key) != 0)
        fail("encrypt: writing");
    fclose(good);
    free(pem);
    free(line);
    encrypter_clear(&e);
    return 0;
}
