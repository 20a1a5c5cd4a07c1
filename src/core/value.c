#include "core/value.h"

#include <math.h>
#include <string.h>

typedef struct tally {
    size_t nodes;
    size_t text;
} tally;

typedef struct filler {
    okta_value *next_node;
    char *next_text;
} filler;

static void count(const json_t *json, tally *sum)
{
    const char *name;
    json_t *child;
    size_t index;

    sum->nodes++;
    if (json_is_string(json)) {
        sum->text += json_string_length(json) + 1;
    } else if (json_is_array(json)) {
        json_array_foreach(json, index, child)
        {
            count(child, sum);
        }
    } else if (json_is_object(json)) {
        /* jansson's foreach macro wants a mutable object though it changes nothing */
        json_object_foreach((json_t *)json, name, child)
        {
            sum->text += strlen(name) + 1;
            count(child, sum);
        }
    }
}

size_t okta_value_size(const json_t *json)
{
    tally sum = {0, 0};

    count(json, &sum);
    return sum.nodes * sizeof(okta_value) + sum.text;
}

static const char *keep_text(filler *to, const char *text, size_t length)
{
    char *kept = to->next_text;

    memcpy(kept, text, length);
    kept[length] = '\0';
    to->next_text += length + 1;
    return kept;
}

static void fill(const json_t *json, okta_value *value, filler *to);

static void fill_children(const json_t *json, okta_value *value, filler *to)
{
    okta_value *child = to->next_node;
    const char *name;
    json_t *member;
    size_t index;

    value->as.children = child;
    if (json_is_array(json)) {
        value->type = OKTA_VALUE_ARRAY;
        value->length = (uint32_t)json_array_size(json);
        to->next_node += value->length;
        json_array_foreach(json, index, member)
        {
            child->name = NULL;
            fill(member, child++, to);
        }
        return;
    }
    value->type = OKTA_VALUE_OBJECT;
    value->length = (uint32_t)json_object_size(json);
    to->next_node += value->length;
    json_object_foreach((json_t *)json, name, member)
    {
        child->name = keep_text(to, name, strlen(name));
        fill(member, child++, to);
    }
}

static void fill(const json_t *json, okta_value *value, filler *to)
{
    value->as.integer = 0;
    value->length = 0;
    switch (json_typeof(json)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        fill_children(json, value, to);
        break;
    case JSON_STRING:
        value->type = OKTA_VALUE_STRING;
        value->length = (uint32_t)json_string_length(json);
        value->as.string = keep_text(to, json_string_value(json), value->length);
        break;
    case JSON_INTEGER:
        value->type = OKTA_VALUE_INTEGER;
        value->as.integer = json_integer_value(json);
        break;
    case JSON_REAL:
        value->type = OKTA_VALUE_REAL;
        value->as.real = json_real_value(json);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        value->type = OKTA_VALUE_BOOLEAN;
        value->as.integer = json_is_true(json);
        break;
    case JSON_NULL:
    default:
        value->type = OKTA_VALUE_NULL;
        break;
    }
}

const okta_value *okta_value_flatten(const json_t *json, void *block)
{
    okta_value *root = block;
    tally sum = {0, 0};
    filler to;

    count(json, &sum);
    to.next_node = root + 1;
    to.next_text = (char *)(root + sum.nodes);
    root->name = NULL;
    fill(json, root, &to);
    return root;
}

const okta_value *okta_value_member(const okta_value *value, const char *name)
{
    if (!value || value->type != OKTA_VALUE_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < value->length; i++)
        /* most names differ in their first letter, which is cheaper than a call */
        if (value->as.children[i].name[0] == name[0] &&
            strcmp(value->as.children[i].name, name) == 0)
            return &value->as.children[i];
    return NULL;
}

bool okta_value_floor(const okta_value *value, int64_t *result, bool *fraction)
{
    double whole;

    *fraction = false;
    if (value->type == OKTA_VALUE_INTEGER) {
        *result = value->as.integer;
        return true;
    }
    if (value->type != OKTA_VALUE_REAL)
        return false;
    whole = floor(value->as.real);
    if (!(whole >= -9.2e18 && whole <= 9.2e18))
        return false;
    *result = (int64_t)whole;
    *fraction = value->as.real > whole;
    return true;
}

static bool is_string(const okta_value *value, const char *text, size_t length)
{
    return value->type == OKTA_VALUE_STRING && value->length == length &&
           memcmp(value->as.string, text, length) == 0;
}

bool okta_value_holds(const okta_value *value, const char *text, size_t length)
{
    if (value->type != OKTA_VALUE_ARRAY)
        return is_string(value, text, length);
    for (uint32_t i = 0; i < value->length; i++)
        if (is_string(&value->as.children[i], text, length))
            return true;
    return false;
}

static json_t *container_to_json(const okta_value *value)
{
    bool is_array = value->type == OKTA_VALUE_ARRAY;
    json_t *json = is_array ? json_array() : json_object();

    for (uint32_t i = 0; json && i < value->length; i++) {
        const okta_value *child = &value->as.children[i];
        json_t *item = okta_value_to_json(child);

        /* the _new functions take the reference even when they fail, and fail on NULL */
        if (is_array ? json_array_append_new(json, item)
                     : json_object_set_new(json, child->name, item)) {
            json_decref(json);
            return NULL;
        }
    }
    return json;
}

json_t *okta_value_to_json(const okta_value *value)
{
    switch ((okta_value_type)value->type) {
    case OKTA_VALUE_BOOLEAN:
        return json_boolean(value->as.integer);
    case OKTA_VALUE_INTEGER:
        return json_integer(value->as.integer);
    case OKTA_VALUE_REAL:
        return json_real(value->as.real);
    case OKTA_VALUE_STRING:
        return json_stringn(value->as.string, value->length);
    case OKTA_VALUE_ARRAY:
    case OKTA_VALUE_OBJECT:
        return container_to_json(value);
    case OKTA_VALUE_NULL:
    default:
        return json_null();
    }
}
