/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/check_mcp.h"

#include <string.h>

static const ap_directive_t *child_of(const okta_place *place, const char *name, const char *args)
{
    for (const ap_directive_t *node = place->node->first_child; node; node = node->next)
        if (okta_is_named(node, name) && (!args || strcasecmp(node->args, args) == 0))
            return node;
    return NULL;
}

/* A line of the section itself that needs OktaMcp; NULL: none. */
static const ap_directive_t *line_of(const okta_place *place)
{
    const ap_directive_t *rule = child_of(place, "OktaMcpScope", NULL);

    return rule ? rule : child_of(place, "OktaMcpMaxBytes", NULL);
}

/* Scopes are asked for where no token is looked at. */
static void judge_openness(const okta_places *places, const okta_place *place)
{
    okta_judge *j = places->judge;
    const ap_directive_t *rule = child_of(place, "OktaMcpScope", NULL);
    const ap_directive_t *open = child_of(place, "Require", "all granted");
    okta_holding holding = okta_place_holding(places, place, place->server);

    if (!rule || !open || !okta_place_is_okta(holding.auth) ||
        okta_dir_anonymous(holding.config) != OKTA_ANONYMOUS_OFF)
        return;
    okta_caution(
        j,
        "OktaMcpScope %s in %s (%s): \"Require all granted\" (%s) lets everybody in before "
        "a token is looked at, so nobody has these scopes; write \"OktaAnonymous missing\" "
        "beside it, or a Require that asks",
        rule->args, okta_section_name(j, place->node), okta_place_of(j, rule),
        okta_place_of(j, open));
}

void okta_check_mcp(const okta_places *places)
{
    okta_judge *j = places->judge;

    for (int i = 0; i < places->list->nelts; i++) {
        const okta_place *place = APR_ARRAY_IDX(places->list, i, const okta_place *);
        const ap_directive_t *line = place->config ? line_of(place) : NULL;

        judge_openness(places, place);
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
