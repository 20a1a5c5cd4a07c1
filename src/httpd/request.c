#include "httpd/request.h"

#include "httpd/config.h"

#include <http_core.h>

okta_request *okta_request_state(request_rec *r, bool make)
{
    okta_request *state = ap_get_module_config(r->request_config, &auth_okta_module);

    if (!state && make) {
        state = apr_pcalloc(r->pool, sizeof(*state));
        ap_set_module_config(r->request_config, &auth_okta_module, state);
    }
    return state;
}

const okta_request *okta_request_judged(const request_rec *r)
{
    const void *config = r->per_dir_config;

    do {
        const okta_request *state = ap_get_module_config(r->request_config, &auth_okta_module);
        if (state)
            return state;
        r = r->main ? r->main : r->prev;
    } while (r && r->per_dir_config == config);
    return NULL;
}

const okta_claims *okta_request_claims(const request_rec *r)
{
    const okta_request *state = okta_request_judged(r);

    return state ? state->claims : NULL;
}

bool okta_request_is_ours(request_rec *r)
{
    const char *type = ap_auth_type(r);

    return type && strcasecmp(type, OKTA_AUTH_TYPE) == 0;
}
