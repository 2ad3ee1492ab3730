// WebSocket clients (RFC 6455) on loopback that put load on a server and check every message they get.
//
//     ws_load echo PORT CONNECTIONS BYTES SECONDS               one message under way on each connection
//     ws_load room PORT LISTENERS BYTES SECONDS OUTSTANDING     the first listener also sends
//     ws_load idle PORT CONNECTIONS BYTES                       one round trip each, then silence
//
// Opens its connections one after the other, exchanges a first message on each, prints "ready" and waits for a line,
// answering pings meanwhile; so whoever measures the server can look at it before and after. Then runs, prints one line
// of JSON, and closes every connection by the closing handshake. Any answer but the expected one ends it with exit
// code 1 and a reason: an echo must be what was sent, and a listener must get every message once, in order, unchanged.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CLIENTS_MAX = 20000, SECONDS_MAX = 60, EVENTS = 512,
    BYTES_MIN = 24, BYTES_MAX = 125,                // one length byte is enough for every frame
    FRAME_BYTES_MAX = 2 + 4 + BYTES_MAX,
    HEAD_BYTES_MAX = 4096, INPUT_BYTES = 65536,
    OUTSTANDING_MAX = 32, JOIN_TRIES_MAX = 32,
    RING = OUTSTANDING_MAX + JOIN_TRIES_MAX,        // numbers of a room that can be under way at once
    JOIN_WAIT_MS = 250, SILENCE_MS = 20000, OPEN_SECONDS = 10, ALARM_SECONDS = 240,
    SAMPLES_MAX = 1 << 24,
};
enum { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

typedef struct {
    int socket;
    long next;                                      // number of the message to come; -1 while a listener has had none
    long long sent;                                 // when the one under way left, nanoseconds
    bool finished;                                  // has had its answer to Close
    unsigned kept;                                  // bytes of a frame that has not come whole
    uint8_t rest[FRAME_BYTES_MAX];
} Client;

typedef struct { uint8_t bytes[BYTES_MAX]; int received; long long sent; } Published;

static Client *clients;
static int client_count, poller;
static size_t message_bytes;
static enum { ECHO, ROOM, IDLE } mode;
static enum { OPENING, WAITING, RUNNING, DRAINING, CLOSING } phase;

static Published ring[RING];
static long published, completed;                   // numbers sent by the first listener; those everybody has had
static int joined, outstanding, under_way, open_count;
static long long ends;                              // nothing new is sent from then on, nanoseconds

static long deliveries, messages;                   // since the run began
static unsigned long long *samples;
static long sample_count;

static void fail(const char *format, ...) {
    va_list values;
    va_start(values, format);
    fputs("ws_load: ", stderr);
    vfprintf(stderr, format, values);
    fputs("\n", stderr);
    exit(1);
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void sample(long long nanoseconds) {
    if (sample_count < SAMPLES_MAX) samples[sample_count++] = nanoseconds;
}

// What client `who` sends as message `number`: both in hexadecimal, then letters that depend on both.
static void compose(uint8_t *bytes, uint32_t who, uint32_t number) {
    for (int digit = 0; digit < 8; digit++) {
        bytes[digit] = "0123456789abcdef"[who >> (28 - 4 * digit) & 15];
        bytes[9 + digit] = "0123456789abcdef"[number >> (28 - 4 * digit) & 15];
    }
    bytes[8] = ' ';
    unsigned letter = (who + number) % 26;
    for (size_t index = 17; index < message_bytes; index++, letter = letter == 25 ? 0 : letter + 1)
        bytes[index] = 'a' + letter;
}

static void send_frame(Client *client, int opcode, const uint8_t *payload, size_t length) {
    static uint32_t state = 2463534242;             // xorshift: nobody here needs keys that cannot be guessed
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    uint8_t frame[FRAME_BYTES_MAX] = {0x80 | opcode, 0x80 | length}, key[4];
    memcpy(key, &state, 4);
    memcpy(frame + 2, key, 4);
    for (size_t index = 0; index < length; index++) frame[6 + index] = payload[index] ^ key[index & 3];
    ssize_t sent = send(client->socket, frame, 6 + length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != (ssize_t)(6 + length)) fail("a frame of %zu bytes did not fit its socket", 6 + length);
}

static void ask(Client *client) {
    uint8_t bytes[BYTES_MAX];
    compose(bytes, client - clients, client->next);
    client->sent = now();
    send_frame(client, TEXT, bytes, message_bytes);
    under_way++;
}

static void publish(void) {
    Published *one = &ring[published % RING];
    compose(one->bytes, 0, published);
    one->received = 0;
    one->sent = now();
    send_frame(clients, TEXT, one->bytes, message_bytes);
    published++;
}

static void echoed(Client *client, const uint8_t *payload) {
    uint8_t expected[BYTES_MAX];
    compose(expected, client - clients, client->next);
    if (memcmp(payload, expected, message_bytes) != 0) fail("an echo differs from what was sent");
    client->next++;
    under_way--;
    if (phase != RUNNING) return;
    long long at = now();
    sample(at - client->sent);
    messages++;
    if (at < ends) ask(client);
}

static void heard(Client *client, const uint8_t *payload) {
    if (client->next < 0) {                         // is in the room, and misses nothing from here on
        char digits[9] = {0};
        memcpy(digits, payload + 9, 8);
        client->next = strtol(digits, NULL, 16);
        joined++;
    }
    if (client->next >= published) fail("a listener got a message that was not sent");
    Published *one = &ring[client->next % RING];
    if (memcmp(payload, one->bytes, message_bytes) != 0)
        fail("listener %td expected number %ld and got '%.17s'", client - clients, client->next, payload);
    client->next++;
    one->received++;
    if (phase != RUNNING) return;
    deliveries++;
    if (one->received < client_count) return;
    long long at = now();                           // each listener goes in order, so numbers complete in order
    sample(at - one->sent);
    completed++;
    messages++;
    while (published - completed < outstanding && at < ends) publish();
}

static void received(Client *client, int opcode, const uint8_t *payload, size_t length) {
    switch (opcode) {
    case TEXT:
        if (phase == CLOSING) fail("a message more than there should be");
        if (length != message_bytes) fail("a message of %zu bytes where %zu were sent", length, message_bytes);
        if (mode == ROOM) heard(client, payload);
        else echoed(client, payload);
        break;
    case PING: send_frame(client, PONG, payload, length); break;
    case PONG: break;
    case CLOSE:
        if (phase != CLOSING) fail("the server closed: %d", length < 2 ? 1005 : payload[0] << 8 | payload[1]);
        client->finished = true;
        break;
    default: fail("a frame with opcode %d", opcode);
    }
}

// Takes every whole frame and returns how many bytes they were.
static size_t take_frames(Client *client, const uint8_t *bytes, size_t length) {
    size_t used = 0;
    while (length - used >= 2) {
        const uint8_t *frame = bytes + used;
        if ((frame[0] & 0xf0) != 0x80 || frame[1] > BYTES_MAX)
            fail("a frame that begins %02x %02x", frame[0], frame[1]);
        size_t size = 2 + frame[1];
        if (length - used < size) break;
        received(client, frame[0] & 15, frame + 2, frame[1]);
        used += size;
    }
    return used;
}

static void ended(Client *client) {
    if (phase != CLOSING || !client->finished) fail("a connection ended without the closing handshake");
    close(client->socket);
    client->socket = -1;
    open_count--;
}

static void readable(Client *client) {
    static uint8_t input[INPUT_BYTES];
    for (;;) {
        memcpy(input, client->rest, client->kept);
        size_t room = sizeof input - client->kept;
        ssize_t got = recv(client->socket, input + client->kept, room, MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) { ended(client); return; }
        size_t length = client->kept + got, used = take_frames(client, input, length);
        client->kept = length - used;
        memcpy(client->rest, input + used, client->kept);
        if ((size_t)got < room && phase != CLOSING) return;     // short: the socket is empty, more is an event
    }
}

// Serves one batch of events; false when there was none within `milliseconds`. Lines on standard input set `told`.
static bool serve(int milliseconds, bool *told) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(poller, events, EVENTS, milliseconds);
    for (int index = 0; index < ready; index++) {
        if (events[index].data.ptr) { readable(events[index].data.ptr); continue; }
        char line[64];
        if (read(0, line, sizeof line) <= 0) fail("nobody waits for the result");
        if (told) *told = true;
    }
    return ready > 0;
}

static void serve_or_fail(const char *what) {
    if (!serve(SILENCE_MS, NULL)) fail("%d s of silence while %s", SILENCE_MS / 1000, what);
}

static void watch(int descriptor, Client *client) {
    struct epoll_event event = {.events = EPOLLIN | (client ? EPOLLET : 0), .data.ptr = client};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event)) fail("epoll_ctl: %s", strerror(errno));
}

