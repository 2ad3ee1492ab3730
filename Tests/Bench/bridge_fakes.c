// BigChat and OurAPI on loopback, as cheap as they can be, in one process: so their times are of one clock.
//
//     bridge_fakes DELAY_MICROSECONDS PAGE_EVENTS LOG
//
// Prints the ports of BigChat and of OurAPI. BigChat answers at once, OurAPI a fixed time after it has read a request.
// Both answer what BigChat and OurAPI answer where nothing fails. Conversations and advisors are numbered from 1 in what
// is offered, and external ids are those numbers. On standard input, each answered by one line:
//
//     offer FILE   adds what BigChat says, in lines of fields with tabs between them, and names how much it has now:
//                  advisor NUMBER NAME EMAIL · conversation NUMBER ADVISOR · event CONVERSATION KIND AT DATA, where AT is
//                  in Unix seconds, or 0: then the event is handed out alone by the next poll, once what was handed out
//                  before has arrived in OurAPI. NAME and DATA are JSON as they are
//     state        prints "chats messages ended writes": what OurAPI has
//     flush        writes the log out
//
// The log has a line for each call, in the order of answers, with tabs between: nanoseconds (CLOCK_MONOTONIC) when the
// request was read and when the answer was sent, the connection's number, B or O, status, method, target, and what came
// with it: the body for OurAPI, the number of events for BigChat. Chats and agents are numbered in the order of their
// 201s, and the last twelve digits of their id are that number in hexadecimal.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    SOCKETS_MAX = 1024, REQUEST_BYTES_MAX = 65536, WAITING_MAX = 1024, EVENTS = 64, NUMBER_MAX = 1 << 20,
    AGENTS_MAX = 4096, WORD_MAX = 512,
    AWAKE_NS = 150000           // a sleep may end so much later than it was asked to: the rest is waited for awake
};

typedef struct { const char *bytes; size_t length; } Text;
typedef struct { char *bytes; size_t length, room; } Buffer;
typedef struct { Buffer received; unsigned generation; long number; bool is_destination; } Connection;
typedef struct { int socket; unsigned generation; long long read_at, due; Buffer answer, line; } Waiting;

typedef struct { char *name, *email; } Advisor;
typedef struct { int advisor; long long started_at; } Conversation;
typedef struct { int conversation; char *kind, *data; long long at; } Event;
typedef struct { char *name, *email; } Agent;
typedef struct { char *sent_at, *text, *agent; } Message;
typedef struct { char *external, *started_at, *ended_at, *agent; Message *messages; int count; } Chat;

static Connection connections[SOCKETS_MAX];
static Waiting waiting[WAITING_MAX];            // a ring: the delay is the same for all, so first in is first due
static unsigned first, last;
static long accepted;
static int poller, ports[2];
static long long delay_ns, page_events;
static FILE *record;

static Advisor advisors[NUMBER_MAX];
static Conversation conversations[NUMBER_MAX];
static Event *events, *alone;
static long event_count, alone_count, alone_given;

static Agent agents[AGENTS_MAX];
static Chat *chats;
static int chat_of[NUMBER_MAX];                 // by external id, from 1; 0: none
static long agent_count, chat_count, message_count, ended_count, writes;

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void fail(const char *what) {
    fprintf(stderr, "bridge_fakes: %s\n", what);
    exit(3);
}

static void reserve(Buffer *buffer, size_t more) {
    if (buffer->length + more <= buffer->room) return;
    buffer->room = (buffer->length + more) * 2;
    buffer->bytes = realloc(buffer->bytes, buffer->room);
}

static void add(Buffer *buffer, const char *bytes, size_t length) {
    reserve(buffer, length);
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
}

__attribute__((format(printf, 2, 3))) static void print(Buffer *buffer, const char *format, ...) {
    va_list values, again;
    va_start(values, format);
    va_copy(again, values);
    int length = vsnprintf(NULL, 0, format, values);
    reserve(buffer, length + 1);
    vsnprintf(buffer->bytes + buffer->length, length + 1, format, again);
    buffer->length += length;
    va_end(values);
    va_end(again);
}

// What grows by one: room for the next, doubled when it is full.
static void *grown(void *list, long count, size_t each) {
    return count & (count - 1) ? list : realloc(list, (count ? count * 2 : 1) * each);
}

