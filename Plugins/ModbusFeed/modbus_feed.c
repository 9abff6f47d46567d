// modbus-feed: polls the registers of a Modbus TCP device and emits a record for each poll and unit.
//
// One poll asks block after block; what one call of the host has no time for, the next goes on with, so that no call takes longer than
// the host's wait, however slow the device is.
//
// What happens to a block                        what comes of it
//   read                                         its values
//   the device answers with an exception         an error in the unit's record; the poll goes on
//   no answer in time, or a malformed one        the same, over a new connection; after MAX_SILENT in a row the poll ends
//   the connection is lost or not to be had      the same for the rest of the poll; a state record, once; then CROSSDOCK_RETRY,
//                                                until the device is there again: the host comes back with a growing pause
// A connection that the device closed between two polls is just opened again.
#include "crossdock_plugin.h"
#include "device.h"
#include "poll_record.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_SILENT = 2, MAX_SOURCE = 128, CHECKPOINT_BYTES = 16 };

typedef enum link_state { LINK_UNKNOWN, LINK_UP, LINK_DOWN } link_state;

typedef struct feed {
  const crossdock_host *host;
  char stream[256], source[MAX_SOURCE + 1];
  register_map map;
  double *values;           // by entry
  block_outcome *outcomes;  // by block
  text_buffer body;
  device device;
  link_state link;
  int64_t interval_ns;
  uint64_t polls;
  // The poll under way
  int is_polling, is_connection_old, silent;
  uint32_t block;           // the next
  int64_t due_ns, began_wall_ns, began_us;
  // The call under way
  int64_t call_us, until_us, now_ns, now_monotonic_ns;
} feed;

// What a step of a poll leads to.
typedef enum step { STEP_ON, STEP_WAIT, STEP_OVER, STEP_RETRY } step;

static const crossdock_option options[] = {
    {sizeof(crossdock_option), CROSSDOCK_OPTION_STRING, "host", NULL, "IPv4 address of the device or gateway, in numbers."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_INTEGER, "port", "502", "Its TCP port."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_FILE, "registers", NULL,
     "CSV file of the registers: name,unit,function,address,type,word_order,scale,offset; README.md explains it."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_STRING, "source", "modbus", "Sources of the records are SOURCE/UNIT; the device's state comes from SOURCE."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_INTEGER, "interval_ms", "1000", "From the start of a poll to the start of the next, 10 to 86400000."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_INTEGER, "timeout_ms", "1000", "How long a connection and each answer may take, 10 to 60000."},
    {sizeof(crossdock_option), CROSSDOCK_OPTION_INTEGER, "merge_gap_registers", "0",
     "Registers with so many unused ones between them are read by one request. More than 0 only if the device allows it."},
};

static crossdock_bytes bytes_of(const char *text) { return (crossdock_bytes){(const uint8_t *)text, strlen(text)}; }

static void say(const crossdock_host *host, int32_t level, const char *text) { host->log(host->context, level, bytes_of(text)); }

// The time of this call, by the clock that the host handed over.
static int64_t elapsed_ns(const feed *feed) { return (device_clock_us() - feed->call_us) * 1000; }

// Opening

static int refuse(const crossdock_host *host, const char *text) {
  say(host, CROSSDOCK_LOG_ERROR, text);
  return -1;
}

static int read_integer(const crossdock_host *host, const crossdock_option_value *value, int64_t least, int64_t most) {
  char reason[MAX_REASON];
  if (value->integer >= least && value->integer <= most) return 0;
  snprintf(reason, sizeof reason, "%s = %lld: must be %lld to %lld", value->key, (long long)value->integer, (long long)least, (long long)most);
  return refuse(host, reason);
}

static int read_text(const crossdock_host *host, const crossdock_option_value *value, char *text, size_t size) {
  char reason[MAX_REASON];
  if (value->text.count == 0 || value->text.count >= size) {
    snprintf(reason, sizeof reason, "%s: must have 1 to %zu characters", value->key, size - 1);
    return refuse(host, reason);
  }
  memcpy(text, value->text.data, value->text.count);
  text[value->text.count] = 0;
  return 0;
}

