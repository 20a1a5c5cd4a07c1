/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/prompt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int stopping[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define STOPPING (sizeof(stopping) / sizeof(stopping[0]))

static void interrupt(int signal_number)
{
    (void)signal_number;
}

/* Echo ends before the question shows, so that nothing typed at once is seen (OpenSSL's own prompt
 * does it the other way round). */
static bool ask_silently(int terminal, const char *question, char *answer, size_t size,
                         const sigset_t *waiting)
{
    struct pollfd input = {.fd = terminal, .events = POLLIN};
    struct termios as_found, silent;
    ssize_t length = -1;

    if (tcgetattr(terminal, &as_found) != 0)
        return false;
    silent = as_found;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
    silent.c_lflag |= ICANON | ISIG | ECHONL;
    if (tcsetattr(terminal, TCSAFLUSH, &silent) != 0)
        return false;
    if (write(terminal, question, strlen(question)) >= 0 && ppoll(&input, 1, NULL, waiting) > 0)
        length = read(terminal, answer, size - 1);
    tcsetattr(terminal, TCSAFLUSH, &as_found);
    answer[length > 0 ? length : 0] = '\0';
    answer[strcspn(answer, "\r\n")] = '\0';
    return *answer;
}

okta_prompted okta_prompt(const char *question, char *answer, size_t size)
{
    int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct sigaction action = {.sa_handler = interrupt}, before[STOPPING];
    sigset_t signals, mask;
    bool answered;

    answer[0] = '\0';
    if (terminal < 0)
        return OKTA_PROMPT_NO_TERMINAL;
    /* blocked except while waiting, so that none ends the program with the terminal silent */
    sigemptyset(&signals);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < STOPPING; i++)
        sigaddset(&signals, stopping[i]);
    sigprocmask(SIG_BLOCK, &signals, &mask);
    for (size_t i = 0; i < STOPPING; i++)
        sigaction(stopping[i], &action, &before[i]);
    answered = ask_silently(terminal, question, answer, size, &mask);
    for (size_t i = 0; i < STOPPING; i++)
        sigaction(stopping[i], &before[i], NULL);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    close(terminal);
    return answered ? OKTA_PROMPT_ANSWERED : OKTA_PROMPT_UNANSWERED;
}