// Where a value that begins at `at` ends.
static const char *value_end(const char *at, const char *end) {
    if (at < end && *at == '"') {
        for (at++; at < end && *at != '"'; at++)
            if (*at == '\\') at++;
        return at + 1;
    }
    if (at < end && (*at == '{' || *at == '[')) {
        int depth = 0;
        while (at < end) {
            if (*at == '"') { at = value_end(at, end); continue; }
            if (*at == '{' || *at == '[') depth++;
            if (*at == '}' || *at == ']') depth--;
            at++;
            if (depth == 0) break;
        }
        return at;
    }
    while (at < end && !strchr(",}] \r\n\t", *at)) at++;
    return at;
}

// A member of a JSON object as it stands there, quotation marks included; NULL when it is missing or null.
static char *member(Text object, const char *name) {
    const char *at = object.bytes, *end = object.bytes + object.length;
    while (at < end && *at != '{') at++;
    for (at++; at < end; at++) {
        while (at < end && strchr(" \r\n\t,", *at)) at++;
        if (at >= end || *at != '"') return NULL;
        const char *key = at + 1, *key_end = value_end(at, end) - 1;
        for (at = key_end + 1; at < end && strchr(" \r\n\t:", *at);) at++;
        const char *value = at;
        at = value_end(at, end);
        if (at > end) return NULL;
        if ((size_t)(key_end - key) == strlen(name) && memcmp(key, name, key_end - key) == 0)
            return at - value == 4 && memcmp(value, "null", 4) == 0 ? NULL : strndup(value, at - value);
        at--;
    }
    return NULL;
}

// A field of a query, with its escapes undone; false when it is missing.
static bool query(const char *target, const char *name, char word[WORD_MAX]) {
    const char *at = strchr(target, '?');
    size_t length = strlen(name), count = 0;
    for (; at; at = strchr(at, '&')) {
        at++;
        if (strncmp(at, name, length) == 0 && at[length] == '=') break;
    }
    if (!at) return false;
    for (at += length + 1; *at && *at != '&' && count < WORD_MAX - 1; at++) {
        if (*at == '%' && at[1] && at[2]) {
            char digits[] = {at[1], at[2], 0};
            word[count++] = strtol(digits, NULL, 16);
            at += 2;
        } else
            word[count++] = *at == '+' ? ' ' : *at;
    }
    word[count] = 0;
    return true;
}

// Unix seconds of a time in UTC; -1 when it is none.
static long long seconds(const char *word) {
    struct tm time = {0};
    const char *rest = strptime(word, "%Y-%m-%dT%H:%M:%S", &time);
    if (!rest) return -1;
    if (*rest == '.') while (strchr(".0123456789", *rest) && *rest) rest++;
    return *rest == 0 || strcmp(rest, "Z") == 0 || strcmp(rest, "+00:00") == 0 ? timegm(&time) : -1;
}

// The number at the end of an id of ours; -1 when it is not one of `count`.
static long numbered(const char *id, long count) {
    if (!id) return -1;
    size_t length = strcspn(id, "/?");
    if (id[0] == '"') { id++; length = strlen(id) - 1; }
    if (length != 36) return -1;
    long number = strtol(id + 24, NULL, 16);
    return number >= 0 && number < count ? number : -1;
}

// ---- BigChat ----

static void event_json(Buffer *body, const Event *event, long long at) {
    print(body, "{\"conversation_id\":%d,\"event_name\":\"%s\",\"event_at\":%lld,\"data\":%s}", event->conversation,
          event->kind, at, event->data);
}

// Returns the number of events, -1 when the window cannot be read.
static long events_page(const char *target, const char *host, Buffer *body) {
    static char window[2 * WORD_MAX];           // of the page before: the next one need not look from the start
    static long window_page = -1, window_place;
    char from[WORD_MAX], until[WORD_MAX], word[WORD_MAX], asked[2 * WORD_MAX];
    if (!query(target, "start_at", from) || !query(target, "end_at", until)) return -1;
    long page = query(target, "page", word) ? atol(word) : 0, place = 0, count = 0, skip = page * page_events;
    long long start = seconds(from), end = seconds(until);
    if (start < 0 || end < 0) return -1;
    snprintf(asked, sizeof asked, "%s %s", from, until);
    if (page == window_page + 1 && strcmp(asked, window) == 0) place = window_place, skip = 0;
    print(body, "{\"events\":[");
    for (; place < event_count && count < page_events; place++) {
        Event *event = &events[place];
        if (event->at < start || event->at >= end || skip-- > 0) continue;
        if (count++) add(body, ",", 1);
        event_json(body, event, event->at);
    }
    if (page == 0 && end > start && alone_given < alone_count && writes >= alone_given) {
        Event *event = &alone[alone_given++];
        if (count++) add(body, ",", 1);
        event_json(body, event, end - 1);
        if (strcmp(event->kind, "START") == 0) conversations[event->conversation].started_at = end - 1;
    }
    strcpy(window, asked);
    window_page = page;
    window_place = place;
    bool has_more = false;
    for (; place < event_count && !has_more; place++) has_more = events[place].at >= start && events[place].at < end;
    if (has_more)
        print(body, "],\"nextPageUrl\":\"http://%s/events?start_at=%s&end_at=%s&page=%ld\"}", host, from, until,
              page + 1);
    else
        print(body, "],\"nextPageUrl\":null}");
    return count;
}

