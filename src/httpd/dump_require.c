/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/dump_require.h"

#include "httpd/places.h"
#include "httpd/requirements.h"

static bool words_are_told(const char *provider)
{
    return okta_is_requirement(provider) || strcasecmp(provider, "valid-user") == 0 ||
           strcasecmp(provider, "all") == 0;
}

static json_t *words_of(apr_pool_t *pool, const char *line)
{
    json_t *words = json_array();
    const char *word = ap_getword_conf(pool, &line);

    if (strcasecmp(word, "not") == 0) {
        json_array_append_new(words, json_string("not"));
        word = ap_getword_conf(pool, &line);
    }
    json_array_append_new(words, json_string(word));
    if (!words_are_told(word))
        return words;
    while (*line) {
        word = ap_getword_conf(pool, &line);
        if (*word)
            json_array_append_new(words, json_string(word));
    }
    return words;
}

static const char *container_of(const ap_directive_t *node)
{
    return okta_is_named(node, "<RequireAll")    ? "all"
           : okta_is_named(node, "<RequireAny")  ? "any"
           : okta_is_named(node, "<RequireNone") ? "none"
                                                 : NULL;
}

json_t *okta_dump_requires(apr_pool_t *pool, const ap_directive_t *node)
{
    json_t *lines = json_array();

    for (; node; node = node->next) {
        const char *container = container_of(node);

        if (okta_is_named(node, "Require"))
            json_array_append_new(lines, words_of(pool, node->args));
        else if (container)
            json_array_append_new(
                lines, json_pack("{s:o}", container, okta_dump_requires(pool, node->first_child)));
        else if (strncasecmp(node->directive, "<Limit", 6) == 0)
            /* it depends on the method */
            json_array_append_new(lines, json_pack("[s]", "limit"));
    }
    return lines;
}
