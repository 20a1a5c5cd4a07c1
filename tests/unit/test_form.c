/* SPDX-License-Identifier: Apache-2.0 */
#include "core/form.h"
#include "unit.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "s3cr3t-of-a-client"
#define BEHIND "end of block"

/* OpenSSL's memory comes from here: a block knows its size, and its end is marked. */
typedef struct block {
    _Alignas(16) size_t size;
    unsigned char bytes[];
} block;

static size_t until_failure; /* 0: none will fail */
static int overrun, unwiped; /* blocks, seen when they were freed */

static block *block_of(void *memory)
{
    return (block *)(void *)((char *)memory - offsetof(block, bytes));
}

static void *hand_out(size_t size, const char *file, int line)
{
    block *made;

    (void)file;
    (void)line;
    if (until_failure && --until_failure == 0)
        return NULL;
    made = malloc(sizeof(*made) + size + sizeof(BEHIND));
    need(made, "no memory");
    made->size = size;
    memcpy(made->bytes + size, BEHIND, sizeof(BEHIND));
    return made->bytes;
}

static void take_back(void *memory, const char *file, int line)
{
    block *old = memory ? block_of(memory) : NULL;

    (void)file;
    (void)line;
    if (!old)
        return;
    overrun += memcmp(old->bytes + old->size, BEHIND, sizeof(BEHIND)) != 0;
    /* parts of it are a secret too */
    unwiped += memmem(old->bytes, old->size, SECRET, 4) != NULL ||
               memmem(old->bytes, old->size, &SECRET[sizeof(SECRET) - 5], 4) != NULL;
    free(old);
}

static void *hand_out_anew(void *memory, size_t size, const char *file, int line)
{
    void *made = hand_out(size, file, line);

    if (made && memory)
        memcpy(made, memory, block_of(memory)->size < size ? block_of(memory)->size : size);
    if (made)
        take_back(memory, file, line);
    return made;
}

__attribute__((constructor(101))) static void take_over(void)
{
    if (!CRYPTO_set_mem_functions(hand_out, hand_out_anew, take_back))
        abort();
}

static void expect_encoded(const char *value, const char *expected)
{
    char *encoded = okta_form_encode(value);

    need(encoded, "%s", value);
    check(strcmp(encoded, expected) == 0, "%s: %s", value, encoded);
    OPENSSL_free(encoded);
    check(overrun == 0, "%s: written behind its block", value);
}

/* https://url.spec.whatwg.org/#urlencoded-serializing */
rule(each_byte_is_encoded_as_forms_have_it)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._*";

    expect_encoded("", "");
    expect_encoded(plain, plain);
    for (int byte = 1; byte < 256; byte++) {
        const char value[] = {(char)byte, '\0'};

        if (byte == ' ')
            expect_encoded(value, "+");
        else if (!strchr(plain, byte))
            expect_encoded(value, text("%%%02X", (unsigned int)byte));
    }
    expect_encoded("\xff\xff\xff", "%FF%FF%FF");
    expect_encoded("a b&c=d+e%/j\xc3\xbcrgen", "a+b%26c%3Dd%2Be%25%2Fj%C3%BCrgen");
}

static void add_all(okta_form *form)
{
    okta_form_add(form, "grant_type", "a b");
    okta_form_add(form, "client_secret", SECRET);
    okta_form_add(form, "", "");
    okta_form_add(form, "scope", "x&y");
}

rule(a_form_is_all_its_pairs)
{
    okta_form form = {NULL, false};

    okta_form_add(&form, "token", "\xff\xfe");
    check(strcmp(form.text, "token=%FF%FE") == 0, "%s", form.text);
    okta_form_clear(&form);
    check(!form.text, "cleared");
    add_all(&form);
    check(!form.failed, "failed");
    check(strcmp(form.text, "grant_type=a+b&client_secret=" SECRET "&=&scope=x%26y") == 0, "%s",
          form.text);
    okta_form_clear(&form);
    okta_form_clear(&form);
    check(overrun == 0, "%d blocks", overrun);
}

rule(a_form_that_lacks_a_pair_says_so_and_stays_a_text)
{
    size_t n = 0;
    bool failed;

    do {
        okta_form form = {NULL, false};

        until_failure = ++n;
        add_all(&form);
        failed = until_failure == 0;
        until_failure = 0;
        check(form.failed == failed, "allocation %zu", n);
        check(!form.text || strlen(form.text) > 0, "allocation %zu", n);
        okta_form_clear(&form);
    } while (failed);
    check(n == 9, "%zu allocations", n - 1);
    until_failure = 1;
    check(!okta_form_encode("a"), "encoded without memory");
    until_failure = 0;
}

rule(no_part_of_a_secret_is_left_in_memory_that_was_given_back)
{
    okta_form form = {NULL, false};

    unwiped = 0;
    add_all(&form);
    for (int i = 0; i < 4; i++)
        okta_form_add(&form, "client_secret", SECRET);
    okta_form_clear(&form);
    for (size_t n = 1; n <= 8; n++) {
        until_failure = n;
        add_all(&form);
        until_failure = 0;
        okta_form_clear(&form);
    }
    check(unwiped == 0, "%d blocks", unwiped);
}
