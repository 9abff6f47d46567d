// A plugin that is compiled against the first published header for ever after, and loaded by every later host. It uses everything
// that this header has: what it is given comes back in its outputs.
#include "crossdock_plugin-1.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef struct first {
  const crossdock_host *host;
  char output[64], stream[64], column[64], word[64];
  int64_t whole;
  double half;
  int64_t is_on;
  char file[64];
  uint64_t seen;
} first;

static crossdock_bytes text(const char *text) { return (crossdock_bytes){(const uint8_t *)text, strlen(text)}; }

static void copy(char *to, crossdock_bytes from) { snprintf(to, 64, "%.*s", (int)from.count, (const char *)from.data); }

static int32_t open_first(void *data, const crossdock_host *host, const crossdock_open *open, void **instance) {
  if (data != (void *)&copy || host->abi_version < CROSSDOCK_ABI_VERSION) return CROSSDOCK_FAILED;
  if (host->struct_size < sizeof *host || open->struct_size < sizeof *open) return CROSSDOCK_FAILED;
  first *f = calloc(1, sizeof *f);
  f->host = host;
  for (uint32_t i = 0; i < open->option_count; i++) {
    const crossdock_option_value *value = &open->options[i];
    if (value->struct_size != sizeof *value) return CROSSDOCK_FAILED;
    if (strcmp(value->key, "word") == 0) copy(f->word, value->text);
    if (strcmp(value->key, "whole") == 0) f->whole = value->integer;
    if (strcmp(value->key, "half") == 0) f->half = value->number;
    if (strcmp(value->key, "on") == 0) f->is_on = value->integer;
    if (strcmp(value->key, "file") == 0) copy(f->file, value->file);
  }
  if (open->write_count < 1 || open->stream_count < 1 || open->streams[0].struct_size != sizeof(crossdock_stream) ||
      open->streams[0].column_count < 1) {
    host->log(host->context, CROSSDOCK_LOG_ERROR, text("a stream with a column and a stream to write"));
    return CROSSDOCK_BAD_OPTIONS;
  }
  snprintf(f->output, sizeof f->output, "%s", open->writes[0]);
  snprintf(f->stream, sizeof f->stream, "%s", open->streams[0].name);
  snprintf(f->column, sizeof f->column, "%s", open->streams[0].columns[0]);
  *instance = f;
  return CROSSDOCK_OK;
}

static int32_t process(void *instance, const crossdock_batch *b) {
  first *f = instance;
  if (b->struct_size < sizeof *b || b->now_ns || b->now_monotonic_ns || b->wait_us) return CROSSDOCK_FAILED;
  if (f->host->remaining_us(f->host->context) <= 0) return CROSSDOCK_FAILED;
  for (uint32_t n = 0; n < b->selection_count; n++) {
    uint32_t i = b->selection[n];
    if (i >= b->count || b->source[i] >= b->source_count) return CROSSDOCK_FAILED;
    char body[600];
    f->seen++;
    int count = snprintf(
        body, sizeof body,
        "{\"stream\":\"%s\",\"column\":\"%s\",\"word\":\"%s\",\"whole\":%lld,\"half\":%g,\"on\":%lld,\"file\":\"%s\",\"of\":%u,"
        "\"sequence\":%llu,\"event\":%lld,\"ingest\":%lld,\"monotonic\":%lld,\"flags\":%u,\"body\":%.*s,\"value\":%g,\"samples\":%u,"
        "\"seen\":%llu}",
        f->stream, f->column, f->word, (long long)f->whole, f->half, (long long)f->is_on, f->file, b->stream[i],
        (unsigned long long)b->sequence[i], (long long)b->event_time_ns[i], (long long)b->ingest_time_ns[i],
        (long long)b->monotonic_ns[i], b->flags[i], (int)(b->body_offset[i + 1] - b->body_offset[i]),
        (const char *)b->bodies + b->body_offset[i], b->columns[b->column_offset[i]],
        b->sample_offset[i + 1] - b->sample_offset[i], (unsigned long long)f->seen);
    crossdock_output output = {sizeof output, 0, text(f->output), b->sources[b->source[i]], b->event_time_ns[i],
                               {(const uint8_t *)body, (size_t)count}, text("to/first")};
    if (f->host->emit(f->host->context, &output) != CROSSDOCK_OK) return CROSSDOCK_FAILED;
  }
  f->host->count(f->host->context, "records", b->selection_count);
  f->host->metric(f->host->context, "seen", (double)f->seen);
  f->host->log(f->host->context, CROSSDOCK_LOG_INFO, text("worked"));
  return CROSSDOCK_OK;
}

static int32_t checkpoint(void *instance) {
  first *f = instance;
  f->host->write(f->host->context, (crossdock_bytes){(const uint8_t *)&f->seen, 4});
  f->host->write(f->host->context, (crossdock_bytes){(const uint8_t *)&f->seen + 4, 4});
  return CROSSDOCK_OK;
}

static int32_t restore(void *instance, crossdock_bytes bytes) {
  first *f = instance;
  if (bytes.count != sizeof f->seen) return CROSSDOCK_BAD_CHECKPOINT;
  memcpy(&f->seen, bytes.data, sizeof f->seen);
  return CROSSDOCK_OK;
}

static void close_first(void *instance) { free(instance); }

static const crossdock_option options[] = {
    {sizeof(crossdock_option), CROSSDOCK_OPTION_STRING, "word", "hello", "A word."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_INTEGER, "whole", "3", "A whole number."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_NUMBER, "half", "0.5", "A number."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_BOOLEAN, "on", "true", "Yes or no."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_FILE, "file", "", "A file."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_FILES, "files", "", "Files."},
};

static const crossdock_plugin plugin = {
    sizeof plugin, CROSSDOCK_ABI_VERSION, CROSSDOCK_ROLE_MODEL, 6, "first", "1.0.0", "The first plugin.", options, (void *)&copy,
    open_first, restore, process, checkpoint, close_first};

EXPORT const crossdock_plugin *crossdock_plugin_entry(uint32_t host) { return host >= CROSSDOCK_ABI_VERSION ? &plugin : NULL; }
