/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/setup.h"

#include "cli/message.h"
#include "cli/revocation_list.h"
#include "core/issuer.h"
#include "core/reader.h"

#include <stdlib.h>
#include <string.h>

/* One more item of size bytes, all zero; NULL: there is no memory, and it was said. */
static void *add_item(void **items, size_t *count, size_t size)
{
    char *grown = realloc(*items, (*count + 1) * size);

    if (!grown) {
        okta_complain("out of memory");
        return NULL;
    }
    *items = grown;
    return memset(grown + (*count)++ * size, 0, size);
}

okta_setup_issuer *okta_setup_add_issuer(okta_setup *setup, const char *url)
{
    void *items = setup->issuers;
    okta_setup_issuer *grown = add_item(&items, &setup->issuer_count, sizeof(*grown));

    setup->issuers = items;
    if (!grown)
        return NULL;
    grown->url = url;
    grown->network = OKTA_NETWORK_DEFAULT;
    return grown;
}

okta_setup_place *okta_setup_add_place(okta_setup *setup)
{
    void *items = setup->places;
    okta_setup_place *grown = add_item(&items, &setup->place_count, sizeof(*grown));

    setup->places = items;
    if (!grown)
        return NULL;
    grown->section = grown->at = "";
    return grown;
}

okta_setup_list *okta_setup_add_list(okta_setup *setup, const char *path)
{
    void *items = setup->lists;
    okta_setup_list *grown = add_item(&items, &setup->list_count, sizeof(*grown));

    setup->lists = items;
    if (grown)
        grown->path = path;
    return grown;
}

okta_setup_issuer *okta_setup_find(const okta_setup *setup, const char *url)
{
    for (size_t i = 0; i < setup->issuer_count; i++)
        if (strcmp(setup->issuers[i].url, url) == 0)
            return &setup->issuers[i];
    return NULL;
}

static const char *text_of(const okta_value *line, const char *name)
{
    const char *text = okta_value_text(line, name);

    return text ? text : "";
}

static bool is_true(const okta_value *line, const char *name)
{
    const okta_value *value = okta_value_member(line, name);

    return value && value->type == OKTA_VALUE_BOOLEAN && value->as.integer;
}

static int64_t number_of(const okta_value *line, const char *name, int64_t otherwise)
{
    const okta_value *value = okta_value_member(line, name);

    return value && value->type == OKTA_VALUE_INTEGER ? value->as.integer : otherwise;
}

static okta_strings strings_of(okta_setup *setup, const okta_value *line, const char *name)
{
    const okta_value *array = okta_value_member(line, name);
    struct okta_setup_texts *texts;
    size_t count = 0;

    if (!array || array->type != OKTA_VALUE_ARRAY || array->length == 0)
        return (okta_strings){0, NULL};
    texts = calloc(1, sizeof(*texts) + array->length * sizeof(texts->items[0]));
    if (!texts)
        return (okta_strings){0, NULL};
    texts->next = setup->texts;
    setup->texts = texts;
    for (uint32_t i = 0; i < array->length; i++)
        if (array->as.children[i].type == OKTA_VALUE_STRING)
            texts->items[count++] = array->as.children[i].as.string;
    return (okta_strings){count, texts->items};
}

static bool read_issuer(okta_setup *setup, const okta_value *line)
{
    okta_setup_issuer *issuer = okta_setup_add_issuer(setup, text_of(line, "url"));

    if (!issuer)
        return false;
    issuer->network.proxy = text_of(line, "proxy");
    issuer->network.ca_file = okta_value_text(line, "ca_file");
    issuer->network.timeout = (number_of(line, "timeout_ms", 10000) + 999) / 1000;
    issuer->network.insecure_http = is_true(line, "insecure_http");
    issuer->proxy_credentials = is_true(line, "proxy_credentials");
    issuer->jwks_uri = okta_value_text(line, "jwks_uri");
    issuer->jwks_file = okta_value_text(line, "jwks_file");
    issuer->state_file = okta_value_text(line, "state_file");
    issuer->trust = text_of(line, "trust");
    issuer->decryption_keys = strings_of(setup, line, "decryption_keys");
    issuer->introspection = okta_value_text(line, "introspection");
    issuer->asking_client = text_of(line, "introspection_client");
    issuer->asking_method = text_of(line, "introspection_method");
    issuer->asking_secret = text_of(line, "introspection_secret");
    issuer->asking_key = text_of(line, "introspection_key");
    issuer->asking_uri = okta_value_text(line, "introspection_uri");
    return true;
}

static okta_algorithm_set algorithms_of(const okta_strings *names)
{
    okta_algorithm_set set = 0;

    for (size_t i = 0; i < names->count; i++) {
        const okta_algorithm *one =
            okta_algorithm_by_name(names->items[i], strlen(names->items[i]));

        if (one)
            set |= OKTA_ALGORITHM_BIT(one->id);
    }
    return set;
}

