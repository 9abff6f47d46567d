// What the plugin may call. Everything becomes frames; nothing is kept beyond the call.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "instance.h"
#include "message.h"
#include "plugin.h"

int64_t monotonic_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void end_output(struct instance *instance) {
  if (instance->gathered_outputs == 0) return;
  patch_u32(0, instance->gathered_outputs);
  end_frame();
  instance->gathered_outputs = 0;
}

// At most `most` bytes, cut in front of a character.
static struct text cut(crossdock_bytes bytes, size_t most) {
  size_t count = bytes.data ? bytes.count : 0;
  if (count > most) {
    count = most;
    while (count > 0 && (bytes.data[count] & 0xc0) == 0x80) count--;
  }
  return (struct text){(const char *)bytes.data, count};
}

// Lines go out at once: the next thing that a plugin does may be its last.
static void send_log(struct instance *instance, int32_t level, struct text text) {
  if (instance->log_lines > MAX_LOG_LINES) return;
  static const char end[] = "more log lines than the host passes on in one call: the rest of this call's are dropped";
  if (++instance->log_lines > MAX_LOG_LINES) {
    level = CROSSDOCK_LOG_WARNING;
    text = (struct text){end, sizeof end - 1};
  }
  end_output(instance);
  begin_frame(FRAME_LOG);
  put_u32((uint32_t)level);
  put_text(text);
  end_frame();
  flush_frames();
}

void log_text(struct instance *instance, int32_t level, const char *format, ...) {
  char line[MAX_LOG_TEXT];
  va_list arguments;
  va_start(arguments, format);
  int count = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  size_t length = count < 0 ? 0 : (size_t)count;
  send_log(instance, level, (struct text){line, length < sizeof line ? length : sizeof line - 1});
}

static void on_log(void *context, int32_t level, crossdock_bytes text) {
  send_log(context, level < 0 || level > CROSSDOCK_LOG_DEBUG ? CROSSDOCK_LOG_INFO : level, cut(text, MAX_LOG_TEXT));
}

// The first refusal of a call says why in the log; a plugin that goes on is refused without a word.
static int32_t refuse(struct instance *instance, const char *what, struct text detail) {
  if (!instance->was_refused) {
    log_text(instance, CROSSDOCK_LOG_WARNING, "%s%.*s", what, (int)detail.count, detail.start ? detail.start : "");
  }
  instance->was_refused = true;
  return CROSSDOCK_REFUSED;
}

static bool may_write(const struct instance *instance, crossdock_bytes stream) {
  for (uint32_t index = 0; index < instance->write_count; index++) {
    const struct text *name = &instance->writes[index];
    if (name->count == stream.count && stream.data && !memcmp(name->start, stream.data, stream.count)) return true;
  }
  return false;
}

static void put_run(crossdock_bytes bytes) {
  put_text((struct text){(const char *)bytes.data, bytes.data ? bytes.count : 0});
}

static int32_t on_emit(void *context, const crossdock_output *output) {
  struct instance *instance = context;
  struct text none = {0};
  if (instance->phase != PHASE_PROCESS) return refuse(instance, "emit() outside process()", none);
  if (!output || !KNOWS(output, body)) return refuse(instance, "emit() with an output that is not whole", none);
  if (!may_write(instance, output->stream)) {
    return refuse(instance, "emit() for a stream that it may not write: ", cut(output->stream, 64));
  }
  crossdock_bytes reply = KNOWS(output, reply_topic) ? output->reply_topic : (crossdock_bytes){0};
  if (instance->outputs == MAX_OUTPUTS) {
    add_count("outputs_refused", 1);
    return refuse(instance, "more than 10000 outputs for one batch", none);
  }
  // Each alone first: their sum must not overflow.
  size_t bound = MAX_OUTPUT_BYTES;
  if (output->source.count > bound || output->body.count > bound || reply.count > bound ||
      instance->output_bytes + output->source.count + output->body.count + reply.count > bound) {
    add_count("outputs_refused", 1);
    return refuse(instance, "more than 8 MiB of outputs for one batch", none);
  }
  instance->outputs += 1;
  instance->output_bytes += output->source.count + output->body.count + reply.count;
  if (instance->gathered_outputs == 0) {
    begin_frame(FRAME_OUTPUT);
    put_u32(0);
  }
  instance->gathered_outputs += 1;
  put_run(output->stream);
  put_run(output->source);
  put_u64((uint64_t)output->event_time_ns);
  put_run(output->body);
  put_run(reply);
  if (frame_size() >= GATHERED) {
    end_output(instance);
    flush_frames();
  }
  return CROSSDOCK_OK;
}

