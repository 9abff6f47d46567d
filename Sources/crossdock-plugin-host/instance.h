// The one instance of this process: what the callbacks need to know of the call under way.
#ifndef HOST_INSTANCE_H
#define HOST_INSTANCE_H

#include <crossdock_plugin.h>
#include <stdbool.h>

#include "frames.h"

// Bounds of one batch's outputs, of the log in one call, and of texts.
enum {
  MAX_OUTPUTS = 10000,
  MAX_OUTPUT_BYTES = 8 << 20,
  MAX_LOG_LINES = 1000,
  MAX_LOG_TEXT = 4096,
  MAX_REASON = 1024,
  MAX_NAMES = 64,
  MAX_NAME = 64,
};

enum phase { PHASE_IDLE, PHASE_OPEN, PHASE_RESTORE, PHASE_PROCESS, PHASE_CHECKPOINT, PHASE_CLOSE };

struct instance {
  const crossdock_plugin *plugin;
  void *pointer;  // what open() gave
  bool is_open;
  crossdock_host host;
  struct text *writes;
  uint32_t write_count;
  enum phase phase;
  int64_t deadline_us;  // CLOCK_MONOTONIC
  // Of the call under way:
  uint32_t record_count, outputs, rejects, log_lines;
  uint32_t gathered_outputs;  // in the OUTPUT frame that is begun; 0: none is
  uint64_t output_bytes, checkpoint_bytes;
  bool was_refused, checkpoint_is_too_large, is_replay, checkpoint_is_wanted;
};

int64_t monotonic_us(void);

// Fills in host, whose callbacks write frames.
void offer_callbacks(struct instance *instance);
void begin_call(struct instance *instance, enum phase phase);
// Closes what is gathered, sends counters and measures, and the ANSWER.
void answer(struct instance *instance, int32_t status);
// A LOG frame of the host's own.
void log_text(struct instance *instance, int32_t level, const char *format, ...) __attribute__((format(printf, 3, 4)));

// Counters and measures of the plugin's own, gathered between answers. False: there are more names than MAX_NAMES.
bool add_count(const char *name, uint64_t add);
bool set_metric(const char *name, double value);
void send_measures(void);

int32_t open_instance(struct instance *instance, const struct frame *frame);
int32_t process_batch(struct instance *instance, const struct frame *frame);

// Serves the agent until it closes. Never returns.
_Noreturn void serve(const crossdock_plugin *plugin, const char *confinement, bool is_confinement_whole);

#endif