static int bigchat(const char *method, const char *target, const char *host, Buffer *body, long *count) {
    if (strcmp(method, "GET") != 0) return 405;
    if (strncmp(target, "/events?", 8) == 0) return (*count = events_page(target, host, body)) < 0 ? 500 : 200;
    bool is_conversation = strncmp(target, "/conversations/", 15) == 0;
    if (!is_conversation && strncmp(target, "/advisors/", 10) != 0) return 404;
    long number = atol(strrchr(target, '/') + 1);
    if (number <= 0 || number >= NUMBER_MAX) return 404;
    if (is_conversation) {
        Conversation *one = &conversations[number];
        if (!one->advisor) return 404;
        Event start = {number, "START", "null", one->started_at};
        print(body, "{\"conversation_id\":%ld,\"advisor_id\":%d,\"events\":[", number, one->advisor);
        event_json(body, &start, start.at);
        print(body, "]}");
    } else {
        if (!advisors[number].email) return 404;
        print(body, "{\"advisor_id\":%ld,\"name\":%s,\"email_address\":\"%s\"}", number, advisors[number].name,
              advisors[number].email);
    }
    return 200;
}

// ---- OurAPI ----

static void id(Buffer *body, char kind, long number) {
    print(body, "\"%c0000000-0000-4000-8000-%012lx\"", kind, number);
}

static const char *or_null(const char *value) { return value ? value : "null"; }

// Times are given back without their zone.
static void time_json(Buffer *body, const char *value) {
    if (!value) { print(body, "null"); return; }
    size_t length = strlen(value) - 1;
    if (value[length - 1] == 'Z') length--;
    else if (length > 6 && strncmp(value + length - 6, "+00:00", 6) == 0) length -= 6;
    print(body, "%.*s\"", (int)length, value);
}

static void agent_json(Buffer *body, long number) {
    print(body, "{\"agent_id\":");
    id(body, 'a', number);
    print(body, ",\"name\":%s,\"email\":%s}", agents[number].name, agents[number].email);
}

static void chat_json(Buffer *body, long number) {
    Chat *chat = &chats[number];
    print(body, "{\"chat_id\":");
    id(body, 'c', number);
    print(body, ",\"external_id\":%s,\"agent_id\":%s,\"started_at\":", chat->external, or_null(chat->agent));
    time_json(body, chat->started_at);
    print(body, ",\"ended_at\":");
    time_json(body, chat->ended_at);
    print(body, "}");
}

static void messages_json(Buffer *body, long number) {
    Chat *chat = &chats[number];
    print(body, "[");
    for (int index = 0; index < chat->count; index++) {
        Message *message = &chat->messages[index];
        print(body, "%s{\"message_id\":", index ? "," : "");
        id(body, 'e', number * 1000 + index);
        print(body, ",\"chat_id\":");
        id(body, 'c', number);
        print(body, ",\"agent_id\":%s,\"sent_at\":", or_null(message->agent));
        time_json(body, message->sent_at);
        print(body, ",\"text\":%s}", message->text);
    }
    print(body, "]");
}

static int refuse(Buffer *body, int status, const char *detail) {
    print(body, "{\"detail\":\"%s\"}", detail);
    return status;
}

static int find_agents(const char *target, Buffer *body) {
    char name[WORD_MAX], email[WORD_MAX], quoted[WORD_MAX + 2];
    bool has_name = query(target, "name", name), has_email = query(target, "email", email);
    bool is_next = false;
    print(body, "[");
    for (long index = 0; index < agent_count; index++) {
        snprintf(quoted, sizeof quoted, "\"%s\"", has_email ? email : "");
        if (has_email && strcmp(agents[index].email, quoted) != 0) continue;
        snprintf(quoted, sizeof quoted, "\"%s\"", has_name ? name : "");
        if (has_name && strcmp(agents[index].name, quoted) != 0) continue;
        if (is_next) add(body, ",", 1);
        agent_json(body, index);
        is_next = true;
    }
    print(body, "]");
    return 200;
}

