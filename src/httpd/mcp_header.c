/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/mcp_header.h"

#include "httpd/backend.h"
#include "httpd/mcp_body.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <http_protocol.h>
#include <http_request.h>

static okta_reason refuse_method(request_rec *r, okta_result *result)
{
    char method[32];

    okta_text_copy(method, sizeof(method), r->method, strlen(r->method));
    ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, M_POST, M_DELETE, M_OPTIONS, -1);
    return okta_result_set(result, OKTA_MCP_HTTP_METHOD,
                           "%s to an MCP server: it takes POST, GET, DELETE and OPTIONS", method);
}

static bool is_word(const char *word, apr_size_t length, const char *known)
{
    return length == strlen(known) && strncasecmp(word, known, length) == 0;
}

/* Behind a change of protocol goes what nobody reads here. HTTP/2 and TLS are httpd's own. */
static bool asks_for_another_protocol(const request_rec *r)
{
    const char *field = apr_table_get(r->headers_in, "Upgrade");

    while (field && *field) {
        apr_size_t length;

        field += strspn(field, ", \t");
        length = strcspn(field, ", \t");
        if (length > 0 && !is_word(field, length, "h2c") && strncasecmp(field, "TLS/", 4) != 0)
            return true;
        field += length;
    }
    return false;
}

okta_reason okta_mcp_judge_way(request_rec *r, apr_size_t most, okta_result *result)
{
    const char *length = apr_table_get(r->headers_in, "Content-Length");
    const bool posts = r->method_number == M_POST;

    if (!posts && r->method_number != M_DELETE && r->method_number != M_OPTIONS &&
        (r->method_number != M_GET || r->header_only))
        return refuse_method(r, result);
    if (asks_for_another_protocol(r))
        return okta_result_set(result, OKTA_MCP_UNREADABLE,
                               "it asks for another protocol (Upgrade), in which no message could "
                               "be read");
    if (!posts && okta_body_is_announced(r))
        return okta_result_set(result, OKTA_MCP_UNREADABLE, "a body with %s", r->method);
    if (posts && length && apr_atoi64(length) > (apr_int64_t)most)
        return okta_result_set(
            result, OKTA_MCP_TOO_LARGE,
            "its body is longer than the %" APR_SIZE_T_FMT " bytes of OktaMcpMaxBytes", most);
    return OKTA_OK;
}

/* Behind the name of a parameter; what it says, and what follows. False: it is malformed. */
static bool take_value(const char **at, const char **value, apr_size_t *length)
{
    const bool quoted = **at == '"';

    *at += quoted;
    *value = *at;
    *length = strcspn(*at, quoted ? "\"\\" : "; \t\",\\");
    *at += *length;
    if (quoted && *(*at)++ != '"')
        return false;
    *at += strspn(*at, " \t");
    return !**at || **at == ';';
}

/* Of the parameters behind a media type: none, or the one charset that JSON has. */
static bool is_utf8(const char *at)
{
    bool said = false;

    while (*at == ';') {
        const char *name = at + 1 + strspn(at + 1, " \t"), *value;
        apr_size_t size = strcspn(name, "=; \t\",\\"), length;

        at = name + size;
        if (size == 0 && (!*at || *at == ';'))
            continue;
        if (*at++ != '=' || !take_value(&at, &value, &length))
            return false;
        if (size < 7 || strncasecmp(name, "charset", 7) != 0)
            continue;
        /* charset* and charset*0 say it as well (RFC 2231) */
        if (said || size > 7 ||
            (!is_word(value, length, "utf-8") && !is_word(value, length, "utf8")))
            return false;
        said = true;
    }
    return !*at;
}

/* application/json, or application/…+json. */
static bool is_json(const char *type)
{
    const apr_size_t length = strcspn(type, "; \t\",\\");
    const char *end = type + length;

    if (strncasecmp(type, "application/", 12) != 0 ||
        (!is_word(type + 12, length - 12, "json") &&
         (length < 18 || strncasecmp(end - 5, "+json", 5) != 0)))
        return false;
    return is_utf8(end + strspn(end, " \t"));
}

typedef struct found {
    const char *value; /* NULL: it is not there */
    bool twice;        /* under two names that a back end could take for one */
} found;

/* Whoever serves the request may be a gateway that makes underscores of what it does not know. */
static found find(const request_rec *r, const char *name)
{
    const apr_array_header_t *all = apr_table_elts(r->headers_in);
    found result = {NULL, false};

    for (int i = 0; i < all->nelts; i++) {
        const apr_table_entry_t *field = &APR_ARRAY_IDX(all, i, apr_table_entry_t);

        if (!field->key || !okta_same_header(field->key, name))
            continue;
        result.twice = result.value != NULL;
        result.value = field->val;
        if (result.twice)
            break;
    }
    return result;
}

okta_reason okta_mcp_judge_type(request_rec *r, okta_result *result)
{
    const found type = find(r, "Content-Type");
    const char *coding = apr_table_get(r->headers_in, "Transfer-Encoding");
    char text[64];

    /* httpd undoes chunks, and nothing that is beneath them */
    if (find(r, "Content-Encoding").value || (coding && strcasecmp(coding, "chunked") != 0))
        return okta_result_set(result, OKTA_MCP_ENCODING,
                               "a body with a Content-Encoding or Transfer-Encoding that is not "
                               "read");
    if (!type.twice && (!type.value || is_json(type.value)))
        return OKTA_OK;
    okta_text_copy(text, sizeof(text), type.value, strlen(type.value));
    return okta_result_set(result, OKTA_MCP_ENCODING,
                           "a body of the type %s: an MCP server takes application/json, in UTF-8",
                           text);
}

okta_mcp_fields okta_mcp_fields_of(const request_rec *r)
{
    const found version = find(r, "MCP-Protocol-Version"), method = find(r, "Mcp-Method"),
                name = find(r, "Mcp-Name");

    return (okta_mcp_fields){version.value, method.value, name.value,
                             version.twice || method.twice || name.twice
                                 ? "MCP-Protocol-Version, Mcp-Method or Mcp-Name is there twice"
                                 : NULL};
}
