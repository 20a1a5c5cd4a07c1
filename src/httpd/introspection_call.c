/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/introspection_call.h"

#include "core/issuer.h"
#include "core/monotonic.h"
#include "fetch/fetch.h"
#include "httpd/keystore.h"

#include <apr_strings.h>
#include <apr_thread_mutex.h>

#define SLICE_MS 50
#define IDLE_MAX 16 /* fetchers that wait, each with a connection that is kept alive */

/* Those of this process that nobody uses; the one that was used last goes first. */
static struct {
    apr_thread_mutex_t *lock;
    okta_fetcher *fetchers[IDLE_MAX];
    int count;
} idle;

static apr_status_t destroy_idle(void *unused)
{
    (void)unused;
    for (; idle.count > 0; idle.count--)
        idle.fetchers[idle.count - 1]->destroy(idle.fetchers[idle.count - 1]);
    idle.lock = NULL;
    return APR_SUCCESS;
}

void okta_call_child_init(apr_pool_t *pchild)
{
    if (!okta_registry_get()->introspects)
        return;
    apr_thread_mutex_create(&idle.lock, APR_THREAD_MUTEX_DEFAULT, pchild);
    apr_pool_cleanup_register(pchild, NULL, destroy_idle, apr_pool_cleanup_null);
}

static okta_fetcher *take_fetcher(void)
{
    okta_fetcher *fetcher = NULL;

    apr_thread_mutex_lock(idle.lock);
    if (idle.count > 0)
        fetcher = idle.fetchers[--idle.count];
    apr_thread_mutex_unlock(idle.lock);
    return fetcher ? fetcher : okta_fetcher_curl();
}

static void return_fetcher(okta_fetcher *fetcher)
{
    apr_thread_mutex_lock(idle.lock);
    if (idle.count < IDLE_MAX) {
        idle.fetchers[idle.count++] = fetcher;
        fetcher = NULL;
    }
    apr_thread_mutex_unlock(idle.lock);
    if (fetcher)
        fetcher->destroy(fetcher);
}

const char *okta_call_endpoint(const okta_issuer *issuer, apr_pool_t *pool, okta_result *result)
{
    const char *configured = issuer->settings.introspection_uri, *endpoint = NULL;
    okta_snapshot snapshot;

    if (configured)
        return configured;
    if (!okta_keystore_snapshot(issuer, &snapshot)) {
        okta_result_set(result, OKTA_INTROSPECTION_UNAVAILABLE,
                        "the issuer's metadata, which name its introspection endpoint, are not in "
                        "memory");
        return NULL;
    }
    if (!snapshot.introspection_endpoint)
        okta_result_set(result, OKTA_INTROSPECTION_UNAVAILABLE,
                        "the issuer's metadata name no introspection_endpoint; set "
                        "OktaIntrospectionUri");
    else if (!okta_same_origin(issuer->url, snapshot.introspection_endpoint))
        okta_result_set(result, OKTA_INTROSPECTION_UNAVAILABLE,
                        "the introspection_endpoint of the issuer's metadata is on another host "
                        "than the issuer; if that is right, set OktaIntrospectionUri");
    else
        endpoint = apr_pstrdup(pool, snapshot.introspection_endpoint);
    okta_snapshot_clear(&snapshot);
    return endpoint;
}

typedef struct exchange {
    const okta_issuer *issuer;
    okta_call *call;
    okta_result *result;
    okta_reason reason;
    bool done;
} exchange;

static okta_reason fail(exchange *x, const char *format, ...) OKTA_PRINTF(2, 3);

static okta_reason fail(exchange *x, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    okta_text_vformat(x->result->detail, sizeof(x->result->detail), format, arguments);
    va_end(arguments);
    x->call->kind = OKTA_ANSWER_FAILED;
    return x->result->reason = OKTA_INTROSPECTION_UNAVAILABLE;
}

static void came(void *baton, const okta_fetch_response *response)
{
    exchange *x = baton;

    x->call->retry_after = response->retry_after;
    x->reason =
        okta_question_judge(response, x->issuer->url, &x->call->claims, &x->call->kind, x->result);
    x->done = true;
}

static void await(okta_fetcher *fetcher, okta_fetch *fetch, exchange *x, long timeout_ms)
{
    int64_t end = okta_monotonic() + (int64_t)timeout_ms * 1000;

    while (!x->done && okta_monotonic() < end)
        fetcher->run(fetcher, SLICE_MS);
    if (x->done)
        return;
    fetcher->cancel(fetcher, fetch);
    x->reason = fail(x, "no answer in %ld ms", timeout_ms);
}

static okta_fetch *start(okta_fetcher *fetcher, okta_fetch_request *request, long timeout_ms,
                         exchange *x, okta_error *error)
{
    const okta_issuer_settings *settings = &x->issuer->settings;

    request->settings = (okta_fetch_settings){.proxy = settings->proxy,
                                              .ca_file = settings->ca_file,
                                              .ca_pem = x->issuer->trust.ca_pem,
                                              .ca_length = x->issuer->trust.ca_length,
                                              .timeout_ms = timeout_ms,
                                              .max_bytes = OKTA_INTROSPECTION_MAX_BYTES,
                                              .insecure_http = settings->insecure_http > 0};
    return fetcher->start(fetcher, request, came, x, error);
}

static okta_client client_of(const okta_issuer *issuer)
{
    return (okta_client){.id = issuer->settings.introspection_client,
                         .auth = (okta_client_auth)issuer->settings.introspection_method,
                         .secret = issuer->asking.secret,
                         .key = &issuer->asking.key};
}

okta_reason okta_call_ask(const okta_issuer *issuer, const char *endpoint, const char *token,
                          size_t length, long timeout_ms, okta_call *call, okta_result *result)
{
    exchange x = {.issuer = issuer, .call = call, .result = result};
    const okta_client client = client_of(issuer);
    okta_fetcher *fetcher = take_fetcher();
    okta_error error = {""};
    okta_fetch *fetch = NULL;
    okta_question_form form;

    *call = (okta_call){OKTA_ANSWER_OF_TOKEN, NULL, -1};
    if (!fetcher)
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    if (okta_question_form_write(&form, &client, endpoint, token, length,
                                 apr_time_sec(apr_time_now())))
        fetch = start(fetcher, &form.request, timeout_ms, &x, &error);
    if (fetch)
        await(fetcher, fetch, &x, timeout_ms);
    else if (!error.text[0] || okta_error_is_no_memory(&error))
        x.reason = okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    else
        x.reason = fail(&x, "%s", error.text);
    okta_question_form_clear(&form);
    return_fetcher(fetcher);
    return x.reason;
}