static int create_agent(Text sent, Buffer *body) {
    Agent one = {member(sent, "name"), member(sent, "email")};
    if (!one.name || !one.email) return refuse(body, 422, "name and email");
    for (long index = 0; index < agent_count; index++)
        if (strcmp(agents[index].name, one.name) == 0 || strcmp(agents[index].email, one.email) == 0)
            return refuse(body, 500, "taken");
    if (agent_count == AGENTS_MAX) fail("too many agents");
    agents[agent_count] = one;
    agent_json(body, agent_count++);
    return 201;
}

static int external_number(const char *value) {
    int number = value ? atoi(value + (*value == '"')) : 0;
    return number > 0 && number < NUMBER_MAX ? number : 0;
}

static int create_chat(Text sent, Buffer *body) {
    Chat one = {member(sent, "external_id"), member(sent, "started_at"), member(sent, "ended_at"),
                member(sent, "agent_id"), NULL, 0};
    int external = external_number(one.external);
    writes++;
    if (!external || !one.started_at) return refuse(body, 422, "external_id and started_at");
    if (chat_of[external]) return refuse(body, 404, "A chat with that external ID already exists.");
    if (one.agent && numbered(one.agent, agent_count) < 0) return refuse(body, 400, "That agent does not exist.");
    chats = grown(chats, chat_count, sizeof *chats);
    chats[chat_count] = one;
    if (one.ended_at) ended_count++;
    chat_json(body, chat_count);
    chat_of[external] = ++chat_count;
    return 201;
}

static int find_chats(const char *target, Buffer *body) {
    char external[WORD_MAX];
    if (!query(target, "external_id", external)) return refuse(body, 422, "external_id");
    int chat = chat_of[external_number(external)];
    print(body, "[");
    if (chat) chat_json(body, chat - 1);
    print(body, "]");
    return 200;
}

static void replace(char **value, char *by) {
    if (!by) return;
    free(*value);
    *value = by;
}

static int update_chat(long number, Text sent, Buffer *body) {
    Chat *chat = &chats[number];
    char *agent = member(sent, "agent_id"), *ended_at = member(sent, "ended_at");
    writes++;
    if (agent && numbered(agent, agent_count) < 0) return refuse(body, 400, "That agent does not exist.");
    if (ended_at && !chat->ended_at) ended_count++;
    replace(&chat->agent, agent);
    replace(&chat->ended_at, ended_at);
    replace(&chat->started_at, member(sent, "started_at"));
    return 204;
}

static int post_message(long number, Text sent, Buffer *body) {
    Message one = {member(sent, "sent_at"), member(sent, "text"), member(sent, "agent_id")};
    Chat *chat = &chats[number];
    writes++;
    if (!one.sent_at || !one.text || strlen(one.text) < 4) return refuse(body, 422, "sent_at and text");
    if (one.agent && numbered(one.agent, agent_count) < 0) return refuse(body, 400, "That agent does not exist.");
    chat->messages = grown(chat->messages, chat->count, sizeof one);
    chat->messages[chat->count++] = one;
    message_count++;
    chat_json(body, number);
    return 200;
}

static int ourapi(const char *method, const char *target, Text sent, Buffer *body) {
    bool is_get = strcmp(method, "GET") == 0, is_post = strcmp(method, "POST") == 0;
    size_t path = strcspn(target, "?");
    if (path == 7 && strncmp(target, "/agents", 7) == 0)
        return is_get ? find_agents(target, body) : is_post ? create_agent(sent, body) : 405;
    if (strncmp(target, "/agents/", 8) == 0 && is_get) {
        long agent = numbered(target + 8, agent_count);
        if (agent < 0) return refuse(body, 404, "Not Found");
        agent_json(body, agent);
        return 200;
    }
    if (path == 6 && strncmp(target, "/chats", 6) == 0)
        return is_get ? find_chats(target, body) : is_post ? create_chat(sent, body) : 405;
    if (strncmp(target, "/chats/", 7) != 0) return 404;
    long chat = numbered(target + 7, chat_count);
    if (chat < 0) return refuse(body, 404, "Not Found");
    const char *rest = target + 7 + 36;
    if (strcmp(rest, "/messages") == 0) {
        if (is_post) return post_message(chat, sent, body);
        if (!is_get) return 405;
        messages_json(body, chat);
        return 200;
    }
    if (*rest) return 404;
    if (strcmp(method, "PATCH") == 0) return update_chat(chat, sent, body);
    if (!is_get) return 405;
    chat_json(body, chat);
    return 200;
}

