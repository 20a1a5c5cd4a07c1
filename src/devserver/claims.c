/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/claims.h"

#include "devserver/jws.h"

/* The innermost act is the first client, the ones around it are the agents that it called. */
static json_t *act_of(const apr_array_header_t *actors)
{
    json_t *act = NULL;
    for (int i = actors->nelts - 1; i >= 0; i--) {
        bool first_client = i > 0 && i == actors->nelts - 1;
        json_t *inner = act;
        act = json_pack("{s:s, s:s}", "sub", APR_ARRAY_IDX(actors, i, const char *), "sub_profile",
                        first_client ? "service" : "ai_agent");
        if (inner) {
            json_object_set_new(act, "act", inner);
        }
    }
    return act;
}

static json_t *agent_claims(const okta_dev_grant *g)
{
    return json_pack("{s:s, s:s, s:s, s:o}", "sub", g->client->id, "sub_profile", "service",
                     "scope", g->scope, "act", act_of(g->client->actors));
}

static json_t *client_claims(const okta_dev_grant *g)
{
    return json_pack("{s:s, s:O, s:s}", "cid", g->client->id, "scp", g->scopes, "sub",
                     g->client->id);
}

static json_t *common_claims(const okta_dev_grant *g)
{
    json_int_t now = apr_time_sec(g->r->request_time);
    return json_pack("{s:s, s:s, s:s, s:I, s:I}", "jti", okta_dev_random_id(g->r->pool, "AT."),
                     "iss", g->issuer, "aud", okta_dev_config_audience(g->cfg), "iat", now, "exp",
                     now + okta_dev_config_token_lifetime(g->cfg));
}

static bool add(json_t *claims, json_t *more)
{
    bool ok = claims && more && json_object_update(claims, more) == 0;
    json_decref(more);
    return ok;
}

json_t *okta_dev_claims(const okta_dev_grant *g)
{
    bool agent = g->client->actors != NULL;
    json_t *claims = agent ? json_object() : json_pack("{s:i}", "ver", 1);
    if (!add(claims, common_claims(g)) ||
        !add(claims, agent ? agent_claims(g) : client_claims(g)) ||
        (g->jkt && !add(claims, json_pack("{s:{s:s}}", "cnf", "jkt", g->jkt)))) {
        json_decref(claims);
        return NULL;
    }
    return claims;
}
