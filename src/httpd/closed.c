/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/closed.h"

#include "httpd/flood.h"
#include "httpd/registry.h"
#include "httpd/restart.h"

#include <apr_strings.h>

/* True when the section is one of ours, so that its settings can carry the fault to wherever httpd
 * finds that they hold. */
static bool close_settings(const ap_directive_t *section, const char *fault)
{
    const apr_array_header_t *sections = okta_registry_get()->sections;
    bool found = false;

    for (int i = 0; i < sections->nelts; i++) {
        const okta_section *ours = &APR_ARRAY_IDX(sections, i, okta_section);

        if (ours->node == section) {
            ours->config->fault = fault;
            found = true;
        }
    }
    return found;
}

void okta_close_place(const server_rec *server, const ap_directive_t *section, const char *fault)
{
    okta_registry *registry = okta_registry_get();
    okta_closed_server *closed;

    if (!okta_is_restart())
        return;
    fault = apr_pstrcat(registry->pool,
                        "closed since the last restart; mend this and restart: ", fault, NULL);
    if (section && close_settings(section, fault))
        return;
    closed = apr_array_push(registry->closed);
    closed->server = server && server->is_virtual ? server : NULL;
    closed->fault = fault;
}

static const char *fault_of(const request_rec *r)
{
    const apr_array_header_t *all = okta_registry_get()->closed;

    for (int i = 0; i < all->nelts; i++) {
        const okta_closed_server *closed = &APR_ARRAY_IDX(all, i, okta_closed_server);

        if (!closed->server || closed->server == r->server)
            return closed->fault;
    }
    return okta_dir_config_of(r)->fault;
}

int okta_refuse_closed(request_rec *r)
{
    const char *fault = fault_of(r);

    if (!fault)
        return DECLINED;
    if (okta_flood_admits(r->server, OKTA_EVENT_PLACE_CLOSED, OKTA_UNSET))
        okta_event_of_request(r, OKTA_EVENT_PLACE_CLOSED, "%s", fault);
    return HTTP_INTERNAL_SERVER_ERROR;
}