// ---- HTTP ----

static void drop(int socket) {
    free(connections[socket].received.bytes);
    connections[socket] = (Connection){.generation = connections[socket].generation + 1};
    close(socket);
}

static void answer(Waiting *one) {
    long long at = now();
    for (size_t sent = 0; sent < one->answer.length && connections[one->socket].generation == one->generation;) {
        ssize_t some = send(one->socket, one->answer.bytes + sent, one->answer.length - sent, MSG_NOSIGNAL);
        if (some > 0) { sent += some; continue; }
        if (some < 0 && errno == EAGAIN) {
            struct pollfd writable = {one->socket, POLLOUT, 0};
            poll(&writable, 1, 1000);
            continue;
        }
        drop(one->socket);
    }
    fprintf(record, "%lld\t%lld\t%.*s\n", one->read_at, at, (int)one->line.length, one->line.bytes);
    free(one->answer.bytes);
    free(one->line.bytes);
}

static void answer_due(void) {
    for (; first != last && waiting[first % WAITING_MAX].due <= now(); first++) answer(&waiting[first % WAITING_MAX]);
}

static void received(int socket, char *head, size_t head_length, Text sent) {
    long long at = now();
    Connection *connection = &connections[socket];
    char method[16], target[4 * WORD_MAX], host[64] = "";
    head[head_length - 1] = 0;
    if (sscanf(head, "%15s %2047s", method, target) != 2) { drop(socket); return; }
    const char *line = strcasestr(head, "\r\nhost:");
    if (line) sscanf(line + 7, "%63s", host);
    Waiting one = {socket, connection->generation, at, at + delay_ns, {0}, {0}};
    Buffer body = {0};
    long count = 0;
    int status = connection->is_destination ? ourapi(method, target, sent, &body)
                                            : bigchat(method, target, host, &body, &count);
    print(&one.answer, "HTTP/1.1 %d Fake\r\ncontent-type: application/json\r\n", status);
    if (status != 204) print(&one.answer, "content-length: %zu\r\n", body.length);
    print(&one.answer, "\r\n");
    if (body.length) add(&one.answer, body.bytes, body.length);
    free(body.bytes);
    print(&one.line, "%ld\t%c\t%d\t%s\t%s\t", connection->number, connection->is_destination ? 'O' : 'B', status, method,
          target);
    if (connection->is_destination) print(&one.line, "%.*s", (int)sent.length, sent.length ? sent.bytes : "");
    else print(&one.line, "%ld", count);
    if (!connection->is_destination || delay_ns == 0) { answer(&one); return; }
    if (last - first == WAITING_MAX) fail("too many calls at once");
    waiting[last++ % WAITING_MAX] = one;
}

// Bytes of the first request's head and body, 0 when it is not whole yet, -1 when it is not understood.
static long request_length(const char *bytes, size_t length, size_t *head) {
    const char *end = length ? memmem(bytes, length, "\r\n\r\n", 4) : NULL;
    if (!end) return length < REQUEST_BYTES_MAX ? 0 : -1;
    *head = end - bytes + 4;
    for (const char *line = bytes; line < end; line = (const char *)memmem(line, end + 2 - line, "\r\n", 2) + 2) {
        if (strncasecmp(line, "transfer-encoding:", 18) == 0) return -1;
        if (strncasecmp(line, "content-length:", 15) != 0) continue;
        long body = atol(line + 15);
        if (body < 0 || *head + body > REQUEST_BYTES_MAX) return -1;
        return *head + body <= length ? (long)(*head + body) : 0;
    }
    return *head;
}

static void readable(int socket) {
    Connection *connection = &connections[socket];
    Buffer *buffer = &connection->received;
    reserve(buffer, REQUEST_BYTES_MAX);
    ssize_t got = recv(socket, buffer->bytes + buffer->length, REQUEST_BYTES_MAX, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) { drop(socket); return; }
    buffer->length += got;
    size_t used = 0, head;
    unsigned generation = connection->generation;
    long length;
    while ((length = request_length(buffer->bytes + used, buffer->length - used, &head)) > 0) {
        char *request = buffer->bytes + used;
        used += length;
        received(socket, request, head, (Text){request + head, length - head});
        if (connection->generation != generation) return;
    }
    if (length < 0) { drop(socket); return; }
    buffer->length -= used;
    memmove(buffer->bytes, buffer->bytes + used, buffer->length);
}

