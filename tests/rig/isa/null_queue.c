/* A Vulkan driver that is Mesa's RADV on its null device, with a queue that takes everything and does nothing. For tests only.
 *
 * RADV's null device compiles for a GPU that is not there, but crashes where commands are recorded or submitted, as Dawn does once when
 * it makes a device. This library passes every call on to the driver named by DECANT_RADV, except those: they say that all went well.
 * It declares the few Vulkan types that it touches, so that no Vulkan headers need be installed.
 *
 * build: cc -shared -fPIC -O1 -fvisibility=hidden -o libnull_queue.so null_queue.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

typedef void (*Function)(void);
typedef Function (*GetFunction)(void *object, const char *name);

static GetFunction radv_instance_function, radv_physical_function, radv_device_function;
static int (*radv_negotiate)(uint32_t *version);

__attribute__((constructor)) static void open_radv(void) {
    const char *path = getenv("DECANT_RADV");
    void *driver = dlopen(path ? path : "libvulkan_radeon.so", RTLD_NOW | RTLD_LOCAL);
    if (!driver) {
        fprintf(stderr, "null_queue: %s\n", dlerror());
        return;
    }
    radv_instance_function = (GetFunction)dlsym(driver, "vk_icdGetInstanceProcAddr");
    radv_physical_function = (GetFunction)dlsym(driver, "vk_icdGetPhysicalDeviceProcAddr");
    radv_negotiate = (int (*)(uint32_t *))dlsym(driver, "vk_icdNegotiateLoaderICDInterfaceVersion");
}

/* In the place of every function that would touch a command buffer or the queue: VK_SUCCESS, whatever the arguments. */
static int nothing(void) { return 0; }

static int is_of_the_queue(const char *name) {
    static const char *const names[] = {"vkBeginCommandBuffer", "vkEndCommandBuffer", "vkResetCommandBuffer", "vkResetCommandPool",
        "vkQueueSubmit", "vkQueueSubmit2", "vkQueueSubmit2KHR", "vkQueueWaitIdle", "vkDeviceWaitIdle", "vkGetFenceStatus", "vkWaitForFences"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) return 1;
    return !strncmp(name, "vkCmd", 5);
}

static Function device_function(void *device, const char *name) {
    Function radv = radv_device_function(device, name);
    return radv && is_of_the_queue(name) ? (Function)nothing : radv;
}

/* The three names by which a Vulkan loader enters a driver. */

EXPORTED Function vk_icdGetInstanceProcAddr(void *instance, const char *name) {
    Function radv = radv_instance_function ? radv_instance_function(instance, name) : NULL;
    if (radv && !strcmp(name, "vkGetDeviceProcAddr")) {
        radv_device_function = (GetFunction)radv;
        return (Function)device_function;
    }
    return radv && is_of_the_queue(name) ? (Function)nothing : radv;
}

EXPORTED Function vk_icdGetPhysicalDeviceProcAddr(void *instance, const char *name) {
    return radv_physical_function ? radv_physical_function(instance, name) : NULL;
}

EXPORTED int vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version) {
    return radv_negotiate ? radv_negotiate(version) : -3; /* VK_ERROR_INITIALIZATION_FAILED */
}
