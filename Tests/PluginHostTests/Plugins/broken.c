// What is wrong with it is said when it is compiled: crashes in a constructor, a wrong descriptor, calls that end or hang the process.
#include <crossdock_plugin.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef CRASHES_WHEN_LOADED
__attribute__((constructor)) static void crash(void) { *(volatile int *)8 = 1; }
#endif

#ifdef OPENS_WHEN_LOADED
#include <fcntl.h>
#include <stdio.h>
__attribute__((constructor)) static void look(void) {
  fprintf(stderr, "constructor: %s\n", open("/etc/passwd", O_RDONLY) < 0 ? "denied" : "opened");
}
#endif

#ifndef STRUCT_SIZE
#define STRUCT_SIZE sizeof(crossdock_plugin)
#endif
#ifndef ABI
#define ABI CROSSDOCK_ABI_VERSION
#endif
#ifndef ITS_ROLE
#define ITS_ROLE CROSSDOCK_ROLE_MODEL
#endif

static int32_t open_broken(void *data, const crossdock_host *host, const crossdock_open *open, void **instance) {
  (void)data;
  (void)host;
  (void)open;
  *instance = NULL;
#ifdef ABORTS_IN_OPEN
  abort();
#endif
  return CROSSDOCK_OK;
}

static int32_t process(void *instance, const crossdock_batch *batch) {
  (void)instance;
  (void)batch;
  volatile int turn = 0;
  while (turn >= 0) turn = turn == 1000 ? 0 : turn + 1;
  return CROSSDOCK_OK;
}

static void close_broken(void *instance) {
  (void)instance;
  for (;;) pause();
}

static const crossdock_plugin plugin = {
  .struct_size = STRUCT_SIZE, .abi_version = ABI, .role = ITS_ROLE, .name = "broken", .version = "1.0.0", .open = open_broken,
  .process = process, .close = close_broken,
};

const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) {
#ifdef REFUSES_THIS_ABI
  return host_abi_version > 900 ? &plugin : NULL;
#endif
  return host_abi_version > 0 ? &plugin : NULL;
}