// ---- The one who measures ----

static void offered(char *line) {
    char *field[5] = {0};
    for (int index = 0; index < 5 && line; index++) field[index] = strsep(&line, "\t");
    long number = field[1] ? atol(field[1]) : 0;
    if (number <= 0 || number >= NUMBER_MAX || !field[2]) fail("a number out of bounds");
    if (strcmp(field[0], "advisor") == 0 && field[3])
        advisors[number] = (Advisor){strdup(field[2]), strdup(field[3])};
    else if (strcmp(field[0], "conversation") == 0)
        conversations[number] = (Conversation){atoi(field[2]), 0};
    else if (strcmp(field[0], "event") == 0 && field[4]) {
        Event one = {number, strdup(field[2]), strdup(field[4]), atoll(field[3])};
        if (one.at && strcmp(one.kind, "START") == 0) conversations[number].started_at = one.at;
        if (one.at) {
            events = grown(events, event_count, sizeof one);
            events[event_count++] = one;
        } else {
            alone = grown(alone, alone_count, sizeof one);
            alone[alone_count++] = one;
        }
    } else
        fail("a line that says nothing");
}

static void offer(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) fail(path);
    char *line = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, file)) > 0;) {
        if (line[length - 1] == '\n') line[length - 1] = 0;
        offered(line);
    }
    free(line);
    fclose(file);
    printf("%ld %ld\n", event_count, alone_count);
}

static void told(void) {
    static char line[4096];
    static size_t length;
    ssize_t got = read(STDIN_FILENO, line + length, sizeof line - 1 - length);
    if (got <= 0) exit(0);
    length += got;
    for (char *end; (end = memchr(line, '\n', length));) {
        *end = 0;
        if (strncmp(line, "offer ", 6) == 0) offer(line + 6);
        else if (strcmp(line, "state") == 0)
            printf("%ld %ld %ld %ld\n", chat_count, message_count, ended_count, writes);
        else if (strcmp(line, "flush") == 0) {
            // A call counts when it is heard, and is written down when it is answered: the last may be in between.
            for (; first != last; first++) answer(&waiting[first % WAITING_MAX]);
            fflush(record);
            printf("flushed\n");
        } else
            fail("a command that is none");
        fflush(stdout);
        length -= end + 1 - line;
        memmove(line, end + 1, length);
    }
}

static void watch(int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

static int listener(int *port) {
    int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(socket_, (struct sockaddr *)&address, length) || listen(socket_, 128)) fail("cannot listen");
    getsockname(socket_, (struct sockaddr *)&address, &length);
    *port = ntohs(address.sin_port);
    watch(socket_);
    return socket_;
}

static void accept_from(int listener, bool is_destination) {
    int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (socket < 0) return;
    if (socket >= SOCKETS_MAX) { close(socket); return; }
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    connections[socket].number = ++accepted;
    connections[socket].is_destination = is_destination;
    watch(socket);
}

static int ready(struct epoll_event *events) {
    if (first == last) return epoll_wait(poller, events, EVENTS, -1);
    long long left = waiting[first % WAITING_MAX].due - now() - AWAKE_NS;
    if (left <= 0) return epoll_wait(poller, events, EVENTS, 0);
    struct timespec most = {left / 1000000000LL, left % 1000000000LL};
    return epoll_pwait2(poller, events, EVENTS, &most, NULL);
}

int main(int arguments, char **argument) {
    if (arguments != 4) return 2;
    delay_ns = atoll(argument[1]) * 1000;
    page_events = atoll(argument[2]);
    record = fopen(argument[3], "w");
    if (!record || page_events <= 0) return 2;
    poller = epoll_create1(0);
    int source = listener(&ports[0]), destination = listener(&ports[1]);
    watch(STDIN_FILENO);
    printf("%d %d\n", ports[0], ports[1]);
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = ready(events);
        for (int index = 0; index < count; index++) {
            int descriptor = events[index].data.fd;
            if (descriptor == source || descriptor == destination)
                accept_from(descriptor, descriptor == destination);
            else if (descriptor == STDIN_FILENO) told();
            else readable(descriptor);
        }
        answer_due();
    }
}
