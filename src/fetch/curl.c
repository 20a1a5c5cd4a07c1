/* SPDX-License-Identifier: Apache-2.0 */
#include "core/issuer.h"
#include "core/monotonic.h"
#include "fetch/curl_trust.h"
#include "fetch/fetch.h"
#include "fetch/head.h"
#include "fetch/headers.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_REDIRECTS 3
#define CONNECT_SHARE 2 /* connecting may take this part of the whole time */

typedef struct curl_fetcher {
    okta_fetcher base;
    CURLM *multi;
    okta_fetch *first;
} curl_fetcher;

struct okta_fetch {
    okta_fetch *next;
    CURL *easy;
    struct curl_slist *request_headers;
    okta_fetch_done_fn *done;
    void *baton;
    char *url; /* of the present hop */
    char *body;
    size_t length;
    size_t max_bytes;
    bool too_large;
    bool insecure_http;
    bool single;
    int redirects;
    int64_t deadline; /* milliseconds, by okta_monotonic */
    okta_headers headers;
    okta_head head;
    char cause[CURL_ERROR_SIZE];
};

static size_t on_body(char *bytes, size_t size, size_t count, void *baton)
{
    okta_fetch *fetch = baton;
    size_t more = size * count;
    char *grown;

    if (more > fetch->max_bytes - fetch->length) {
        fetch->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    grown = realloc(fetch->body, fetch->length + more + 1);
    if (!grown)
        return CURL_WRITEFUNC_ERROR;
    memcpy(grown + fetch->length, bytes, more);
    fetch->body = grown;
    fetch->length += more;
    grown[fetch->length] = '\0';
    return more;
}

static size_t on_header(char *line, size_t size, size_t count, void *baton)
{
    okta_fetch *fetch = baton;

    okta_headers_read(&fetch->headers, line, size * count);
    if (fetch->single && !okta_head_add(&fetch->head, line, size * count))
        return CURL_WRITEFUNC_ERROR;
    return size * count;
}

/* The connection is none of the programs' that a process runs (CGI, a filter). */
static curl_socket_t open_socket(void *unused, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)unused;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void release(curl_fetcher *self, okta_fetch *fetch)
{
    for (okta_fetch **link = &self->first; *link; link = &(*link)->next) {
        if (*link == fetch) {
            *link = fetch->next;
            break;
        }
    }
    if (fetch->easy) {
        curl_multi_remove_handle(self->multi, fetch->easy);
        curl_easy_cleanup(fetch->easy);
    }
    curl_slist_free_all(fetch->request_headers);
    okta_headers_clear(&fetch->headers);
    okta_head_clear(&fetch->head);
    free(fetch->body);
    free(fetch->url);
    free(fetch);
}

static bool add_line(okta_fetch *fetch, const char *line)
{
    struct curl_slist *list = curl_slist_append(fetch->request_headers, line);

    if (list)
        fetch->request_headers = list;
    return list != NULL;
}

static bool add_header(okta_fetch *fetch, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 3;
    char *line = malloc(size);
    bool added = false;

    if (line) {
        okta_text_format(line, size, "%s: %s", name, value);
        added = add_line(fetch, line);
    }
    free(line);
    return added;
}

static bool add_headers(okta_fetch *fetch, const okta_fetch_request *request)
{
    if ((!request->single && !add_header(fetch, "Accept", "application/json")) ||
        (request->etag && !add_header(fetch, "If-None-Match", request->etag)))
        return false;
    for (size_t i = 0; i < request->headers.count; i++)
        if (!add_line(fetch, request->headers.items[i]))
            return false;
    return true;
}

static bool set_method_and_body(CURL *easy, const okta_fetch_request *request)
{
    size_t length = request->body_length;

    if (request->body) {
        if (length == 0)
            length = strlen(request->body);
        /* the length has to be known before the bytes are copied */
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
        if (curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body) != CURLE_OK)
            return false;
    }
    if (!request->method)
        return true;
    /* an answer to HEAD has no body to wait for */
    if (strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
}

static bool set_up(okta_fetch *fetch, const okta_fetch_request *request, okta_error *error)
{
    const okta_fetch_settings *settings = &request->settings;
    CURL *easy = fetch->easy;

    if (!okta_curl_trust(easy, settings, error))
        return false;
    if (!add_headers(fetch, request) || !set_method_and_body(easy, request) ||
        curl_easy_setopt(easy, CURLOPT_URL, request->url) != CURLE_OK)
        return false;
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fetch->request_headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "mod_auth_okta");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* giving up must not wait for a name server that does not answer: other fetches go on */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, settings->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, settings->timeout_ms / CONNECT_SHARE);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->cause);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch);
    if (request->user && request->password) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, request->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, request->password);
    }
    return true;
}

