#ifndef PARLEY_COPENSSL_SHIM_H
#define PARLEY_COPENSSL_SHIM_H

// First, so that the C library's declarations belong to Swift's Glibc and not to this module: otherwise the
// optimiser cannot match them with those that Foundation was built with.
#pragma clang module import SwiftGlibc

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

/* Macros that Swift cannot see: casts, and calls in disguise. */

static const uint64_t PARLEY_TLS_OPTIONS =
    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
    SSL_OP_IGNORE_UNEXPECTED_EOF;
static const long PARLEY_TLS_MODES =
    SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER;

static inline void parley_tls_set_modes(SSL_CTX *context, long modes) { SSL_CTX_set_mode(context, modes); }
static inline int parley_tls_set_version_min(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}
static inline int parley_tls_set_groups(SSL_CTX *context, const char *groups) {
    return SSL_CTX_set1_groups_list(context, groups);
}
static inline void parley_tls_keep_no_sessions(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}
static inline void parley_tls_read_ahead(SSL_CTX *context) { SSL_CTX_set_read_ahead(context, 1); }
/* Takes over the certificate when it returns 1. */
static inline int parley_tls_add_chain(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add0_chain_cert(context, certificate);
}
static inline int parley_tls_set_server_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

/* A socket as OpenSSL is to use it. Its own kind writes with write(2), whose SIGPIPE would end a program that does not
   ignore it, and does not tell whether a read has emptied the socket. */

enum {
    /* The last read took less than it had room for: readiness will tell of more. */
    PARLEY_SOCKET_EMPTIED = 0x10000,
    /* The other side has sent its last byte. */
    PARLEY_SOCKET_ENDED = 0x20000,
};

static inline int parley_socket_of(BIO *bio) { return (int)(intptr_t)BIO_get_data(bio); }

static inline int parley_socket_write(BIO *bio, const char *bytes, int count) {
    ssize_t written;
    BIO_clear_retry_flags(bio);
    do written = send(parley_socket_of(bio), bytes, (size_t)count, MSG_NOSIGNAL);
    while (written < 0 && errno == EINTR);
    if (written < 0 && errno == EAGAIN) BIO_set_retry_write(bio);
    return (int)written;
}

static inline int parley_socket_read(BIO *bio, char *bytes, int count) {
    ssize_t received;
    BIO_clear_retry_flags(bio);
    do received = recv(parley_socket_of(bio), bytes, (size_t)count, 0);
    while (received < 0 && errno == EINTR);
    if (received < 0 && errno == EAGAIN) BIO_set_retry_read(bio);
    if (received == 0) BIO_set_flags(bio, PARLEY_SOCKET_ENDED);
    if (received < count) BIO_set_flags(bio, PARLEY_SOCKET_EMPTIED);
    else BIO_clear_flags(bio, PARLEY_SOCKET_EMPTIED);
    return (int)received;
}

static inline long parley_socket_control(BIO *bio, int command, long number, void *argument) {
    switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_EOF: return BIO_test_flags(bio, PARLEY_SOCKET_ENDED) != 0;
    default: return 0;
    }
}

/* NULL when there is no memory. */
static inline BIO_METHOD *parley_socket_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (!method) return NULL;
    BIO_meth_set_write(method, parley_socket_write);
    BIO_meth_set_read(method, parley_socket_read);
    BIO_meth_set_ctrl(method, parley_socket_control);
    return method;
}

/* A session that speaks over a socket it does not own; NULL when there is no memory. */
static inline SSL *parley_tls_session(SSL_CTX *context, const BIO_METHOD *method, int socket) {
    SSL *session = SSL_new(context);
    BIO *bio = BIO_new(method);
    if (!session || !bio) {
        SSL_free(session);
        BIO_free(bio);
        return NULL;
    }
    BIO_set_data(bio, (void *)(intptr_t)socket);
    BIO_set_init(bio, 1);
    SSL_set_bio(session, bio, bio);
    return session;
}

#endif
