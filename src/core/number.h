/* A JSON number (RFC 8259 section 6) to its value. */
#ifndef OKTA_CORE_NUMBER_H
#define OKTA_CORE_NUMBER_H

#include "core/value.h"

/* Read the number that begins at *at (with a digit or "-") and set type and value; *at is moved
 * behind what was taken. An integer has to fit int64, another number double. A number that reaches
 * `end` is half a one: in an object something follows. False with the cause in *fault, which is
 * left alone where memory ran out. Any thread, any locale. */
bool okta_number_read(const unsigned char **at, const unsigned char *end, okta_value *value,
                      const char **fault);

#endif
