// my-plugin: decodes lines of a house format, "SOURCE;VALUE;STATE", into {"value":…,"state":…}. What is no such line is rejected.
#define _POSIX_C_SOURCE 200809L
#include "crossdock_plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
enum { MAX_LINE = 200 };

typedef struct decoder {
  const crossdock_host *host;
  char *output;
  char separator;
} decoder;

static int32_t fail(const crossdock_host *host, int32_t answer, const char *why) {
  host->log(host->context, CROSSDOCK_LOG_ERROR, (crossdock_bytes){(const uint8_t *)why, strlen(why)});
  return answer;
}

static int32_t open_decoder(void *data, const crossdock_host *host, const crossdock_open *open, void **instance) {
  (void)data;
  if (open->write_count == 0) return fail(host, CROSSDOCK_BAD_OPTIONS, "`writes` is empty: name a stream for the records");
  crossdock_bytes separator = {(const uint8_t *)";", 1};
  for (uint32_t i = 0; i < open->option_count; i++)
    if (strcmp(open->options[i].key, "separator") == 0) separator = open->options[i].text;
  if (separator.count != 1) return fail(host, CROSSDOCK_BAD_OPTIONS, "separator: one character");
  decoder *d = calloc(1, sizeof *d);
  if (!d) return fail(host, CROSSDOCK_FAILED, "no memory");
  *d = (decoder){.host = host, .output = strdup(open->writes[0]), .separator = (char)separator.data[0]};
  *instance = d;
  return CROSSDOCK_OK;
}

// NULL, or why the line cannot be decoded. `line` is cut into pieces.
static const char *decode(const decoder *d, char *line, char **source, double *value, char **state) {
  char *first = strchr(line, d->separator), *second = first ? strchr(first + 1, d->separator) : NULL;
  if (!second || strchr(second + 1, d->separator)) return "not three fields";
  *first = *second = 0;
  char *end;
  *source = line, *state = second + 1;
  *value = strtod(first + 1, &end);
  if (end == first + 1 || *end || !(*value - *value == 0)) return "the second field is not a number";
  if (!**source) return "no source";
  if (!**state || (*state)[strspn(*state, "abcdefghijklmnopqrstuvwxyz-")]) return "the state is not a word";
  return NULL;
}

static int32_t process(void *instance, const crossdock_batch *batch) {
  decoder *d = instance;
  for (uint32_t n = 0; n < batch->selection_count; n++) {
    uint32_t i = batch->selection[n], start = batch->body_offset[i], count = batch->body_offset[i + 1] - start;
    char line[MAX_LINE + 1], *source, *state;
    double value;
    const char *why = count > MAX_LINE ? "too long" : NULL;
    if (!why) {
      memcpy(line, batch->bodies + start, count);
      line[count] = 0;
      why = decode(d, line, &source, &value, &state);
    }
    if (why) {
      d->host->reject(d->host->context, i, (crossdock_bytes){(const uint8_t *)why, strlen(why)});
      continue;
    }
    char body[MAX_LINE + 100];
    int length = snprintf(body, sizeof body, "{\"value\":%.10g,\"state\":\"%s\"}", value, state);
    crossdock_output output = {
        .struct_size = sizeof output, .stream = {(const uint8_t *)d->output, strlen(d->output)},
        .source = {(const uint8_t *)source, strlen(source)}, .event_time_ns = batch->event_time_ns[i],
        .body = {(const uint8_t *)body, (size_t)length}};
    if (d->host->emit(d->host->context, &output) != CROSSDOCK_OK) return CROSSDOCK_FAILED;
  }
  return CROSSDOCK_OK;
}

// Nothing is remembered from one line to the next.
static int32_t checkpoint(void *instance) {
  (void)instance;
  return CROSSDOCK_OK;
}

static int32_t restore(void *instance, crossdock_bytes bytes) {
  (void)instance, (void)bytes;
  return CROSSDOCK_OK;
}

static void close_decoder(void *instance) {
  decoder *d = instance;
  free(d->output);
  free(d);
}

static const crossdock_option options[] = {
    {sizeof(crossdock_option), CROSSDOCK_OPTION_STRING, "separator", ";", "The character between two fields."},
};

static const crossdock_plugin plugin = {
    .struct_size = sizeof plugin, .abi_version = CROSSDOCK_ABI_VERSION, .role = CROSSDOCK_ROLE_DECODER,
    .option_count = sizeof options / sizeof *options, .name = "my-plugin", .version = "0.1.0",
    .summary = "Decodes lines of a house format.", .options = options, .open = open_decoder, .restore = restore,
    .process = process, .checkpoint = checkpoint, .close = close_decoder};

EXPORT const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) {
  return host_abi_version >= CROSSDOCK_ABI_VERSION ? &plugin : NULL;
}
