/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/httpd_run.h"

#include "cli/input.h"
#include "cli/message.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Debian's configuration counts on variables that apache2ctl reads from envvars beside it. */
#define WITH_VARIABLES \
    "export APACHE_CONFDIR=\"$1\"; set -a; . \"$1/envvars\"; set +a; shift; exec \"$@\""

static bool find_in(const char *folder, size_t length, const char *name, char *path, size_t size)
{
    int written = snprintf(path, size, "%.*s/%s", (int)length, folder, name);

    return written > 0 && (size_t)written < size && access(path, X_OK) == 0;
}

static bool find_program(char *path, size_t size)
{
    static const char usual[] = "/usr/sbin:/usr/local/sbin:/usr/local/apache2/bin:/sbin";
    static const char *const names[] = {"httpd", "apache2"};
    const char *lists[] = {getenv("PATH"), usual};

    for (size_t i = 0; i < 2; i++)
        for (const char *folder = lists[i] ? lists[i] : ""; *folder;) {
            size_t length = strcspn(folder, ":");

            for (size_t k = 0; length && k < 2; k++)
                if (find_in(folder, length, names[k], path, size))
                    return true;
            folder += length;
            folder += *folder == ':';
        }
    return okta_complain("no httpd or apache2 is found; name it with --httpd PATH");
}

static char *whole(FILE *file)
{
    okta_input text = {NULL, 0};

    rewind(file);
    if (okta_input_stream(&text, file, "the output of httpd"))
        return text.bytes;
    okta_input_clear(&text);
    return NULL;
}

static bool wait_for(pid_t child, int *status)
{
    int how;

    while (waitpid(child, &how, 0) < 0)
        if (errno != EINTR)
            return okta_complain("httpd cannot be waited for: %s", strerror(errno));
    *status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    return true;
}

static bool spawn(okta_run *run, const char **words, FILE *out, FILE *errors)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int fault = posix_spawn_file_actions_init(&actions);

    if (fault == 0) {
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, fileno(errors), STDERR_FILENO);
        fault = posix_spawn(&child, words[0], &actions, NULL, (char *const *)words, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    if (fault)
        return okta_complain("\"%s\" cannot be run: %s", words[0], strerror(fault));
    return wait_for(child, &run->status);
}

/* The folder of the configuration where envvars is in it. */
static bool has_variables(const char *config, char *folder, size_t size)
{
    const char *slash = strrchr(config, '/');
    char path[PATH_MAX + 16];

    snprintf(folder, size, "%.*s", (int)(slash ? slash - config : 0), config);
    return snprintf(path, sizeof(path), "%s/envvars", folder) > 0 && access(path, R_OK) == 0;
}

static bool list_words(const okta_httpd *httpd, const okta_run *run, const char *config,
                       const char *folder, okta_list *words)
{
    const char *shell[] = {"/bin/sh", "-c", WITH_VARIABLES, "okta-token", folder};
    const char *usual[] = {run->program, "-t", "-D", "DUMP_OKTA", "-f", config};
    bool ok = true;

    for (size_t i = 0; folder && ok && i < sizeof(shell) / sizeof(shell[0]); i++)
        ok = okta_list_add(words, shell[i]);
    for (size_t i = 0; ok && i < sizeof(usual) / sizeof(usual[0]); i++)
        ok = okta_list_add(words, usual[i]);
    if (httpd->server_root)
        ok = ok && okta_list_add(words, "-d") && okta_list_add(words, httpd->server_root);
    for (size_t i = 0; ok && i < httpd->defines.count; i++)
        ok = okta_list_add(words, "-D") && okta_list_add(words, httpd->defines.items[i]);
    return ok && okta_list_add(words, NULL);
}

bool okta_httpd_run(const okta_httpd *httpd, okta_run *run)
{
    char config[PATH_MAX], folder[PATH_MAX];
    okta_list words = {0, NULL};
    FILE *out = NULL, *errors = NULL;
    bool good;

    memset(run, 0, sizeof(*run));
    if (!realpath(httpd->config, config))
        return okta_complain("--config \"%s\": %s; give httpd's configuration file", httpd->config,
                             strerror(errno));
    if (httpd->program)
        snprintf(run->program, sizeof(run->program), "%s", httpd->program);
    else if (!find_program(run->program, sizeof(run->program)))
        return false;
    if (access(run->program, X_OK) != 0)
        return okta_complain("--httpd \"%s\": %s; give the path of httpd or apache2", run->program,
                             strerror(errno));
    out = tmpfile();
    errors = tmpfile();
    good = (out && errors) || okta_complain("no temporary file: %s", strerror(errno));
    good = good &&
           list_words(httpd, run, config,
                      has_variables(config, folder, sizeof(folder)) ? folder : NULL, &words) &&
           spawn(run, words.items, out, errors);
    if (good) {
        run->printed = whole(out);
        run->said = whole(errors);
    }
    if (out)
        fclose(out);
    if (errors)
        fclose(errors);
    okta_list_clear(&words);
    return good && run->printed && run->said;
}

void okta_run_clear(okta_run *run)
{
    free(run->printed);
    free(run->said);
    run->printed = run->said = NULL;
}
