#ifndef PARLEY_CEPOLL_SHIM_H
#define PARLEY_CEPOLL_SHIM_H

// First, so that the C library's declarations belong to Swift's Glibc and not to this module: otherwise the
// optimiser cannot match them with those that Foundation was built with.
#pragma clang module import SwiftGlibc

#include <sys/epoll.h>
#include <sys/eventfd.h>

/* Swift's Glibc module is built without _GNU_SOURCE and lacks these. They are declared here, with plain types, as
   including <sys/socket.h> would make this module the owner of what it declares. */
extern int accept4(int socket, void *address, unsigned int *length, int flags);
extern int pthread_setname_np(unsigned long thread, const char *name);
extern int sched_getaffinity(int process, unsigned long size, void *mask);

#endif
