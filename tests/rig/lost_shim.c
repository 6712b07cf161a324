/* A Vulkan driver that loses its device when it is told to. For tests only.
 *
 * Preloaded into a program that opens Vulkan's loader or driver by dlopen and dlsym, this library hands out wrappers of the few functions
 * that tell a program of a loss, and passes everything else on. It declares the Vulkan types that it touches as opaque pointers.
 *
 *     DECANT_LOSE_AT=N     the N-th submission is the last one that works
 *     DECANT_LOSE_HOW=submit   the next one says that the device is lost (the default)
 *                     wait     it is taken, and waiting for it says so
 *                     memory   the next one says that there is no memory
 *
 * build: cc -shared -fPIC -O1 -o lost_shim.so lost_shim.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define OUT_OF_DEVICE_MEMORY (-2)
#define DEVICE_LOST (-4)

typedef void (*Function)(void);

static Function (*instance_function)(void *, const char *);
static Function (*device_function)(void *, const char *);
static int (*submit)(void *, uint32_t, const void *, void *);
static int (*wait_semaphores)(void *, const void *, uint64_t);
static int (*wait_fences)(void *, uint32_t, const void *, uint32_t, uint64_t);
static int (*semaphore_value)(void *, void *, uint64_t *);
static int (*fence_status)(void *, void *);
static int submissions, is_lost;

static const char *how(void) {
    const char *how = getenv("DECANT_LOSE_HOW");
    return how ? how : "submit";
}

static int lost_submit(void *queue, uint32_t count, const void *infos, void *fence) {
    const char *at = getenv("DECANT_LOSE_AT");
    if (at && ++submissions > atoi(at)) {
        is_lost = 1;
        if (!strcmp(how(), "memory")) return OUT_OF_DEVICE_MEMORY;
        if (strcmp(how(), "wait")) return DEVICE_LOST;
    }
    return submit(queue, count, infos, fence);
}

static int lost_wait_semaphores(void *device, const void *info, uint64_t timeout) {
    return is_lost ? DEVICE_LOST : wait_semaphores(device, info, timeout);
}

static int lost_wait_fences(void *device, uint32_t count, const void *fences, uint32_t all, uint64_t timeout) {
    return is_lost ? DEVICE_LOST : wait_fences(device, count, fences, all, timeout);
}

static int lost_semaphore_value(void *device, void *semaphore, uint64_t *value) {
    return is_lost ? DEVICE_LOST : semaphore_value(device, semaphore, value);
}

static int lost_fence_status(void *device, void *fence) {
    return is_lost ? DEVICE_LOST : fence_status(device, fence);
}

#define WRAP(NAME, REAL, WRAPPER) \
    if (!strcmp(name, NAME)) { \
        REAL = (void *)found; \
        return (Function)(WRAPPER); \
    }

static Function wrapped(const char *name, Function found) {
    if (!found) return found;
    WRAP("vkQueueSubmit", submit, lost_submit)
    WRAP("vkWaitSemaphores", wait_semaphores, lost_wait_semaphores)
    WRAP("vkWaitSemaphoresKHR", wait_semaphores, lost_wait_semaphores)
    WRAP("vkWaitForFences", wait_fences, lost_wait_fences)
    WRAP("vkGetSemaphoreCounterValue", semaphore_value, lost_semaphore_value)
    WRAP("vkGetSemaphoreCounterValueKHR", semaphore_value, lost_semaphore_value)
    WRAP("vkGetFenceStatus", fence_status, lost_fence_status)
    return found;
}

static Function of_device(void *device, const char *name) {
    return wrapped(name, device_function(device, name));
}

static Function of_instance(void *instance, const char *name) {
    Function found = instance_function(instance, name);
    WRAP("vkGetDeviceProcAddr", device_function, found ? of_device : 0)
    return wrapped(name, found);
}

void *dlsym(void *library, const char *name) {
    static void *(*real)(void *, const char *);
    if (!real) real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
    if (!real) real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
    void *found = real(library, name);
    if (!found || strcmp(name, "vkGetInstanceProcAddr") || instance_function) return found;
    instance_function = found;
    return of_instance;
}
