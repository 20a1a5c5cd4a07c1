/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "cli/clock.h"
#include "cli/message.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *name_of(const struct option *options, int value)
{
    for (; options->name; options++)
        if (options->val == value)
            return options->name;
    return "";
}

static void complain_unknown(const char *argument)
{
    char shown[64];

    /* what follows "=" may be a secret */
    okta_text_copy(shown, sizeof(shown), argument, strcspn(argument, "="));
    okta_complain("unknown or ambiguous option %s; --help lists the options", shown);
}

int okta_option_next(int argc, char **argv, const struct option *options)
{
    return okta_option_next_of(argc, argv, "", options);
}

int okta_option_next_of(int argc, char **argv, const char *letters, const struct option *options)
{
    char known[32];
    int value;

    okta_text_format(known, sizeof(known), ":h%s", letters);
    opterr = 0;
    value = getopt_long(argc, argv, known, options, NULL);
    if (value == ':') {
        okta_complain("option --%s needs a value", name_of(options, optopt));
        return OKTA_OPTION_FAULT;
    }
    if (value != '?')
        return value;
    if (optopt >= OKTA_OPTION_FAULT)
        okta_complain("option --%s takes no value", name_of(options, optopt));
    else if (optopt)
        okta_complain("unknown option -%c; --help lists the options, and an argument that starts "
                      "with \"-\" goes behind \"--\"",
                      optopt);
    else
        complain_unknown(argv[optind - 1]);
    return OKTA_OPTION_FAULT;
}

bool okta_list_add(okta_list *list, const char *item)
{
    const char **grown = realloc(list->items, (list->count + 1) * sizeof(*grown));

    if (!grown)
        return okta_complain("out of memory");
    grown[list->count++] = item;
    list->items = grown;
    return true;
}

void okta_list_clear(okta_list *list)
{
    free(list->items);
    *list = (okta_list){0, NULL};
}

okta_strings okta_list_strings(const okta_list *list)
{
    return (okta_strings){list->count, list->items};
}

bool okta_option_seconds(const char *option, const char *text, int64_t least, int64_t most,
                         int64_t *seconds)
{
    char shown[128], *end = NULL;
    long long value;

    errno = 0;
    value = strtoll(text, &end, 10);
    if (isdigit((unsigned char)*text) && !*end && !errno && value >= least && value <= most) {
        *seconds = value;
        return true;
    }
    return okta_complain("%s \"%s\": give whole seconds from %lld to %lld", option,
                         okta_shown(shown, sizeof(shown), text), (long long)least, (long long)most);
}

bool okta_option_time(const char *option, const char *text, int64_t *seconds)
{
    char shown[128];

    if (okta_time_parse(text, seconds))
        return true;
    return okta_complain("%s \"%s\": give seconds since the epoch, or a time as in "
                         "2026-01-31T12:00:00Z",
                         option, okta_shown(shown, sizeof(shown), text));
}

/* "RS256, RS384, …", for messages. */
static void list_algorithms(char *buffer, size_t size)
{
    buffer[0] = '\0';
    for (int id = 0; id < OKTA_ALGORITHM_COUNT; id++) {
        size_t used = strlen(buffer);

        okta_text_format(buffer + used, size - used, "%s%s", id ? ", " : "",
                         okta_algorithm_by_id((okta_algorithm_id)id)->name);
    }
}

static const char *why_not(const char *name, size_t length)
{
    if (length == 4 && strncasecmp(name, "none", 4) == 0)
        return "a token without a signature proves nothing";
    if (length > 2 && strncasecmp(name, "HS", 2) == 0)
        return "it is symmetric: whoever could verify a token could make one";
    for (int id = 0; id < OKTA_ALGORITHM_COUNT; id++) {
        const char *known = okta_algorithm_by_id((okta_algorithm_id)id)->name;

        if (strlen(known) == length && strncasecmp(known, name, length) == 0)
            return "the case of the letters counts";
    }
    return "no such algorithm is known";
}

static bool add_algorithm(const char *option, const char *name, size_t length,
                          okta_algorithm_set *set)
{
    const okta_algorithm *algorithm = okta_algorithm_by_name(name, length);
    char known[128], shown[64];

    if (length == 3 && memcmp(name, "all", 3) == 0) {
        *set = OKTA_ALGORITHMS_ALL;
        return true;
    }
    if (algorithm) {
        *set |= OKTA_ALGORITHM_BIT(algorithm->id);
        return true;
    }
    list_algorithms(known, sizeof(known));
    okta_text_copy(shown, sizeof(shown), name, length);
    return okta_complain("%s \"%s\": %s; give some of %s, or all", option, shown,
                         why_not(name, length), known);
}

bool okta_option_algorithms(const char *option, const char *text, okta_algorithm_set *set)
{
    static const char between[] = ", \t\r\n";
    bool named = false;

    for (text += strspn(text, between); *text; text += strspn(text, between)) {
        size_t length = strcspn(text, between);

        if (!add_algorithm(option, text, length, set))
            return false;
        named = true;
        text += length;
    }
    return named ||
           okta_complain("%s \"\": it names no algorithm; RS256 is what Okta uses", option);
}
