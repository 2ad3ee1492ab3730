#ifndef PARLEY_COPENSSL_SHIM_H
#define PARLEY_COPENSSL_SHIM_H

// First, so that the C library's declarations belong to Swift's Glibc and not to this module: otherwise the
// optimiser cannot match them with those that Foundation was built with.
#pragma clang module import SwiftGlibc

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#endif
