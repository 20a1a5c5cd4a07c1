/* SPDX-License-Identifier: Apache-2.0 */
/* What check looks at: issuers, and places with what they expect, from httpd's configuration or
 * from the command line. One thread. */
#ifndef OKTA_CLI_SETUP_H
#define OKTA_CLI_SETUP_H

#include "cli/keys.h"
#include "cli/private_keys.h"
#include "core/policy.h"
#include "core/schedule.h"

typedef struct okta_setup_issuer {
    const char *url;
    okta_network network;
    bool proxy_credentials; /* the proxy has a user and a password that are not known here */
    const char *jwks_uri;   /* OktaJwksUri; NULL: none. So the others */
    const char *jwks_file;
    const char *state_file;
    const char *trust;
    okta_strings decryption_keys;   /* files */
    okta_private_keys private_keys; /* what was read of them */
    const char *introspection;      /* "opaque", "always"; NULL: it is not asked about tokens */
    const char *asking_client;      /* OktaIntrospectionClient, and so on */
    const char *asking_method;
    const char *asking_secret;
    const char *asking_key;
    const char *asking_uri;
    char asking_endpoint[1024]; /* where it is asked; "": not known */
    bool walked;                /* it was looked at */
    okta_keys keys;             /* what was found */
} okta_setup_issuer;

typedef struct okta_setup_place {
    const char *section; /* `<Location "/api">`; "" for the command line */
    const char *at;      /* `file:line` */
    const char *path;    /* of a Location; NULL: another kind */
    const char *public_url;
    const char *resource;    /* OktaResource */
    const char *revocations; /* OktaRevocations; NULL: none */
    const char *groups_claim;
    okta_strings user_claims; /* OktaRemoteUser; none: not known */
    okta_policy policy;
    bool default_audience;
    bool resource_metadata;
    okta_strings origins;      /* OktaCorsOrigin */
    const okta_value *require; /* see httpd/dump_require.h; NULL: not known */
} okta_setup_place;

/* The pointers of one list. */
struct okta_setup_texts {
    struct okta_setup_texts *next;
    const char *items[];
};

/* A list of OktaRevocations that was read. */
typedef struct okta_setup_list {
    const char *path;
    okta_revocations *list; /* NULL: it cannot be used */
} okta_setup_list;

typedef struct okta_setup {
    bool of_httpd; /* it comes from a configuration, so that remedies name directives */
    size_t issuer_count;
    okta_setup_issuer *issuers;
    size_t place_count;
    okta_setup_place *places;
    size_t list_count;
    okta_setup_list *lists;
    const char *state_dir; /* NULL: not known */
    bool state_dir_configured;
    const char *user; /* that httpd's children run as */
    int64_t uid;
    okta_schedule_limits limits; /* of the keys' times */
    int64_t key_set_max_bytes;
    struct okta_setup_texts *texts; /* which lend the lists above */
    okta_value **lines;             /* which lend the strings */
    size_t line_count;
} okta_setup;

/* New entries, all zero but for the network; NULL, with the complaint made, when out of memory. The
 * pointers are good until the next one is added. */
okta_setup_issuer *okta_setup_add_issuer(okta_setup *setup, const char *url);
okta_setup_place *okta_setup_add_place(okta_setup *setup);

okta_setup_list *okta_setup_add_list(okta_setup *setup, const char *path);

okta_setup_issuer *okta_setup_find(const okta_setup *setup, const char *url);

/* Take in one line of the module's dump. False, with the complaint made, for what is none. */
bool okta_setup_read(okta_setup *setup, const char *line, size_t length);

/* The directive, or the option that stands for it. */
const char *okta_setup_word(const okta_setup *setup, const char *directive, const char *option);

void okta_setup_clear(okta_setup *setup);

#endif
