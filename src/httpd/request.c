/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/request.h"

#include "httpd/config.h"
#include "httpd/counters.h"

#include <http_core.h>

okta_request *okta_request_state(request_rec *r, bool make)
{
    okta_request *state = ap_get_module_config(r->request_config, &auth_okta_module);

    if (!state && make) {
        state = apr_pcalloc(r->pool, sizeof(*state));
        state->config = r->per_dir_config;
        ap_set_module_config(r->request_config, &auth_okta_module, state);
    }
    return state;
}

const request_rec *okta_request_before(const request_rec *r)
{
    return r->prev ? r->prev : r->main;
}

static bool was_refused(const request_rec *r)
{
    const okta_request *state = ap_get_module_config(r->request_config, &auth_okta_module);

    return state && state->refused;
}

static request_rec *main_request(const request_rec *r)
{
    while (r->main)
        r = r->main;
    return (request_rec *)r;
}

bool okta_request_count(request_rec *r, okta_reason reason)
{
    okta_request *state = okta_request_state(r, true);

    if (r->main && state->refused)
        okta_request_state(main_request(r), true)->of_part = reason;
    if (state->counted || r->main)
        return false;
    for (const request_rec *before = r->prev; before; before = before->prev)
        if (was_refused(before))
            return false;
    state->counted = true;
    okta_count_verdict(reason);
    return true;
}

static bool has_verdict(const okta_request *state)
{
    return state && (state->claims || state->reason != OKTA_UNSET);
}

const okta_request *okta_request_current(const request_rec *r)
{
    const okta_request *own = ap_get_module_config(r->request_config, &auth_okta_module);
    const okta_request *first = r->main ? okta_request_state(main_request(r), false) : own;
    const okta_request *found = first ? first->found : NULL;

    while (found && found->config != r->per_dir_config)
        found = found->next;
    return found ? found : own;
}

const okta_request *okta_request_judged(const request_rec *r)
{
    const void *config = r->per_dir_config;

    do {
        const okta_request *state = okta_request_current(r);

        if (has_verdict(state))
            return state;
        r = okta_request_before(r);
    } while (r && r->per_dir_config == config);
    return NULL;
}

const okta_claims *okta_request_claims(const request_rec *r)
{
    const okta_request *state = okta_request_judged(r);

    return state ? state->claims : NULL;
}

/* The verdict ends with the subrequest, unless that became the request itself. */
static apr_status_t forget_verdict(void *subrequest)
{
    const okta_request *state = okta_request_state(subrequest, false);
    okta_request **at = &okta_request_state(main_request(subrequest), true)->found;

    while (*at && *at != state)
        at = &(*at)->next;
    if (*at)
        *at = state->next;
    return APR_SUCCESS;
}

int okta_request_lend_verdict(request_rec *r)
{
    okta_request *state = r->main ? okta_request_state(r, false) : NULL;
    okta_request *first;

    if (!has_verdict(state))
        return DECLINED;
    first = okta_request_state(main_request(r), true);
    state->user = r->user;
    state->next = first->found;
    first->found = state;
    apr_pool_cleanup_register(r->pool, r, forget_verdict, apr_pool_cleanup_null);
    return DECLINED;
}

bool okta_auth_type_is_ours(const char *type)
{
    return type && strcasecmp(type, OKTA_AUTH_TYPE) == 0;
}

bool okta_request_is_ours(request_rec *r)
{
    return okta_auth_type_is_ours(ap_auth_type(r));
}
