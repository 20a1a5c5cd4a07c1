/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mcp_fields.h"
#include "core/mcp_rules.h"
#include "core/reader.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const okta_value *read_text(const char *json)
{
    okta_flaw flaw;
    okta_value *value = okta_read_message(exact(json, strlen(json)), strlen(json), &flaw, NULL);

    need(flaw == OKTA_FLAW_NONE, "%s", json);
    return keep(value);
}

static okta_mcp_message read_message(const char *json)
{
    okta_mcp_message message;
    const char *fault = okta_mcp_read(read_text(json), &message);

    need(!fault, "%s: %s", json, fault);
    return message;
}

/* "…" in place of the quotation marks that C would need. */
static const char *quoted(const char *apostrophes)
{
    char *made = text("%s", apostrophes);

    for (char *at = made; *at; at++)
        if (*at == '\'')
            *at = '"';
    return made;
}

#define BEGIN "{'jsonrpc':'2.0',"
#define VERSION "io.modelcontextprotocol/protocolVersion"

rule(a_message_is_what_it_says)
{
    static const struct {
        const char *json;
        okta_mcp_kind kind;
        const char *method, *name;
        bool needs_name;
    } rows[] = {
        {BEGIN "'id':1,'method':'tools/call','params':{'name':'a','uri':'b'}}", OKTA_MCP_REQUEST,
         "tools/call", "a", true},
        {BEGIN "'id':'x','method':'resources/read','params':{'name':'a','uri':'b'}}",
         OKTA_MCP_REQUEST, "resources/read", "b", true},
        {BEGIN "'id':1.5,'method':'prompts/get','params':{'name':''}}", OKTA_MCP_REQUEST,
         "prompts/get", "", true},
        {BEGIN "'method':'tasks/get','params':{'taskId':'t','name':'a'}}", OKTA_MCP_NOTIFICATION,
         "tasks/get", "t", false},
        {BEGIN "'id':1,'method':'tools/list'}", OKTA_MCP_REQUEST, "tools/list", NULL, false},
        {BEGIN "'id':1,'method':'Tools/call','params':{}}", OKTA_MCP_REQUEST, "Tools/call", NULL,
         false},
        {BEGIN "'id':1,'result':{'method':'x'}}", OKTA_MCP_RESPONSE, NULL, NULL, false},
        {BEGIN "'id':null,'error':{}}", OKTA_MCP_RESPONSE, NULL, NULL, false},
        {BEGIN "'error':{}}", OKTA_MCP_RESPONSE, NULL, NULL, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_mcp_message m = read_message(quoted(rows[i].json));

        check(m.kind == rows[i].kind, "%s", rows[i].json);
        check(!m.method == !rows[i].method, "%s", rows[i].json);
        check(!m.method || strcmp(m.method->as.string, rows[i].method) == 0, "%s", rows[i].json);
        check(!m.name == !rows[i].name, "%s", rows[i].json);
        check(!m.name || strcmp(m.name->as.string, rows[i].name) == 0, "%s", rows[i].json);
        check(m.needs_name == rows[i].needs_name, "%s", rows[i].json);
    }
}

/* Behind what is read here members are taken for strings without a look. */
rule(what_is_no_message_is_a_fault)
{
    static const struct {
        const char *json, *fault;
    } rows[] = {
        {"[]", "no object"},
        {"{'id':1,'method':'m'}", "jsonrpc"},
        {"{'jsonrpc':'2','id':1,'method':'m'}", "jsonrpc"},
        {"{'jsonrpc':2.0,'id':1,'method':'m'}", "jsonrpc"},
        {BEGIN "'id':1}", "neither a method"},
        {BEGIN "'id':1,'result':1,'error':{}}", "neither a method"},
        {BEGIN "'result':1}", "without the id"},
        {BEGIN "'id':null,'result':1}", "without the id"},
        {BEGIN "'id':true,'result':1}", "its id"},
        {BEGIN "'id':[],'error':{}}", "its id"},
        {BEGIN "'id':1,'method':7}", "its method"},
        {BEGIN "'id':1,'method':null}", "its method"},
        {BEGIN "'id':1,'method':'m','result':1}", "a method and"},
        {BEGIN "'id':1,'method':'m','error':null}", "a method and"},
        {BEGIN "'id':null,'method':'m'}", "its id"},
        {BEGIN "'id':{},'method':'m'}", "its id"},
        {BEGIN "'id':1,'method':'m','params':[]}", "params are no object"},
        {BEGIN "'id':1,'method':'m','params':null}", "params are no object"},
        {BEGIN "'id':1,'method':'m','params':{'name':1}}", "name in its params"},
        {BEGIN "'id':1,'method':'tasks/get','params':{'taskId':null}}", "name in its params"},
        {BEGIN "'id':1,'method':'resources/list','params':{'uri':{}}}", "name in its params"},
        {BEGIN "'id':1,'method':'m','params':{'_meta':{'" VERSION "':7}}}", "protocol version"},
        {BEGIN "'id':1,'method':'m','params':{'_meta':{'" VERSION "':null}}}", "protocol version"},
        {BEGIN "'id':1,'method':'m','params':{'_meta':{'" VERSION "':[]}}}", "protocol version"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_mcp_message message;
        const char *fault = okta_mcp_read(read_text(quoted(rows[i].json)), &message);

        check(fault && strstr(fault, rows[i].fault), "%s: %s", rows[i].json,
              fault ? fault : "taken");
    }
}

rule(a_member_in_another_case_is_a_fault_where_it_would_count)
{
    static const struct {
        const char *json;
        bool good;
    } rows[] = {
        {BEGIN "'id':1,'method':'m','Method':'n'}", false},
        {BEGIN "'id':1,'method':'m','iD':2}", false},
        {BEGIN "'id':1,'method':'m','\xc4\xb1\x64':2}", false},
        {BEGIN "'id':1,'method':'m','\xc4\xb0\x44':2}", false},
        {BEGIN "'id':1,'method':'m','j\xc5\xbfonrpc':'2.0'}", false},
        {BEGIN "'id':1,'method':'m','param\xc5\xbf':{}}", false},
        {BEGIN "'id':1,'method':'m','PARAM\xc5\xbf':{}}", false},
        {BEGIN "'id':1,'method':'m','NAME':1}", false},
        {BEGIN "'id':1,'method':'m','Uri':1}", false},
        {BEGIN "'id':1,'method':'m','Error':1}", false},
        {BEGIN "'id':1,'method':'m','params':{'NAME':1}}", false},
        {BEGIN "'id':1,'method':'m','params':{'Uri':1}}", false},
        {BEGIN "'id':1,'method':'m','params':{'TaskId':1}}", false},
        {BEGIN "'id':1,'method':'m','params':{'tas\xe2\x84\xaaId':1}}", false},
        {BEGIN "'id':1,'method':'m','params':{'_Meta':1}}", false},
        {BEGIN "'id':1,'method':'m','__proto__':{}}", false},
        {BEGIN "'id':1,'result':{},'__proto__':{'method':'m'}}", false},
        {BEGIN "'id':1,'method':'m','params':{'__proto__':{}}}", false},
        {BEGIN "'id':1,'method':'m','params':{'Method':1,'ID':2,'Params':3}}", true},
        {BEGIN "'id':1,'method':'m','params':{'arguments':{'Name':1,'URI':2}}}", true},
        {BEGIN "'id':1,'method':'m','meth':1,'methods':2,'ids':3,'\xc3\x9f':4}", true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_mcp_message message;
        const char *fault = okta_mcp_read(read_text(quoted(rows[i].json)), &message);

        check(!fault == rows[i].good, "%s: %s", rows[i].json, fault ? fault : "taken");
    }
}

rule(what_is_doubtful_is_told_from_what_is_no_json)
{
    static const struct {
        const char *json;
        okta_flaw flaw;
        bool value;
    } rows[] = {
        {"{'a':1}", OKTA_FLAW_NONE, true},
        {"[1,2]", OKTA_FLAW_NONE, true},
        {"{'a':1,'a':2}", OKTA_FLAW_AMBIGUOUS, true},
        {"{'a':1,'\\u0061':2}", OKTA_FLAW_AMBIGUOUS, true},
        {"{'a':'\\ud800'}", OKTA_FLAW_AMBIGUOUS, true},
        {"{'a':'\\udc00'}", OKTA_FLAW_AMBIGUOUS, true},
        {"{'a':'\\ud800\\u0041'}", OKTA_FLAW_AMBIGUOUS, true},
        {"{'a':'\\ud800x'}", OKTA_FLAW_AMBIGUOUS, true},
        {"{'a':'\\u0000'}", OKTA_FLAW_AMBIGUOUS, true},
        {"{'a':1e999}", OKTA_FLAW_AMBIGUOUS, true},
        {"{'a':-1e999,'b':'\\ud800','b':2}", OKTA_FLAW_AMBIGUOUS, true},
        {"{'a':1e999", OKTA_FLAW_NOT_JSON, false},
        {"{'a':1,'a':2,}", OKTA_FLAW_NOT_JSON, false},
        {"{'a':'\\ud800\\uzzzz'}", OKTA_FLAW_NOT_JSON, false},
        {"{'a':'\\u0000'} x", OKTA_FLAW_NOT_JSON, false},
        {"'a'", OKTA_FLAW_AMBIGUOUS, true},
        {" null\n", OKTA_FLAW_AMBIGUOUS, true},
        {"7", OKTA_FLAW_AMBIGUOUS, true},
        {"-1.5e9", OKTA_FLAW_AMBIGUOUS, true},
        {"1e999", OKTA_FLAW_AMBIGUOUS, true},
        {"7 ", OKTA_FLAW_AMBIGUOUS, true},
        {"7 7", OKTA_FLAW_NOT_JSON, false},
        {"-", OKTA_FLAW_NOT_JSON, false},
        {"1.", OKTA_FLAW_NOT_JSON, false},
        {"1e+", OKTA_FLAW_NOT_JSON, false},
        {"01", OKTA_FLAW_NOT_JSON, false},
        {"nul", OKTA_FLAW_NOT_JSON, false},
        {"NaN", OKTA_FLAW_NOT_JSON, false},
        {"'a", OKTA_FLAW_NOT_JSON, false},
        {"", OKTA_FLAW_NOT_JSON, false},
        {" ", OKTA_FLAW_NOT_JSON, false},
        {"{'a':99999999999999999999}", OKTA_FLAW_NONE, true},
        {"{'a':-99999999999999999999}", OKTA_FLAW_NONE, true},
        {"\xef\xbb\xbf{}", OKTA_FLAW_NOT_JSON, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *json = quoted(rows[i].json);
        okta_flaw flaw;
        okta_error error = {""};
        okta_value *value =
            okta_read_message(exact(json, strlen(json)), strlen(json), &flaw, &error);

        check(flaw == rows[i].flaw, "%s: %d, %s", json, (int)flaw, error.text);
        check(!value == !rows[i].value, "%s", json);
        check(!error.text[0] == (flaw == OKTA_FLAW_NONE), "%s: %s", json, error.text);
        free(value);
    }
}

rule(a_message_nests_deeper_than_a_token)
{
    for (size_t depth = 127; depth <= 129; depth++) {
        char *json = text("%s%s", repeat("[", depth), repeat("]", depth));
        okta_flaw flaw;
        okta_value *value = okta_read_message(json, strlen(json), &flaw, NULL);

        check(value != NULL, "%zu", depth);
        check(flaw == (depth <= OKTA_MESSAGE_MAX_DEPTH ? OKTA_FLAW_NONE : OKTA_FLAW_AMBIGUOUS),
              "%zu: %d", depth, (int)flaw);
        free(value);
    }
    check(!okta_read_object(
              "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", 70, NULL),
          "a token nests 33 levels");
}

rule(what_is_too_deep_is_passed_over_to_its_end)
{
    static const struct {
        const char *deep;
        okta_flaw flaw;
    } rows[] = {
        {"[]", OKTA_FLAW_AMBIGUOUS},        {"[[],{},[{}]]", OKTA_FLAW_AMBIGUOUS},
        {"['\\'][']", OKTA_FLAW_AMBIGUOUS}, {"{'}':'{'}", OKTA_FLAW_AMBIGUOUS},
        {"['\\\\']", OKTA_FLAW_AMBIGUOUS},  {"[", OKTA_FLAW_NOT_JSON},
        {"['", OKTA_FLAW_NOT_JSON},         {"['\\", OKTA_FLAW_NOT_JSON},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *json = text("{\"a\":%s%s", repeat("[", 127), quoted(rows[i].deep));
        okta_flaw flaw;
        okta_value *value;

        if (rows[i].flaw == OKTA_FLAW_AMBIGUOUS)
            json = text("%s%s,\"id\":\"x\"}", json, repeat("]", 127));
        value = okta_read_message(exact(json, strlen(json)), strlen(json), &flaw, NULL);
        check(flaw == rows[i].flaw, "%s: %d", rows[i].deep, (int)flaw);
        check((okta_mcp_id(value, true) != NULL) == (flaw == OKTA_FLAW_AMBIGUOUS), "%s",
              rows[i].deep);
        free(value);
    }
}

rule(the_id_that_is_repeated_is_there_once_and_certain)
{
    static const struct {
        const char *json;
        bool has_id;
    } rows[] = {
        {"{'id':1}", true},
        {"{'id':'a','x':1,'x':2}", true},
        {"{'id':1,'id':1}", false},
        {"{'id':'\\ud800'}", false},
        {"{'id':'\\u0000'}", false},
        {"{'id':null}", false},
        {"{'id':[]}", false},
        {"{'id':true}", false},
        {"[{'id':1}]", false},
        {"{'ID':1}", false},
        {"{'id':1e999}", false},
        {"{'id':'\\ufffd'}", true},
        {"7", false},
        {"{'id':'\\ufffd','x':1,'x':2}", false},
        {"{'id':1.5}", true},
        {"{'id':''}", true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *json = quoted(rows[i].json);
        okta_flaw flaw;
        okta_value *value = okta_read_message(json, strlen(json), &flaw, NULL);

        check((okta_mcp_id(value, flaw != OKTA_FLAW_NONE) != NULL) == rows[i].has_id, "%s", json);
        free(value);
    }
    check(!okta_mcp_id(NULL, true), "of nothing");
}

rule(a_version_is_a_date_or_the_newest)
{
    static const struct {
        const char *version;
        bool before;
    } rows[] = {
        {"2026-07-27", true},  {"2026-07-28", false},  {"2025-11-25", true},
        {"2027-01-01", false}, {"0000-00-00", true},   {"draft", false},
        {"", false},           {"2025-1-1", false},    {"2025-11-2x", false},
        {"2025/11/25", false}, {"2025-11-25x", false}, {" 025-11-25", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_mcp_is_before(rows[i].version, strlen(rows[i].version), OKTA_MCP_MIRRORED) ==
                  rows[i].before,
              "%s", rows[i].version);
}

rule(a_field_is_plain_or_base64_and_nothing_between)
{
    static const struct {
        const char *field, *text;
        bool same;
    } rows[] = {
        {"a", "a", true},
        {"a", "b", false},
        {"", "", true},
        {"a", "", false},
        {"=?base64?YQ==?=", "a", true},
        {"=?base64?YWI=?=", "ab", true},
        {"=?base64?YWJj?=", "abc", true},
        {"=?base64?YWJjZA==?=", "abcd", true},
        {"=?base64?+/+/?=", "\xfb\xff\xbf", true},
        {"=?base64?-_-_?=", "\xfb\xff\xbf", false},
        {"=?base64?"
         "?=",
         "", true},
        {"=?base64?YQ?=", "a", false},
        {"=?base64?YR==?=", "a", false},
        {"=?base64?YQ==?=", "b", false},
        {"=?base64?YQ==?=", "=?base64?YQ==?=", false},
        {"=?base64?YQ==", "=?base64?YQ==", true},
        {"=?BASE64?YQ==?=", "=?BASE64?YQ==?=", true},
        {"=?base64?=", "=?base64?=", true},
        {"\xc3\xa4", "\xc3\xa4", false},
        {"a\tb", "a\tb", false},
        {"a b", "a b", true},
        {" ~!", " ~!", true},
        {"\x7f", "\x7f", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_mcp_field_is(rows[i].field, exact(rows[i].text, strlen(rows[i].text)),
                                strlen(rows[i].text)) == rows[i].same,
              "%s and %s", rows[i].field, rows[i].text);
}

#define CALL BEGIN "'id':1,'method':'tools/call','params':{'name':'a'}}"
#define PING BEGIN "'id':1,'method':'ping'}"
#define TOLD BEGIN "'method':'ping'}"
#define RESULT BEGIN "'id':1,'result':{}}"
#define META(version)                                                           \
    BEGIN "'id':1,'method':'ping','params':{'_meta':{'io.modelcontextprotocol/" \
          "protocolVersion':'" version "'}}}"

rule(the_header_agrees_with_the_body)
{
    static const struct {
        const char *json; /* NULL: an array */
        okta_mcp_fields fields;
        bool agrees;
    } rows[] = {
        {CALL, {NULL, NULL, NULL, NULL}, true},
        {CALL, {NULL, "tools/call", "a", NULL}, true},
        {CALL, {NULL, "tools/call", "a", "a fault"}, false},
        {CALL, {NULL, "tools/list", "a", NULL}, false},
        {CALL, {NULL, "tools/call", "b", NULL}, false},
        {CALL, {"2026-07-28", "tools/call", "a", NULL}, true},
        {CALL, {"2026-07-28", NULL, "a", NULL}, false},
        {CALL, {"2026-07-28", "tools/call", NULL, NULL}, false},
        {CALL, {"2026-07-27", NULL, NULL, NULL}, true},
        {PING, {NULL, NULL, "a", NULL}, false},
        {PING, {"2026-07-28", "ping", NULL, NULL}, true},
        {PING, {"2025-11-25,2025-11-25", NULL, NULL, NULL}, false},
        {TOLD, {"2026-07-28", NULL, NULL, NULL}, true},
        {TOLD, {"2026-07-28", "pong", NULL, NULL}, false},
        {RESULT, {"2026-07-28", NULL, NULL, NULL}, true},
        {RESULT, {NULL, "ping", NULL, NULL}, false},
        {RESULT, {NULL, NULL, "a", NULL}, false},
        {NULL, {NULL, NULL, NULL, NULL}, true},
        {NULL, {NULL, "ping", NULL, NULL}, false},
        {NULL, {NULL, NULL, "a", NULL}, false},
        {NULL, {"a,b", NULL, NULL, NULL}, false},
        {META("2026-07-28"), {"2026-07-28", "ping", NULL, NULL}, true},
        {META("2026-07-28"), {NULL, "ping", NULL, NULL}, false},
        {META("2026-07-28"), {"2025-11-25", "ping", NULL, NULL}, false},
        {META("2025-11-25"), {NULL, NULL, NULL, NULL}, true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_mcp_message message;
        const char *differs;

        if (rows[i].json)
            message = read_message(quoted(rows[i].json));
        differs = okta_mcp_differs(&rows[i].fields, rows[i].json ? &message : NULL);
        check(!differs == rows[i].agrees, "%zu: %s", i, differs ? differs : "agrees");
    }
}

rule(a_pattern_matches_whole_texts)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "abc", true},
        {"**", "", true},
        {"abc", "abc", true},
        {"abc", "abcd", false},
        {"abc", "ab", false},
        {"a*", "a", true},
        {"a*", "ba", false},
        {"*a", "a", true},
        {"*a", "ab", false},
        {"a*a", "a", false},
        {"a*a", "aa", true},
        {"a*b*c", "abc", true},
        {"a*b*c", "axxbyyc", true},
        {"a*b*c", "acb", false},
        {"*ab*ab*", "ab", false},
        {"*ab*ab*", "abab", true},
        {"*aab", "aaab", true},
        {"a*bc", "abcbc", true},
        {"a*b*bc", "abc", false},
        {"a**c", "ac", true},
        {"A", "a", false},
        {"a?c", "abc", false},
        {"[a]", "a", false},
        {"*\xc3\xa4*", "x\xc3\xa4y", true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_mcp_matches(rows[i].pattern, exact(rows[i].text, strlen(rows[i].text)),
                               strlen(rows[i].text)) == rows[i].matches,
              "%s on %s", rows[i].pattern, rows[i].text);
}

rule(asterisks_have_no_letters)
{
    check(okta_mcp_literals(NULL) == 0, "none");
    check(okta_mcp_literals("**") == 0, "**");
    check(okta_mcp_literals("a*\xc3\xa4*\xf0\x9f\x98\x80") == 3, "of UTF-8");
}

static const okta_mcp_rule *rule_of(const char *method, const char *name)
{
    okta_mcp_rule *made = keep(calloc(1, sizeof(*made)));

    made->method = method;
    made->name = name;
    made->literals = okta_mcp_literals(method) + okta_mcp_literals(name);
    return made;
}

rule(the_most_literal_rule_that_matches_counts)
{
    const okta_mcp_rule *rules[] = {rule_of("*", NULL), rule_of("tools/call", NULL),
                                    rule_of("tools/call", "del*"), rule_of("tools/*", "*_all"),
                                    rule_of("ping", "x")};
    static const struct {
        const char *json;
        size_t rank;
    } rows[] = {
        {CALL, 10},
        {PING, 0},
        {BEGIN "'id':1,'method':'ping','params':{'name':'x'}}", 5},
        {BEGIN "'id':1,'method':'tools/call','params':{'name':'delete'}}", 13},
        {BEGIN "'id':1,'method':'tools/call','params':{'name':'drop_all'}}", 10},
        {BEGIN "'id':1,'method':'tools/x','params':{'name':'drop_all'}}", 10},
    };
    size_t rank = 99;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_mcp_message message = read_message(quoted(rows[i].json));

        check(okta_mcp_rank(rules, COUNT_OF(rules), &message, &rank), "%s", rows[i].json);
        check(rank == rows[i].rank, "%s: %zu", rows[i].json, rank);
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_mcp_message message = read_message(quoted(rows[i].json));

        check(!okta_mcp_rank(&rules[4], 1, &message, &rank) || rows[i].rank == 5, "%s",
              rows[i].json);
        check(!okta_mcp_rank(rules, 0, &message, &rank), "%s", rows[i].json);
    }
}
