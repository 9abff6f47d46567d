// file-drop: an uplink that writes records as files of JSON lines into a folder, for another system to pick up.
//
// A batch becomes one file for each of its streams (more when it is larger than max_file_kb). CROSSDOCK_OK is answered only when
// every file of the batch is on the disk under its name. Anything that goes wrong with the folder (not there, full, read-only, too many files
// waiting) is CROSSDOCK_RETRY: nothing is set aside, the agent keeps the records and comes again.
#include "crossdock_plugin.h"
#include "drop_folder.h"
#include "json_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REASON = MAX_PATH + 200, MAX_STREAM_NAME = 200 };

typedef struct drop {
  const crossdock_host *host;
  drop_folder folder;
  line_buffer text;
  uint32_t max_waiting, waiting;
  size_t max_file_bytes;
  uint32_t stream_count;
  char (*streams)[MAX_STREAM_NAME];
  int is_clean, is_blocked;  // blocked: the last batch was, and that was told
} drop;

static const crossdock_option options[] = {
    {sizeof(crossdock_option), CROSSDOCK_OPTION_STRING, "folder", NULL, "Absolute path of the folder that files are dropped in. It must be there."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_INTEGER, "max_waiting_files", "1000",
     "With so many files not picked up, no more are written: the records wait in the agent's journal. 1 to 1000000."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_INTEGER, "max_file_kb", "4096", "A file that would become larger is continued in another one. 16 to 8192."},
};

static crossdock_bytes bytes_of(const char *text) { return (crossdock_bytes){(const uint8_t *)text, strlen(text)}; }

static int refuse(const crossdock_host *host, const char *text) {
  host->log(host->context, CROSSDOCK_LOG_ERROR, bytes_of(text));
  return -1;
}

static int read_folder(drop *drop, const crossdock_option_value *value) {
  if (value->text.count == 0 || value->text.count >= MAX_PATH || value->text.data[0] != '/')
    return refuse(drop->host, "folder: must be an absolute path, as /srv/drop");
  memcpy(drop->folder.path, value->text.data, value->text.count);
  drop->folder.path[value->text.count] = 0;
  return 0;
}

static int read_options(drop *drop, const crossdock_open *open) {
  for (uint32_t i = 0; i < open->option_count; i++) {
    const crossdock_option_value *value = &open->options[i];
    if (strcmp(value->key, "folder") == 0) {
      if (read_folder(drop, value) != 0) return -1;
    } else if (strcmp(value->key, "max_waiting_files") == 0) {
      if (value->integer < 1 || value->integer > 1000000) return refuse(drop->host, "max_waiting_files: must be 1 to 1000000");
      drop->max_waiting = (uint32_t)value->integer;
    } else if (strcmp(value->key, "max_file_kb") == 0) {
      if (value->integer < 16 || value->integer > 8192) return refuse(drop->host, "max_file_kb: must be 16 to 8192");
      drop->max_file_bytes = (size_t)value->integer << 10;
    }
  }
  for (uint32_t i = 0; i < open->stream_count; i++) {
    if (strlen(open->streams[i].name) >= MAX_STREAM_NAME) return refuse(drop->host, "a stream's name is too long");
    strcpy(drop->streams[i], open->streams[i].name);
  }
  return 0;
}

static void close_drop(void *instance) {
  drop *drop = instance;
  if (!drop) return;
  drop_close(&drop->folder);
  free(drop->text.text);
  free(drop->streams);
  free(drop);
}

static int32_t open_drop(void *plugin_data, const crossdock_host *host, const crossdock_open *open, void **instance) {
  (void)plugin_data;
  drop *made = calloc(1, sizeof *made);
  if (!made) return CROSSDOCK_FAILED;
  made->host = host;
  made->folder.descriptor = -1;
  made->stream_count = open->stream_count;
  made->streams = calloc(open->stream_count + 1, sizeof *made->streams);
  int32_t answer = made->streams ? (read_options(made, open) == 0 ? CROSSDOCK_OK : CROSSDOCK_BAD_OPTIONS) : CROSSDOCK_FAILED;
  if (answer != CROSSDOCK_OK)
    close_drop(made);
  else
    *instance = made;
  return answer;
}

