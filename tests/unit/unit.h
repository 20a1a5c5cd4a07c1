/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of a unit test: cmocka, rules that register themselves, and checks that name the row of
 * a table. */
#ifndef OKTA_TESTS_UNIT_H
#define OKTA_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Define a test; its name states the rule that it holds the code to. */
#define rule(name)                                                 \
    static void name##_body(void);                                 \
    static void name(void **state)                                 \
    {                                                              \
        (void)state;                                               \
        unit_run(name##_body);                                     \
    }                                                              \
    __attribute__((constructor)) static void name##_register(void) \
    {                                                              \
        unit_register(#name, name);                                \
    }                                                              \
    static void name##_body(void)

/* Note a failure and go on to the next row; a test with failures fails at its end. */
#define check(condition, ...) \
    ((condition) ? (void)0 : unit_note(__FILE__, __LINE__, #condition, __VA_ARGS__))

/* The same, but end the test: what follows would make no sense. */
#define need(condition, ...) \
    ((condition) ? (void)0 : (unit_note(__FILE__, __LINE__, #condition, __VA_ARGS__), unit_stop()))

void unit_register(const char *name, CMUnitTestFunction test);
void unit_run(void (*body)(void));
void unit_note(const char *file, int line, const char *condition, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
_Noreturn void unit_stop(void);

/* Text and files that live until the program ends, so that tests need no bookkeeping. */
void *keep(void *memory);
char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *repeat(const char *part, size_t times);
char *read_file(const char *path_below_source, size_t *length);

/* A copy of exactly that many bytes, without a terminator: reading behind it ends the program, or
 * is seen by a sanitizer. */
char *exact(const char *bytes, size_t length);

#endif
