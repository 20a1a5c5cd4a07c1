/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/requirements.h"

#include "core/match.h"
#include "core/path.h"
#include "httpd/admission.h"
#include "httpd/claim_text.h"
#include "httpd/effective.h"
#include "httpd/request.h"
#include "httpd/scopes.h"
#include "httpd/words.h"

#include <ap_provider.h>
#include <ap_regex.h>
#include <apr_strings.h>
#include <http_config.h>
#include <http_request.h>
#include <mod_auth.h>

#define GROUP "okta-group"
#define CLIENT "okta-client"
#define CLAIM "okta-claim"
#define ACTOR "okta-actor"

typedef enum claim_operator {
    OPERATOR_EQUAL,
    OPERATOR_UNEQUAL,
    OPERATOR_MATCH,
    OPERATOR_CONTAINS
} claim_operator;

/* A parsed line of okta-scope, okta-group or okta-client. */
typedef struct word_condition {
    apr_array_header_t *words; /* const char * */
    const char *scopes;        /* what a challenge names; NULL: none */
    okta_sense sense;
} word_condition;

/* A parsed okta-actor line: names, or whether anybody acts at all. */
typedef struct actor_condition {
    word_condition names;
    bool any, none;
} actor_condition;

/* A parsed okta-claim line. */
typedef struct claim_condition {
    const char *path;
    claim_operator how;
    apr_array_header_t *values;   /* const char * */
    apr_array_header_t *patterns; /* ap_regex_t *, for OPERATOR_MATCH */
    okta_sense sense;
} claim_condition;

static apr_array_header_t *words_of(apr_pool_t *pool, const char *line)
{
    apr_array_header_t *words = apr_array_make(pool, 2, sizeof(const char *));

    while (*line) {
        const char *word = ap_getword_conf(pool, &line);
        if (*word)
            APR_ARRAY_PUSH(words, const char *) = word;
    }
    return words;
}

/* As okta_directive_error words it for directives. */
static const char *fault(const cmd_parms *cmd, const char *what, const char *line, const char *text)
{
    return apr_pstrcat(cmd->pool, "Require ", what, *line ? " " : "", line, ": ", text, NULL);
}

static const char *parse_words(const cmd_parms *cmd, const char *what, const char *line,
                               okta_word_kind kind, word_condition *condition)
{
    const char *wrong = okta_words_fault(cmd->temp_pool, line, kind);

    if (wrong)
        return fault(cmd, what, line, wrong);
    condition->words = words_of(cmd->pool, line);
    condition->sense = okta_sense_parsed(cmd);
    return condition->words->nelts
               ? NULL
               : fault(cmd, what, line, "it names nothing; write one or more values behind it");
}

static const char *parse_scopes(cmd_parms *cmd, const char *line, const void **parsed)
{
    word_condition *condition = apr_pcalloc(cmd->pool, sizeof(*condition));
    const char *error = parse_words(cmd, OKTA_REQUIRE_SCOPE, line, OKTA_WORDS_SCOPES, condition);

    if (!error && condition->sense != OKTA_SENSE_KEEPS_OUT)
        condition->scopes =
            okta_scopes_of_line(cmd, APR_ARRAY_IDX(condition->words, 0, const char *));
    *parsed = condition;
    return error;
}

static const char *parse_groups(cmd_parms *cmd, const char *line, const void **parsed)
{
    word_condition *condition = apr_pcalloc(cmd->pool, sizeof(*condition));

    *parsed = condition;
    return parse_words(cmd, GROUP, line, OKTA_WORDS_TEXTS, condition);
}

static const char *parse_clients(cmd_parms *cmd, const char *line, const void **parsed)
{
    word_condition *condition = apr_pcalloc(cmd->pool, sizeof(*condition));

    *parsed = condition;
    return parse_words(cmd, CLIENT, line, OKTA_WORDS_NAMES, condition);
}