static int read_option(feed *feed, const crossdock_option_value *value, const crossdock_option_value **file, uint32_t *gap) {
  const crossdock_host *host = feed->host;
  if (strcmp(value->key, "host") == 0) {
    struct in_addr address;
    if (read_text(host, value, feed->device.host, sizeof feed->device.host) != 0) return -1;
    if (inet_pton(AF_INET, feed->device.host, &address) != 1) return refuse(host, "host: must be an IPv4 address in numbers, as 192.168.1.10");
  } else if (strcmp(value->key, "port") == 0) {
    if (read_integer(host, value, 1, 65535) != 0) return -1;
    feed->device.port = (uint16_t)value->integer;
  } else if (strcmp(value->key, "source") == 0) {
    return read_text(host, value, feed->source, sizeof feed->source);
  } else if (strcmp(value->key, "interval_ms") == 0) {
    if (read_integer(host, value, 10, 86400000) != 0) return -1;
    feed->interval_ns = value->integer * 1000000;
  } else if (strcmp(value->key, "timeout_ms") == 0) {
    if (read_integer(host, value, 10, 60000) != 0) return -1;
    feed->device.timeout_us = value->integer * 1000;
  } else if (strcmp(value->key, "merge_gap_registers") == 0) {
    if (read_integer(host, value, 0, 100) != 0) return -1;
    *gap = (uint32_t)value->integer;
  } else if (strcmp(value->key, "registers") == 0) {
    *file = value;
  }
  return 0;
}

static int read_options(feed *feed, const crossdock_open *open) {
  const crossdock_option_value *file = NULL;
  char reason[MAX_REASON];
  uint32_t gap = 0;
  if (open->write_count == 0) return refuse(feed->host, "writes is empty: name a stream for the records");
  if (strlen(open->writes[0]) >= sizeof feed->stream) return refuse(feed->host, "writes: the name is too long");
  strcpy(feed->stream, open->writes[0]);
  for (uint32_t i = 0; i < open->option_count; i++)
    if (read_option(feed, &open->options[i], &file, &gap) != 0) return -1;
  if (!file || file->file.count == 0) return refuse(feed->host, "registers: name the CSV file of the registers");
  if (register_map_read(&feed->map, (const char *)file->file.data, file->file.count, gap, reason) != 0) return refuse(feed->host, reason);
  return 0;
}

static void close_feed(void *instance) {
  feed *feed = instance;
  if (!feed) return;
  device_close(&feed->device);
  register_map_free(&feed->map);
  free(feed->values);
  free(feed->outcomes);
  free(feed->body.text);
  free(feed);
}

static int32_t open_feed(void *plugin_data, const crossdock_host *host, const crossdock_open *open, void **instance) {
  (void)plugin_data;
  feed *made = calloc(1, sizeof *made);
  if (!made) return CROSSDOCK_FAILED;
  made->host = host;
  made->device.socket = -1;
  if (read_options(made, open) != 0) {
    close_feed(made);
    return CROSSDOCK_BAD_OPTIONS;
  }
  made->values = calloc(made->map.entry_count, sizeof *made->values);
  made->outcomes = calloc(made->map.block_count, sizeof *made->outcomes);
  if (!made->values || !made->outcomes) {
    close_feed(made);
    return CROSSDOCK_FAILED;
  }
  char line[MAX_REASON];
  snprintf(line, sizeof line, "%u registers in %u requests a poll", made->map.entry_count, made->map.block_count);
  say(host, CROSSDOCK_LOG_INFO, line);
  *instance = made;
  return CROSSDOCK_OK;
}

// Emitting

static int emit(feed *feed, const char *source, int64_t time_ns) {
  crossdock_output output = {
      .struct_size = sizeof output, .stream = bytes_of(feed->stream), .source = bytes_of(source), .event_time_ns = time_ns,
      .body = {(const uint8_t *)feed->body.text, feed->body.count}};
  return feed->host->emit(feed->host->context, &output) == CROSSDOCK_OK ? 0 : -1;
}

static int emit_state(feed *feed, const char *state, const char *reason) {
  if (write_state(&feed->body, state, reason) != 0) return -1;
  return emit(feed, feed->source, feed->now_ns + elapsed_ns(feed));
}

// A record for each unit of the poll, as far as it came.
static int emit_poll(feed *feed) {
  int64_t took_ms = (device_clock_us() - feed->began_us) / 1000;
  feed->polls++;
  feed->host->count(feed->host->context, "polls", 1);
  feed->host->metric(feed->host->context, "poll_ms", (double)took_ms);
  for (uint32_t first = 0, end; first < feed->map.block_count; first = end) {
    char source[MAX_SOURCE + 8];
    for (end = first + 1; end < feed->map.block_count && feed->map.blocks[end].unit == feed->map.blocks[first].unit;) end++;
    snprintf(source, sizeof source, "%s/%u", feed->source, feed->map.blocks[first].unit);
    if (write_poll(&feed->body, &feed->map, first, end, feed->outcomes, feed->values, feed->polls, took_ms) != 0) return -1;
    if (emit(feed, source, feed->began_wall_ns) != 0) return -1;
  }
  return 0;
}

