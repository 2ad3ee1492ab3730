#ifndef PARLEY_CCURL_SHIM_H
#define PARLEY_CCURL_SHIM_H

// First, so that the C library's declarations belong to Swift's Glibc and not to this module: otherwise the
// optimiser cannot match them with those that Foundation was built with.
#pragma clang module import SwiftGlibc

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* libcurl is loaded at its first use: with the thirty libraries it brings it would take a fifth of an idle program's
   memory and of its start. Each function below is the library's own, looked up once. */

static inline void *parley_curl_symbol(const char *name) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW);
    return library ? dlsym(library, name) : NULL;
}
/* 0 when libcurl is not installed: nothing else here may be called then. */
static inline int parley_curl_is_there(void) { return parley_curl_symbol("curl_easy_init") != NULL; }

#define PARLEY_LAZY(result, name, parameters, arguments)                                                             \
    static inline result parley_##name parameters {                                                                  \
        static result(*call) parameters;                                                                             \
        if (!call) call = (result(*) parameters)parley_curl_symbol(#name);                                           \
        return call arguments;                                                                                       \
    }

PARLEY_LAZY(CURLcode, curl_global_init, (long flags), (flags))
PARLEY_LAZY(CURL *, curl_easy_init, (void), ())
PARLEY_LAZY(char *, curl_version, (void), ())
PARLEY_LAZY(void, curl_easy_cleanup, (CURL *easy), (easy))
PARLEY_LAZY(void, curl_easy_reset, (CURL *easy), (easy))
PARLEY_LAZY(const char *, curl_easy_strerror, (CURLcode code), (code))
PARLEY_LAZY(void, curl_free, (void *memory), (memory))
PARLEY_LAZY(time_t, curl_getdate, (const char *text, const time_t *unused), (text, unused))
PARLEY_LAZY(curl_mime *, curl_mime_init, (CURL *easy), (easy))
PARLEY_LAZY(void, curl_mime_free, (curl_mime *mime), (mime))
PARLEY_LAZY(curl_mimepart *, curl_mime_addpart, (curl_mime *mime), (mime))
PARLEY_LAZY(CURLcode, curl_mime_data, (curl_mimepart *part, const char *bytes, size_t count), (part, bytes, count))
PARLEY_LAZY(CURLcode, curl_mime_type, (curl_mimepart *part, const char *type), (part, type))
PARLEY_LAZY(CURLcode, curl_mime_encoder, (curl_mimepart *part, const char *encoding), (part, encoding))
PARLEY_LAZY(CURLM *, curl_multi_init, (void), ())
PARLEY_LAZY(CURLMcode, curl_multi_cleanup, (CURLM *multi), (multi))
PARLEY_LAZY(CURLMcode, curl_multi_add_handle, (CURLM *multi, CURL *easy), (multi, easy))
PARLEY_LAZY(CURLMcode, curl_multi_remove_handle, (CURLM *multi, CURL *easy), (multi, easy))
PARLEY_LAZY(CURLMcode, curl_multi_perform, (CURLM *multi, int *running), (multi, running))
PARLEY_LAZY(CURLMcode, curl_multi_wakeup, (CURLM *multi), (multi))
PARLEY_LAZY(CURLMsg *, curl_multi_info_read, (CURLM *multi, int *left), (multi, left))
PARLEY_LAZY(CURLMcode, curl_multi_poll, (CURLM *multi, struct curl_waitfd *extra, unsigned int count, int milliseconds, int *ready), (multi, extra, count, milliseconds, ready))
PARLEY_LAZY(struct curl_slist *, curl_slist_append, (struct curl_slist *list, const char *text), (list, text))
PARLEY_LAZY(void, curl_slist_free_all, (struct curl_slist *list), (list))
PARLEY_LAZY(CURLU *, curl_url, (void), ())
PARLEY_LAZY(void, curl_url_cleanup, (CURLU *url), (url))
PARLEY_LAZY(CURLUcode, curl_url_get, (const CURLU *url, CURLUPart what, char **part, unsigned int flags), (url, what, part, flags))
PARLEY_LAZY(CURLUcode, curl_url_set, (CURLU *url, CURLUPart what, const char *part, unsigned int flags), (url, what, part, flags))

/* The variadic ones: Swift cannot call those, so there is one typed function for each kind of argument. */

