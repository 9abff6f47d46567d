// my-plugin: says when the first column of a record passes a limit, and again only after it was back below.
#define _POSIX_C_SOURCE 200809L
#include "crossdock_plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
enum { MAX_OVER = 1000 };  // sources over the limit at the same time; more are counted and not reported

typedef struct watch {
  const crossdock_host *host;
  double limit;
  char *output, *over[MAX_OVER];  // names: a source's number is good for the life of an instance only
  uint32_t over_count;
} watch;

static int32_t fail(const crossdock_host *host, int32_t answer, const char *why) {
  host->log(host->context, CROSSDOCK_LOG_ERROR, (crossdock_bytes){(const uint8_t *)why, strlen(why)});
  return answer;
}

static int32_t open_watch(void *data, const crossdock_host *host, const crossdock_open *open, void **instance) {
  (void)data;
  if (open->write_count == 0) return fail(host, CROSSDOCK_BAD_OPTIONS, "`writes` is empty: name a stream for the alerts");
  watch *w = calloc(1, sizeof *w);
  if (!w) return fail(host, CROSSDOCK_FAILED, "no memory");
  w->host = host;
  w->output = strdup(open->writes[0]);
  for (uint32_t i = 0; i < open->option_count; i++)
    if (strcmp(open->options[i].key, "limit") == 0) w->limit = open->options[i].number;
  *instance = w;
  return CROSSDOCK_OK;
}

// Where a source stands among those over the limit; over_count when it does not.
static uint32_t place(const watch *w, crossdock_bytes source) {
  uint32_t i = 0;
  while (i < w->over_count && (strlen(w->over[i]) != source.count || memcmp(w->over[i], source.data, source.count) != 0)) i++;
  return i;
}

static int32_t process(void *instance, const crossdock_batch *batch) {
  watch *w = instance;
  for (uint32_t n = 0; n < batch->selection_count; n++) {
    uint32_t i = batch->selection[n];
    if (batch->column_offset[i] == batch->column_offset[i + 1]) continue;
    double value = batch->columns[batch->column_offset[i]];
    crossdock_bytes source = batch->sources[batch->source[i]];
    uint32_t at = place(w, source);
    if (value <= w->limit && at < w->over_count) {
      free(w->over[at]);
      w->over[at] = w->over[--w->over_count];
    } else if (value > w->limit && at == MAX_OVER) {
      w->host->count(w->host->context, "not_reported", 1);
    } else if (value > w->limit && at == w->over_count) {  // NaN, a missing field, is neither
      char body[100];
      int length = snprintf(body, sizeof body, "{\"value\":%.10g,\"limit\":%.10g}", value, w->limit);
      crossdock_output output = {
          .struct_size = sizeof output, .stream = {(const uint8_t *)w->output, strlen(w->output)}, .source = source,
          .event_time_ns = batch->event_time_ns[i], .body = {(const uint8_t *)body, (size_t)length}};
      if (w->host->emit(w->host->context, &output) != CROSSDOCK_OK) return CROSSDOCK_FAILED;
      w->over[w->over_count++] = strndup((const char *)source.data, source.count);
    }
  }
  return CROSSDOCK_OK;
}

// The checkpoint: the names, one a line.
static int32_t checkpoint(void *instance) {
  watch *w = instance;
  for (uint32_t i = 0; i < w->over_count; i++) {
    w->host->write(w->host->context, (crossdock_bytes){(const uint8_t *)w->over[i], strlen(w->over[i])});
    w->host->write(w->host->context, (crossdock_bytes){(const uint8_t *)"\n", 1});
  }
  return CROSSDOCK_OK;
}

static int32_t restore(void *instance, crossdock_bytes bytes) {
  watch *w = instance;
  for (size_t start = 0, end = 0; end < bytes.count; end++) {
    if (bytes.data[end] != '\n') continue;
    if (w->over_count == MAX_OVER) return fail(w->host, CROSSDOCK_BAD_CHECKPOINT, "the checkpoint has too many sources");
    w->over[w->over_count++] = strndup((const char *)bytes.data + start, end - start);
    start = end + 1;
  }
  return CROSSDOCK_OK;
}

static void close_watch(void *instance) {
  watch *w = instance;
  for (uint32_t i = 0; i < w->over_count; i++) free(w->over[i]);
  free(w->output);
  free(w);
}

static const crossdock_option options[] = {
    {sizeof(crossdock_option), CROSSDOCK_OPTION_NUMBER, "limit", "80", "Values above it are reported."},
};

static const crossdock_plugin plugin = {
    .struct_size = sizeof plugin, .abi_version = CROSSDOCK_ABI_VERSION, .role = CROSSDOCK_ROLE_MODEL,
    .option_count = sizeof options / sizeof *options, .name = "my-plugin", .version = "0.1.0",
    .summary = "Says when a value passes a limit.", .options = options, .open = open_watch, .restore = restore,
    .process = process, .checkpoint = checkpoint, .close = close_watch};

EXPORT const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) {
  return host_abi_version >= CROSSDOCK_ABI_VERSION ? &plugin : NULL;
}
