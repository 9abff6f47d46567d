// crossdock_plugin.h: the one contract between the agent and a plugin. ABI version 1.
//
// Rules that hold for every structure and call here:
//  1. Append only. A structure that crosses the boundary begins with struct_size, the size its *writer* knew. A reader
//     uses a member only if struct_size says that it is there. Nothing is reordered, resized or removed within an ABI version.
//  2. Whoever allocates, frees. Pointers handed to a call are borrowed until that call returns; copy what must live on.
//     The host copies what a plugin emits before emit() returns.
//  3. A plugin is single-threaded: the host makes one call at a time into an instance. It starts no threads of its own.
//  4. A model and a decoder are deterministic: the same records from the same checkpoint give the same outputs, however they are
//     cut into batches. Time comes with the records; they read no clock, no random source, no file. Files named by options come as
//     their contents. Uplinks and feeds may use what plugin.toml declares (files, network destinations), and get the time in the batch.
//  5. Text is UTF-8 and not NUL-terminated unless it is a plain `const char *`.
//  6. A call ends within its time. Isolated plugins are killed when it does not, and started again from their checkpoint.
//
// Life of an instance: open → [restore] → process* (→ checkpoint, between two batches, as often as the host likes) → close.
//
// The four roles differ only in what process() is given and what its answer means:
//
//   role      is given                                 may                       CROSSDOCK_OK means
//   model     records of the streams it reads          emit                      its outputs and its position become durable together
//   decoder   raw messages, as the bodies of records   emit, reject              the same; a rejected message goes to the quarantine
//   uplink    records of the streams it reads          nothing but deliver       every record of the batch is safe at the destination
//   feed      no records; the time, and how long it    emit                      outputs and checkpoint (its place in what it reads)
//             may wait for something to come                                     become durable together: asked for after each batch
#ifndef CROSSDOCK_PLUGIN_H
#define CROSSDOCK_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CROSSDOCK_ABI_VERSION 1u

// A run of bytes. data may be NULL when count is 0.
typedef struct crossdock_bytes {
  const uint8_t *data;
  size_t count;
} crossdock_bytes;

// What a plugin is.
enum {
  CROSSDOCK_ROLE_MODEL = 1,
  CROSSDOCK_ROLE_DECODER = 2,
  CROSSDOCK_ROLE_UPLINK = 3,
  CROSSDOCK_ROLE_FEED = 4,
};

// What a call answers.
enum {
  CROSSDOCK_OK = 0,
  // The batch could not be worked on; the reason was given to log(). The host sets the batch aside and goes on.
  CROSSDOCK_FAILED = 1,
  // open() only: the options are not usable; the reason was given to log().
  CROSSDOCK_BAD_OPTIONS = 2,
  // restore() only: the checkpoint is of another version or damaged. The host starts the instance anew.
  CROSSDOCK_BAD_CHECKPOINT = 3,
  // emit() and reject() only: the stream is not one that the configuration lets this plugin write, or a bound is exceeded.
  CROSSDOCK_REFUSED = 4,
  // process() of an uplink or a feed only: the other side is not there. The same batch comes again later, with a growing pause;
  // nothing counts as failed, and nothing is set aside.
  CROSSDOCK_RETRY = 5,
};

enum {
  CROSSDOCK_LOG_ERROR = 3,  // syslog(3) numbers
  CROSSDOCK_LOG_WARNING = 4,
  CROSSDOCK_LOG_INFO = 6,
  CROSSDOCK_LOG_DEBUG = 7,
};

// Types of an option's value in agent.conf.
enum {
  CROSSDOCK_OPTION_STRING = 1,
  CROSSDOCK_OPTION_INTEGER = 2,
  CROSSDOCK_OPTION_NUMBER = 3,
  CROSSDOCK_OPTION_BOOLEAN = 4,
  CROSSDOCK_OPTION_FILE = 5,   // a path, given relative to agent.conf; the plugin gets path and contents
  CROSSDOCK_OPTION_FILES = 6,  // an array of paths
};

