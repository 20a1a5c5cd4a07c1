/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/withhold.h"

#include "core/bearer.h"
#include "httpd/caller_only.h"
#include "httpd/config.h"
#include "httpd/credentials.h"
#include "httpd/request.h"
#include "httpd/stand_in.h"
#include "httpd/table.h"

#include <string.h>
#include <strings.h>

#define FIELD "Authorization"
#define PROOF_FIELD "DPoP"
#define COOKIE_FIELD "Cookie"
#define TELLING 16 /* shorter credentials could be in another value by chance */

/* What an earlier turn had to do without. */
static void give_back(request_rec *r, const okta_request *state)
{
    const okta_brought *brought = state->brought;

    for (int i = 0; i < state->ways->nelts; i++) {
        const okta_token_way *way = &APR_ARRAY_IDX(state->ways, i, okta_token_way);
        const char *name = way->kind == OKTA_WAY_HEADER  ? FIELD
                           : way->kind == OKTA_WAY_FIELD ? way->name
                                                         : NULL;
        const char *value = name ? okta_credentials_by(r->pool, brought, way) : NULL;

        if (value && !apr_table_get(r->headers_in, name))
            apr_table_setn(r->headers_in, name, value);
    }
    if (brought->proof && !apr_table_get(r->headers_in, PROOF_FIELD))
        apr_table_setn(r->headers_in, PROOF_FIELD, brought->proof);
    if (brought->cookie) {
        const char *left = okta_cookies_without(r->pool, brought->cookie, state->ways);
        const char *now = apr_table_get(r->headers_in, COOKIE_FIELD);

        /* unless somebody changed it since */
        if (strcmp(now ? now : "", left) == 0)
            apr_table_setn(r->headers_in, COOKIE_FIELD, brought->cookie);
    }
}

int okta_withhold_end(request_rec *r)
{
    const request_rec *before = okta_request_before(r);

    for (; before; before = okta_request_before(before)) {
        const okta_request *state = ap_get_module_config(before->request_config, &auth_okta_module);

        if (state && state->withheld)
            give_back(r, state);
    }
    return DECLINED;
}

int okta_withhold_end_quickly(request_rec *r, int lookup)
{
    (void)lookup;
    return okta_withhold_end(r);
}

/* What shows that a value contains a token or a proof. */
typedef struct secret {
    const char *field; /* its own field in the header; NULL: it has none to itself */
    const char *value; /* of that field */
    const char *text;  /* NULL: by nothing but being equal */
    size_t length;
    bool whole; /* it counts only where no other character of a token follows */
} secret;

/* It has to be like no other value: a client must not empty variables by guessing what is in them,
 * nor find out what that is by one character after the other. */
static void tell_by(secret *found, const char *value, bool scheme, bool known)
{
    const char *credentials = value + (scheme ? strcspn(value, " \t") : 0);

    credentials += strspn(credentials, " \t");
    found->length = strlen(credentials);
    found->whole = !known;
    if (found->length >= TELLING && (known || strncmp(credentials, "eyJ", 3) == 0)) {
        found->text = credentials;
    } else if (*credentials && strncasecmp(value, "Bearer ", 7) == 0) {
        found->text = value;
        found->length = strlen(value);
    }
}

static secret secret_of(apr_pool_t *pool, const okta_request *judged, const okta_token_way *way)
{
    const char *value = okta_credentials_by(pool, judged->brought, way);
    secret found = {.value = value};

    if (way->kind == OKTA_WAY_HEADER)
        found.field = FIELD;
    else if (way->kind == OKTA_WAY_FIELD)
        found.field = way->name;
    /* which of several cookies is the token nobody knows */
    if (value && !*value && way->kind == OKTA_WAY_COOKIE) {
        found.text = judged->brought->cookie;
        found.length = strlen(found.text);
    } else if (value)
        tell_by(&found, value,
                way->kind == OKTA_WAY_HEADER ||
                    (way->kind == OKTA_WAY_FIELD && strpbrk(value, " \t")),
                judged->claims != NULL);
    return found;
}

/* A proof is like no other value too; short ones were none. */
static secret secret_of_proof(const okta_request *judged)
{
    const char *proof = judged->brought->proof;
    secret found = {.field = PROOF_FIELD, .value = proof};

    if (proof && strlen(proof) >= TELLING) {
        found.text = proof;
        found.length = strlen(proof);
    }
    return found;
}

static bool gives_away(const void *baton, const char *key, const char *value)
{
    const secret *sought = baton;

    (void)key;
    /* most values are too short, and strstr looks through the whole of what it seeks first */
    if (strnlen(value, sought->length) < sought->length)
        return false;
    while ((value = strstr(value, sought->text)) != NULL) {
        value += sought->length;
        if (!sought->whole || !okta_bearer_is_character(*value))
            return true;
    }
    return false;
}