// A poll

static void begin_poll(feed *feed) {
  int64_t now = feed->now_monotonic_ns + elapsed_ns(feed);
  // The next one is due an interval after this one was, or, when that is over already, an interval from now.
  int64_t late = now - feed->due_ns;
  if (feed->due_ns && late >= feed->interval_ns) feed->host->count(feed->host->context, "missed_polls", (uint64_t)(late / feed->interval_ns));
  feed->due_ns = feed->due_ns && late < feed->interval_ns ? feed->due_ns + feed->interval_ns : now + feed->interval_ns;
  feed->began_wall_ns = feed->now_ns + elapsed_ns(feed);
  feed->began_us = device_clock_us();
  feed->is_polling = 1;
  feed->is_connection_old = feed->device.state == DEVICE_READY;
  feed->block = 0;
  feed->silent = 0;
  memset(feed->outcomes, 0, feed->map.block_count * sizeof *feed->outcomes);
}

static void fail_block(feed *feed, uint32_t block, int exception, const char *reason) {
  feed->outcomes[block].exception = exception;
  snprintf(feed->outcomes[block].reason, MAX_REASON, "%s", reason);
}

static step end_poll_early(feed *feed, const char *reason) {
  for (; feed->block < feed->map.block_count; feed->block++) fail_block(feed, feed->block, 0, reason);
  return STEP_OVER;
}

// The device is not there. What was read of this poll is told, the state when it is a new one.
static step lose_link(feed *feed) {
  int is_new = feed->link != LINK_DOWN, has_begun = feed->block > 0;
  feed->host->count(feed->host->context, "failed_connections", 1);
  feed->host->metric(feed->host->context, "reachable", 0);
  if (is_new) say(feed->host, CROSSDOCK_LOG_WARNING, feed->device.reason);
  feed->link = LINK_DOWN;
  if (has_begun) end_poll_early(feed, feed->device.reason);
  feed->is_polling = 0;
  // The host's pause decides when to try again.
  feed->due_ns = 0;
  if (has_begun && emit_poll(feed) != 0) return STEP_RETRY;
  if (is_new && emit_state(feed, "unreachable", feed->device.reason) != 0) return STEP_RETRY;
  return is_new || has_begun ? STEP_WAIT : STEP_RETRY;
}

// A request went unanswered, or was answered by something else: the connection was closed.
static step skip_block(feed *feed, const char *counter) {
  feed->host->count(feed->host->context, counter, 1);
  fail_block(feed, feed->block++, 0, feed->device.reason);
  return ++feed->silent >= MAX_SILENT ? end_poll_early(feed, "not asked: the device does not answer") : STEP_ON;
}

static const char *exception_text(int code) {
  const char *text = modbus_strerror(MODBUS_ENOBASE + code);
  return code > 0 && code < MODBUS_EXCEPTION_MAX ? text : "unknown exception";
}

static void take_block(feed *feed, device_result result) {
  const register_block *block = &feed->map.blocks[feed->block];
  feed->silent = 0;
  feed->is_connection_old = 0;
  if (result == DEVICE_EXCEPTION) {
    feed->host->count(feed->host->context, "exceptions", 1);
    fail_block(feed, feed->block, feed->device.exception, exception_text(feed->device.exception));
  } else {
    feed->outcomes[feed->block].is_read = 1;
    for (uint32_t i = block->first; i < block->first + block->entry_count; i++)
      feed->values[i] = register_value(block, &feed->map.entries[i], feed->device.words, feed->device.bits);
  }
  feed->block++;
}

static step connect_step(feed *feed) {
  device_result result = device_connect(&feed->device, feed->until_us);
  if (result == DEVICE_WAITING) return STEP_WAIT;
  if (result != DEVICE_DONE) return lose_link(feed);
  feed->host->count(feed->host->context, "connections", 1);
  feed->host->metric(feed->host->context, "reachable", 1);
  int was_down = feed->link == LINK_DOWN;
  feed->link = LINK_UP;
  if (!was_down) return STEP_ON;
  say(feed->host, CROSSDOCK_LOG_INFO, "the device is reachable again");
  return emit_state(feed, "reachable", NULL) == 0 ? STEP_ON : STEP_RETRY;
}

