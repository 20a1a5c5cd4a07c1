/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_state.h"

#include "cli/clock.h"
#include "core/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void missing(okta_findings *f, const okta_setup *setup, int cause)
{
    if (cause == EACCES) {
        okta_found(f, OKTA_LEVEL_WARNING, "state", "\"%s\" cannot be looked at by this user",
                   setup->state_dir);
        okta_findings_remedy(f, "run this as root to have it looked at");
    } else if (setup->state_dir_configured) {
        okta_found(f, OKTA_LEVEL_WARNING, "state",
                   "\"%s\" is not there (httpd makes it at a start)", setup->state_dir);
        okta_findings_remedy(f, "start httpd, or make it: install -d -m 0700 -o %s %s", setup->user,
                             setup->state_dir);
    } else {
        okta_found(f, OKTA_LEVEL_OK, "state", "\"%s\" is not there yet; httpd makes it at a start",
                   setup->state_dir);
    }
}

static bool check_directory(okta_findings *f, const okta_setup *setup)
{
    struct stat info;

    if (lstat(setup->state_dir, &info) != 0) {
        missing(f, setup, errno);
        return false;
    }
    if (!S_ISDIR(info.st_mode)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "state", "\"%s\" is no directory", setup->state_dir);
        okta_findings_remedy(f, "name a directory with OktaStateDir");
        return false;
    }
    if ((int64_t)info.st_uid != setup->uid) {
        okta_found(
            f, OKTA_LEVEL_FAILURE, "state",
            "\"%s\" belongs to the user %ld, and httpd's children run as %s (%lld): keys are "
            "not kept over a restart",
            setup->state_dir, (long)info.st_uid, setup->user, (long long)setup->uid);
        okta_findings_remedy(f, "chown %s %s", setup->user, setup->state_dir);
        return false;
    }
    if (info.st_mode & (S_IWGRP | S_IWOTH) || !(info.st_mode & S_IWUSR)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "state", "\"%s\" has the mode %04o: %s", setup->state_dir,
                   (unsigned int)info.st_mode & 07777,
                   info.st_mode & S_IWUSR ? "others may write to it" : "nobody may write to it");
        okta_findings_remedy(f, "chmod 0700 %s", setup->state_dir);
        return false;
    }
    okta_found(f, OKTA_LEVEL_OK, "state", "\"%s\" is there and belongs to %s", setup->state_dir,
               setup->user);
    return true;
}

/* The whole file, or NULL with errno. */
static char *read_file(const char *path, size_t most, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = file ? malloc(most) : NULL;

    *length = text ? fread(text, 1, most, file) : 0;
    if (file)
        fclose(file);
    return text;
}

/* Why httpd would leave the file alone; "" for nothing. */
static void fault_of(const okta_setup *setup, const okta_setup_issuer *issuer, const char *text,
                     size_t length, okta_error *error, int64_t *fetched_at)
{
    okta_snapshot snapshot;
    okta_keyset *keys;

    if (!okta_snapshot_decode(&snapshot, text, length, issuer->url, error))
        return;
    keys = okta_keyset_from_jwks(snapshot.jwks, NULL, NULL, error);
    *fetched_at = snapshot.fetched_at;
    if (keys && strcmp(snapshot.trust, issuer->trust) != 0)
        okta_error_set(error, "its keys were fetched under other settings (OktaCAFile, "
                              "OktaHttpProxy or OktaInsecureHttp) than today's");
    else if (keys &&
             okta_key_times_of(&setup->limits, snapshot.fetched_at * 1000000, snapshot.max_age, 0)
                     .usable_until < okta_time_now() * 1000000)
        okta_error_set(error, "its keys are older than OktaKeyMaxStale allows");
    okta_keyset_unref(keys);
    okta_snapshot_clear(&snapshot);
}

static void check_file(okta_findings *f, const okta_setup *setup, const okta_setup_issuer *issuer)
{
    size_t length;
    char *text = read_file(issuer->state_file, (size_t)setup->key_set_max_bytes * 2, &length);
    int cause = errno;
    okta_error error = {""};
    int64_t fetched_at = 0;
    char age[OKTA_TIME_BYTES];

    if (!text && cause == ENOENT) {
        okta_found(f, OKTA_LEVEL_OK, "state", "no keys of %s are kept in it yet", issuer->url);
        return;
    }
    if (text)
        fault_of(setup, issuer, text, length, &error, &fetched_at);
    else
        okta_error_set(&error, "it cannot be read by this user: %s", strerror(cause));
    free(text);
    if (error.text[0]) {
        okta_found(f, OKTA_LEVEL_WARNING, "state", "the file with the keys of %s is not used: %s",
                   issuer->url, error.text);
        okta_findings_remedy(f, "remove \"%s\": the next fetch writes it anew", issuer->state_file);
        return;
    }
    okta_found(f, OKTA_LEVEL_OK, "state", "the keys of %s in it are sound and %s old", issuer->url,
               okta_time_length(okta_time_now() - fetched_at, age));
}

void okta_check_state(okta_findings *f, const okta_setup *setup)
{
    bool needed = false;

    for (size_t i = 0; i < setup->issuer_count; i++)
        needed = needed || setup->issuers[i].state_file;
    if (!setup->state_dir || !needed)
        return;
    okta_findings_about(f, "state directory");
    if (!check_directory(f, setup))
        return;
    for (size_t i = 0; i < setup->issuer_count; i++)
        if (setup->issuers[i].state_file && setup->issuers[i].walked)
            check_file(f, setup, &setup->issuers[i]);
}
