// crossdock_bench.h: a host for a plugin's unit tests, in one file. It loads the shared object as an agent's host does, hands
// it batches, and keeps what comes back.
//
//     bench *b = bench_load("./my-plugin.so");
//     bench_number(b, "limit", 50);
//     bench_stream(b, "temperature", "value", NULL);
//     bench_write(b, "alerts");
//     CHECK(bench_open(b) == CROSSDOCK_OK);
//     bench_add(b, "temperature", "pump-1", 1000, "", 1, (double[]){51});
//     CHECK(bench_run(b) == CROSSDOCK_OK);
//     CHECK(b->output_count == 1 && strcmp(b->outputs[0].body, "{\"value\":51}") == 0);
//
// Everything has a bound (below), and a test that goes beyond it ends at once. Link with -ldl.
#ifndef CROSSDOCK_BENCH_H
#define CROSSDOCK_BENCH_H

#include "crossdock_plugin.h"

#include <dlfcn.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BENCH_MAX = 1000, BENCH_TEXT = 1000, BENCH_ARENA = 1 << 20 };

#define CHECK(condition) \
  ((condition) ? (void)0 : (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition), exit(1)))

typedef struct bench_output {
  char stream[BENCH_TEXT], source[BENCH_TEXT], reply_topic[BENCH_TEXT], body[BENCH_TEXT];
  int64_t event_time_ns;
} bench_output;

typedef struct bench {
  // What the test looks at, of the latest batch.
  bench_output outputs[BENCH_MAX];
  uint32_t output_count;
  struct { uint32_t record; char reason[BENCH_TEXT]; } rejects[BENCH_MAX];
  uint32_t reject_count;
  bool wants_checkpoint;
  char last_log[BENCH_TEXT];
  uint8_t checkpoint[BENCH_ARENA];
  size_t checkpoint_bytes;
  // Set by the test: the batches that come were worked on before a restart.
  bool is_replay;
  // What uplinks and feeds are told.
  int64_t now_ns, wait_us;
  const char *data_folder;  // of the plugin's own; none unless the test sets one before bench_open()

  const crossdock_plugin *plugin;
  crossdock_host host;
  void *instance;
  crossdock_option_value options[BENCH_MAX];
  uint32_t option_count;
  crossdock_stream streams[BENCH_MAX];
  const char *columns[BENCH_MAX];
  uint32_t stream_count, used_columns;
  const char *writes[BENCH_MAX];
  uint32_t write_count;
  crossdock_bytes sources[BENCH_MAX];
  uint32_t source_count;
  // The batch that is being put together.
  uint32_t count, selection[BENCH_MAX], source[BENCH_MAX], flags[BENCH_MAX];
  uint16_t stream[BENCH_MAX];
  uint64_t sequence[BENCH_MAX], next_sequence;
  int64_t time[BENCH_MAX];
  uint32_t body_offset[BENCH_MAX + 1], column_offset[BENCH_MAX + 1], sample_offset[BENCH_MAX + 1];
  uint8_t bodies[BENCH_ARENA];
  double values[BENCH_MAX];
} bench;

static inline crossdock_bytes bench_bytes(const char *text) {
  return (crossdock_bytes){(const uint8_t *)text, strlen(text)};
}

static inline void bench_copy(char *to, crossdock_bytes from) {
  CHECK(from.count < BENCH_TEXT);
  if (from.count) memcpy(to, from.data, from.count);
  to[from.count] = 0;
}

// The callbacks

static inline void bench_on_log(void *context, int32_t level, crossdock_bytes text) {
  (void)level;
  if (text.count >= BENCH_TEXT) text.count = BENCH_TEXT - 1;
  bench_copy(((bench *)context)->last_log, text);
}

static inline int32_t bench_on_emit(void *context, const crossdock_output *output) {
  bench *b = context;
  uint32_t i = 0;
  while (i < b->write_count && (strlen(b->writes[i]) != output->stream.count ||
                                memcmp(b->writes[i], output->stream.data, output->stream.count) != 0)) i++;
  if (i == b->write_count || b->output_count == BENCH_MAX) return CROSSDOCK_REFUSED;
  bench_output *out = &b->outputs[b->output_count++];
  bench_copy(out->stream, output->stream);
  bench_copy(out->source, output->source);
  bench_copy(out->reply_topic, output->reply_topic);
  bench_copy(out->body, output->body);
  out->event_time_ns = output->event_time_ns;
  return CROSSDOCK_OK;
}