// Told once, until a batch got through.
static int32_t retry(drop *drop, const char *what, const char *why) {
  char reason[MAX_REASON];
  drop_close(&drop->folder);
  if (!drop->is_blocked) {
    snprintf(reason, sizeof reason, "%s %s: %s; the records wait", what, drop->folder.path, why);
    drop->host->log(drop->host->context, CROSSDOCK_LOG_WARNING, bytes_of(reason));
  }
  drop->is_blocked = 1;
  return CROSSDOCK_RETRY;
}

// Writes what the buffer holds, from one record to another.
static int write_part(drop *drop, const crossdock_batch *batch, uint16_t stream, uint32_t first, uint32_t last) {
  drop_name name;
  drop_make_name(&name, drop->streams[stream], batch->sequence[first], batch->sequence[last], batch->ingest_time_ns[first]);
  int error = drop_file(&drop->folder, &name, drop->text.text, drop->text.count);
  if (!error) {
    drop->host->count(drop->host->context, "files", 1);
    drop->host->count(drop->host->context, "bytes", drop->text.count);
    drop->waiting++;
  }
  drop->text.count = 0;
  return error;
}

// The records of one stream. Where a file ends depends on the records alone, so that a batch that comes again is cut as before.
static int write_stream(drop *drop, const crossdock_batch *batch, uint16_t stream) {
  uint32_t first = 0, last = 0;
  drop->text.count = 0;
  for (uint32_t i = 0; i < batch->selection_count; i++) {
    uint32_t record = batch->selection[i];
    if (batch->stream[record] != stream) continue;
    size_t before = drop->text.count;
    if (append_line(&drop->text, batch, drop->streams[stream], record) != 0) return ENOMEM;
    if (before > 0 && drop->text.count > drop->max_file_bytes) {
      drop->text.count = before;
      int error = write_part(drop, batch, stream, first, last);
      if (error) return error;
      if (append_line(&drop->text, batch, drop->streams[stream], record) != 0) return ENOMEM;
      before = 0;
    }
    if (before == 0) first = record;
    last = record;
  }
  return drop->text.count > 0 ? write_part(drop, batch, stream, first, last) : 0;
}

static int32_t process(void *instance, const crossdock_batch *batch) {
  drop *drop = instance;
  int error = drop_open(&drop->folder);
  if (error) return retry(drop, "folder", strerror(error));
  if (!drop->is_clean && (error = drop_clean(&drop->folder)) != 0) return retry(drop, "folder", strerror(error));
  drop->is_clean = 1;
  if ((error = drop_count(&drop->folder, &drop->waiting)) != 0) return retry(drop, "folder", strerror(error));
  drop->host->metric(drop->host->context, "waiting_files", drop->waiting);
  if (drop->waiting >= drop->max_waiting) return retry(drop, "folder", "max_waiting_files are not picked up yet");
  for (uint32_t stream = 0; stream < drop->stream_count; stream++) {
    error = write_stream(drop, batch, (uint16_t)stream);
    if (error) return retry(drop, "write in", strerror(error));
  }
  drop_close(&drop->folder);
  drop->host->count(drop->host->context, "records", batch->selection_count);
  drop->host->metric(drop->host->context, "waiting_files", drop->waiting);
  static const char again[] = "files are written again";
  if (drop->is_blocked) drop->host->log(drop->host->context, CROSSDOCK_LOG_INFO, bytes_of(again));
  drop->is_blocked = 0;
  return CROSSDOCK_OK;
}

// What is written is the folder; there is nothing else to know.

static int32_t checkpoint(void *instance) {
  (void)instance;
  return CROSSDOCK_OK;
}

static int32_t restore(void *instance, crossdock_bytes state) {
  (void)instance;
  return state.count == 0 ? CROSSDOCK_OK : CROSSDOCK_BAD_CHECKPOINT;
}

static const crossdock_plugin plugin = {
    .struct_size = sizeof plugin, .abi_version = CROSSDOCK_ABI_VERSION, .role = CROSSDOCK_ROLE_UPLINK,
    .option_count = sizeof options / sizeof *options, .name = "file-drop", .version = "1.0.0",
    .summary = "Writes records as files of JSON lines into a folder, for another system to pick up.", .options = options,
    .open = open_drop, .restore = restore, .process = process, .checkpoint = checkpoint, .close = close_drop};

__attribute__((visibility("default"))) const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) {
  return host_abi_version >= CROSSDOCK_ABI_VERSION ? &plugin : NULL;
}
