// The floor: a WebSocket server (RFC 6455) that does as little as one can, on one thread with epoll.
//
//     ws_peer
//
// Prints its port. `/echo` sends every frame back as it came; `/room` sends what one says to all, encoded once, one
// send for each listener and each batch it read. It trusts its clients: no fragments, no check of UTF-8, no deadlines,
// no pings of its own. Clients that break its limits are dropped.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SOCKETS_MAX = 20480, EVENTS = 256, HEAD_BYTES_MAX = 4096, MESSAGE_BYTES_MAX = 16384, QUEUED_BYTES_MAX = 256 * 1024,
    INPUT_BYTES = 65536, OUTPUT_BYTES = INPUT_BYTES,        // a server's frame is shorter than the client's was: no key
};
enum { CLOSE = 8, PING = 9, PONG = 10 };

typedef struct { uint8_t *bytes; size_t length; } Bytes;

typedef struct {
    Bytes kept;                     // of a head or frame that has not come whole
    Bytes queued;                   // what the kernel did not take
    int place;                      // in the room, or -1
    bool upgraded;
} Connection;

static Connection connections[SOCKETS_MAX];
static int room[SOCKETS_MAX], listeners, poller;
static uint8_t input[INPUT_BYTES], output[OUTPUT_BYTES], said[OUTPUT_BYTES];
static size_t output_length, said_length;                   // for the one who is being read; for the room

static void drop(int socket) {
    Connection *one = &connections[socket];
    if (one->place >= 0) {
        room[one->place] = room[--listeners];
        connections[room[one->place]].place = one->place;
    }
    free(one->kept.bytes);
    free(one->queued.bytes);
    *one = (Connection){.place = -1};
    close(socket);
}

static bool keep(Bytes *bytes, const uint8_t *more, size_t length) {
    uint8_t *grown = realloc(bytes->bytes, bytes->length + length);
    if (!grown) return false;
    memcpy(grown + bytes->length, more, length);
    *bytes = (Bytes){grown, bytes->length + length};
    return true;
}

static void forget(Bytes *bytes) {
    free(bytes->bytes);
    *bytes = (Bytes){NULL, 0};
}

// False when the client is gone or too slow.
static bool send_all(int socket, const uint8_t *bytes, size_t length) {
    Bytes *queued = &connections[socket].queued;
    ssize_t sent = queued->length ? 0 : send(socket, bytes, length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent < 0) sent = 0;
    if ((size_t)sent == length) return true;
    return queued->length + length - sent <= QUEUED_BYTES_MAX && keep(queued, bytes + sent, length - sent);
}

