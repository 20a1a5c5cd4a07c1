#include "core/json.h"

#include <stdlib.h>
#include <string.h>

#define JANSSON_FIRST_BUFFER 14 /* characters that surely fit it */

/* Before parsing, so that no input makes the parser recurse deeper than its cap. */
static bool depth_is_bounded(const char *text, size_t length)
{
    unsigned int depth = 0;
    bool in_string = false;

    /* few brackets nest no deeper than they are many, and looking for them costs next to nothing */
    if (okta_text_count(text, length, '{') + okta_text_count(text, length, '[') <=
        OKTA_JSON_MAX_DEPTH)
        return true;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > OKTA_JSON_MAX_DEPTH)
                return false;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return true;
}

/* Bytes of UTF-8 that the escape behind a backslash stands for, and how many characters it takes.
 */
static size_t escape_bytes(const char *escape, const char *end, size_t *taken)
{
    unsigned long code;
    char hex[5] = "";

    *taken = 1;
    if (*escape != 'u' || end - escape < 5)
        return 1;
    memcpy(hex, escape + 1, 4);
    code = strtoul(hex, NULL, 16);
    *taken = 5;
    if (code >= 0xd800 && code <= 0xdbff) {
        *taken = 11; /* and its partner, uDC00 to uDFFF */
        return 4;
    }
    return code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
}

/* What valid JSON text is like between its quotation marks and outside of them. */
typedef struct measure {
    size_t string_bytes; /* of all strings and names together, decoded */
    size_t longest_gap;  /* between two strings: no number is longer */
} measure;

/* Behind the opening quotation mark: add up the decoded bytes up to the closing one, and return
 * that; NULL: there is none. No character is looked at twice. */
static const char *measure_string(const char *at, const char *end, size_t *bytes)
{
    const char *close = memchr(at, '"', (size_t)(end - at)), *escape;
    size_t taken;

    while (close && (escape = memchr(at, '\\', (size_t)(close - at)))) {
        *bytes += (size_t)(escape - at) + escape_bytes(escape + 1, end, &taken);
        at = escape + 1 + taken;
        if (at > close)
            close = at < end ? memchr(at, '"', (size_t)(end - at)) : NULL;
    }
    if (close)
        *bytes += (size_t)(close - at);
    return close;
}

static measure measure_text(const char *text, size_t length)
{
    const char *end = text + length, *gap = text, *open = memchr(text, '"', length);
    measure found = {0, 0};

    while (open) {
        const char *close = measure_string(open + 1, end, &found.string_bytes);

        if ((size_t)(open - gap) > found.longest_gap)
            found.longest_gap = (size_t)(open - gap);
        if (!close)
            break;
        gap = close + 1;
        open = memchr(gap, '"', (size_t)(end - gap));
    }
    if ((size_t)(end - gap) > found.longest_gap)
        found.longest_gap = (size_t)(end - gap);
    return found;
}

static size_t string_bytes_of_tree(const json_t *value)
{
    size_t bytes = 0, index;
    const char *name;
    json_t *child;

    if (json_is_string(value))
        return json_string_length(value);
    json_array_foreach(value, index, child) bytes += string_bytes_of_tree(child);
    json_object_foreach((json_t *)value, name, child) bytes +=
        strlen(name) + string_bytes_of_tree(child);
    return bytes;
}

static json_t *load(const char *text, size_t length, json_error_t *cause)
{
    return json_loadb(text, length, JSON_REJECT_DUPLICATES, cause);
}

static bool reads_the_same_again(const json_t *value, const char *text, size_t length)
{
    json_error_t cause;
    json_t *again = load(text, length, &cause);
    bool same = again && json_equal(value, again);

    json_decref(again);
    return same;
}

/* jansson drops characters of a string or number when it cannot enlarge its buffer, and calls other
 * wants of memory syntax errors. So what it accepts is measured against the text (numbers that do
 * not fit its first buffer: against a second reading), and what it refuses is put to it once more.
 */
static json_t *parse(const char *text, size_t length, json_error_t *cause, bool *no_memory)
{
    json_t *value = load(text, length, cause);

    if (!value)
        value = load(text, length, cause);
    if (value) {
        measure expected = measure_text(text, length);

        *no_memory = string_bytes_of_tree(value) != expected.string_bytes ||
                     (expected.longest_gap >= JANSSON_FIRST_BUFFER &&
                      !reads_the_same_again(value, text, length));
    } else {
        *no_memory = json_error_code(cause) == json_error_out_of_memory || !cause->text[0];
    }
    if (value && *no_memory) {
        json_decref(value);
        value = NULL;
    }
    return value;
}

json_t *okta_json_object(const char *text, size_t length, okta_error *error)
{
    json_error_t cause;
    bool no_memory;
    json_t *value;

    if (!depth_is_bounded(text, length)) {
        okta_error_set(error, "nested deeper than %d levels", OKTA_JSON_MAX_DEPTH);
        return NULL;
    }
    /* jansson passes over one that follows a number */
    if (memchr(text, '\0', length)) {
        okta_error_set(error, "JSON: a NUL byte");
        return NULL;
    }
    value = parse(text, length, &cause, &no_memory);
    if (!value && no_memory) {
        okta_error_set_no_memory(error);
        return NULL;
    }
    if (!value) {
        okta_error_set(error, "JSON, line %d, column %d: %s", cause.line, cause.column, cause.text);
        return NULL;
    }
    if (!json_is_object(value)) {
        json_decref(value);
        okta_error_set(error, "not a JSON object");
        return NULL;
    }
    return value;
}

json_t *okta_json_document(const char *text, size_t length, okta_error *error)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t skipped = length >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;

    return okta_json_object(text + skipped, length - skipped, error);
}

const json_t *okta_json_member(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);

    return json_is_null(member) ? NULL : member;
}

const char *okta_json_string(const json_t *object, const char *name, size_t *length)
{
    const json_t *member = json_object_get(object, name);

    if (!json_is_string(member))
        return NULL;
    *length = json_string_length(member);
    return json_string_value(member);
}