// One opening handshake, with the key and the answer of RFC 6455 §1.3.
static void open_client(Client *client, int port, const char *path) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(port)};
    client->socket = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = {.tv_sec = OPEN_SECONDS};
    setsockopt(client->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (client->socket < 0 || connect(client->socket, (struct sockaddr *)&address, sizeof address))
        fail("connection %td: %s", client - clients, strerror(errno));
    char request[512], head[HEAD_BYTES_MAX + 1], *end;
    int length = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", path, port);
    if (send(client->socket, request, length, MSG_NOSIGNAL) != length) fail("send: %s", strerror(errno));
    size_t had = 0;
    do {
        ssize_t got = recv(client->socket, head + had, HEAD_BYTES_MAX - had, 0);
        if (got <= 0) fail("no answer to the opening handshake of connection %td", client - clients);
        had += got;
        head[had] = 0;
    } while (!(end = strstr(head, "\r\n\r\n")));
    if (strncmp(head, "HTTP/1.1 101 ", 13) != 0 || !strstr(head, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
        fail("not an upgrade: %.*s", (int)strcspn(head, "\r"), head);
    uint8_t *rest = (uint8_t *)end + 4;
    size_t length_of_rest = had - (end + 4 - head), used = take_frames(client, rest, length_of_rest);
    if (length_of_rest - used > sizeof client->rest) fail("a frame longer than any sent");
    client->kept = length_of_rest - used;
    memcpy(client->rest, rest + used, client->kept);
    watch(client->socket, client);
    open_count++;
}

// One round trip each, so that every connection has been used once.
static void first_echoes(void) {
    for (int index = 0; index < client_count; index++) {
        ask(&clients[index]);
        while (under_way > 0) serve_or_fail("waiting for a first echo");
    }
}

// The answer 101 does not say that a listener is in the room yet: send until everybody has heard something, then wait
// until everybody has had all of it.
static void join(void) {
    for (int tries = 0; joined < client_count; tries++) {
        if (tries == JOIN_TRIES_MAX) fail("%d listeners never heard anything", client_count - joined);
        publish();
        while (joined < client_count && serve(JOIN_WAIT_MS, NULL)) {}
    }
    for (int index = 0; index < client_count; index++)
        while (clients[index].next < published) serve_or_fail("joining");
    completed = published;
}

static void run(int seconds) {
    phase = RUNNING;
    ends = now() + seconds * 1000000000LL;
    if (mode == ECHO) {
        for (int index = 0; index < client_count; index++) ask(&clients[index]);
        while (under_way > 0) serve_or_fail("waiting for echoes");
        deliveries = messages;
    } else {
        while (published - completed < outstanding) publish();
        while (completed < published) serve_or_fail("waiting for deliveries");
    }
    phase = DRAINING;
}

static void close_all(void) {
    phase = CLOSING;
    for (int index = 0; index < client_count; index++) {
        send_frame(&clients[index], CLOSE, (const uint8_t[]){1000 >> 8, 1000 & 255}, 2);
        serve(0, NULL);
    }
    while (open_count > 0) serve_or_fail("closing");
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

static double percentile_us(double part) {
    return sample_count ? samples[(long)(part * (sample_count - 1))] / 1e3 : 0;
}

static int number(const char *text, int least, int most) {
    char *end;
    long value = strtol(text, &end, 10);
    if (*end || value < least || value > most) fail("'%s' is not a number from %d to %d", text, least, most);
    return value;
}

int main(int count, char **arguments) {
    if (count < 5) return 2;
    const char *name = arguments[1];
    mode = strcmp(name, "echo") == 0 ? ECHO : strcmp(name, "room") == 0 ? ROOM : IDLE;
    if ((mode == IDLE && strcmp(name, "idle") != 0) || count != (mode == ECHO ? 6 : mode == ROOM ? 7 : 5)) return 2;
    int port = number(arguments[2], 1, 65535);
    client_count = number(arguments[3], 1, CLIENTS_MAX);
    message_bytes = number(arguments[4], BYTES_MIN, BYTES_MAX);
    int seconds = mode == IDLE ? 0 : number(arguments[5], 1, SECONDS_MAX);
    outstanding = mode == ROOM ? number(arguments[6], 1, OUTSTANDING_MAX) : 1;
    alarm(ALARM_SECONDS);
    clients = calloc(client_count, sizeof *clients);
    samples = malloc(SAMPLES_MAX * sizeof *samples);
    poller = epoll_create1(0);
    if (!clients || !samples || poller < 0) fail("no memory");

    for (int index = 0; index < client_count; index++) {
        clients[index].next = mode == ROOM ? -1 : 0;
        open_client(&clients[index], port, mode == ROOM ? "/room" : "/echo");
    }
    if (mode == ROOM) join();
    else first_echoes();
    phase = WAITING;
    watch(0, NULL);
    puts("ready");
    fflush(stdout);
    for (bool told = false; !told;) serve(-1, &told);

    if (mode != IDLE) {
        double busy = seconds_of_processor();
        long long began = now();
        run(seconds);
        double took = (now() - began) / 1e9;
        busy = (seconds_of_processor() - busy) / took;
        qsort(samples, sample_count, sizeof *samples, by_size);
        printf("{\"messages\": %ld, \"deliveries\": %ld, \"seconds\": %.6f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
               "\"busy\": %.3f}\n", messages, deliveries, took, percentile_us(0.5), percentile_us(0.99), busy);
        fflush(stdout);
    }
    close_all();
}
