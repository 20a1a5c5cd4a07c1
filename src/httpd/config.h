/* SPDX-License-Identifier: Apache-2.0 */
/* What the administrator wrote, as read-only structures. Everything here is const once the
 * configuration is read. */
#ifndef OKTA_HTTPD_CONFIG_H
#define OKTA_HTTPD_CONFIG_H

#include "core/issuer.h"
#include "core/policy.h"
#include "core/proof.h"
#include "core/replay.h"
#include "fetch/introspection.h"

#include "httpd/members.h"

#include <httpd.h>

#include <apr_tables.h>
#include <http_config.h>

/* the one symbol that the shared object shows */
extern module AP_MODULE_DECLARE_DATA auth_okta_module __attribute__((visibility("default")));

#define OKTA_AUTH_TYPE "Okta"
#define OKTA_ORG_SERVER "org"

typedef enum okta_anonymous {
    OKTA_ANONYMOUS_OFF,
    OKTA_ANONYMOUS_MISSING,
    OKTA_ANONYMOUS_MISSING_OR_FAILED
} okta_anonymous;

/* OktaIntrospection */
typedef enum okta_introspection_mode {
    OKTA_INTROSPECTION_OFF,
    OKTA_INTROSPECTION_OPAQUE, /* of tokens that only the issuer can read */
    OKTA_INTROSPECTION_ALWAYS
} okta_introspection_mode;

typedef enum okta_claim_env {
    OKTA_CLAIM_ENV_OFF,
    OKTA_CLAIM_ENV_ON,
    OKTA_CLAIM_ENV_SOME
} okta_claim_env;

/* OktaClaimHeader: a claim, by path, that the back end gets as a header. */
typedef struct okta_claim_header {
    const char *claim;
    const char *header;
} okta_claim_header;

/* OktaRevocations; see revocation_lists.h. */
typedef struct okta_revocation_list okta_revocation_list;

/* OktaSharedCache; see shared_cache.h. */
typedef struct okta_shared_cache okta_shared_cache;

typedef enum okta_way_kind {
    OKTA_WAY_HEADER, /* Authorization */
    OKTA_WAY_FIELD,  /* another one */
    OKTA_WAY_COOKIE,
    OKTA_WAY_WEBSOCKET /* a subprotocol */
} okta_way_kind;

/* OktaTokenFrom: a way by which tokens come. */
typedef struct okta_token_way {
    okta_way_kind kind;
    const char *name; /* of the field or cookie; NULL where it needs none */
    const char *text; /* as written */
} okta_token_way;

/* A section with AuthType Okta; see unasked.h. */
typedef struct okta_gate okta_gate;

#define OKTA_MEMBER(type, name, ...) type name;
#define OKTA_FLAG(name, ...) apr_int64_t name;

typedef struct okta_dir_config {
    OKTA_DIR_MEMBERS(OKTA_MEMBER, OKTA_MEMBER, OKTA_FLAG)
} okta_dir_config;

typedef struct okta_issuer_settings {
    OKTA_ISSUER_MEMBERS(OKTA_MEMBER, OKTA_MEMBER, OKTA_FLAG)
} okta_issuer_settings;

typedef struct okta_server_config {
    okta_issuer_settings issuer; /* for every issuer without a section of its own */
    OKTA_SERVER_MEMBERS(OKTA_MEMBER)
} okta_server_config;

/* Complete once okta_registry_settle has run. */
typedef struct okta_global_config {
    OKTA_GLOBAL_MEMBERS(OKTA_MEMBER)
} okta_global_config;

#undef OKTA_MEMBER
#undef OKTA_FLAG

extern apr_array_header_t okta_default_user_claims, okta_default_token_ways;

/* What holds: okta_dir_skew(config), okta_dir_forward_token(config) and so on give the member, or
 * its default while nothing is said; okta_server_max_token_bytes(config) likewise. */
#define OKTA_HOLDS(of, type, name, unset, fallback)                         \
    static inline type okta_##of##_##name(const okta_##of##_config *config) \
    {                                                                       \
        return config->name != (unset) ? config->name : (fallback);         \
    }
#define OKTA_DIR_HOLDS(type, name, unset, fallback, asks) \
    OKTA_HOLDS(dir, type, name, unset, fallback)
#define OKTA_FLAG_HOLDS(name, fallback, ...) OKTA_HOLDS(dir, bool, name, -1, fallback)
#define OKTA_SERVER_HOLDS(...) OKTA_HOLDS(server, __VA_ARGS__)
OKTA_DIR_MEMBERS(OKTA_DIR_HOLDS, OKTA_DIR_HOLDS, OKTA_FLAG_HOLDS)
OKTA_SERVER_MEMBERS(OKTA_SERVER_HOLDS)

void *okta_dir_config_create(apr_pool_t *pool, char *path);
void *okta_dir_config_merge(apr_pool_t *pool, void *base, void *add);
void *okta_server_config_create(apr_pool_t *pool, server_rec *server);
void *okta_server_config_merge(apr_pool_t *pool, void *base, void *add);

const okta_dir_config *okta_dir_config_of(const request_rec *r);
/* Whether the place has metadata: where OktaResourceMetadata says so, or OktaResource names it. */
bool okta_dir_has_metadata(const okta_dir_config *config);
/* A list of the configuration as the core takes it; NULL is the empty one. */
okta_strings okta_strings_of(const apr_array_header_t *list);
/* Append to such a list unless the value is there; NULL makes the list. */
void okta_append(apr_pool_t *pool, apr_array_header_t **list, const char *value);

const okta_server_config *okta_server_config_of(const server_rec *server);

/* A <OktaIssuer> section in which nothing is said yet. */
okta_issuer_settings okta_issuer_settings_create(void);

/* Settings with what they leave unsaid filled in from base. */
okta_issuer_settings okta_issuer_settings_merge(const okta_issuer_settings *base,
                                                const okta_issuer_settings *add);

/* Nothing said yet; and what is left unsaid filled in with its default. */
okta_global_config okta_global_config_create(void);
void okta_global_config_complete(okta_global_config *config);
void okta_issuer_settings_complete(okta_issuer_settings *config);

extern const command_rec okta_directives[];

#endif
