// A model whose records are orders: "ACT ARGUMENT". It does what it is told as hard as it can and emits how that went, as text: "ok", a
// number, or the name of an error.
#include <crossdock_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acts.h"

static const crossdock_host *host;

static crossdock_bytes bytes(const char *text) { return (crossdock_bytes){(const uint8_t *)text, strlen(text)}; }

int32_t emit_to(const char *stream, const char *body) {
  crossdock_output output = {.struct_size = sizeof output, .stream = bytes(stream), .source = bytes("hostile"), .body = bytes(body)};
  return host->emit(host->context, &output);
}

void log_line(const char *text) { host->log(host->context, CROSSDOCK_LOG_INFO, bytes(text)); }

static int32_t open_hostile(void *data, const crossdock_host *its_host, const crossdock_open *open, void **instance) {
  (void)data;
  (void)open;
  host = its_host;
  *instance = &host;
  return CROSSDOCK_OK;
}

static int32_t process(void *instance, const crossdock_batch *batch) {
  (void)instance;
  for (uint32_t record = 0; record < batch->count; record++) {
    char order[512], result[512] = "ok";
    snprintf(order, sizeof order, "%.*s", (int)(batch->body_offset[record + 1] - batch->body_offset[record]),
             batch->bodies + batch->body_offset[record]);
    char *argument = strchr(order, ' ');
    if (argument) *argument++ = 0;
    perform(order, argument ? argument : "", result, sizeof result);
    emit_to("out", result);
  }
  return CROSSDOCK_OK;
}

static void close_hostile(void *instance) { (void)instance; }

static const crossdock_plugin plugin = {
  .struct_size = sizeof plugin, .abi_version = CROSSDOCK_ABI_VERSION, .role = CROSSDOCK_ROLE_MODEL, .name = "hostile",
  .version = "1.0.0", .open = open_hostile, .process = process, .close = close_hostile,
};

const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) { return host_abi_version == 1 ? &plugin : NULL; }