static bool has_word(const apr_array_header_t *words, const char *word)
{
    for (int i = 0; i < words->nelts; i++)
        if (strcmp(APR_ARRAY_IDX(words, i, const char *), word) == 0)
            return true;
    return false;
}

static const char *parse_actors(cmd_parms *cmd, const char *line, const void **parsed)
{
    actor_condition *condition = apr_pcalloc(cmd->pool, sizeof(*condition));
    const char *error = parse_words(cmd, ACTOR, line, OKTA_WORDS_NAMES, &condition->names);

    *parsed = condition;
    if (error)
        return error;
    condition->any = has_word(condition->names.words, "any");
    condition->none = has_word(condition->names.words, "none");
    if ((condition->any || condition->none) && condition->names.words->nelts > 1)
        return fault(cmd, ACTOR, line,
                     "\"any\" (some actor) and \"none\" (no actor) stand alone; write a line for "
                     "each, or the actors' names");
    return NULL;
}

static const char *parse_operator(const char *word, claim_operator *how)
{
    if (strcmp(word, "=") == 0)
        *how = OPERATOR_EQUAL;
    else if (strcmp(word, "!=") == 0)
        *how = OPERATOR_UNEQUAL;
    else if (strcmp(word, "~") == 0)
        *how = OPERATOR_MATCH;
    else if (strcmp(word, "contains") == 0)
        *how = OPERATOR_CONTAINS;
    else
        return "unknown operator; use =, !=, ~ or contains, with spaces around it";
    return NULL;
}

/* Anchored: a pattern for a part of an e-mail address would let strangers in. The pattern is
 * compiled by itself first: an unbalanced parenthesis in it could close our group. */
static ap_regex_t *anchored(apr_pool_t *pool, const char *pattern)
{
    if (!ap_pregcomp(pool, pattern, AP_REG_EXTENDED | AP_REG_NOSUB))
        return NULL;
    return ap_pregcomp(pool, apr_pstrcat(pool, "\\A(?:", pattern, ")\\z", NULL),
                       AP_REG_EXTENDED | AP_REG_NOSUB);
}

static const char *compile(const cmd_parms *cmd, claim_condition *condition)
{
    condition->patterns = apr_array_make(cmd->pool, 2, sizeof(ap_regex_t *));
    for (int i = 0; i < condition->values->nelts; i++) {
        const char *pattern = APR_ARRAY_IDX(condition->values, i, const char *);
        ap_regex_t *regex = anchored(cmd->pool, pattern);
        if (!regex)
            return apr_pstrcat(cmd->pool, "\"", pattern, "\" is no regular expression; correct it",
                               NULL);
        APR_ARRAY_PUSH(condition->patterns, ap_regex_t *) = regex;
    }
    return NULL;
}

/* Commas belong to regular expressions. */
static const char *claim_words_fault(const cmd_parms *cmd, const char *line, claim_operator how)
{
    ap_getword_conf(cmd->temp_pool, &line);
    ap_getword_conf(cmd->temp_pool, &line);
    return how == OPERATOR_MATCH ? NULL : okta_words_fault(cmd->temp_pool, line, OKTA_WORDS_TEXTS);
}

static const char *parse_claim(cmd_parms *cmd, const char *line, const void **parsed)
{
    claim_condition *condition = apr_pcalloc(cmd->pool, sizeof(*condition));
    apr_array_header_t *words = words_of(cmd->pool, line);
    okta_error path_error = {""};
    const char *error;

    *parsed = condition;
    if (words->nelts < 3)
        return fault(cmd, CLAIM, line,
                     "too short; write a claim, an operator (=, !=, ~ or contains) and one or "
                     "more values");
    condition->sense = okta_sense_parsed(cmd);
    condition->path = APR_ARRAY_IDX(words, 0, const char *);
    if (!okta_path_check(condition->path, &path_error))
        return fault(cmd, CLAIM, line, apr_pstrdup(cmd->pool, path_error.text));
    error = parse_operator(APR_ARRAY_IDX(words, 1, const char *), &condition->how);
    condition->values = apr_array_make(cmd->pool, 2, sizeof(const char *));
    for (int i = 2; i < words->nelts; i++)
        APR_ARRAY_PUSH(condition->values, const char *) = APR_ARRAY_IDX(words, i, const char *);
    if (!error)
        error = claim_words_fault(cmd, line, condition->how);
    if (!error && condition->how == OPERATOR_MATCH)
        error = compile(cmd, condition);
    return error ? fault(cmd, CLAIM, line, error) : NULL;
}

