/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP client for key sets, as an interface: many fetches at a time, driven by one thread that
 * never blocks for long. */
#ifndef OKTA_FETCH_FETCH_H
#define OKTA_FETCH_FETCH_H

#include "core/text.h"

#include <stdint.h>

/* Borrowed for the call to start. Certificates are always checked. */
typedef struct okta_fetch_settings {
    const char *proxy;   /* URL; "" for none, NULL for what the environment says */
    const char *ca_file; /* PEM file instead of the system's trust store; NULL: the latter */
    const char *ca_pem;  /* what is in ca_file, where that has been read already; NULL: it is read
                          * when needed. Stays until the fetch has ended */
    size_t ca_length;    /* of ca_pem; 0: nobody is trusted, and the fetch fails */
    long timeout_ms;     /* for the whole fetch, redirects included */
    size_t max_bytes;    /* of the body; a longer one fails the fetch */
    bool insecure_http;  /* http for loopback hosts */
} okta_fetch_settings;

/* Borrowed for the call to start. A body makes it a POST of a form, unless method and headers say
 * something else. */
typedef struct okta_fetch_request {
    const char *url;
    const char *etag; /* If-None-Match; NULL: unconditional */
    const char *body; /* application/x-www-form-urlencoded; NULL: GET */
    const char *user; /* HTTP Basic, both or neither */
    const char *password;
    const char *method;   /* NULL: GET, or POST for a body */
    size_t body_length;   /* 0: the body ends where its text ends */
    okta_strings headers; /* further lines, "Name: value" */
    bool single;          /* one request, one answer: a redirect is an answer, Accept is left to
                           * headers, and the answer comes with its head */
    okta_fetch_settings settings;
} okta_fetch_request;

/* Valid during the callback only. */
typedef struct okta_fetch_response {
    bool answered; /* false: error says why no complete answer came */
    okta_error error;
    bool too_large; /* not answered, because of max_bytes */
    long status;
    const char *body; /* terminated, never NULL when answered */
    size_t length;
    const char *head;    /* status line and header lines as they came; NULL unless single */
    bool encoded;        /* a Content-Encoding that was not asked for */
    const char *etag;    /* NULL: none */
    int64_t max_age;     /* seconds by Cache-Control; 0 for no-cache and no-store; -1: not said */
    int64_t retry_after; /* seconds by Retry-After, with 429 X-Rate-Limit-Reset; -1: not said */
} okta_fetch_response;

typedef void okta_fetch_done_fn(void *baton, const okta_fetch_response *response);

typedef struct okta_fetch okta_fetch;

/* One thread at a time for all its functions. */
typedef struct okta_fetcher okta_fetcher;
struct okta_fetcher {
    /* Begin. done is called once, from run, unless the fetch is canceled first. NULL, with the
     * cause in error, when it cannot even begin; the handle is valid until done has been called.
     * done may start and cancel others. */
    okta_fetch *(*start)(okta_fetcher *self, const okta_fetch_request *request,
                         okta_fetch_done_fn *done, void *baton, okta_error *error);
    void (*cancel)(okta_fetcher *self, okta_fetch *fetch);
    /* Move all fetches on for at most about wait_ms; returns how many are still under way. */
    size_t (*run)(okta_fetcher *self, int wait_ms);
    /* Cancel what is under way and free. */
    void (*destroy)(okta_fetcher *self);
};

/* The implementation on libcurl: https, or http to loopback hosts where the settings permit;
 * redirects only within the origin. NULL when out of memory. */
okta_fetcher *okta_fetcher_curl(void);

/* For the program, before its first fetcher and while it has one thread; true calls are paired with
 * okta_fetch_clean_up. */
bool okta_fetch_set_up(void);
void okta_fetch_clean_up(void);

#endif
