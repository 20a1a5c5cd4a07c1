/* SPDX-License-Identifier: Apache-2.0 */
/* What the module knows of one request. */
#ifndef OKTA_HTTPD_REQUEST_H
#define OKTA_HTTPD_REQUEST_H

#include "core/claims.h"
#include "core/result.h"
#include "core/token_cache.h"

#include <httpd.h>

#include <apr_tables.h>

/* What Require lines of ours are taken to answer before anybody is known. */
typedef enum okta_assumption {
    OKTA_ASSUME_NOTHING, /* each as if it did not hold */
    OKTA_ASSUME_WORST,   /* each against the caller */
    OKTA_ASSUME_BEST     /* each for the caller */
} okta_assumption;

/* Lives as long as the request, on its own thread at any time. */
typedef struct okta_request {
    const void *config;          /* the per-directory configuration that it was made under */
    const okta_claims *claims;   /* verified and accepted here; NULL: nobody */
    const okta_claims *verified; /* the issuer signed these, whether they were accepted or not */
    okta_reason reason; /* why there are none, or why they do not suffice; OKTA_UNSET: not asked */
    const char *scopes; /* that a Require asked for and did not find; of the configuration */
    const char *asked_scopes; /* that a Require asked for, whatever came of it; likewise */
    const char *absent_claim; /* that a Require looked for and the token has not */
    const struct okta_brought *brought; /* the client's own fields, once they were asked for here */
    const apr_array_header_t *ways;     /* okta_token_way: by which of them a token counts here */
    const char *absence;     /* why there is no token, for the caller too; NULL: nothing to say */
    const char *certificate; /* of the client's own request: what its trusted proxy sent */
    okta_seen *seen;         /* the token was seen before, and came without a note */
    struct okta_request *found; /* verdicts of subrequests, which may become this request */
    struct okta_request *next;  /* in the list of the main request */
    const char *user;           /* of a verdict in that list */
    bool withholds;             /* what serves the request is not to get the token */
    bool withheld;              /* it was taken away */
    bool cached_quickly;        /* mod_cache was asked before anything else */
    okta_assumption assumed;    /* while httpd evaluates Require with nobody there */
    const unsigned char *took;  /* of the client's own request: id of the proof that it took */
    struct okta_body *body;     /* of the client's own request: what was read of its body */
    struct okta_mcp_needs *mcp; /* what is known of its message; NULL: nothing was asked */
    int64_t retry_after;        /* seconds, for a 503; 0: nothing better than the usual is known */
    bool by_proof;              /* the credentials are of the scheme DPoP */
    bool judged;         /* authentication took place: who has no claims by then is anonymous */
    bool counted;        /* under the one verdict that it counts under */
    bool would_refuse;   /* OktaEnforce Off let in what has that reason */
    bool refused;        /* the answer is a refusal of ours */
    okta_reason of_part; /* for which a part of it was refused; OKTA_UNSET: none was */
    bool tentative;      /* a refusal by httpd may still be let pass */
    bool explained;      /* the log takes the steps of the decision */
    bool audited;        /* of the client's own request: OktaLogSuccess wrote its line */
    bool preflight;      /* a CORS preflight that is answered here */
    bool open;           /* httpd lets everybody in and asks who it is for OktaAnonymous */
    bool weighing;       /* our access hook is on the stack */
    bool authorizing;    /* our authorization hook is on the stack */
    /* of what httpd asked before anybody was known: */
    bool asked;        /* anything of ours */
    bool passed_over;  /* a negation, which kept nobody out */
    bool unanswerable; /* a claim, or several aliases of two senses: no answer can be assumed */
    bool alias_holds;  /* what the alias below is taken to answer */
    const char *alias; /* the only alias of two senses; borrowed from the configuration */
    bool ask_first;    /* httpd would refuse whom it has to know first */
    bool in_doubt; /* an answer could not be found: the caller is refused, whatever httpd says */
} okta_request;

/* The request's own state; NULL, or with make a new one. */
okta_request *okta_request_state(request_rec *r, bool make);

/* Count it under this reason; OKTA_OK: it is let in. False where nothing is counted: it was counted
 * before, or is a part of another one, or what a refused one was redirected to. */
bool okta_request_count(request_rec *r, okta_reason reason);

/* The turn of the request before this one: what redirected to it, or asked for it as a part. */
const request_rec *okta_request_before(const request_rec *r);

/* The verified claims for this request: its own, or those of the request that it came from
 * (subrequest, internal redirect) where both have the same per-directory configuration. NULL: none.
 * Borrowed, for the request. */
const okta_claims *okta_request_claims(const request_rec *r);

/* The state that holds them, or one that says why there are none; NULL: nobody was asked. */
const okta_request *okta_request_judged(const request_rec *r);

/* fixups hook: mod_dir and mod_negotiation look with a subrequest first and then make the request
 * what the subrequest was. The verdict on it is kept for that. */
int okta_request_lend_verdict(request_rec *r);

/* That verdict, where the request has become what it was for; else its own state, or NULL. */
const okta_request *okta_request_current(const request_rec *r);

/* Whether AuthType Okta holds here. */
bool okta_request_is_ours(request_rec *r);

/* The same of an AuthType; NULL is none. */
bool okta_auth_type_is_ours(const char *type);

#endif