static authz_status any_word(request_rec *r, const word_condition *condition,
                             bool (*holds)(request_rec *, const okta_claims *, const char *))
{
    const apr_array_header_t *words = condition->words;
    const okta_claims *claims = okta_request_claims(r);

    if (!claims)
        return okta_answer_for_nobody(r, condition->sense);
    for (int i = 0; i < words->nelts; i++)
        if (holds(r, claims, APR_ARRAY_IDX(words, i, const char *)))
            return AUTHZ_GRANTED;
    return AUTHZ_DENIED;
}

static bool has_scope(request_rec *r, const okta_claims *claims, const char *scope)
{
    (void)r;
    return okta_claims_have_scope(claims, scope);
}

static authz_status check_scope(request_rec *r, const char *line, const void *parsed)
{
    const word_condition *condition = parsed;
    authz_status status = any_word(r, condition, has_scope);
    okta_request *state;

    (void)line;
    if (!condition->scopes ||
        (status == AUTHZ_GRANTED ? !okta_dir_mcp(okta_dir_config_of(r))
                                 : status != AUTHZ_DENIED && status != AUTHZ_DENIED_NO_USER) ||
        !okta_request_is_ours(r) || okta_sense_of(r, condition->sense) != OKTA_SENSE_LETS_IN)
        return status;
    state = okta_request_state(r, true);
    if (!state->asked_scopes)
        state->asked_scopes = condition->scopes;
    /* For the challenge: what would let the caller in, of alternatives the first. Not scopes of a
     * line that keeps out. */
    if (status != AUTHZ_GRANTED && !state->scopes)
        state->scopes = condition->scopes;
    return status;
}

static bool has_group(request_rec *r, const okta_claims *claims, const char *group)
{
    const okta_value *groups =
        okta_claims_find(claims, okta_dir_groups_claim(okta_dir_config_of(r)));

    return groups && okta_value_equals(groups, group);
}

/* For the log: no access token has groups unless somebody configured them. */
static void note_absence(request_rec *r, const char *claim)
{
    const okta_claims *claims = okta_request_claims(r);

    if (claims && !okta_claims_find(claims, claim))
        okta_request_state(r, true)->absent_claim = claim;
}

static authz_status check_group(request_rec *r, const char *line, const void *parsed)
{
    authz_status status = any_word(r, parsed, has_group);

    (void)line;
    if (status == AUTHZ_DENIED)
        note_absence(r, okta_dir_groups_claim(okta_dir_config_of(r)));
    return status;
}

static bool is_client(request_rec *r, const okta_claims *claims, const char *client)
{
    const okta_value *named = okta_claims_client(claims);

    (void)r;
    return named && okta_value_equals(named, client);
}

static authz_status check_client(request_rec *r, const char *line, const void *parsed)
{
    (void)line;
    return any_word(r, parsed, is_client);
}

/* Who acts now: inner actors are history, and decide nothing (RFC 8693 section 4.1). */
static bool is_actor(request_rec *r, const okta_claims *claims, const char *name)
{
    const okta_value *actor = okta_value_member(okta_claims_get(claims, "act"), "sub");

    (void)r;
    return actor && okta_value_equals(actor, name);
}

