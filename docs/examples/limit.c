// A whole plugin in 50 lines: says whenever the first column of a record is above 80. Build it with
//   cc -std=c11 -O2 -Wall -Wextra -Werror -fPIC -fvisibility=hidden -shared -I FOLDER_OF_THE_HEADER -o limit.so limit.c
#include "crossdock_plugin.h"

#include <stdio.h>
#include <string.h>

static struct limit { const crossdock_host *host; char output[65]; } the_limit;

static int32_t open_limit(void *data, const crossdock_host *host, const crossdock_open *open, void **instance) {
  (void)data;
  if (open->write_count == 0) return CROSSDOCK_BAD_OPTIONS;
  the_limit.host = host;
  snprintf(the_limit.output, sizeof the_limit.output, "%s", open->writes[0]);
  *instance = &the_limit;
  return CROSSDOCK_OK;
}

static int32_t process(void *instance, const crossdock_batch *b) {
  struct limit *l = instance;
  for (uint32_t n = 0; n < b->selection_count; n++) {
    uint32_t i = b->selection[n], columns = b->column_offset[i];
    if (columns == b->column_offset[i + 1] || !(b->columns[columns] > 80)) continue;
    char body[64];
    int count = snprintf(body, sizeof body, "{\"value\":%.10g}", b->columns[columns]);
    crossdock_output output = {
        .struct_size = sizeof output, .stream = {(const uint8_t *)l->output, strlen(l->output)},
        .source = b->sources[b->source[i]], .event_time_ns = b->event_time_ns[i],
        .body = {(const uint8_t *)body, (size_t)count}};
    if (l->host->emit(l->host->context, &output) != CROSSDOCK_OK) return CROSSDOCK_FAILED;
  }
  return CROSSDOCK_OK;
}

static int32_t nothing(void *instance) { return (void)instance, CROSSDOCK_OK; }
static int32_t restore(void *instance, crossdock_bytes bytes) { return (void)instance, (void)bytes, CROSSDOCK_OK; }
static void close_limit(void *instance) { (void)instance; }

static const crossdock_plugin plugin = {
    .struct_size = sizeof plugin, .abi_version = CROSSDOCK_ABI_VERSION, .role = CROSSDOCK_ROLE_MODEL, .name = "limit",
    .version = "0.1.0", .summary = "Says when a value is above 80.", .open = open_limit, .restore = restore, .process = process,
    .checkpoint = nothing, .close = close_limit};

__attribute__((visibility("default"))) const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) {
  return host_abi_version >= CROSSDOCK_ABI_VERSION ? &plugin : NULL;
}
