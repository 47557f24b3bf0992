/*
 * Asks a process how it is: `ping SERVICE ENDPOINT` with sessions, catalog, dispatcher or agent.
 * Exit 0 when it answers and can do its work; else one line says what is wrong. For the health
 * checks of containers, and for people.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/rpc_client.h"

#define PATIENCE_MS 2000
#define HEARTBEAT_MS 100

static int ask(rpc_client_t *client, const char *service)
{
    const proto_process_t *process;
    int64_t end = clock_ms() + PATIENCE_MS;
    while (!rpc_client_processes(client, &process, 1)) {
        struct pollfd readable = {.fd = rpc_client_fd(client), .events = POLLIN};
        if (clock_ms() > end) {
            printf("%s does not answer\n", service);
            return 1;
        }
        poll(&readable, 1, 10);
        rpc_client_run(client);
    }
    if (!process->ready) {
        printf("%.*s is not ready: %.*s\n", STR_ARG(process->name), STR_ARG(process->missing));
        return 1;
    }
    printf("%.*s is ready\n", STR_ARG(process->name));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: ping SERVICE ENDPOINT\n");
        return 2;
    }
    config_load(NULL);
    log_start("ping", "error", config.LOG_FORMAT);
    void *context = zmq_ctx_new();
    rpc_client_t *client = rpc_client_new(context, argv[1], "ping", argv[2], HEARTBEAT_MS, 1);
    int failed = ask(client, argv[1]);
    rpc_client_destroy(&client);
    zmq_ctx_term(context);
    return failed;
}