// One row of a plugin's option table: the configuration check and the reference page come from it.
typedef struct crossdock_option {
  uint32_t struct_size;
  uint32_t type;              // CROSSDOCK_OPTION_…
  const char *key;            // snake_case, unit last: "cooldown_s"
  const char *default_value;  // text and paths without quotes, "" for no file; NULL: the option is required
  const char *help;           // one or two sentences
} crossdock_option;

// A value of an option, as the host hands it over. A FILES option comes as one entry a file.
typedef struct crossdock_option_value {
  uint32_t struct_size;
  uint32_t type;
  const char *key;
  crossdock_bytes text;  // STRING: the text. FILE(S): the path as written in agent.conf.
  int64_t integer;       // INTEGER; BOOLEAN as 0 or 1
  double number;         // NUMBER (and INTEGER, converted)
  crossdock_bytes file;  // FILE(S): the contents
} crossdock_option_value;

// A stream as the plugin sees it. `columns` are the names of the numeric fields that the feed extracts, in order. An isolated plugin
// is told of the streams that it reads or writes, an in-process one of all.
typedef struct crossdock_stream {
  uint32_t struct_size;
  uint32_t column_count;
  const char *name;
  const char *const *columns;
} crossdock_stream;

// Records, as plain arrays of `count` elements. Offsets arrays have count + 1 elements: record i owns the elements
// [offset[i], offset[i + 1]) of the array beside it. Only the records named by `selection` are for this plugin: in-process, the arrays
// are the agent's own batch, with other records in between; isolated, all are. A source keeps its index for the life of an instance.
typedef struct crossdock_batch {
  uint32_t struct_size;
  uint32_t count;
  const uint32_t *selection;        // indices of the plugin's records, ascending
  uint32_t selection_count;
  uint32_t source_count;
  const crossdock_bytes *sources;   // every source that this instance has seen (in-process: that the journal knows); indexed by source[i]
  const uint16_t *stream;           // index into the streams given to open()
  const uint32_t *source;
  const uint64_t *sequence;         // in its stream, from 1
  const int64_t *event_time_ns;     // since 1970-01-01 UTC
  const int64_t *ingest_time_ns;    // the same clock, when the agent read the message
  const int64_t *monotonic_ns;      // CLOCK_BOOTTIME at ingest; durations come from this one
  const uint32_t *flags;            // CROSSDOCK_FLAG_…
  const uint32_t *body_offset;
  const uint8_t *bodies;            // JSON text, or bytes for streams of a raw decoder
  const uint32_t *column_offset;
  const double *columns;            // as many as the record's stream has columns; NaN where a field is missing
  const uint32_t *sample_offset;
  const float *samples;             // a waveform, where the feed names one; empty otherwise
  int64_t now_ns;                   // uplinks and feeds: the wall clock at this call; 0 for models and decoders
  int64_t now_monotonic_ns;         // the same: CLOCK_BOOTTIME
  int64_t wait_us;                  // feeds: return as soon as there is something to emit, at the latest after this
} crossdock_batch;

enum {
  CROSSDOCK_FLAG_CLOCK_UNSYNCHRONISED = 1u << 0,  // the box's clock was not disciplined at ingest
  CROSSDOCK_FLAG_EVENT_TIME_MISSING = 1u << 1,    // no time in the message: event time is ingest time
  CROSSDOCK_FLAG_EVENT_TIME_CLAMPED = 1u << 2,    // the message's time was out of bounds: event time is ingest time
  CROSSDOCK_FLAG_RETAINED = 1u << 3,              // a retained message, possibly old
  CROSSDOCK_FLAG_DERIVED = 1u << 4,               // emitted by a model
};

// A record that a plugin emits.
typedef struct crossdock_output {
  uint32_t struct_size;
  uint32_t reserved;            // 0
  crossdock_bytes stream;       // one of the plugin's `writes` in agent.conf
  crossdock_bytes source;
  int64_t event_time_ns;
  crossdock_bytes body;         // JSON text
  crossdock_bytes reply_topic;  // not empty: the body is also published there, after the commit
} crossdock_output;