static inline void bench_on_write(void *context, crossdock_bytes part) {
  bench *b = context;
  CHECK(b->checkpoint_bytes + part.count <= BENCH_ARENA);
  if (part.count) memcpy(b->checkpoint + b->checkpoint_bytes, part.data, part.count);
  b->checkpoint_bytes += part.count;
}

static inline int64_t bench_on_remaining(void *context) {
  bench *b = context;
  return b->is_replay ? INT64_MAX : 1000000;
}

static inline void bench_on_want_checkpoint(void *context) {
  bench *b = context;
  b->wants_checkpoint = true;
}

static inline void bench_on_count(void *context, const char *name, uint64_t add) { (void)context, (void)name, (void)add; }
static inline void bench_on_metric(void *context, const char *name, double value) { (void)context, (void)name, (void)value; }

static inline int32_t bench_on_reject(void *context, uint32_t record, crossdock_bytes reason) {
  bench *b = context;
  if (record >= b->count || b->reject_count == BENCH_MAX) return CROSSDOCK_REFUSED;
  b->rejects[b->reject_count].record = record;
  bench_copy(b->rejects[b->reject_count++].reason, reason);
  return CROSSDOCK_OK;
}

// Options: by hand for those that differ from the table

static inline crossdock_option_value *bench_option(bench *b, const char *key) {
  for (uint32_t i = 0; i < b->option_count; i++)
    if (strcmp(b->options[i].key, key) == 0) return &b->options[i];
  fprintf(stderr, "the plugin has no option %s\n", key);
  exit(1);
}

static inline void bench_string(bench *b, const char *key, const char *text) { bench_option(b, key)->text = bench_bytes(text); }
static inline void bench_integer(bench *b, const char *key, int64_t value) {
  bench_option(b, key)->integer = value;
  bench_option(b, key)->number = (double)value;
}
static inline void bench_number(bench *b, const char *key, double value) { bench_option(b, key)->number = value; }
static inline void bench_file(bench *b, const char *key, const char *contents) {
  bench_option(b, key)->text = bench_bytes("file");
  bench_option(b, key)->file = bench_bytes(contents);
}

static inline void bench_default(crossdock_option_value *value, const crossdock_option *option) {
  *value = (crossdock_option_value){.struct_size = sizeof *value, .type = option->type, .key = option->key};
  const char *text = option->default_value ? option->default_value : "";
  value->text = bench_bytes(option->type == CROSSDOCK_OPTION_STRING ? text : "");
  if (option->type == CROSSDOCK_OPTION_INTEGER) value->integer = strtoll(text, NULL, 10);
  if (option->type == CROSSDOCK_OPTION_BOOLEAN) value->integer = strcmp(text, "true") == 0;
  if (option->type == CROSSDOCK_OPTION_INTEGER || option->type == CROSSDOCK_OPTION_NUMBER) value->number = strtod(text, NULL);
}

// Life of an instance

static inline bench *bench_load(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) fprintf(stderr, "%s\n", dlerror()), exit(1);
  const crossdock_plugin *(*entry)(uint32_t) = NULL;
  *(void **)&entry = dlsym(library, "crossdock_plugin_entry");
  CHECK(entry);
  bench *b = calloc(1, sizeof *b);
  CHECK(b);
  b->plugin = entry(CROSSDOCK_ABI_VERSION);
  CHECK(b->plugin && b->plugin->abi_version == CROSSDOCK_ABI_VERSION && b->plugin->struct_size >= sizeof(crossdock_plugin));
  b->host = (crossdock_host){
      .struct_size = sizeof b->host, .abi_version = CROSSDOCK_ABI_VERSION, .context = b, .log = bench_on_log,
      .emit = bench_on_emit, .write = bench_on_write, .remaining_us = bench_on_remaining, .count = bench_on_count,
      .metric = bench_on_metric, .reject = bench_on_reject, .want_checkpoint = bench_on_want_checkpoint};
  CHECK(b->plugin->option_count <= BENCH_MAX);
  for (; b->option_count < b->plugin->option_count; b->option_count++)
    bench_default(&b->options[b->option_count], &b->plugin->options[b->option_count]);
  return b;
}

