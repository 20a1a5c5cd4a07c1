/* The text of a claims set to its value: strict JSON, read before any signature was checked. */
#ifndef OKTA_CORE_READER_H
#define OKTA_CORE_READER_H

#include "core/text.h"
#include "core/value.h"

/* Read a JSON object. It takes and refuses what okta_json_object takes and refuses, to the same
 * value, at a tenth of the cost. One block from malloc, the root first, *bytes long (at most
 * proportional to length); the caller frees it. NULL with the cause in error (may be NULL). Any
 * thread; the text need not be terminated. */
okta_value *okta_read_object(const char *text, size_t length, size_t *bytes, okta_error *error);

#endif
