// my-plugin: appends each record as a line to a file. A batch is delivered when it is on the disk; a file that cannot be written
// makes it come again, so that a line may be there twice: `epoch`, `stream` and `sequence` together tell.
#define _GNU_SOURCE
#include "crossdock_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

typedef struct appender {
  const crossdock_host *host;
  char *path, *epoch;
  char **streams;
  uint32_t stream_count;
} appender;

static int32_t fail(const crossdock_host *host, int32_t answer, const char *what, const char *why) {
  char text[500];
  int count = snprintf(text, sizeof text, "%s: %s", what, why);
  if (count >= (int)sizeof text) count = sizeof text - 1;
  int32_t level = answer == CROSSDOCK_RETRY ? CROSSDOCK_LOG_WARNING : CROSSDOCK_LOG_ERROR;
  host->log(host->context, level, (crossdock_bytes){(const uint8_t *)text, (size_t)count});
  return answer;
}

static int32_t open_appender(void *data, const crossdock_host *host, const crossdock_open *open, void **instance) {
  (void)data;
  // Appended to the structure: an older host does not have it.
  if (open->struct_size < offsetof(crossdock_open, data_folder) + sizeof open->data_folder || !open->data_folder[0])
    return fail(host, CROSSDOCK_BAD_OPTIONS, "data folder", "there is none: plugin.toml declares {data}, and an older agent has none");
  crossdock_bytes file = {NULL, 0};
  for (uint32_t i = 0; i < open->option_count; i++)
    if (strcmp(open->options[i].key, "file") == 0) file = open->options[i].text;
  if (file.count == 0 || memchr(file.data, '/', file.count))
    return fail(host, CROSSDOCK_BAD_OPTIONS, "file", "a name without a folder");
  appender *a = calloc(1, sizeof *a);
  if (!a) return fail(host, CROSSDOCK_FAILED, "open", "no memory");
  *a = (appender){.host = host, .stream_count = open->stream_count, .epoch = strdup(open->epoch)};
  if (asprintf(&a->path, "%s/%.*s", open->data_folder, (int)file.count, (const char *)file.data) < 0) a->path = NULL;
  a->streams = calloc(open->stream_count + 1, sizeof *a->streams);
  for (uint32_t i = 0; a->streams && i < open->stream_count; i++) a->streams[i] = strdup(open->streams[i].name);
  *instance = a;
  return CROSSDOCK_OK;
}

// A name between quotes: what JSON does not allow in them becomes "?".
static void put_name(FILE *file, const char *key, const uint8_t *name, size_t count) {
  fprintf(file, "\"%s\":\"", key);
  for (size_t i = 0; i < count; i++) fputc(name[i] < 0x20 || name[i] == '"' || name[i] == '\\' ? '?' : name[i], file);
  fputs("\",", file);
}

static void put_record(FILE *file, const appender *a, const crossdock_batch *batch, uint32_t i) {
  const char *stream = a->streams[batch->stream[i]];
  crossdock_bytes source = batch->sources[batch->source[i]];
  fputc('{', file);
  put_name(file, "epoch", (const uint8_t *)a->epoch, strlen(a->epoch));
  put_name(file, "stream", (const uint8_t *)stream, strlen(stream));
  put_name(file, "source", source.data, source.count);
  fprintf(file, "\"sequence\":%llu,\"time_ns\":%lld,\"body\":", (unsigned long long)batch->sequence[i],
          (long long)batch->event_time_ns[i]);
  fwrite(batch->bodies + batch->body_offset[i], 1, batch->body_offset[i + 1] - batch->body_offset[i], file);
  fputs("}\n", file);
}

static int32_t process(void *instance, const crossdock_batch *batch) {
  appender *a = instance;
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  if (!memory) return fail(a->host, CROSSDOCK_FAILED, "process", "no memory");
  for (uint32_t n = 0; n < batch->selection_count; n++) put_record(memory, a, batch, batch->selection[n]);
  if (fclose(memory) != 0) {
    free(text);
    return fail(a->host, CROSSDOCK_FAILED, "process", "no memory");
  }
  errno = 0;
  int fd = open(a->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  off_t before = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
  int is_whole = fd >= 0 && write(fd, text, size) == (ssize_t)size && fsync(fd) == 0;
  const char *why = is_whole ? NULL : errno ? strerror(errno) : "written in part";
  // Half a line would stay for ever: take back what this batch wrote.
  if (!is_whole && fd >= 0 && ftruncate(fd, before) != 0) why = strerror(errno);
  if (fd >= 0) close(fd);
  free(text);
  return is_whole ? CROSSDOCK_OK : fail(a->host, CROSSDOCK_RETRY, a->path, why);
}

static void close_appender(void *instance) {
  appender *a = instance;
  for (uint32_t i = 0; a->streams && i < a->stream_count; i++) free(a->streams[i]);
  free(a->streams);
  free(a->epoch);
  free(a->path);
  free(a);
}

// What was delivered is the agent's to remember.
static int32_t checkpoint(void *instance) {
  (void)instance;
  return CROSSDOCK_OK;
}

static int32_t restore(void *instance, crossdock_bytes bytes) {
  (void)instance, (void)bytes;
  return CROSSDOCK_OK;
}

static const crossdock_option options[] = {
    {sizeof(crossdock_option), CROSSDOCK_OPTION_STRING, "file", "records.ndjson",
     "The name of the file, in the plugin's own folder."},
};

static const crossdock_plugin plugin = {
    .struct_size = sizeof plugin, .abi_version = CROSSDOCK_ABI_VERSION, .role = CROSSDOCK_ROLE_UPLINK,
    .option_count = sizeof options / sizeof *options, .name = "my-plugin", .version = "0.1.0",
    .summary = "Appends records to a file.", .options = options, .open = open_appender, .restore = restore,
    .process = process, .checkpoint = checkpoint, .close = close_appender};

EXPORT const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) {
  return host_abi_version >= CROSSDOCK_ABI_VERSION ? &plugin : NULL;
}
