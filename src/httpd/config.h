/* What the administrator wrote, as read-only structures. Everything here is const once the
 * configuration is read. */
#ifndef OKTA_HTTPD_CONFIG_H
#define OKTA_HTTPD_CONFIG_H

#include "core/issuer.h"
#include "core/policy.h"

#include <httpd.h>

#include <apr_tables.h>
#include <http_config.h>

/* the one symbol that the shared object shows */
extern module AP_MODULE_DECLARE_DATA auth_okta_module __attribute__((visibility("default")));

#define OKTA_AUTH_TYPE "Okta"
#define OKTA_ORG_SERVER "org"
#define OKTA_DEFAULT_GROUPS_CLAIM "groups"

typedef enum okta_anonymous {
    OKTA_ANONYMOUS_UNSET = -1,
    OKTA_ANONYMOUS_OFF,
    OKTA_ANONYMOUS_MISSING,
    OKTA_ANONYMOUS_MISSING_OR_FAILED
} okta_anonymous;

typedef enum okta_claim_env {
    OKTA_CLAIM_ENV_UNSET = -1,
    OKTA_CLAIM_ENV_OFF,
    OKTA_CLAIM_ENV_ON,
    OKTA_CLAIM_ENV_SOME
} okta_claim_env;

/* OktaClaimHeader: a claim, by path, that the back end gets as a header. */
typedef struct okta_claim_header {
    const char *claim;
    const char *header;
} okta_claim_header;

/* A section with AuthType Okta; see unasked.h. */
typedef struct okta_gate okta_gate;

/* Settings of a <Location>, <Directory> or server; arrays of const char *, NULL or -1 where nothing
 * was said. */
typedef struct okta_dir_config {
    apr_array_header_t *issuers; /* OktaIssuer; excludes domain */
    const char *domain;
    const char *server_id;
    const char
        *composed; /* the issuer of domain and server_id when one section says both, else NULL */
    apr_array_header_t *audiences;
    apr_array_header_t *clients;
    apr_array_header_t *user_claims; /* by path */
    apr_array_header_t *env_claims;  /* okta_env_claim, for OKTA_CLAIM_ENV_SOME */
    okta_algorithm_set algorithms;   /* 0: not said */
    int at_jwt_only;
    int skew;
    int anonymous;
    int claim_env;
    const char *groups_claim;
    apr_array_header_t *claim_headers; /* okta_claim_header */
    int forward_token;
    apr_array_header_t *cors_origins; /* none: no CORS */
    apr_array_header_t *cors_methods;
    apr_array_header_t *cors_headers;
    apr_array_header_t *cors_expose;
    int cors_max_age;
    int cors_credentials;
    int resource_metadata;
    apr_array_header_t *step_up_acrs;
    int step_up_max_age;
    const char *fault;     /* why this place is closed since a restart: see closed.h */
    const okta_gate *gate; /* the section whose AuthType Okta holds; NULL: not marked */
    apr_int64_t required;  /* the methods for which that section or one within has a Require */
} okta_dir_config;

/* How the keys of an issuer are come by; NULL or -1 where nothing was said. */
typedef struct okta_issuer_settings {
    const char *jwks_uri;
    const char *jwks_file;
    const char *proxy;
    const char *ca_file;
    apr_interval_time_t fetch_timeout;
    apr_int64_t insecure_http;
} okta_issuer_settings;

/* Settings of a server or virtual host; -1 where nothing was said. */
typedef struct okta_server_config {
    okta_issuer_settings issuer; /* for every issuer without a section of its own */
    apr_int64_t max_token_bytes;
} okta_server_config;

/* Settings that hold for the whole httpd, because the key store is one; -1 until
 * okta_registry_settle fills in the defaults. */
typedef struct okta_global_config {
    apr_interval_time_t key_wait;
    apr_interval_time_t key_cooldown;
    apr_interval_time_t key_max_stale;
    apr_interval_time_t refresh_min;
    apr_interval_time_t refresh_max;
    apr_int64_t key_set_max_bytes;
    apr_int64_t token_cache; /* entries; 0: off */
    const char *state_dir;   /* NULL: the default one */
} okta_global_config;

void *okta_dir_config_create(apr_pool_t *pool, char *path);
void *okta_dir_config_merge(apr_pool_t *pool, void *base, void *add);
void *okta_server_config_create(apr_pool_t *pool, server_rec *server);
void *okta_server_config_merge(apr_pool_t *pool, void *base, void *add);

const okta_dir_config *okta_dir_config_of(const request_rec *r);
/* A list of the configuration as the core takes it; NULL is the empty one. */
okta_strings okta_strings_of(const apr_array_header_t *list);
/* Append to such a list unless the value is there; NULL makes the list. */
void okta_append(apr_pool_t *pool, apr_array_header_t **list, const char *value);

const okta_server_config *okta_server_config_of(const server_rec *server);

/* Settings with what the defaults leave unsaid filled in from fallback, then from the built-in
 * values. */
okta_issuer_settings okta_issuer_settings_merge(const okta_issuer_settings *fallback,
                                                const okta_issuer_settings *settings);

extern const command_rec okta_directives[];

#endif