static step block_step(feed *feed) {
  const register_block *block = &feed->map.blocks[feed->block];
  if (feed->device.state == DEVICE_CLOSED || feed->device.state == DEVICE_CONNECTING) return connect_step(feed);
  device_result result = feed->device.state == DEVICE_READY ? device_ask(&feed->device, block) : DEVICE_DONE;
  if (result == DEVICE_DONE) result = device_answer(&feed->device, block, feed->until_us);
  switch (result) {
    case DEVICE_WAITING: return STEP_WAIT;
    case DEVICE_TIMEOUT: return skip_block(feed, "timeouts");
    case DEVICE_FAILED:
      // Closed by the device since the last poll, as many do with a connection that rests.
      if (feed->is_connection_old) {
        feed->is_connection_old = 0;
        return STEP_ON;
      }
      return skip_block(feed, "failed_answers");
    default: take_block(feed, result); return STEP_ON;
  }
}

// Until the poll is due or the call's time is over: 1 when it is due.
static int wait_until_due(feed *feed) {
  int64_t left_us = feed->due_ns ? (feed->due_ns - feed->now_monotonic_ns - elapsed_ns(feed)) / 1000 : 0;
  int64_t may_us = feed->until_us - device_clock_us();
  int64_t pause_us = left_us < may_us ? left_us : may_us;
  if (pause_us > 0) {
    struct timespec pause = {.tv_sec = pause_us / 1000000, .tv_nsec = pause_us % 1000000 * 1000};
    while (nanosleep(&pause, &pause) != 0 && errno == EINTR) continue;
  }
  return left_us <= may_us;
}

static int32_t process(void *instance, const crossdock_batch *batch) {
  feed *feed = instance;
  feed->call_us = device_clock_us();
  feed->until_us = feed->call_us + (batch->wait_us > 0 ? batch->wait_us : 0);
  feed->now_ns = batch->now_ns;
  feed->now_monotonic_ns = batch->now_monotonic_ns;
  if (!feed->is_polling) {
    if (!wait_until_due(feed)) return CROSSDOCK_OK;
    begin_poll(feed);
  }
  step step = STEP_ON;
  while (step == STEP_ON) step = feed->block == feed->map.block_count ? STEP_OVER : block_step(feed);
  if (step == STEP_RETRY) return CROSSDOCK_RETRY;
  if (step == STEP_WAIT) return CROSSDOCK_OK;
  feed->is_polling = 0;
  return emit_poll(feed) == 0 ? CROSSDOCK_OK : CROSSDOCK_FAILED;
}

// The checkpoint: "MBF1", u32 link state, u64 polls. It is there so that a restart neither repeats a state nor forgets to end one.

static int32_t checkpoint(void *instance) {
  const feed *feed = instance;
  uint8_t state[CHECKPOINT_BYTES] = {'M', 'B', 'F', '1', (uint8_t)feed->link};
  for (int i = 0; i < 8; i++) state[8 + i] = (uint8_t)(feed->polls >> (8 * i));
  feed->host->write(feed->host->context, (crossdock_bytes){state, sizeof state});
  return CROSSDOCK_OK;
}

static int32_t restore(void *instance, crossdock_bytes state) {
  feed *feed = instance;
  if (state.count != CHECKPOINT_BYTES || memcmp(state.data, "MBF1", 4) != 0 || state.data[4] > LINK_DOWN) return CROSSDOCK_BAD_CHECKPOINT;
  feed->link = (link_state)state.data[4];
  feed->polls = 0;
  for (int i = 0; i < 8; i++) feed->polls |= (uint64_t)state.data[8 + i] << (8 * i);
  return CROSSDOCK_OK;
}

static const crossdock_plugin plugin = {
    .struct_size = sizeof plugin, .abi_version = CROSSDOCK_ABI_VERSION, .role = CROSSDOCK_ROLE_FEED,
    .option_count = sizeof options / sizeof *options, .name = "modbus-feed", .version = "1.0.0",
    .summary = "Polls registers of a Modbus TCP device.", .options = options, .open = open_feed, .restore = restore,
    .process = process, .checkpoint = checkpoint, .close = close_feed};

__attribute__((visibility("default"))) const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) {
  return host_abi_version >= CROSSDOCK_ABI_VERSION ? &plugin : NULL;
}
