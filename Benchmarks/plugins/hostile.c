// A plugin that misbehaves at every 500th record: MODE 1 crashes, 2 hangs, 3 takes memory without end, 4 floods, 5 tries what is not
// allowed (files, connections, processes) and crashes then.
#include <arpa/inet.h>
#include <crossdock_plugin.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const crossdock_host *host;
static uint64_t seen;

static crossdock_bytes text(const char *words) { return (crossdock_bytes){(const uint8_t *)words, strlen(words)}; }

static int32_t open_it(void *data, const crossdock_host *its, const crossdock_open *open, void **instance) {
  (void)data, (void)open;
  host = its;
  *instance = &seen;
  return CROSSDOCK_OK;
}

static void emit(void) {
  crossdock_output output = {.struct_size = sizeof output, .stream = text("noise"), .source = text("hostile"), .body = text("{\"noise\":true}")};
  host->emit(host->context, &output);
}

static void trespass(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(22), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  open("/etc/shadow", O_RDONLY);
  connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address);
  for (int times = 0; times < 100; times++) fork();
  abort();
}

static void misbehave(void) {
  switch (MODE) {
  case 1: abort();
  case 2:
    for (;;) __asm__ volatile("");
  case 3:
    for (;;) {
      char *more = malloc(1 << 20);
      if (!more) abort();
      memset(more, 1, 1 << 20);
    }
  case 4:
    for (;;) emit();
  default: trespass();
  }
}

static int32_t process(void *instance, const crossdock_batch *batch) {
  (void)instance;
  for (uint32_t index = 0; index < batch->selection_count; index++) {
    if (batch->sequence[batch->selection[index]] % 500 == 0) misbehave();
  }
  emit();
  return CROSSDOCK_OK;
}

static void close_it(void *instance) { (void)instance; }

static const crossdock_plugin plugin = {
  .struct_size = sizeof plugin,
  .abi_version = CROSSDOCK_ABI_VERSION,
  .role = CROSSDOCK_ROLE_MODEL,
  .name = NAME,
  .version = "1.0.0",
  .summary = "misbehaves",
  .open = open_it,
  .process = process,
  .close = close_it,
};

const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) { return host_abi_version >= 1 ? &plugin : NULL; }