static bool is_field(const void *baton, const char *key, const char *value)
{
    const secret *sought = baton;

    if (!sought->field || !sought->value || strcasecmp(key, sought->field) != 0)
        return false;
    return strcasecmp(key, PROOF_FIELD) == 0 || strcmp(value, sought->value) == 0 ||
           (sought->text && gives_away(sought, key, value));
}

/* Anonymous callers are served here. */
static bool serves_nobody(const okta_dir_config *config)
{
    return okta_dir_anonymous(config) != OKTA_ANONYMOUS_OFF || !okta_dir_enforce(config);
}

int okta_withhold_note_unasked(request_rec *r)
{
    const okta_dir_config *config = okta_dir_config_of(r);
    const okta_request *state = okta_request_state(r, false);

    if (!okta_dir_forward_token(config) && !(state && state->brought) && okta_request_is_ours(r))
        okta_credentials_note(r);
    /* mod_cache's quick handler looks nothing up for requests with Authorization */
    if (serves_nobody(config) && !okta_takes_others(okta_dir_token_ways(config)) &&
        okta_stand_in_is_due(r))
        okta_request_state(r, true)->cached_quickly = true;
    return DECLINED;
}

static bool is_empty_cookie(const void *baton, const char *key, const char *value)
{
    (void)baton;
    return *value == '\0' && strcasecmp(key, COOKIE_FIELD) == 0;
}

/* The others stay. */
static bool take_cookies(apr_pool_t *pool, apr_table_t *header, const apr_array_header_t *ways)
{
    const apr_array_header_t *fields = apr_table_elts(header);
    bool gone = false;

    for (int i = 0; i < fields->nelts; i++) {
        apr_table_entry_t *field = &APR_ARRAY_IDX(fields, i, apr_table_entry_t);
        const char *left = strcasecmp(field->key, COOKIE_FIELD) == 0
                               ? okta_cookies_without(pool, field->val, ways)
                               : field->val;

        gone = gone || left != field->val;
        field->val = (char *)left;
    }
    if (gone)
        okta_table_drop(pool, header, is_empty_cookie, NULL);
    return gone;
}

/* From the header of a request, or a copy of it; whether anything went. */
static bool take_from(apr_pool_t *pool, apr_table_t *header, const okta_request *judged)
{
    const secret proof = secret_of_proof(judged);
    bool gone = okta_table_drop(pool, header, is_field, &proof);

    for (int i = 0; i < judged->ways->nelts; i++) {
        const secret token =
            secret_of(pool, judged, &APR_ARRAY_IDX(judged->ways, i, okta_token_way));

        gone = okta_table_drop(pool, header, is_field, &token) || gone;
    }
    return (judged->brought->cookie && take_cookies(pool, header, judged->ways)) || gone;
}

static void take_from_environment(request_rec *r, const secret *sought)
{
    if (sought->text)
        okta_table_drop(r->pool, r->subprocess_env, gives_away, sought);
}

static void take_away(request_rec *r, const okta_request *judged)
{
    const secret proof = secret_of_proof(judged);

    take_from_environment(r, &proof);
    for (int i = 0; i < judged->ways->nelts; i++) {
        const secret token =
            secret_of(r->pool, judged, &APR_ARRAY_IDX(judged->ways, i, okta_token_way));

        take_from_environment(r, &token);
    }
    if (take_from(r->pool, r->headers_in, judged)) {
        okta_request *state = okta_request_state(r, true);

        state->brought = judged->brought;
        state->ways = judged->ways;
        state->withholds = true;
        state->withheld = true;
    }
}

/* Caches keep the header of a request beside the answer. */
static apr_table_t *without_tokens(request_rec *r, const okta_request *judged)
{
    apr_table_t *header;

    if (!judged || !okta_takes_others(judged->ways) || !okta_stand_in_is_due(r))
        return NULL;
    header = apr_table_copy(r->pool, r->headers_in);
    take_from(r->pool, header, judged);
    return header;
}

/* What tells this caller from others. */
static const char *credentials_of(apr_pool_t *pool, const okta_request *judged)
{
    const char *text = NULL;

    for (int i = 0; !text && i < judged->ways->nelts; i++)
        text = okta_credentials_by(pool, judged->brought,
                                   &APR_ARRAY_IDX(judged->ways, i, okta_token_way));
    return text ? text : "";
}

/* The answer for anonymous callers must not be served to known ones. */
static bool is_for_nobody(request_rec *r)
{
    const okta_request *state = okta_request_state(r, false);

    return serves_nobody(okta_dir_config_of(r)) && !(state && state->cached_quickly);
}

int okta_withhold_begin(request_rec *r)
{
    const okta_request *judged = okta_credentials_asked(r);

    if (judged && judged->withholds)
        take_away(r, judged);
    /* also where the administrator's RequestHeader took it away */
    if (judged ? !apr_table_get(r->headers_in, FIELD) || okta_takes_others(judged->ways)
               : is_for_nobody(r))
        okta_stand_in_add(r, judged ? credentials_of(r->pool, judged) : "",
                          without_tokens(r, judged));
    return DECLINED;
}
