/*
 * Adds somebody who may sign in to the console, or gives them a new password: `console-user NAME
 * [ROLE]`. The password is asked for; without a terminal, or when nothing is typed, one is made up
 * and shown, once. Speaks to the session service of a running Mostrador.
 */
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <zmq.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/rpc_client.h"
#include "sessions/console_rules.h"

#define PATIENCE_MS 10000
#define HEARTBEAT_MS 100
#define PASSWORD_SIZE 256

/* One line without showing it; false at the end of the input. */
static bool ask_hidden(const char *question, char line[PASSWORD_SIZE])
{
    struct termios shown, hidden;
    fprintf(stderr, "%s", question);
    if (tcgetattr(STDIN_FILENO, &shown) == -1)
        return false;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    bool read = fgets(line, PASSWORD_SIZE, stdin) != NULL;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputc('\n', stderr);
    line[read ? strcspn(line, "\r\n") : 0] = 0;
    return read;
}

/* true: somebody typed it, and need not be told. */
static bool ask_password(char password[PASSWORD_SIZE])
{
    char again[PASSWORD_SIZE];
    if (!isatty(STDIN_FILENO) || !ask_hidden("Password (empty: one is made up): ", password) ||
        !password[0])
        return false;
    if (!ask_hidden("Once more: ", again) || strcmp(password, again) != 0)
        log_fatal("these are two different passwords");
    sodium_memzero(again, sizeof again);
    return true;
}

/* 100 random bits that can be read out: xxxxx-xxxxx-xxxxx-xxxxx. */
static void make_up(char password[PASSWORD_SIZE])
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    size_t at = 0;
    for (int i = 0; i < 20; i++) {
        if (i && i % 5 == 0)
            password[at++] = '-';
        password[at++] = letters[randombytes_uniform(sizeof letters - 1)];
    }
    password[at] = 0;
}

typedef struct outcome {
    bool over;
    char wrong[512];
} outcome_t;

static void on_answer(void *arg, const rpc_answer_t *answer)
{
    outcome_t *self = arg;
    self->over = true;
    if (answer->type == PROTO_OK)
        return;
    str_t detail = answer->type == PROTO_ERROR && answer->msg
                       ? ((const proto_error_t *)answer->msg)->detail
                       : (str_t){0};
    snprintf(self->wrong, sizeof self->wrong, "%.*s",
             STR_ARG(detail.size ? detail : str_from(answer->error)));
}

static void put(const proto_put_user_t *msg)
{
    void *context = zmq_ctx_new();
    rpc_client_t *client = rpc_client_new(context, "sessions", "console-user",
                                          config.SESSIONS_ENDPOINT, HEARTBEAT_MS, 1);
    proto_trace_t trace = proto_trace_new();
    outcome_t outcome = {0};
    rpc_client_call(client, PROTO_PUT_USER, msg, &trace, PATIENCE_MS, on_answer, &outcome);
    while (!outcome.over) {
        struct pollfd readable = {.fd = rpc_client_fd(client), .events = POLLIN};
        poll(&readable, 1, 10);
        rpc_client_run(client);
    }
    rpc_client_destroy(&client);
    zmq_ctx_term(context);
    if (outcome.wrong[0])
        log_fatal("%s", outcome.wrong);
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: console-user NAME [owner|seller|viewer]\n");
        return 2;
    }
    config_load(NULL);
    log_start("console-user", "error", config.LOG_FORMAT);
    if (sodium_init() < 0)
        log_fatal("libsodium does not start");
    char password[PASSWORD_SIZE] = "";
    bool typed = ask_password(password);
    if (!typed)
        make_up(password);
    proto_put_user_t msg = {.name = str_from(argv[1]),
                            .role = str_from(argc > 2 ? argv[2] : ""),
                            .password = str_from(password)};
    put(&msg);
    if (typed)
        printf("%s may sign in at /console\n", argv[1]);
    else
        printf("%s may sign in at /console with the password %s\n", argv[1], password);
    sodium_memzero(password, sizeof password);
    return 0;
}