static okta_fetch *start(okta_fetcher *base, const okta_fetch_request *request,
                         okta_fetch_done_fn *done, void *baton, okta_error *error)
{
    curl_fetcher *self = (curl_fetcher *)base;
    okta_error why = {""};
    okta_fetch *fetch;

    if (!okta_url_check(request->url, request->settings.insecure_http, &why)) {
        okta_error_set(error, "%s: %s", request->url, why.text);
        return NULL;
    }
    fetch = calloc(1, sizeof(*fetch));
    if (!fetch) {
        okta_error_set_no_memory(error);
        return NULL;
    }
    fetch->next = self->first;
    self->first = fetch;
    fetch->done = done;
    fetch->baton = baton;
    fetch->max_bytes = request->settings.max_bytes;
    fetch->insecure_http = request->settings.insecure_http;
    fetch->single = request->single;
    fetch->deadline = okta_monotonic() / 1000 + request->settings.timeout_ms;
    fetch->url = strdup(request->url);
    fetch->body = calloc(1, 1);
    fetch->easy = curl_easy_init();
    okta_headers_init(&fetch->headers);
    if (!fetch->url || !fetch->body || !fetch->easy || !set_up(fetch, request, &why) ||
        curl_multi_add_handle(self->multi, fetch->easy) != CURLM_OK) {
        release(self, fetch);
        if (why.text[0])
            okta_error_set(error, "%s: %s", request->url, why.text);
        else
            okta_error_set_no_memory(error);
        return NULL;
    }
    return fetch;
}

static void cancel(okta_fetcher *base, okta_fetch *fetch)
{
    release((curl_fetcher *)base, fetch);
}

/* The next hop, when the answer is a redirect that may be followed; otherwise false, with the cause
 * where it may not. */
static bool follow(curl_fetcher *self, okta_fetch *fetch, long status, okta_error *error)
{
    const char *target = NULL;
    int64_t left = fetch->deadline - okta_monotonic() / 1000;
    char *url;

    curl_easy_getinfo(fetch->easy, CURLINFO_REDIRECT_URL, &target);
    if (fetch->single || status < 300 || status > 399 || !target)
        return false;
    if (!okta_same_origin(fetch->url, target))
        return okta_error_set(error, "%s: redirect to another host (%.*s) refused", fetch->url,
                              (int)okta_origin_length(target), target);
    if (++fetch->redirects > MAX_REDIRECTS)
        return okta_error_set(error, "%s: more than %d redirects", fetch->url, MAX_REDIRECTS);
    if (left <= 0)
        return okta_error_set(error, "%s: redirected, and no time left", fetch->url);
    url = strdup(target);
    if (!url)
        return okta_error_set_no_memory(error);
    free(fetch->url);
    fetch->url = url;
    fetch->length = 0;
    fetch->body[0] = '\0';
    okta_headers_clear(&fetch->headers);
    curl_multi_remove_handle(self->multi, fetch->easy);
    curl_easy_setopt(fetch->easy, CURLOPT_URL, url);
    curl_easy_setopt(fetch->easy, CURLOPT_TIMEOUT_MS, (long)left);
    return curl_multi_add_handle(self->multi, fetch->easy) == CURLM_OK ||
           okta_error_set(error, "%s: out of memory", url);
}

