/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a target over its corpus: what lies in valid/ has to succeed, what lies in invalid/ must
 * not. Prints TAP. */
#include "fuzz.h"

#include <dirent.h>

static unsigned int number;
static bool failed;

static void report(bool good, const char *verdict, const char *name)
{
    failed = failed || !good;
    printf("%s %u - %s/%s\n", good ? "ok" : "not ok", ++number, verdict, name);
}

/* In a block of its exact size, so that a sanitizer sees any overrun. */
static uint8_t *content(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes;

    hold(file && fseek(file, 0, SEEK_END) == 0);
    *size = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(*size ? *size : 1);
    hold(bytes && fread(bytes, 1, *size, file) == *size);
    fclose(file);
    return bytes;
}

static void replay(const char *source, const char *verdict, bool expected)
{
    char folder[4096], path[4096 + 256];
    struct dirent **entries;
    unsigned int before = number;
    int count;

    snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s/%s", source, fuzz_name, verdict);
    count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            size_t size;
            uint8_t *bytes;

            snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
            bytes = content(path, &size);
            LLVMFuzzerTestOneInput(bytes, size);
            report(fuzz_succeeded == expected, verdict, entries[i]->d_name);
            free(bytes);
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    if (number == before)
        report(false, verdict, "(no files)");
}

int main(void)
{
    const char *source = getenv("OKTA_SOURCE");

    source = source ? source : ".";
    replay(source, "valid", true);
    replay(source, "invalid", false);
    printf("1..%u\n", number);
    return failed;
}
