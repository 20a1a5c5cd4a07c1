#include "core/json.h"
#include "core/reader.h"
#include "fuzz.h"

static int depth_of(json_t *json)
{
    int deepest = 0;
    const char *name;
    json_t *child;
    size_t index;

    json_array_foreach(json, index, child)
    {
        int depth = depth_of(child);
        deepest = depth > deepest ? depth : deepest;
    }
    json_object_foreach(json, name, child)
    {
        int depth = depth_of(child);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (json_is_array(json) || json_is_object(json));
}

/* Our reader takes what jansson takes, and reads the same in it. */
static void hold_same(const json_t *json, const char *input, size_t length)
{
    okta_error error = {""};
    size_t bytes;
    okta_value *value = okta_read_object(input, length, &bytes, &error);
    json_t *same;

    hold(!json == !value);
    if (!value) {
        hold(error.text[0] && !okta_error_is_no_memory(&error));
        return;
    }
    hold(bytes <= (length + 1) * sizeof(okta_value));
    same = okta_value_to_json(value);
    hold(json_equal(json, same));
    json_decref(same);
    free(value);
}

/* What parses is an object within the cap, and comes back whole from print. */
FUZZ_TARGET("json")
{
    okta_error error = {""};
    json_t *json = okta_json_object(input, length, &error), *again;
    char *printed;

    hold_same(json, input, length);
    if (!json) {
        hold(error.text[0]);
        return false;
    }
    hold(json_is_object(json) && depth_of(json) <= OKTA_JSON_MAX_DEPTH);
    printed = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17));
    again = okta_json_object(printed, strlen(printed), NULL);
    hold(json_equal(json, again));
    json_decref(again);
    json_decref(json);
    free(printed);
    return true;
}
