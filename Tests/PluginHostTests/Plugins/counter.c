// A good model: counts records for each source, and says so. Its state is a checkpoint of all counts.
#include <crossdock_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SOURCES = 1000 };

struct counter {
  const crossdock_host *host;
  char write[64];
  int64_t step;
  uint64_t counts[MAX_SOURCES];
};

static crossdock_bytes bytes(const char *text) { return (crossdock_bytes){(const uint8_t *)text, strlen(text)}; }

static int32_t open_counter(void *data, const crossdock_host *host, const crossdock_open *open, void **instance) {
  (void)data;
  struct counter *counter = calloc(1, sizeof *counter);
  counter->host = host;
  for (uint32_t index = 0; index < open->option_count; index++) {
    if (!strcmp(open->options[index].key, "step")) counter->step = open->options[index].integer;
  }
  if (counter->step == 0) {
    host->log(host->context, CROSSDOCK_LOG_ERROR, bytes("step is 0"));
    free(counter);
    return CROSSDOCK_BAD_OPTIONS;
  }
  snprintf(counter->write, sizeof counter->write, "%s", open->writes[0]);
  *instance = counter;
  return CROSSDOCK_OK;
}

static int32_t restore(void *instance, crossdock_bytes checkpoint) {
  struct counter *counter = instance;
  if (checkpoint.count != sizeof counter->counts) return CROSSDOCK_BAD_CHECKPOINT;
  memcpy(counter->counts, checkpoint.data, checkpoint.count);
  return CROSSDOCK_OK;
}

static int32_t process(void *instance, const crossdock_batch *batch) {
  struct counter *counter = instance;
  const crossdock_host *host = counter->host;
  puts("what a plugin prints is no frame");
  for (uint32_t index = 0; index < batch->selection_count; index++) {
    uint32_t record = batch->selection[index], source = batch->source[record];
    double value = batch->columns[batch->column_offset[record]];
    int length = (int)(batch->body_offset[record + 1] - batch->body_offset[record]);
    counter->counts[source] += (uint64_t)counter->step;
    char body[256];
    snprintf(body, sizeof body, "{\"count\":%llu,\"value\":%g,\"body\":%.*s,\"sequence\":%llu}",
             (unsigned long long)counter->counts[source], value, length, batch->bodies + batch->body_offset[record],
             (unsigned long long)batch->sequence[record]);
    crossdock_output output = {
      .struct_size = sizeof output, .stream = bytes(counter->write), .source = batch->sources[source],
      .event_time_ns = batch->event_time_ns[record], .body = bytes(body)};
    if (host->emit(host->context, &output) != CROSSDOCK_OK) return CROSSDOCK_FAILED;
    host->count(host->context, "records", 1);
    host->metric(host->context, "value", value);
  }
  return host->remaining_us(host->context) > 0 ? CROSSDOCK_OK : CROSSDOCK_FAILED;
}

static int32_t checkpoint(void *instance) {
  struct counter *counter = instance;
  crossdock_bytes state = {(const uint8_t *)counter->counts, sizeof counter->counts};
  crossdock_bytes first = {state.data, 100}, rest = {state.data + 100, state.count - 100};
  counter->host->write(counter->host->context, first);
  counter->host->write(counter->host->context, rest);
  return CROSSDOCK_OK;
}

static void close_counter(void *instance) { free(instance); }

static const crossdock_option options[] = {
  {sizeof(crossdock_option), CROSSDOCK_OPTION_INTEGER, "step", "1", "How much each record counts."},
  {sizeof(crossdock_option), CROSSDOCK_OPTION_STRING, "label", NULL, "A \"label\"."},
};

static const crossdock_plugin plugin = {
  .struct_size = sizeof plugin, .abi_version = CROSSDOCK_ABI_VERSION, .role = CROSSDOCK_ROLE_MODEL, .option_count = 2,
  .name = "counter", .version = "1.2.3", .summary = "counts", .options = options, .open = open_counter, .restore = restore,
  .process = process, .checkpoint = checkpoint, .close = close_counter,
};

const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) { return host_abi_version == 1 ? &plugin : NULL; }