/* Of a proxy that it cannot parse libcurl repeats the whole URL, password and all, and causes go to
 * the log and to okta-status. */
static const char *told_cause(const okta_fetch *fetch)
{
    return strchr(fetch->cause, '@') ? "the proxy's URL cannot be read; in its user and password "
                                       "write # as %23, / as %2F and ? as %3F"
                                     : fetch->cause;
}

static void finish(curl_fetcher *self, okta_fetch *fetch, CURLcode code)
{
    okta_fetch_response response = {.answered = false, .max_age = -1, .retry_after = -1};
    okta_fetch_done_fn *done = fetch->done;
    curl_off_t retry_after = 0;

    curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &response.status);
    if (fetch->too_large) {
        response.too_large = true;
        okta_error_set(&response.error, "%s: the answer is larger than %zu bytes", fetch->url,
                       fetch->max_bytes);
    } else if (code != CURLE_OK) {
        okta_error_set(&response.error, "%s: %s%s%s", fetch->url, curl_easy_strerror(code),
                       fetch->cause[0] ? ": " : "", told_cause(fetch));
    } else if (follow(self, fetch, response.status, &response.error)) {
        return;
    } else if (!response.error.text[0]) {
        response.answered = true;
        response.body = fetch->body;
        response.length = fetch->length;
        response.head = fetch->single ? okta_head_text(&fetch->head) : NULL;
        response.encoded = fetch->headers.encoded;
        response.etag = fetch->headers.etag;
        response.max_age = fetch->headers.max_age;
        /* Okta sends its counters with every answer */
        if (response.status == 429)
            response.retry_after = fetch->headers.rate_limit_wait;
        curl_easy_getinfo(fetch->easy, CURLINFO_RETRY_AFTER, &retry_after);
        if (retry_after > 0)
            response.retry_after = retry_after;
    }
    done(fetch->baton, &response);
    release(self, fetch);
}

static size_t run(okta_fetcher *base, int wait_ms)
{
    curl_fetcher *self = (curl_fetcher *)base;
    size_t under_way = 0;
    CURLMsg *message;
    int running = 0, left = 0;

    curl_multi_perform(self->multi, &running);
    if (running > 0 && wait_ms > 0) {
        curl_multi_poll(self->multi, NULL, 0, wait_ms, NULL);
        curl_multi_perform(self->multi, &running);
    }
    while ((message = curl_multi_info_read(self->multi, &left))) {
        okta_fetch *fetch = NULL;
        CURLcode code = message->data.result;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &fetch);
        finish(self, fetch, code);
    }
    for (const okta_fetch *fetch = self->first; fetch; fetch = fetch->next)
        under_way++;
    return under_way;
}

static void destroy(okta_fetcher *base)
{
    curl_fetcher *self = (curl_fetcher *)base;

    while (self->first)
        release(self, self->first);
    curl_multi_cleanup(self->multi);
    free(self);
}

okta_fetcher *okta_fetcher_curl(void)
{
    curl_fetcher *self = calloc(1, sizeof(*self));

    if (!self)
        return NULL;
    self->base = (okta_fetcher){start, cancel, run, destroy};
    self->multi = curl_multi_init();
    if (!self->multi) {
        free(self);
        return NULL;
    }
#if LIBCURL_VERSION_NUM >= 0x081400
    /* as CURLOPT_QUICK_EXIT of each transfer: resolving is the multi handle's affair since 8.20 */
    curl_multi_setopt(self->multi, CURLMOPT_QUICK_EXIT, 1L);
#endif
    return &self->base;
}

bool okta_fetch_set_up(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

void okta_fetch_clean_up(void)
{
    curl_global_cleanup();
}
