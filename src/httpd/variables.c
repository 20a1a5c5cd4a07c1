/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/variables.h"

#include "core/match.h"
#include "httpd/claim_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PREFIX "OKTA_CLAIM_"
#define SCOPES "OKTA_SCOPE"
#define ACTOR "OKTA_ACTOR"
#define ACTORS "OKTA_ACTOR_CHAIN"
#define OTHERS 5 /* variables that are not of OktaClaimEnv */

static bool is_between(char c, char first, char last)
{
    return c >= first && c <= last;
}

/* A character that a variable can have, but for the capitals. */
static bool is_exact(char c)
{
    return is_between(c, 'a', 'z') || is_between(c, '0', '9') || c == '_';
}

/* What a shell or CGI program can name. Another claim's name may become the same where something
 * had to be changed, or where it differs by case alone, which tables do not tell apart. */
static const char *name_of(apr_pool_t *pool, const char *from, bool is_pointer, bool *exact)
{
    char *name = apr_palloc(pool, sizeof(PREFIX) + strlen(from)), *to = name + sizeof(PREFIX) - 1;

    memcpy(name, PREFIX, sizeof(PREFIX) - 1);
    *exact = true;
    for (; *from; from++) {
        if (is_exact(*from)) {
            *to++ = *from;
            continue;
        }
        *exact = false;
        *to++ = is_between(*from, 'A', 'Z') ? *from : '_';
        /* ~0 and ~1 stand for one character */
        from += is_pointer && *from == '~' && from[1];
    }
    *to = '\0';
    return name;
}

/* Without a text where the claim has none. */
static okta_variable variable_of(apr_pool_t *pool, const okta_value *value, const char *claim,
                                 bool is_path)
{
    bool is_pointer = is_path && *claim == '/';
    okta_variable variable = {.claim = claim, .text = okta_claim_text(pool, value, OKTA_TEXT_ENV)};

    if (!variable.text)
        return variable;
    variable.borrowed = value->type == OKTA_VALUE_STRING && variable.text == value->as.string;
    variable.name = name_of(pool, claim + is_pointer, is_pointer, &variable.exact);
    return variable;
}

static okta_variables *room_for(apr_pool_t *pool, size_t count)
{
    okta_variables *variables =
        apr_palloc(pool, sizeof(*variables) + (count + OTHERS) * sizeof(variables->all[0]));

    variables->count = 0;
    return variables;
}

static int compare_names(const void *left, const void *right)
{
    return strcasecmp(((const okta_variable *)left)->name, ((const okta_variable *)right)->name);
}

/* Puts those of one name side by side. */
static void find_sharers(okta_variables *variables)
{
    okta_variable *all = variables->all;

    qsort(all, variables->count, sizeof(*all), compare_names);
    for (size_t i = 1; i < variables->count; i++)
        if (compare_names(&all[i - 1], &all[i]) == 0)
            all[i - 1].shared = all[i].shared = true;
}

/* Who acts for the subject: the one who does now, and all, from that one on. */
static void add_actors(apr_pool_t *pool, const okta_claims *claims, okta_variables *variables)
{
    okta_value names[OKTA_ACTORS_MAX], chain = {.type = OKTA_VALUE_ARRAY, .as.children = names};

    for (const okta_value *actor = okta_claims_get(claims, "act");
         actor && chain.length < OKTA_ACTORS_MAX; actor = okta_value_member(actor, "act"))
        names[chain.length++] = *okta_value_member(actor, "sub");
    if (chain.length == 0)
        return;
    variables->all[variables->count++] =
        (okta_variable){.name = ACTOR, .text = okta_claim_text(pool, &names[0], OKTA_TEXT_ENV)};
    variables->all[variables->count++] =
        (okta_variable){.name = ACTORS, .text = okta_claim_text(pool, &chain, OKTA_TEXT_ENV)};
}

static void add_other(apr_pool_t *pool, okta_variables *variables, const char *name,
                      const okta_value *value)
{
    const char *text = value ? okta_claim_text(pool, value, OKTA_TEXT_ENV) : NULL;

    if (text)
        variables->all[variables->count++] = (okta_variable){
            .name = name,
            .text = text,
            .borrowed = value->type == OKTA_VALUE_STRING && text == value->as.string};
}

/* Which token it is, and whose. */
static void add_token(apr_pool_t *pool, const okta_claims *claims, okta_variables *variables)
{
    add_other(pool, variables, OKTA_VARIABLE_JTI, okta_claims_get(claims, "jti"));
    add_other(pool, variables, OKTA_VARIABLE_CLIENT, okta_claims_client(claims));
}

okta_variables *okta_variables_of(apr_pool_t *pool, const okta_claims *claims)
{
    const okta_value *root = okta_claims_root(claims), *scopes = okta_claims_scopes(claims);
    okta_variables *made = room_for(pool, root->length);
    okta_variable scope = {.name = SCOPES};
    bool all_exact = true;

    for (uint32_t i = 0; i < root->length; i++) {
        const okta_value *claim = &root->as.children[i];
        okta_variable variable = variable_of(pool, claim, claim->name, false);

        if (!variable.text)
            continue;
        if (claim == scopes) {
            scope.text = variable.text;
            scope.borrowed = variable.borrowed;
        }
        all_exact = all_exact && variable.exact;
        made->all[made->count++] = variable;
    }
    if (!all_exact)
        find_sharers(made);
    if (scope.text)
        made->all[made->count++] = scope;
    add_actors(pool, claims, made);
    add_token(pool, claims, made);
    return made;
}

