// A model for the benchmark: adds up the column of each record, and emits one output a batch.
#include <crossdock_plugin.h>
#include <stdio.h>
#include <stdlib.h>

struct sum {
  const crossdock_host *host;
  const char *write;
  double total;
};

static int32_t open_sum(void *data, const crossdock_host *host, const crossdock_open *open, void **instance) {
  (void)data;
  struct sum *sum = calloc(1, sizeof *sum);
  sum->host = host;
  *instance = sum;
  return open->write_count == 1 ? CROSSDOCK_OK : CROSSDOCK_BAD_OPTIONS;
}

static crossdock_bytes bytes(const char *text, size_t count) { return (crossdock_bytes){(const uint8_t *)text, count}; }

static int32_t process(void *instance, const crossdock_batch *batch) {
  struct sum *sum = instance;
  for (uint32_t index = 0; index < batch->selection_count; index++) {
    uint32_t record = batch->selection[index];
    sum->total += batch->columns[batch->column_offset[record]] + batch->bodies[batch->body_offset[record]];
  }
  char body[64];
  int length = snprintf(body, sizeof body, "{\"total\":%.0f}", sum->total);
  crossdock_output output = {.struct_size = sizeof output, .stream = bytes("sums", 4), .source = bytes("all", 3),
                             .body = bytes(body, (size_t)length)};
  return sum->host->emit(sum->host->context, &output);
}

static void close_sum(void *instance) { free(instance); }

static const crossdock_plugin plugin = {
  .struct_size = sizeof plugin,
  .abi_version = CROSSDOCK_ABI_VERSION,
  .role = CROSSDOCK_ROLE_MODEL,
  .name = "sum",
  .version = "1.0.0",
  .summary = "adds up",
  .open = open_sum,
  .process = process,
  .close = close_sum,
};

const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) {
  return host_abi_version == CROSSDOCK_ABI_VERSION ? &plugin : NULL;
}
