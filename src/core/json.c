#include "core/json.h"

/* Before parsing, so that no input makes the parser recurse deeper than its cap. */
static bool depth_is_bounded(const char *text, size_t length)
{
    unsigned int depth = 0;
    bool in_string = false;

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

json_t *okta_json_object(const char *text, size_t length, okta_error *error)
{
    json_error_t cause;
    json_t *value;

    if (!depth_is_bounded(text, length)) {
        okta_error_set(error, "nested deeper than %d levels", OKTA_JSON_MAX_DEPTH);
        return NULL;
    }
    value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &cause);
    if (!value && json_error_code(&cause) == json_error_out_of_memory) {
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

const char *okta_json_string(const json_t *object, const char *name, size_t *length)
{
    const json_t *member = json_object_get(object, name);

    if (!json_is_string(member))
        return NULL;
    *length = json_string_length(member);
    return json_string_value(member);
}