static okta_dpop dpop_of(const char *word)
{
    return strcmp(word, "off") == 0        ? OKTA_DPOP_OFF
           : strcmp(word, "required") == 0 ? OKTA_DPOP_REQUIRED
                                           : OKTA_DPOP_OPTIONAL;
}

static okta_policy policy_of(okta_setup *setup, const okta_value *line)
{
    const okta_strings names = strings_of(setup, line, "algorithms");
    const int64_t age = number_of(line, "max_auth_age", -1);

    return (okta_policy){.issuers = strings_of(setup, line, "issuers"),
                         .audiences = strings_of(setup, line, "audiences"),
                         .clients = strings_of(setup, line, "clients"),
                         .algorithms = algorithms_of(&names),
                         .acrs = strings_of(setup, line, "acrs"),
                         .limits_auth_age = age >= 0,
                         .max_auth_age = age,
                         .at_jwt_only = is_true(line, "at_jwt_only"),
                         .skew = number_of(line, "skew", OKTA_SKEW_DEFAULT),
                         .max_age = number_of(line, "max_token_age", 0),
                         .dpop = dpop_of(text_of(line, "dpop")),
                         .max_token_bytes =
                             (size_t)number_of(line, "max_token_bytes", OKTA_TOKEN_BYTES_DEFAULT)};
}

static bool read_place(okta_setup *setup, const okta_value *line)
{
    okta_setup_place *place = okta_setup_add_place(setup);

    if (!place)
        return false;
    place->section = text_of(line, "section");
    place->at = text_of(line, "at");
    place->path = okta_value_text(line, "path");
    place->public_url = okta_value_text(line, "public_url");
    place->resource = okta_value_text(line, "resource");
    place->revocations = okta_value_text(line, "revocations");
    place->groups_claim = okta_value_text(line, "groups_claim");
    place->user_claims = strings_of(setup, line, "user_claims");
    place->policy = policy_of(setup, line);
    place->resource_metadata = is_true(line, "resource_metadata");
    place->origins = strings_of(setup, line, "cors_origins");
    place->require = okta_value_member(line, "require");
    return true;
}

static bool read_server(okta_setup *setup, const okta_value *line)
{
    setup->state_dir = okta_value_text(line, "state_dir");
    setup->state_dir_configured = is_true(line, "state_dir_configured");
    setup->user = text_of(line, "user");
    setup->uid = number_of(line, "uid", -1);
    setup->limits.refresh_min = number_of(line, "refresh_min", 0) * 1000000;
    setup->limits.refresh_max = number_of(line, "refresh_max", 0) * 1000000;
    setup->limits.max_stale = number_of(line, "key_max_stale", 0) * 1000000;
    setup->key_set_max_bytes = number_of(line, "key_set_max_bytes", 65536);
    return true;
}

static bool keep(okta_setup *setup, okta_value *line)
{
    okta_value **grown = realloc(setup->lines, (setup->line_count + 1) * sizeof(okta_value *));

    if (!grown)
        return okta_complain("out of memory");
    setup->lines = grown;
    grown[setup->line_count++] = line;
    return true;
}

bool okta_setup_read(okta_setup *setup, const char *text, size_t length)
{
    okta_error error = {""};
    okta_value *line = okta_read_object(text, length, &error);
    const char *kind = line ? text_of(line, "okta") : "";

    if (!line)
        return okta_complain("the dump of the configuration cannot be read: %s", error.text);
    if (!keep(setup, line)) {
        free(line);
        return false;
    }
    if (strcmp(kind, "server") == 0)
        return read_server(setup, line);
    if (strcmp(kind, "issuer") == 0)
        return read_issuer(setup, line);
    if (strcmp(kind, "place") == 0)
        return read_place(setup, line);
    return true;
}

const char *okta_setup_word(const okta_setup *setup, const char *directive, const char *option)
{
    return setup->of_httpd ? directive : option;
}

void okta_setup_clear(okta_setup *setup)
{
    for (size_t i = 0; i < setup->issuer_count; i++) {
        okta_keys_clear(&setup->issuers[i].keys);
        okta_private_keys_clear(&setup->issuers[i].private_keys);
    }
    while (setup->texts) {
        struct okta_setup_texts *next = setup->texts->next;

        free(setup->texts);
        setup->texts = next;
    }
    for (size_t i = 0; i < setup->line_count; i++)
        free(setup->lines[i]);
    free(setup->issuers);
    for (size_t i = 0; i < setup->list_count; i++)
        okta_revocation_list_free(setup->lists[i].list);
    free(setup->lists);
    free(setup->places);
    free(setup->lines);
    *setup = (okta_setup){.of_httpd = false};
}
