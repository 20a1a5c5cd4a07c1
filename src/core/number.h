/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON number (RFC 8259 section 6) or word to its value, and a whole number back. */
#ifndef OKTA_CORE_NUMBER_H
#define OKTA_CORE_NUMBER_H

#include "core/value.h"

/* Read the number that begins at *at (with a digit or "-") and set type and value; *at is moved
 * behind what was taken. An integer has to fit int64, another number double. A number that reaches
 * `end` is half a one: in an object something follows. False with the cause in *fault, which is
 * left alone where memory ran out. Any thread, any locale. */
bool okta_number_read(const unsigned char **at, const unsigned char *end, okta_value *value,
                      const char **fault);

/* The cause where it fits neither. */
extern const char okta_number_out_of_range[];

/* Of a number that was taken and does not fit: the double that is next to it, infinite where there
 * is none. False where it is, with the cause, or memory ran out. Any thread, any locale. */
bool okta_number_approach(const unsigned char *number, okta_value *value, const char **fault);

/* true, false or null at *at, which is moved behind it. False: none of them. Any thread. */
bool okta_word_read(const unsigned char **at, const unsigned char *end, okta_value *value);

#define OKTA_NUMBER_SIZE 21 /* of the longest integer, with its NUL */

/* Write the integer, terminated; returns its length. Any thread. */
size_t okta_number_write(int64_t integer, char text[OKTA_NUMBER_SIZE]);

#endif
