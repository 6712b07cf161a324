/* A Vulkan driver that is lavapipe but says that it is SwiftShader. For tests only.
 *
 * Chromium's WebGPU takes a software adapter only when its vendor and device ids are SwiftShader's, and it loads that driver by
 * the file name libvk_swiftshader.so next to itself. Built under that name, this library passes every call on to the driver named
 * by DECANT_LAVAPIPE and changes two numbers: the ids in the device's properties. Everything else (features, limits, results) is
 * lavapipe's own. It declares the few Vulkan types that it touches, so that no Vulkan headers need be installed.
 *
 * build: cc -shared -fPIC -O1 -fvisibility=hidden -o libvk_swiftshader.so icd_shim.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))
#define VENDOR_GOOGLE 0x1AE0u
#define DEVICE_SWIFTSHADER 0xC0DEu

typedef void (*Function)(void);
typedef Function (*GetFunction)(void *instance, const char *name);
typedef void (*GetProperties)(void *device, void *properties);

/* The head of VkPhysicalDeviceProperties; what follows is left as it is. */
struct Properties {
    uint32_t api_version, driver_version, vendor, device;
};

/* The head of VkPhysicalDeviceProperties2. */
struct Properties2 {
    uint32_t structure_type;
    void *next;
    struct Properties properties;
};

static GetFunction lavapipe_instance_function, lavapipe_device_function;
static int (*lavapipe_negotiate)(uint32_t *version);
static GetProperties lavapipe_properties, lavapipe_properties2;

__attribute__((constructor)) static void open_lavapipe(void) {
    const char *path = getenv("DECANT_LAVAPIPE");
    void *driver = dlopen(path ? path : "libvulkan_lvp.so", RTLD_NOW | RTLD_LOCAL);
    if (!driver) {
        fprintf(stderr, "icd_shim: %s\n", dlerror());
        return;
    }
    lavapipe_instance_function = (GetFunction)dlsym(driver, "vk_icdGetInstanceProcAddr");
    lavapipe_device_function = (GetFunction)dlsym(driver, "vk_icdGetPhysicalDeviceProcAddr");
    lavapipe_negotiate = (int (*)(uint32_t *))dlsym(driver, "vk_icdNegotiateLoaderICDInterfaceVersion");
}

static void call_itself_swiftshader(struct Properties *properties) {
    properties->vendor = VENDOR_GOOGLE;
    properties->device = DEVICE_SWIFTSHADER;
}

static void properties(void *device, void *out) {
    lavapipe_properties(device, out);
    call_itself_swiftshader(out);
}

static void properties2(void *device, void *out) {
    lavapipe_properties2(device, out);
    call_itself_swiftshader(&((struct Properties2 *)out)->properties);
}

/* Lavapipe's function, or ours around it when it tells the ids. The KHR name is the same function. */
static Function around(const char *name, Function lavapipe) {
    if (lavapipe && !strcmp(name, "vkGetPhysicalDeviceProperties")) {
        lavapipe_properties = (GetProperties)lavapipe;
        return (Function)properties;
    }
    if (lavapipe && (!strcmp(name, "vkGetPhysicalDeviceProperties2") || !strcmp(name, "vkGetPhysicalDeviceProperties2KHR"))) {
        lavapipe_properties2 = (GetProperties)lavapipe;
        return (Function)properties2;
    }
    return lavapipe;
}

/* The four names by which a Vulkan loader, or Chromium without one, enters a driver. */

EXPORTED Function vk_icdGetInstanceProcAddr(void *instance, const char *name) {
    if (!strcmp(name, "vkGetInstanceProcAddr"))
        return (Function)vk_icdGetInstanceProcAddr;
    return around(name, lavapipe_instance_function ? lavapipe_instance_function(instance, name) : NULL);
}

EXPORTED Function vkGetInstanceProcAddr(void *instance, const char *name) {
    return vk_icdGetInstanceProcAddr(instance, name);
}

EXPORTED Function vk_icdGetPhysicalDeviceProcAddr(void *instance, const char *name) {
    return around(name, lavapipe_device_function ? lavapipe_device_function(instance, name) : NULL);
}

EXPORTED int vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version) {
    return lavapipe_negotiate ? lavapipe_negotiate(version) : -3; /* VK_ERROR_INITIALIZATION_FAILED */
}
