/* SPDX-License-Identifier: Apache-2.0 */
/* How the module is doing: a picture of all that is counted and noted, taken at one moment. Several
 * answers draw it: HTML, JSON, metrics, a section in mod_status. No token and no user is in it. */
#ifndef OKTA_HTTPD_STATUS_H
#define OKTA_HTTPD_STATUS_H

#include "httpd/counters.h"
#include "httpd/issuer_counters.h"
#include "httpd/revocation_lists.h"
#include "httpd/status_words.h"

/* What is not well. */
typedef struct okta_trouble {
    okta_health health;
    const char *where;
    const char *what; /* one or two sentences */
    apr_time_t since; /* 0: not known */
} okta_trouble;

typedef struct okta_issuer_picture {
    const okta_issuer *issuer;
    okta_phase phase;
    okta_issuer_moments moments;
    okta_key_times times;     /* microseconds since the epoch; 0: never */
    const char *cause;        /* of the last fetch that failed; NULL: not known */
    apr_array_header_t *kids; /* const char *, of the key set in memory; "" where a key has none */
    size_t keys;              /* those of them that can be used */
    uint64_t counted[OKTA_ISSUER_COUNTERS];
    bool is_asked;             /* about tokens */
    apr_interval_time_t pause; /* for which it is not, since it fails; 0: it is well */
} okta_issuer_picture;

typedef struct okta_list_picture {
    const char *path;
    bool is_loaded;
    okta_revocations_facts facts;
    uint64_t lines;      /* the sum of facts.kinds */
    const char *trouble; /* NULL: all is well */
    apr_time_t since;    /* of the trouble */
} okta_list_picture;

typedef struct okta_picture {
    apr_time_t now, since;
    okta_health health;           /* of the worst trouble */
    apr_time_t trouble_since;     /* of the oldest one; 0: not known, or there is none */
    apr_array_header_t *troubles; /* okta_trouble, the worst first */
    apr_array_header_t *issuers;  /* okta_issuer_picture */
    apr_array_header_t *lists;    /* okta_list_picture, of OktaRevocations */
    uint64_t counted[OKTA_COUNTERS];
    uint64_t accepted, refused; /* requests; the anonymous ones that were let in are in neither */
    uint64_t verifications;
    uint64_t tokens, refusals; /* that are remembered */
    uint64_t token_capacity, token_bytes;
    bool shares, store_is_lost;            /* OktaSharedCache: it is set; it does not answer */
    bool shares_answers, answers_are_lost; /* of introspection */
    uint64_t proofs, proof_capacity;       /* that are remembered, and how many can be */
    uint64_t decryption_keys;              /* OktaDecryptionKey */
    unsigned int closed;                   /* places that a restart could not take as configured */
    unsigned int unenforced;               /* places with OktaEnforce Off */
} okta_picture;

/* Any thread of a child. In the request's pool. */
okta_picture *okta_picture_take(request_rec *r);

/* The handler okta-status. */
int okta_handle_status(request_rec *r);

/* The hook status_hook of mod_status: a section on its page. */
int okta_send_status_section(request_rec *r, int flags);

/* The ways to draw it; each sends the whole body and gives OK or a status. */
int okta_status_send_page(request_rec *r, const okta_picture *picture);
int okta_status_send_json(request_rec *r, const okta_picture *picture);
int okta_status_send_metrics(request_rec *r, const okta_picture *picture);

/* The style sheet of the page. */
extern const char okta_status_style[];

#endif
