// my-plugin: says how many lines were appended to lines.log, as {"lines":…,"total":…}. Its checkpoint is its place in the file, so
// that no line is counted twice, whatever happens to the box.
#define _GNU_SOURCE
#include "crossdock_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
enum { POLL_US = 50000, MAX_BYTES = 1 << 20 };  // between two looks at the file; read in one batch

typedef struct counter {
  const crossdock_host *host;
  char *path, *source, *output;
  int64_t place, total;  // bytes read, lines seen
  uint8_t buffer[MAX_BYTES];
} counter;

static int32_t fail(const crossdock_host *host, int32_t answer, const char *what, const char *why) {
  char text[500];
  int count = snprintf(text, sizeof text, "%s: %s", what, why);
  if (count >= (int)sizeof text) count = sizeof text - 1;
  int32_t level = answer == CROSSDOCK_RETRY ? CROSSDOCK_LOG_WARNING : CROSSDOCK_LOG_ERROR;
  host->log(host->context, level, (crossdock_bytes){(const uint8_t *)text, (size_t)count});
  return answer;
}

static char *option(const crossdock_open *open, const char *key) {
  for (uint32_t i = 0; i < open->option_count; i++)
    if (strcmp(open->options[i].key, key) == 0 && open->options[i].text.count)
      return strndup((const char *)open->options[i].text.data, open->options[i].text.count);
  return NULL;
}

static void close_counter(void *instance) {
  counter *c = instance;
  free(c->path);
  free(c->source);
  free(c->output);
  free(c);
}

static int32_t open_counter(void *data, const crossdock_host *host, const crossdock_open *open, void **instance) {
  (void)data;
  if (open->write_count == 0) return fail(host, CROSSDOCK_BAD_OPTIONS, "writes", "name a stream for the counts");
  counter *c = calloc(1, sizeof *c);
  if (!c) return fail(host, CROSSDOCK_FAILED, "open", "no memory");
  c->host = host, c->source = option(open, "source"), c->output = strdup(open->writes[0]);
  char *folder = option(open, "folder");
  if (folder && folder[0] == '/' && asprintf(&c->path, "%s/lines.log", folder) < 0) c->path = NULL;
  free(folder);
  if (!c->path || !c->source) {
    close_counter(c);
    return fail(host, CROSSDOCK_BAD_OPTIONS, "folder, source", "an absolute path, and a name");
  }
  *instance = c;
  return CROSSDOCK_OK;
}

// The lines that are whole behind `place`; -1 when the file cannot be read.
static int64_t take_lines(counter *c, int64_t *place) {
  int fd = open(c->path, O_RDONLY | O_CLOEXEC);
  struct stat about;
  if (fd < 0) return -1;
  if (fstat(fd, &about) == 0 && about.st_size < *place) *place = 0;  // it was rotated or cut
  ssize_t count = pread(fd, c->buffer, sizeof c->buffer, *place);
  int error = errno;
  close(fd);
  errno = error;
  int64_t lines = count < 0 ? -1 : 0, start = *place;
  for (ssize_t i = 0; i < count; i++)
    if (c->buffer[i] == '\n') lines++, *place = start + i + 1;
  if (count == (ssize_t)sizeof c->buffer && lines == 0) *place += count;  // a part of a very long line
  return lines;
}

static int32_t process(void *instance, const crossdock_batch *batch) {
  counter *c = instance;
  int64_t place = c->place, lines, waited = 0;
  while ((lines = take_lines(c, &place)) == 0 && waited < batch->wait_us) {
    int64_t pause = batch->wait_us - waited < POLL_US ? batch->wait_us - waited : POLL_US;
    nanosleep(&(struct timespec){.tv_nsec = pause * 1000}, NULL);
    waited += pause;
  }
  if (lines < 0) return fail(c->host, CROSSDOCK_RETRY, c->path, strerror(errno));
  c->place = place;
  if (lines == 0) return CROSSDOCK_OK;
  c->total += lines;
  char body[100];
  int length = snprintf(body, sizeof body, "{\"lines\":%lld,\"total\":%lld}", (long long)lines, (long long)c->total);
  crossdock_output output = {
      .struct_size = sizeof output, .stream = {(const uint8_t *)c->output, strlen(c->output)},
      .source = {(const uint8_t *)c->source, strlen(c->source)}, .event_time_ns = batch->now_ns + waited * 1000,
      .body = {(const uint8_t *)body, (size_t)length}};
  return c->host->emit(c->host->context, &output) == CROSSDOCK_OK ? CROSSDOCK_OK : CROSSDOCK_FAILED;
}

static int32_t checkpoint(void *instance) {
  counter *c = instance;
  char text[100];
  int count = snprintf(text, sizeof text, "%lld %lld", (long long)c->place, (long long)c->total);
  c->host->write(c->host->context, (crossdock_bytes){(const uint8_t *)text, (size_t)count});
  return CROSSDOCK_OK;
}

static int32_t restore(void *instance, crossdock_bytes bytes) {
  counter *c = instance;
  char text[100] = {0};
  long long place, total;
  if (bytes.count < sizeof text) memcpy(text, bytes.data, bytes.count);
  if (sscanf(text, "%lld %lld", &place, &total) != 2 || place < 0 || total < 0)
    return fail(c->host, CROSSDOCK_BAD_CHECKPOINT, "checkpoint", "not two numbers");
  c->place = place, c->total = total;
  return CROSSDOCK_OK;
}

static const crossdock_option options[] = {
    {sizeof(crossdock_option), CROSSDOCK_OPTION_STRING, "folder", NULL,
     "Where lines.log is, the file whose lines are counted; an absolute path."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_STRING, "source", "lines", "The source of the records."},
};

static const crossdock_plugin plugin = {
    .struct_size = sizeof plugin, .abi_version = CROSSDOCK_ABI_VERSION, .role = CROSSDOCK_ROLE_FEED,
    .option_count = sizeof options / sizeof *options, .name = "my-plugin", .version = "0.1.0",
    .summary = "Counts the lines that are appended to a file.", .options = options, .open = open_counter, .restore = restore,
    .process = process, .checkpoint = checkpoint, .close = close_counter};

EXPORT const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) {
  return host_abi_version >= CROSSDOCK_ABI_VERSION ? &plugin : NULL;
}
