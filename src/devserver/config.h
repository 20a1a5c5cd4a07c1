/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the development authorization server, one per directory section. */
#ifndef OKTA_DEVSERVER_CONFIG_H
#define OKTA_DEVSERVER_CONFIG_H

#include "devserver/jwe.h"
#include <apr_tables.h>
#include <httpd.h>

#include <http_config.h>
#include <stdbool.h>

typedef struct {
    const char *id;
    const char *secret;
    const apr_array_header_t *scopes; /* const char *; empty: every scope may be asked for */
    const apr_array_header_t *actors; /* const char *, the outermost first; NULL: no agent */
    bool require_dpop;
} okta_dev_client;

/* Built while the configuration is read, constant from then on: any thread may read it. Lives as
 * long as the configuration. Read it through the functions below, which know the defaults. */
typedef struct {
    const char *issuer;      /* NULL: from the server's name, its port and the request's path */
    const char *issuer_path; /* the path in issuer, "" for none; NULL with issuer */
    const char *audience;
    const apr_array_header_t *clients;   /* okta_dev_client */
    const okta_dev_recipient *recipient; /* NULL: nothing is encrypted */
    int token_lifetime;                  /* seconds, -1: unset */
    int keys_max_age;                    /* seconds, -1: unset */
    int access_policy;                   /* 0, 1, or -1: unset */
} okta_dev_config;

extern const command_rec okta_dev_directives[];

/* The per-directory hooks of the module record. */
void *okta_dev_config_create(apr_pool_t *p, char *section);
void *okta_dev_config_merge(apr_pool_t *p, void *outer, void *inner);

const char *okta_dev_config_audience(const okta_dev_config *cfg);
int okta_dev_config_token_lifetime(const okta_dev_config *cfg); /* seconds */
int okta_dev_config_keys_max_age(const okta_dev_config *cfg);   /* seconds */
bool okta_dev_config_access_policy(const okta_dev_config *cfg);

/* NULL where no client has that id. */
const okta_dev_client *okta_dev_config_client(const okta_dev_config *cfg, const char *id);

/* True where scope is one scope-token of RFC 6749 section 3.3. */
bool okta_dev_is_scope(const char *scope);

#endif