typedef CURLcode (*parley_setter)(CURL *easy, CURLoption option, ...);
static inline parley_setter parley_set(void) {
    static parley_setter call;
    if (!call) call = (parley_setter)parley_curl_symbol("curl_easy_setopt");
    return call;
}
typedef CURLcode (*parley_getter)(CURL *easy, CURLINFO info, ...);
static inline parley_getter parley_get(void) {
    static parley_getter call;
    if (!call) call = (parley_getter)parley_curl_symbol("curl_easy_getinfo");
    return call;
}
typedef CURLMcode (*parley_multi_setter)(CURLM *multi, CURLMoption option, ...);

static inline CURLcode parley_set_long(CURL *easy, CURLoption option, long value) {
    return parley_set()(easy, option, value);
}
static inline CURLcode parley_set_large(CURL *easy, CURLoption option, curl_off_t value) {
    return parley_set()(easy, option, value);
}
static inline CURLcode parley_set_text(CURL *easy, CURLoption option, const char *value) {
    return parley_set()(easy, option, value);
}
static inline CURLcode parley_set_pointer(CURL *easy, CURLoption option, void *value) {
    return parley_set()(easy, option, value);
}
static inline CURLMcode parley_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    parley_multi_setter call = (parley_multi_setter)parley_curl_symbol("curl_multi_setopt");
    return call(multi, option, value);
}

static inline long parley_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    parley_get()(easy, info, &value);
    return value;
}
static inline void *parley_get_private(CURL *easy) {
    char *value = NULL;
    parley_get()(easy, CURLINFO_PRIVATE, &value);
    return value;
}

/* The message's fields, since Swift does not import a C union's members by their own names. */
static inline CURL *parley_message_easy(const CURLMsg *message) { return message->easy_handle; }
static inline CURLcode parley_message_result(const CURLMsg *message) { return message->data.result; }

typedef size_t (*parley_receive)(char *bytes, size_t size, size_t count, void *context);
typedef size_t (*parley_give)(char *bytes, size_t size, size_t count, void *context);
typedef int (*parley_go_back)(void *context, curl_off_t offset, int origin);
typedef curl_socket_t (*parley_open_socket)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*parley_before_request)(
    void *context, char *remote, char *local, int remote_port, int local_port);
typedef int (*parley_debug)(CURL *easy, curl_infotype kind, char *bytes, size_t count, void *context);

static inline void parley_set_receivers(CURL *easy, parley_receive body, parley_receive head, void *context) {
    parley_set()(easy, CURLOPT_WRITEFUNCTION, body);
    parley_set()(easy, CURLOPT_WRITEDATA, context);
    parley_set()(easy, CURLOPT_HEADERFUNCTION, head);
    parley_set()(easy, CURLOPT_HEADERDATA, context);
}
static inline void parley_set_giver(CURL *easy, parley_give give, parley_go_back go_back, void *context) {
    parley_set()(easy, CURLOPT_READFUNCTION, give);
    parley_set()(easy, CURLOPT_READDATA, context);
    parley_set()(easy, CURLOPT_SEEKFUNCTION, go_back);
    parley_set()(easy, CURLOPT_SEEKDATA, context);
}
static inline void parley_set_guards(
    CURL *easy, parley_open_socket open_socket, parley_before_request before_request, void *context) {
    parley_set()(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    parley_set()(easy, CURLOPT_OPENSOCKETDATA, context);
    parley_set()(easy, CURLOPT_PREREQFUNCTION, before_request);
    parley_set()(easy, CURLOPT_PREREQDATA, context);
}
static inline void parley_set_debug(CURL *easy, parley_debug debug, void *context) {
    parley_set()(easy, CURLOPT_DEBUGFUNCTION, debug);
    parley_set()(easy, CURLOPT_DEBUGDATA, context);
    parley_set()(easy, CURLOPT_VERBOSE, 1L);
}

/* Both address families as the sixteen bytes of an IPv6 address (IPv4 as ::ffff:a.b.c.d); 0 when it is neither. */
static inline int parley_address_bytes(const struct sockaddr *address, unsigned char bytes[16]) {
    if (address->sa_family == AF_INET6) {
        memcpy(bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
        return 1;
    }
    if (address->sa_family == AF_INET) {
        memset(bytes, 0, 10);
        bytes[10] = bytes[11] = 0xff;
        memcpy(bytes + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
        return 1;
    }
    return 0;
}

#endif
