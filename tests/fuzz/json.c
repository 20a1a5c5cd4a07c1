#include "core/json.h"
#include "core/value.h"
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

/* What parses is an object within the cap, and comes back whole from print and from a value. */
FUZZ_TARGET("json")
{
    okta_error error = {""};
    json_t *json = okta_json_object(input, length, &error), *again;
    char *printed;
    void *block;

    if (!json) {
        hold(error.text[0]);
        return false;
    }
    hold(json_is_object(json) && depth_of(json) <= OKTA_JSON_MAX_DEPTH);
    printed = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17));
    again = okta_json_object(printed, strlen(printed), NULL);
    hold(json_equal(json, again));
    json_decref(again);
    block = malloc(okta_value_size(json));
    again = okta_value_to_json(okta_value_flatten(json, block));
    hold(json_equal(json, again));
    json_decref(again);
    json_decref(json);
    free(block);
    free(printed);
    return true;
}
