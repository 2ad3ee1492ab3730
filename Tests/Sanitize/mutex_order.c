/* Tells ThreadSanitizer what orders the threads that wait for each other at a Swift `Mutex`.

   A `Mutex` that is free is taken by an atomic operation in our own code, which the sanitizer sees. One that is
   contended is taken and given back by the kernel (a futex with priority inheritance), through functions of Swift's
   own library, which is not instrumented: every access behind such a wait is reported as a race. This library is
   preloaded, stands before those two functions, and says what they do. Without it a run of all tests reports some
   ninety races, with it none that is not real or named in thread.supp. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

/* Absent in programs that are not instrumented, the compiler among them. */
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

/* Synchronization._MutexHandle._lockSlow(UInt32) and ._unlockSlow() */
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void lock_slow(uint32_t thread, SELF);
typedef SWIFT void unlock_slow(SELF);

SWIFT void lockSlow(uint32_t thread, SELF) __asm__(LOCK_SLOW);
SWIFT void unlockSlow(SELF) __asm__(UNLOCK_SLOW);

SWIFT void lockSlow(uint32_t thread, SELF) {
    ((lock_slow *)dlsym(RTLD_NEXT, LOCK_SLOW))(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT void unlockSlow(SELF) {
    if (__tsan_release) __tsan_release(self);
    ((unlock_slow *)dlsym(RTLD_NEXT, UNLOCK_SLOW))(self);
}
