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
    return json_pack("{s:i, s:s, s:O, s:s}", "ver", 1, "cid", g->client->id, "scp", g->scopes,
                     "sub", g->client->id);
}

json_t *okta_dev_claims(const okta_dev_grant *g)
{
    json_int_t now = apr_time_sec(g->r->request_time);
    json_t *claims =
        json_pack("{s:s, s:s, s:s, s:I, s:I}", "jti", okta_dev_random_id(g->r->pool, "AT."), "iss",
                  g->issuer, "aud", okta_dev_config_audience(g->cfg), "iat", now, "exp",
                  now + okta_dev_config_token_lifetime(g->cfg));
    json_t *own = g->client->actors ? agent_claims(g) : client_claims(g);
    bool ok =
        claims && own && json_object_update(claims, own) == 0 &&
        (!g->jkt || json_object_set_new(claims, "cnf", json_pack("{s:s}", "jkt", g->jkt)) == 0);
    json_decref(own);
    if (!ok) {
        json_decref(claims);
        return NULL;
    }
    return claims;
}