okta_variables *okta_variables_at(apr_pool_t *pool, const okta_claims *claims,
                                  const apr_array_header_t *paths)
{
    okta_variables *made = room_for(pool, (size_t)paths->nelts);
    const okta_value **values = apr_palloc(pool, (size_t)paths->nelts * sizeof(*values));
    const okta_value *scopes = okta_claims_scopes(claims);

    for (int i = 0; i < paths->nelts; i++) {
        const char *path = APR_ARRAY_IDX(paths, i, okta_env_claim).path;
        bool is_there = false;

        values[made->count] = okta_claims_find(claims, path);
        /* two paths to one value do not share a variable, they are one */
        for (size_t k = 0; k < made->count; k++)
            is_there = is_there || values[k] == values[made->count];
        if (values[made->count] && !is_there) {
            made->all[made->count] = variable_of(pool, values[made->count], path, true);
            made->count += made->all[made->count].text != NULL;
        }
    }
    find_sharers(made);
    if (scopes)
        made->all[made->count++] =
            (okta_variable){.name = SCOPES, .text = okta_claim_text(pool, scopes, OKTA_TEXT_ENV)};
    add_actors(pool, claims, made);
    add_token(pool, claims, made);
    return made;
}

/* Distances: from the claims to a claim's name and a borrowed text, from the note to the others. */
typedef struct packed_variable {
    uint32_t claim; /* 0: none */
    uint32_t name;
    uint32_t text;
    bool borrowed, exact, shared;
} packed_variable;

typedef struct packed_variables {
    size_t count;
    bool any_shared;
    packed_variable all[];
} packed_variables;

static uint32_t distance(const void *from, const void *to)
{
    return (uint32_t)((const char *)to - (const char *)from);
}

/* Copy text to *to, which moves behind it. */
static const char *put_text(char **to, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*to, text, size);

    *to += size;
    return copy;
}

static size_t size_of_texts(const okta_variables *variables)
{
    size_t size = 0;

    for (size_t i = 0; i < variables->count; i++) {
        const okta_variable *v = &variables->all[i];

        size += strlen(v->name) + 1 + (v->borrowed ? 0 : strlen(v->text) + 1);
    }
    return size;
}

void *okta_variables_pack(const okta_variables *from, const okta_claims *claims, size_t *size)
{
    size_t head = sizeof(packed_variables) + from->count * sizeof(packed_variable);
    packed_variables *made;
    char *to;

    *size = head + size_of_texts(from);
    made = malloc(*size);
    if (!made)
        return NULL;
    made->count = from->count;
    made->any_shared = false;
    to = (char *)made + head;
    for (size_t i = 0; i < from->count; i++) {
        const okta_variable *v = &from->all[i];

        made->all[i] =
            (packed_variable){.claim = v->claim ? distance(claims, v->claim) : 0,
                              .name = distance(made, put_text(&to, v->name)),
                              .text = v->borrowed ? distance(claims, v->text)
                                                  : distance(made, put_text(&to, v->text)),
                              .borrowed = v->borrowed,
                              .exact = v->exact,
                              .shared = v->shared};
        made->any_shared = made->any_shared || v->shared;
    }
    return made;
}

bool okta_variables_add_noted(const okta_claims *claims, apr_table_t *env)
{
    const packed_variables *note = okta_claims_note(claims);
    const char *own = (const char *)note, *others = (const char *)claims;

    if (!note || note->any_shared)
        return false;
    for (size_t i = 0; i < note->count; i++) {
        const packed_variable *v = &note->all[i];

        apr_table_addn(env, own + v->name, (v->borrowed ? others : own) + v->text);
    }
    return true;
}

const okta_variables *okta_variables_noted(apr_pool_t *pool, const okta_claims *claims)
{
    const packed_variables *note = okta_claims_note(claims);
    const char *own = (const char *)note, *others = (const char *)claims;
    okta_variables *made;

    if (!note)
        return NULL;
    made = room_for(pool, note->count);
    made->count = note->count;
    for (size_t i = 0; i < note->count; i++) {
        const packed_variable *v = &note->all[i];

        made->all[i] = (okta_variable){.claim = v->claim ? others + v->claim : NULL,
                                       .name = own + v->name,
                                       .text = (v->borrowed ? others : own) + v->text,
                                       .borrowed = v->borrowed,
                                       .exact = v->exact,
                                       .shared = v->shared};
    }
    return made;
}

size_t okta_variables_sharing(const okta_variables *variables, size_t index)
{
    const okta_variable *all = variables->all;
    size_t end = index + 1;

    while (all[index].shared && end < variables->count && all[end].shared &&
           compare_names(&all[index], &all[end]) == 0)
        end++;
    return end - index;
}
