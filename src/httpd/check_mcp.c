/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/check_mcp.h"

/* A line of the section itself that needs OktaMcp; NULL: none. */
static const ap_directive_t *line_of(const okta_place *place)
{
    for (const ap_directive_t *node = place->node->first_child; node; node = node->next)
        if (okta_is_named(node, "OktaMcpScope") || okta_is_named(node, "OktaMcpMaxBytes"))
            return node;
    return NULL;
}

void okta_check_mcp(const okta_places *places)
{
    okta_judge *j = places->judge;

    for (int i = 0; i < places->list->nelts; i++) {
        const okta_place *place = APR_ARRAY_IDX(places->list, i, const okta_place *);
        const ap_directive_t *line = place->config ? line_of(place) : NULL;

        /* a pattern may meet a place that says it */
        if (!line || okta_dir_mcp(okta_place_holding(places, place, place->server).config) ||
            (!place->path && place->config->mcp != 0))
            continue;
        j->place = place->node;
        okta_complain(j, place->server,
                      "%s %s in %s (%s): OktaMcp is not On there, so no message is read; write "
                      "\"OktaMcp On\" beside it",
                      line->directive, line->args, okta_section_name(j, place->node),
                      okta_place_of(j, line));
    }
}