static bool writable(int socket) {
    Bytes *queued = &connections[socket].queued;
    if (!queued->length) return true;
    ssize_t sent = send(socket, queued->bytes, queued->length, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    queued->length -= sent;
    memmove(queued->bytes, queued->bytes + sent, queued->length);
    if (!queued->length) forget(queued);
    return true;
}

static void add_frame(uint8_t *to, size_t *at, uint8_t first, const uint8_t *payload, size_t length) {
    to[(*at)++] = first;
    if (length <= 125) to[(*at)++] = length;
    else {
        to[(*at)++] = 126;
        to[(*at)++] = length >> 8;
        to[(*at)++] = length & 255;
    }
    memcpy(to + *at, payload, length);
    *at += length;
}

// Takes the whole frames and returns how many bytes they were, or -1 to drop the client.
static long take_frames(Connection *one, uint8_t *bytes, size_t length) {
    size_t used = 0;
    while (length - used >= 6) {
        uint8_t *frame = bytes + used;
        size_t size = frame[1] & 127, start = 6;
        if (!(frame[1] & 128) || size == 127) return -1;
        if (size == 126) {
            if (length - used < 8) break;
            size = frame[2] << 8 | frame[3];
            start = 8;
        }
        if (size > MESSAGE_BYTES_MAX) return -1;
        if (length - used < start + size) break;
        uint8_t *key = frame + start - 4, *payload = frame + start;
        for (size_t index = 0; index < size; index++) payload[index] ^= key[index & 3];
        int opcode = frame[0] & 15;
        if (opcode == PING) add_frame(output, &output_length, 0x80 | PONG, payload, size);
        else if (opcode == CLOSE || (opcode < CLOSE && one->place < 0))
            add_frame(output, &output_length, frame[0], payload, size);
        else if (opcode < CLOSE) add_frame(said, &said_length, frame[0], payload, size);
        used += start + size;
        if (opcode == CLOSE) one->upgraded = false;         // nothing is read after it
    }
    return used;
}

// The answer to an opening handshake; false when it is none.
static bool upgrade(int socket, char *head) {
    Connection *one = &connections[socket];
    char *key = strcasestr(head, "\r\nSec-WebSocket-Key:");
    if (!key) return false;
    key += 20 + strspn(key + 20, " ");
    char text[128], accept[64];
    uint8_t digest[EVP_MAX_MD_SIZE];
    size_t size;
    int length = snprintf(text, sizeof text, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int)strcspn(key, " \r"), key);
    if (length >= (int)sizeof text || !EVP_Q_digest(NULL, "SHA1", NULL, text, length, digest, &size)) return false;
    EVP_EncodeBlock((uint8_t *)accept, digest, size);
    output_length = sprintf((char *)output, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
    one->upgraded = true;
    if (strncmp(head, "GET /room ", 10) == 0) {
        one->place = listeners;
        room[listeners++] = socket;
    }
    return strncmp(head, "GET ", 4) == 0;
}

// Understands what has been read; bytes used, or -1 to drop the client.
static long understand(int socket, size_t length) {
    size_t used = 0;
    if (!connections[socket].upgraded) {
        char *end = memmem(input, length, "\r\n\r\n", 4);
        if (!end) return length < HEAD_BYTES_MAX ? 0 : -1;
        *end = 0;
        if (!upgrade(socket, (char *)input)) return -1;
        used = end + 4 - (char *)input;
    }
    long more = take_frames(&connections[socket], input + used, length - used);
    return more < 0 ? -1 : (long)used + more;
}

static void tell_room(void) {
    for (int index = listeners - 1; index >= 0; index--)    // from the end: dropping moves the last one into the gap
        if (!send_all(room[index], said, said_length)) drop(room[index]);
}

static void readable(int socket) {
    Connection *one = &connections[socket];
    for (;;) {
        size_t had = one->kept.length, space = sizeof input - had;
        memcpy(input, one->kept.bytes ? one->kept.bytes : input, had);
        ssize_t got = recv(socket, input + had, space, 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) { drop(socket); return; }
        forget(&one->kept);
        output_length = said_length = 0;
        long used = understand(socket, had + got);
        bool stays = used >= 0 && (!output_length || send_all(socket, output, output_length))
            && (used == 0 || one->upgraded)                 // not after Close
            && ((size_t)used == had + got || keep(&one->kept, input + used, had + got - used));
        if (!stays) drop(socket);
        if (said_length) tell_room();
        if (!stays || (size_t)got < space) return;
    }
}

static void watch(int descriptor, unsigned events) {
    struct epoll_event event = {.events = events, .data.fd = descriptor};
    epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

static void accept_from(int listener) {
    int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (socket < 0) return;
    if (socket >= SOCKETS_MAX) { close(socket); return; }
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    connections[socket] = (Connection){.place = -1};
    watch(socket, EPOLLIN | EPOLLOUT | EPOLLET);
}

int main(void) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 512)) return 1;
    getsockname(listener, (struct sockaddr *)&address, &length);
    poller = epoll_create1(0);
    watch(listener, EPOLLIN);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(poller, events, EVENTS, -1);
        for (int index = 0; index < ready; index++) {
            int socket = events[index].data.fd;
            if (socket == listener) { accept_from(listener); continue; }
            if (events[index].events & EPOLLOUT && !writable(socket)) { drop(socket); continue; }
            if (events[index].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(socket);
        }
    }
}
