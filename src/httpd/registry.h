/* SPDX-License-Identifier: Apache-2.0 */
/* What is collected while the configuration is read: sections with Okta directives, and the issuers
 * that they name. */
#ifndef OKTA_HTTPD_REGISTRY_H
#define OKTA_HTTPD_REGISTRY_H

#include "core/client_key.h"
#include "core/digest.h"
#include "core/schedule.h"
#include "httpd/config.h"

#include <apr_hash.h>

/* A section (or server) in which an Okta directive stands. */
typedef struct okta_section {
    const ap_directive_t *node;  /* the <Location> or the like; NULL at server level */
    const ap_directive_t *first; /* the first Okta directive in it, for messages */
    server_rec *server;
    okta_dir_config *config;
} okta_section;

/* By what the source of an issuer's keys is trusted. */
typedef struct okta_trust {
    const char *text;     /* the same for the same trust, without a secret; kept beside the keys */
    const char *ca_pem;   /* OktaCAFile as it was at the (re)start; NULL: none is set */
    apr_size_t ca_length; /* 0: it could not be read, and nothing can be fetched */
} okta_trust;

/* How an issuer is asked about tokens, where it is; set by okta_introspection_settle. */
typedef struct okta_asking {
    const char *secret;  /* of the client; NULL: it needs none, or there is none to be had */
    okta_client_key key; /* the same */
    bool has_no_path;    /* as Okta's org server: its JWTs may be ones that only it can read */
    unsigned char salt[OKTA_DIGEST_BYTES]; /* a digest of what an answer depends on */
} okta_asking;

/* An issuer whose keys we keep. */
typedef struct okta_issuer {
    const char *url;
    okta_issuer_settings settings; /* complete, once okta_registry_settle has run */
    server_rec *server;            /* for the log */
    int index;                     /* of its slot in the key store */
    okta_trust trust;              /* set by okta_trust_settle */
    bool on_demand; /* no section surely uses it: its keys are fetched when a request asks first */
    bool is_org;    /* Okta's org authorization server */
    bool says_org;  /* as OktaAuthorizationServer says */
    okta_asking asking;
    okta_schedule_limits limits;           /* by the settings; set by okta_shared_create */
    struct okta_issuer_counters *counters; /* set by okta_issuer_counters_create; NULL: none */
} okta_issuer;

/* <OktaIssuer url>: settings for one issuer. */
typedef struct okta_issuer_section {
    const char *url;
    const ap_directive_t *node;
    okta_issuer_settings settings;
} okta_issuer_section;

/* A protected section that has RFC 9728 metadata: a <Location>, or any with OktaResource. In a
 * virtual host its own comes before the main server's. */
typedef struct okta_resource {
    const server_rec *server;
    const char *path;        /* as written; "" for the root; NULL: OktaResource names it */
    const char *identifier;  /* OktaResource; NULL: it follows from the path */
    const char *address;     /* of its document behind the well-known path, query included */
    const char *public_url;  /* OktaPublicUrl there; NULL: none */
    const char *public_path; /* the path in it; "": none */
    bool hidden;             /* in this virtual host there is none at that path */
    okta_strings issuers, audiences;
    const ap_directive_t *node;       /* the section */
    apr_array_header_t *scopes;       /* const char *: those that its Require lines name, or
                                         OktaScopesSupported */
    const char *name, *documentation; /* NULL: not told */
    bool takes_header;                /* OktaTokenFrom */
    bool takes_proofs, needs_proofs;  /* OktaDPoP */
    okta_algorithm_set proof_algorithms;
} okta_resource;

/* A server that a restart could not take as configured. */
typedef struct okta_closed_server {
    const server_rec *server; /* NULL: all */
    const char *fault;
} okta_closed_server;

typedef struct okta_registry {
    apr_pool_t *pool;
    okta_global_config global;
    apr_array_header_t *sections;            /* okta_section */
    apr_array_header_t *issuer_sections;     /* okta_issuer_section * */
    apr_array_header_t *issuers;             /* okta_issuer * */
    apr_hash_t *by_url;                      /* the same */
    apr_array_header_t *claim_headers;       /* const char *: all headers of OktaClaimHeader */
    apr_array_header_t *certificate_headers; /* const char *: all of OktaClientCertHeader */
    apr_array_header_t *token_headers;       /* const char *: all of OktaTokenFrom header:NAME */
    apr_array_header_t *resources;           /* okta_resource * */
    apr_array_header_t *closed;              /* okta_closed_server */
    apr_array_header_t *unenforced;          /* const ap_directive_t *: OktaEnforce Off */
    okta_issuer_section *open_section;       /* the one being read */
    apr_array_header_t *revocations;         /* okta_revocation_list * */
    apr_hash_t *senses; /* name of a provider of authorization: the okta_sense of its uses */
    bool weighs_first;  /* httpd's 403 may be wrong before anybody is known: see admission.h */
    int64_t proof_window, proof_skew;       /* the longest of all places, seconds: of DPoP proofs */
    bool takes_cookies, takes_subprotocols; /* OktaTokenFrom, in any place */
    int gates;        /* sections of AuthType Okta that requests may pass unasked */
    bool introspects; /* some issuer is asked about tokens; set by okta_registry_settle */
} okta_registry;

/* The registry of the configuration that is being read or in force; never NULL after pre_config.
 * Written by one thread, while the configuration is read; const afterwards. */
okta_registry *okta_registry_get(void);

/* A fresh one, from and as long-lived as pconf. */
void okta_registry_create(apr_pool_t *pconf);

/* Remember that config has an Okta directive. False where that is of a .htaccess file, which is
 * read with each request: the place is closed then, and nothing is to be remembered. */
bool okta_registry_note_section(const cmd_parms *cmd, okta_dir_config *config);

/* Whether a virtual host has settings that may turn out otherwise what the main server's sections
 * say. */
bool okta_registry_has_settings(const server_rec *server);

/* Remember for how long proofs are good in a place where this holds. */
void okta_registry_note_proofs(const okta_dir_config *config);

/* Remember a header that carries a claim somewhere. */
void okta_registry_note_header(const char *header);

/* The issuer of this URL, or NULL. */
okta_issuer *okta_registry_find(const char *url);

/* Have an issuer; one that is wanted for sure is no longer on demand. */
okta_issuer *okta_registry_add(const char *url, server_rec *server, bool on_demand);

/* Complete the settings of all issuers. */
void okta_registry_settle(void);

#endif