// The names of the stream's columns follow, NULL last.
static inline void bench_stream(bench *b, const char *name, ...) {
  CHECK(b->stream_count < BENCH_MAX);
  crossdock_stream *stream = &b->streams[b->stream_count++];
  *stream = (crossdock_stream){.struct_size = sizeof *stream, .name = name, .columns = b->columns + b->used_columns};
  va_list names;
  va_start(names, name);
  for (const char *column; (column = va_arg(names, const char *)) != NULL; stream->column_count++) {
    CHECK(b->used_columns < BENCH_MAX);
    b->columns[b->used_columns++] = column;
  }
  va_end(names);
}

static inline void bench_write(bench *b, const char *stream) {
  CHECK(b->write_count < BENCH_MAX);
  b->writes[b->write_count++] = stream;
}

static inline int32_t bench_open(bench *b) {
  crossdock_open open = {
      .struct_size = sizeof open, .option_count = b->option_count, .options = b->options, .streams = b->streams,
      .stream_count = b->stream_count, .write_count = b->write_count, .writes = b->writes, .agent = "bench",
      .epoch = "1-00000000000000000000000000000000", .data_folder = b->data_folder ? b->data_folder : ""};
  return b->plugin->open(b->plugin->plugin_data, &b->host, &open, &b->instance);
}

static inline void bench_close(bench *b) {
  if (b->instance) b->plugin->close(b->instance);
  free(b);
}

// Adds a record to the next batch. `columns`: `column_count` numbers, NAN for one that is missing.
static inline void bench_add(
    bench *b, const char *stream, const char *source, int64_t time_ns, const char *body, uint32_t column_count,
    const double *columns) {
  uint32_t i = b->count++, of = 0, who = 0;
  CHECK(i < BENCH_MAX && b->body_offset[i] + strlen(body) <= BENCH_ARENA && b->column_offset[i] + column_count <= BENCH_MAX);
  while (of < b->stream_count && strcmp(b->streams[of].name, stream) != 0) of++;
  CHECK(of < b->stream_count && b->streams[of].column_count == column_count);
  while (who < b->source_count && strcmp((const char *)b->sources[who].data, source) != 0) who++;
  CHECK(who < BENCH_MAX);
  if (who == b->source_count) b->sources[b->source_count++] = bench_bytes(source);
  b->selection[i] = i, b->stream[i] = (uint16_t)of, b->source[i] = who, b->sequence[i] = ++b->next_sequence, b->time[i] = time_ns;
  memcpy(b->bodies + b->body_offset[i], body, strlen(body));
  if (column_count) memcpy(b->values + b->column_offset[i], columns, column_count * sizeof *columns);
  b->body_offset[i + 1] = b->body_offset[i] + (uint32_t)strlen(body);
  b->column_offset[i + 1] = b->column_offset[i] + column_count;
  b->sample_offset[i + 1] = 0;
}

// Hands the added records over and gives the plugin's answer. After CROSSDOCK_RETRY the same records come again with the next call.
static inline int32_t bench_run(bench *b) {
  b->output_count = b->reject_count = 0;
  b->wants_checkpoint = false;
  crossdock_batch batch = {
      .struct_size = sizeof batch, .count = b->count, .selection = b->selection, .selection_count = b->count,
      .source_count = b->source_count, .sources = b->sources, .stream = b->stream, .source = b->source,
      .sequence = b->sequence, .event_time_ns = b->time, .ingest_time_ns = b->time, .monotonic_ns = b->time, .flags = b->flags,
      .body_offset = b->body_offset, .bodies = b->bodies, .column_offset = b->column_offset, .columns = b->values,
      .sample_offset = b->sample_offset, .now_ns = b->now_ns, .now_monotonic_ns = b->now_ns, .wait_us = b->wait_us};
  int32_t answer = b->plugin->process(b->instance, &batch);
  if (answer != CROSSDOCK_RETRY) b->count = 0;
  return answer;
}

// Into b->checkpoint.
static inline int32_t bench_checkpoint(bench *b) {
  b->checkpoint_bytes = 0;
  return b->plugin->checkpoint ? b->plugin->checkpoint(b->instance) : CROSSDOCK_OK;
}

// Gives this instance another one's checkpoint.
static inline int32_t bench_restore(bench *b, const bench *other) {
  return b->plugin->restore(b->instance, (crossdock_bytes){other->checkpoint, other->checkpoint_bytes});
}

#endif
