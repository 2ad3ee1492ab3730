// A receiver of webhooks on loopback that answers every request a fixed time after it arrived.
//
//     sink DELAY_MICROSECONDS REPORT_EVERY
//
// Prints its port, then "count nanoseconds" (CLOCK_MONOTONIC) for the first and every REPORT_EVERY-th request.
// Understands keep-alive, pipelining and Content-Length; anything else closes the connection.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { SOCKETS_MAX = 4096, REQUEST_BYTES_MAX = 65536, WAITING_MAX = 65536, EVENTS = 256 };

typedef struct { char *bytes; size_t length; unsigned generation; } Connection;
typedef struct { int socket; unsigned generation; long long due; } Waiting;

static Connection connections[SOCKETS_MAX];
static Waiting waiting[WAITING_MAX];            // a ring: the delay is the same for all, so first in is first due
static unsigned first, last;
static int poller, timer;
static long long delay_ns, count, every;
static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void drop(int socket) {
    free(connections[socket].bytes);
    connections[socket] = (Connection){NULL, 0, connections[socket].generation + 1};
    close(socket);
}

static void arm(void) {
    long long due = waiting[first % WAITING_MAX].due;
    struct itimerspec when = {.it_value = {due / 1000000000LL, due % 1000000000LL}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void received(int socket) {
    long long at = now();
    count++;
    if (count == 1 || count % every == 0) {
        printf("%lld %lld\n", count, at);
        fflush(stdout);
    }
    if (last - first == WAITING_MAX) exit(3);
    waiting[last++ % WAITING_MAX] = (Waiting){socket, connections[socket].generation, at + delay_ns};
    if (last - first == 1) arm();
}

static void answer_due(void) {
    unsigned long long expirations;
    if (read(timer, &expirations, sizeof expirations) < 0) return;
    long long at = now();
    for (; first != last && waiting[first % WAITING_MAX].due <= at; first++) {
        Waiting one = waiting[first % WAITING_MAX];
        if (connections[one.socket].generation == one.generation
            && send(one.socket, reply, sizeof reply - 1, MSG_NOSIGNAL) != sizeof reply - 1)
            drop(one.socket);
    }
    if (first != last) arm();
}

// Bytes of the first whole request, 0 when it is not whole yet, -1 when it is not understood.
static long request_length(const char *bytes, size_t length) {
    const char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end) return length < REQUEST_BYTES_MAX ? 0 : -1;
    size_t head = end - bytes + 4;
    for (const char *line = bytes; line < end; line = (const char *)memmem(line, end + 2 - line, "\r\n", 2) + 2) {
        if (strncasecmp(line, "content-length:", 15) != 0) continue;
        long body = atol(line + 15);
        if (body < 0 || head + body > REQUEST_BYTES_MAX) return -1;
        return head + body <= length ? (long)(head + body) : 0;
    }
    return head;
}

static void readable(int socket) {
    Connection *connection = &connections[socket];
    if (!connection->bytes) connection->bytes = malloc(REQUEST_BYTES_MAX);
    ssize_t got = recv(socket, connection->bytes + connection->length, REQUEST_BYTES_MAX - connection->length, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) { drop(socket); return; }
    connection->length += got;
    long used = 0, length;
    while ((length = request_length(connection->bytes + used, connection->length - used)) > 0) {
        used += length;
        received(socket);
    }
    if (length < 0) { drop(socket); return; }
    connection->length -= used;
    memmove(connection->bytes, connection->bytes + used, connection->length);
}

static void watch(int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

static void accept_from(int listener) {
    int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (socket < 0) return;
    if (socket >= SOCKETS_MAX) { close(socket); return; }
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    watch(socket);
}

int main(int arguments, char **argument) {
    if (arguments != 3) return 2;
    delay_ns = atoll(argument[1]) * 1000;
    every = atoll(argument[2]);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 512)) return 1;
    getsockname(listener, (struct sockaddr *)&address, &length);
    poller = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    watch(listener);
    watch(timer);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(poller, events, EVENTS, -1);
        for (int index = 0; index < ready; index++) {
            int descriptor = events[index].data.fd;
            if (descriptor == listener) accept_from(listener);
            else if (descriptor == timer) answer_due();
            else readable(descriptor);
        }
    }
}