// What the host offers. All callbacks may be used only inside a call that the host makes into the plugin.
typedef struct crossdock_host {
  uint32_t struct_size;
  uint32_t abi_version;
  void *context;  // hand it back to the callbacks
  // One line of text for the operator. Never put payloads or secrets into it.
  void (*log)(void *context, int32_t level, crossdock_bytes text);
  // Inside process() only. CROSSDOCK_OK, or CROSSDOCK_REFUSED (the reason is in the agent's log). In-process, a model's outputs beyond
  // what a batch may hold (10,000, 8 MiB) are CROSSDOCK_OK, too: how records are cut into batches must change nothing in it. The agent drops
  // them, with a count and a tombstone. In a process of its own, where CROSSDOCK_FAILED brings the same records again singly, they are refused;
  // and a batch whose outputs come to more than one transaction of the journal takes (4 MiB, less in a small journal) has failed.
  int32_t (*emit)(void *context, const crossdock_output *output);
  // Inside checkpoint() only: appends to the checkpoint.
  void (*write)(void *context, crossdock_bytes part);
  // Inside process() only: microseconds that this batch may still take. INT64_MAX, and it does not count down: the records were processed before
  // and come again after a restart, to bring the instance from its checkpoint to where it was; what is emitted is not kept.
  int64_t (*remaining_us)(void *context);
  // A counter (add) of the plugin's own, shown with it in the status. 64 names at most.
  void (*count)(void *context, const char *name, uint64_t add);
  // A measure (the newest value) of the plugin's own, shown with it in the status. 64 names at most.
  void (*metric)(void *context, const char *name, double value);
  // Inside process() of a decoder only: this record (its index in the batch) cannot be decoded, and why. It goes to the quarantine with
  // its bytes; what was emitted for it stays.
  int32_t (*reject)(void *context, uint32_t record, crossdock_bytes reason);
  // Inside process() of a model or a decoder only: something has come into its state that these records would not bring back by
  // themselves (a deadline had its part in it, or an option's file that is another one after a restart). Its checkpoint is taken behind
  // this batch and committed with the batch's outputs, so that nothing before it is ever replayed. It costs a checkpoint: not for every batch.
  void (*want_checkpoint)(void *context);
} crossdock_host;

typedef struct crossdock_open {
  uint32_t struct_size;
  uint32_t option_count;
  const crossdock_option_value *options;  // every option of the table, defaults filled in
  const crossdock_stream *streams;        // indexed by batch.stream
  uint32_t stream_count;
  uint32_t write_count;
  const char *const *writes;              // the streams that emit() accepts
  // Whose records these are: a record is known for ever by agent, epoch, stream and sequence. A new epoch begins with a new journal, and
  // with it the sequences begin again: what an uplink keeps elsewhere must name both.
  const char *agent;
  const char *epoch;
  const char *data_folder;                // where it may keep files of its own, if plugin.toml declares {data}; else ""
} crossdock_open;

// The plugin's descriptor: one static constant.
typedef struct crossdock_plugin {
  uint32_t struct_size;
  uint32_t abi_version;  // CROSSDOCK_ABI_VERSION of the header it was built with
  uint32_t role;
  uint32_t option_count;
  const char *name;      // "pick-routing"
  const char *version;   // semantic version
  const char *summary;   // one sentence
  const crossdock_option *options;
  void *plugin_data;     // for the plugin's own use; handed to open()
  int32_t (*open)(void *plugin_data, const crossdock_host *host, const crossdock_open *open, void **instance);
  int32_t (*restore)(void *instance, crossdock_bytes checkpoint);
  int32_t (*process)(void *instance, const crossdock_batch *batch);
  int32_t (*checkpoint)(void *instance);
  void (*close)(void *instance);
} crossdock_plugin;

// The one symbol that a plugin's shared object exports. NULL: this plugin cannot run on that host.
const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version);

#ifdef __cplusplus
}
#endif
#endif