static authz_status check_actor(request_rec *r, const char *line, const void *parsed)
{
    const actor_condition *condition = parsed;
    const okta_claims *claims = okta_request_claims(r);

    (void)line;
    if (!claims || (!condition->any && !condition->none))
        return any_word(r, &condition->names, is_actor);
    return (okta_claims_get(claims, "act") != NULL) == condition->any ? AUTHZ_GRANTED
                                                                      : AUTHZ_DENIED;
}

typedef enum answer { NO, YES, CANNOT_TELL } answer;

static answer matches_scalar(request_rec *r, const okta_value *value, const ap_regex_t *pattern)
{
    const char *text;
    int status;

    if (value->type == OKTA_VALUE_ARRAY || value->type == OKTA_VALUE_OBJECT)
        return NO;
    /* the bytes as they are: okta_claim_text would encode some */
    text = value->type == OKTA_VALUE_STRING ? value->as.string
                                            : okta_claim_text(r->pool, value, OKTA_TEXT_ENV);
    if (!text)
        return NO;
    status = ap_regexec(pattern, text, 0, NULL, 0);
    return status == 0 ? YES : status == AP_REG_NOMATCH ? NO : CANNOT_TELL;
}

static answer matches(request_rec *r, const okta_value *value, const ap_regex_t *pattern)
{
    answer found = NO;

    if (value->type != OKTA_VALUE_ARRAY)
        return matches_scalar(r, value, pattern);
    for (uint32_t i = 0; found == NO && i < value->length; i++)
        found = matches_scalar(r, &value->as.children[i], pattern);
    return found;
}

static answer holds_for(request_rec *r, const claim_condition *condition, const okta_value *value,
                        int i)
{
    const char *wanted = APR_ARRAY_IDX(condition->values, i, const char *);

    switch (condition->how) {
    case OPERATOR_MATCH:
        return matches(r, value, APR_ARRAY_IDX(condition->patterns, i, ap_regex_t *));
    case OPERATOR_CONTAINS:
        return okta_value_has_word(value, wanted) ? YES : NO;
    case OPERATOR_EQUAL:
    case OPERATOR_UNEQUAL:
    default:
        return okta_value_equals(value, wanted) ? YES : NO;
    }
}

/* Any of the values; `!=`: none of them. A claim that is absent satisfies nothing. */
static authz_status check_claim(request_rec *r, const char *line, const void *parsed)
{
    const claim_condition *condition = parsed;
    const okta_claims *claims = okta_request_claims(r);
    const okta_value *value = claims ? okta_claims_find(claims, condition->path) : NULL;
    answer found = NO;

    (void)line;
    if (!claims)
        return okta_answer_for_nobody(r, condition->sense);
    if (!value)
        return AUTHZ_DENIED;
    for (int i = 0; found == NO && i < condition->values->nelts; i++)
        found = holds_for(r, condition, value, i);
    if (found == CANNOT_TELL)
        return okta_answer_in_doubt(r, condition->sense);
    return (found == YES) != (condition->how == OPERATOR_UNEQUAL) ? AUTHZ_GRANTED : AUTHZ_DENIED;
}

static const authz_provider by_scope = {check_scope, parse_scopes};
static const authz_provider by_group = {check_group, parse_groups};
static const authz_provider by_client = {check_client, parse_clients};
static const authz_provider by_claim = {check_claim, parse_claim};
static const authz_provider by_actor = {check_actor, parse_actors};

const okta_requirement okta_requirements[] = {{OKTA_REQUIRE_SCOPE, &by_scope},
                                              {GROUP, &by_group},
                                              {CLIENT, &by_client},
                                              {CLAIM, &by_claim},
                                              {ACTOR, &by_actor},
                                              {NULL, NULL}};

bool okta_is_requirement(const char *provider)
{
    for (const okta_requirement *one = okta_requirements; one->name; one++)
        if (strcmp(provider, one->name) == 0)
            return true;
    return false;
}
