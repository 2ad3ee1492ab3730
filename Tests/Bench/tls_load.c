// TLS clients on loopback that do full handshakes, one short request each, and check every answer.
//
//     tls_load PORT CONNECTIONS SECONDS CERTIFICATE PATH BODY
//
// Keeps CONNECTIONS under way for SECONDS and lets them end. Each is a new TCP connection with a TLS 1.3 handshake
// without resumption, trusts CERTIFICATE (a PEM file) and nothing else, asks for PATH with `connection: close`, must
// get 200 with exactly BODY, and then close_notify. Prints one line of JSON; anything else ends it with exit code 1.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CLIENTS_MAX = 1024, SECONDS_MAX = 60, EVENTS = 256, ANSWER_BYTES_MAX = 2048, SAMPLES_MAX = 1 << 20,
    SILENCE_MS = 20000, ALARM_SECONDS = 120,
    SOURCES = 16,                               // of loopback, in turn: closed connections hold on to their ports
};

typedef struct {
    SSL *session;
    int socket;
    long long began;                            // nanoseconds
    bool shaken, asked;
    size_t length;
    char answer[ANSWER_BYTES_MAX];
} Client;

static SSL_CTX *context;
static struct sockaddr_in server = {.sin_family = AF_INET};
static Client clients[CLIENTS_MAX];
static int under_way, poller;
static long started, sampled, handshakes, tickets;
static unsigned long long *samples;             // from connect to the end of the handshake
static long long ends;
static char request[512];
static int request_length;
static const char *body;

static void fail(const char *format, ...) {
    va_list values;
    va_start(values, format);
    fputs("tls_load: ", stderr);
    vfprintf(stderr, format, values);
    fputs("\n", stderr);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int ticket(SSL *session, SSL_SESSION *given) {
    (void)session;
    (void)given;
    tickets++;
    return 0;                                   // not kept: the next handshake must be a full one
}

static void begin(Client *client) {
    struct sockaddr_in source = {.sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK + started++ % SOURCES)};
    int made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(made, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (made < 0 || bind(made, (struct sockaddr *)&source, sizeof source)) fail("bind: %s", strerror(errno));
    if (connect(made, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS)
        fail("connect: %s", strerror(errno));
    *client = (Client){.session = SSL_new(context), .socket = made, .began = now()};
    if (!client->session || !SSL_set_fd(client->session, made)) fail("no session");
    SSL_set_connect_state(client->session);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, made, &event)) fail("epoll_ctl: %s", strerror(errno));
    under_way++;
}

static bool must_wait(Client *client, int outcome, const char *what) {
    if (outcome > 0) return false;
    int why = SSL_get_error(client->session, outcome);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return true;
    fail("%s failed in connection %ld: %d, %s", what, handshakes, why, strerror(errno));
    return true;
}

static void check_answer(Client *client) {
    client->answer[client->length] = 0;
    const char *end = strstr(client->answer, "\r\n\r\n");
    if (strncmp(client->answer, "HTTP/1.1 200 ", 13) != 0 || !end || strcmp(end + 4, body) != 0)
        fail("not the expected answer: %s", client->answer);
}

static void finish(Client *client) {
    check_answer(client);
    SSL_shutdown(client->session);
    SSL_free(client->session);
    close(client->socket);
    handshakes++;
    under_way--;
    if (now() < ends) begin(client);
}

static void advance(Client *client) {
    SSL *session = client->session;
    ERR_clear_error();
    if (!client->shaken) {
        if (must_wait(client, SSL_do_handshake(session), "handshake")) return;
        if (SSL_version(session) != TLS1_3_VERSION || SSL_session_reused(session)) fail("not a full TLS 1.3 handshake");
        client->shaken = true;
        if (sampled < SAMPLES_MAX) samples[sampled++] = now() - client->began;
    }
    if (!client->asked) {
        if (must_wait(client, SSL_write(session, request, request_length), "request")) return;
        client->asked = true;
    }
    for (;;) {
        size_t space = sizeof client->answer - 1 - client->length;
        int got = SSL_read(session, client->answer + client->length, space);
        if (got <= 0 && SSL_get_error(session, got) == SSL_ERROR_ZERO_RETURN) { finish(client); return; }
        if (must_wait(client, got, "answer")) return;
        client->length += got;
    }
}

static double seconds_of_processor(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int by_size(const void *left, const void *right) {
    unsigned long long one = *(const unsigned long long *)left, other = *(const unsigned long long *)right;
    return (one > other) - (one < other);
}

int main(int count, char **arguments) {
    if (count != 7) return 2;
    int port = atoi(arguments[1]), wanted = atoi(arguments[2]), seconds = atoi(arguments[3]);
    if (port < 1 || wanted < 1 || wanted > CLIENTS_MAX || seconds < 1 || seconds > SECONDS_MAX) return 2;
    alarm(ALARM_SECONDS);
    body = arguments[6];
    request_length = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n", arguments[5], port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server.sin_port = htons(port);
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (!SSL_CTX_load_verify_locations(context, arguments[4], NULL)) fail("%s", arguments[4]);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, ticket);
    poller = epoll_create1(0);
    samples = malloc(SAMPLES_MAX * sizeof *samples);

    double busy = seconds_of_processor();
    long long began = now();
    ends = began + seconds * 1000000000LL;
    for (int index = 0; index < wanted; index++) begin(&clients[index]);
    while (under_way > 0) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(poller, events, EVENTS, SILENCE_MS);
        if (ready <= 0) fail("%d s of silence", SILENCE_MS / 1000);
        for (int index = 0; index < ready; index++) advance(events[index].data.ptr);
    }
    double took = (now() - began) / 1e9;
    busy = (seconds_of_processor() - busy) / took;
    qsort(samples, sampled, sizeof *samples, by_size);
    printf("{\"messages\": %ld, \"deliveries\": %ld, \"seconds\": %.6f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
           "\"busy\": %.3f, \"tickets\": %.2f}\n", handshakes, handshakes, took, samples[(sampled - 1) / 2] / 1e3,
           samples[(sampled - 1) * 99 / 100] / 1e3, busy, (double)tickets / handshakes);
}
