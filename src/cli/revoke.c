/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/revocation_list.h"
#include "cli/wrapping.h"
#include "core/jws.h"
#include "core/policy.h"
#include "core/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
    "usage: okta-token revoke [OPTION]... [TOKEN]\n"
    "Write the line by which httpd refuses the token from now on (OktaRevocations), and print it.\n"
    "Without TOKEN, or with \"-\", it is read from standard input. It is not verified.\n"
    "\n"
    "      --file FILE    append it to FILE, in one stroke; without this option it is only "
    "printed\n"
    "      --by WORD      by its jti, or all of the same sub, cid or sid that were issued until "
    "now\n"
    "                     (default: jti, or sub where it has none)\n"
    "      --with-issuer  of its issuer's tokens alone\n"
    "  -h, --help         print this\n"
    "\n"
    "Exit status: 0 done, 1 nothing was written, or httpd will not take the file, 2 usage.\n";

enum { OPTION_FILE = OKTA_OPTION_FIRST, OPTION_BY, OPTION_WITH_ISSUER };

static const struct option options[] = {
    {"file", required_argument, NULL, OPTION_FILE},
    {"by", required_argument, NULL, OPTION_BY},
    {"with-issuer", no_argument, NULL, OPTION_WITH_ISSUER},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

#define LOCK_PATIENCE 5 /* seconds */

typedef struct revocation {
    const char *file;
    okta_revocation_kind kind; /* OKTA_REVOKES_COUNT: whatever it has */
    bool with_issuer;
    okta_input token;
    okta_value *payload;
    char *line; /* with its line feed */
    size_t length;
} revocation;

static bool take_kind(revocation *r, const char *word)
{
    char shown[64];

    for (int i = 0; i < OKTA_REVOKES_COUNT; i++)
        if (strcmp(word, okta_revocation_word((okta_revocation_kind)i)) == 0) {
            r->kind = (okta_revocation_kind)i;
            return true;
        }
    return okta_complain("--by \"%s\": give jti, sub, cid or sid",
                         okta_shown(shown, sizeof(shown), word));
}

static bool read_payload(revocation *r)
{
    const char *wrapping = okta_wrapping(r->token.bytes, r->token.length);
    okta_error error = {""};
    okta_result unused;
    okta_jws jws;

    okta_result_init(&unused);
    if (r->token.length == 0)
        return okta_complain("the token is empty; is a shell variable unset?");
    if (okta_jws_split(&jws, r->token.bytes, r->token.length, &unused) == OKTA_OK)
        r->payload = okta_read_object((const char *)jws.payload, jws.payload_length, &error);
    else
        okta_error_set(&error, "%s", unused.detail);
    okta_jws_clear(&jws);
    if (r->payload)
        return true;
    if (wrapping)
        return okta_complain("no JWT by itself; give %s", wrapping);
    return okta_complain("it cannot be read, so write its line by hand, as in \"sub VALUE\": %s",
                         error.text);
}

/* As okta_claims_client, of what nobody has verified. */
static const char *value_of(const okta_value *payload, okta_revocation_kind kind)
{
    const char *value = okta_value_text(payload, okta_revocation_word(kind));

    if (!value && kind == OKTA_REVOKES_CID)
        value = okta_value_text(payload, "client_id");
    if (!value && kind == OKTA_REVOKES_CID)
        value = okta_value_text(payload, "azp");
    return value && *value ? value : NULL;
}

static bool choose(revocation *r, const char **value)
{
    if (r->kind == OKTA_REVOKES_COUNT)
        r->kind = value_of(r->payload, OKTA_REVOKES_JTI) ? OKTA_REVOKES_JTI : OKTA_REVOKES_SUB;
    *value = value_of(r->payload, r->kind);
    if (*value)
        return true;
    okta_complain("the token has no %s%s; give another word to --by", okta_revocation_word(r->kind),
                  r->kind == OKTA_REVOKES_SUB ? " and no jti" : "");
    return false;
}

/* Bare where that says the same, else a JSON string. */
static void write_value(FILE *to, const char *value)
{
    json_t *json;
    char *text;

    if (okta_revocation_is_bare(value, strlen(value))) {
        fputs(value, to);
        return;
    }
    json = json_string(value);
    text = okta_json_text(json, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    fputs(text ? text : "", to);
    free(text);
    json_decref(json);
}

/* The first second in which a token may be issued again: behind this one, and behind the token's,
 * which an issuer's clock may have put ahead. */
static int64_t next_second(const okta_value *payload)
{
    const okta_value *iat = okta_value_member(payload, "iat");
    int64_t now = okta_time_now(), issued_at;
    bool fraction;

    if (iat && okta_value_floor(iat, &issued_at, &fraction) && issued_at > now &&
        issued_at <= now + OKTA_SKEW_MAX)
        return issued_at + 1;
    return now + 1;
}

/* The line has to be one that httpd understands, whatever the token holds. */
static bool is_understood(const revocation *r)
{
    char *copy = r->line ? strdup(r->line) : NULL;
    okta_revocation found;
    okta_revocation_fault fault =
        copy ? okta_revocation_read(copy, r->length - 1, &found) : OKTA_LINE_NO_MEMORY;

    free(copy);
    return fault == OKTA_LINE_GOOD ||
           okta_complain("no line can be made of it: %s", okta_revocation_fault_text(fault));
}

static bool compose(revocation *r)
{
    const char *value, *issuer = okta_value_text(r->payload, "iss");
    char time[OKTA_TIME_BYTES];
    FILE *to;

    if (!choose(r, &value))
        return false;
    if (r->with_issuer && !issuer)
        return okta_complain("the token has no iss; leave out --with-issuer");
    to = open_memstream(&r->line, &r->length);
    if (!to)
        return okta_complain("out of memory");
    if (r->with_issuer) {
        fputs("iss ", to);
        write_value(to, issuer);
        fputc(' ', to);
    }
    fprintf(to, "%s ", okta_revocation_word(r->kind));
    write_value(to, value);
    if (r->kind != OKTA_REVOKES_JTI)
        fprintf(to, " before %s", okta_time_format(next_second(r->payload), time));
    fputc('\n', to);
    if (fclose(to) != 0)
        return okta_complain("out of memory");
    return is_understood(r);
}

static bool lock(int file, const char *shown)
{
    const struct timespec pause = {0, 20000000};
    const int64_t until = okta_time_now() + LOCK_PATIENCE;

    while (flock(file, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return okta_complain("\"%s\" cannot be locked: %s", shown, strerror(errno));
        if (okta_time_now() > until)
            return okta_complain("\"%s\" is locked by another program", shown);
        nanosleep(&pause, NULL);
    }
    return true;
}

/* One write, behind a line feed where the last line lacks it. */
static bool append(const revocation *r, int file, const struct stat *info, const char *shown)
{
    char *bytes = malloc(r->length + 1), last = '\n';
    size_t length = 0;
    ssize_t written;

    if (!bytes)
        return okta_complain("out of memory");
    if (info->st_size > 0 && pread(file, &last, 1, info->st_size - 1) == 1 && last != '\n')
        bytes[length++] = '\n';
    memcpy(bytes + length, r->line, r->length);
    length += r->length;
    written = write(file, bytes, length);
    free(bytes);
    if (written < 0)
        return okta_complain("\"%s\" cannot be written: %s", shown, strerror(errno));
    return (size_t)written == length ||
           okta_complain("\"%s\" took %zd of %zu bytes; mend its last line", shown, written,
                         length);
}

/* Made by whoever configures httpd: one that is made here would be a name that is misspelled. */
static bool append_to_file(const revocation *r)
{
    int file = open(r->file, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char shown[128];
    struct stat info;
    bool good;

    okta_shown(shown, sizeof(shown), r->file);
    if (file < 0)
        return okta_complain("\"%s\" cannot be opened: %s; give the file that OktaRevocations "
                             "names",
                             shown, strerror(errno));
    good = lock(file, shown);
    if (good && (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)))
        good = okta_complain("\"%s\" is no regular file", shown);
    good = good && append(r, file, &info, shown);
    close(file);
    return good;
}

/* A line in a file that httpd does not take is none. */
static bool is_taken(const revocation *r)
{
    okta_revocations *list = NULL;
    okta_revocation_scan scan;
    okta_error error = {""};
    char shown[128];
    bool good = okta_revocation_list_try(&list, r->file, &scan, &error);

    okta_revocation_list_free(list);
    return good ||
           okta_complain("the line was written, but httpd goes by the list of before: \"%s\" %s",
                         okta_shown(shown, sizeof(shown), r->file), error.text);
}

static int run(revocation *r)
{
    if (!read_payload(r) || !compose(r) || (r->file && !append_to_file(r)))
        return OKTA_EXIT_REFUSED;
    fputs(r->line, stdout);
    return !r->file || is_taken(r) ? OKTA_EXIT_GOOD : OKTA_EXIT_REFUSED;
}

int okta_command_revoke(int argc, char **argv)
{
    revocation r = {.kind = OKTA_REVOKES_COUNT};
    int option, status = OKTA_EXIT_TROUBLE;
    bool good = true;

    while (good && (option = okta_option_next(argc, argv, options)) != OKTA_OPTION_END) {
        if (option == 'h') {
            fputs(help, stdout);
            return OKTA_EXIT_GOOD;
        }
        if (option == OPTION_FILE)
            r.file = optarg;
        else if (option == OPTION_WITH_ISSUER)
            r.with_issuer = true;
        else
            good = option == OPTION_BY && take_kind(&r, optarg);
    }
    if (good && okta_input_token(&r.token, argc - optind, argv + optind))
        status = run(&r);
    free(r.line);
    free(r.payload);
    okta_input_clear(&r.token);
    return status;
}