static void on_write(void *context, crossdock_bytes part) {
  struct instance *instance = context;
  if (instance->phase != PHASE_CHECKPOINT || !part.data) return;
  if (part.count > LARGEST_PAYLOAD || instance->checkpoint_bytes + part.count > LARGEST_PAYLOAD) {
    instance->checkpoint_is_too_large = true;
    return;
  }
  instance->checkpoint_bytes += part.count;
  for (size_t sent = 0; sent < part.count; sent += GATHERED) {
    size_t count = part.count - sent < GATHERED ? part.count - sent : GATHERED;
    begin_frame(FRAME_STATE);
    put_bytes(part.data + sent, count);
    end_frame();
  }
}

static int64_t on_remaining(void *context) {
  struct instance *instance = context;
  if (instance->phase != PHASE_PROCESS) return 0;
  if (instance->is_replay) return INT64_MAX;
  int64_t left = instance->deadline_us - monotonic_us();
  return left > 0 ? left : 0;
}

static void on_count(void *context, const char *name, uint64_t add) {
  if (name && !add_count(name, add)) refuse(context, "more than 64 names of counters and measures", (struct text){0});
}

static void on_metric(void *context, const char *name, double value) {
  if (name && !set_metric(name, value)) refuse(context, "more than 64 names of counters and measures", (struct text){0});
}

static int32_t on_reject(void *context, uint32_t record, crossdock_bytes reason) {
  struct instance *instance = context;
  struct text none = {0};
  if (instance->phase != PHASE_PROCESS || instance->plugin->role != CROSSDOCK_ROLE_DECODER) {
    return refuse(instance, "reject() is for a decoder's process()", none);
  }
  if (record >= instance->record_count) return refuse(instance, "reject() of a record that the batch does not have", none);
  if (instance->rejects == instance->record_count) return refuse(instance, "more rejects than records", none);
  instance->rejects += 1;
  end_output(instance);
  begin_frame(FRAME_REJECT);
  put_u32(record);
  put_text(cut(reason, MAX_REASON));
  end_frame();
  return CROSSDOCK_OK;
}

// Once a call is enough.
static void on_want_checkpoint(void *context) {
  struct instance *instance = context;
  if (instance->phase != PHASE_PROCESS || instance->checkpoint_is_wanted) return;
  instance->checkpoint_is_wanted = true;
  end_output(instance);
  begin_frame(FRAME_WANT_CHECKPOINT);
  end_frame();
}

void offer_callbacks(struct instance *instance) {
  instance->host = (crossdock_host){
    .struct_size = sizeof(crossdock_host),
    .abi_version = CROSSDOCK_ABI_VERSION,
    .context = instance,
    .log = on_log,
    .emit = on_emit,
    .write = on_write,
    .remaining_us = on_remaining,
    .count = on_count,
    .metric = on_metric,
    .reject = on_reject,
    .want_checkpoint = on_want_checkpoint,
  };
}

void begin_call(struct instance *instance, enum phase phase) {
  instance->phase = phase;
  instance->record_count = instance->outputs = instance->rejects = instance->log_lines = 0;
  instance->output_bytes = instance->checkpoint_bytes = 0;
  instance->was_refused = instance->checkpoint_is_too_large = false;
  instance->is_replay = instance->checkpoint_is_wanted = false;
}

void answer(struct instance *instance, int32_t status) {
  instance->phase = PHASE_IDLE;
  end_output(instance);
  send_measures();
  begin_frame(FRAME_ANSWER);
  put_u32((uint32_t)status);
  put_u32(0);
  end_frame();
  flush_frames();
}
