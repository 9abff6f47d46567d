// The life of the instance: HELLO, then one answer for each request, until the agent closes.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "frames.h"
#include "instance.h"
#include "message.h"
#include "plugin.h"

static struct text text_of(const char *string) { return (struct text){string, string ? strlen(string) : 0}; }

static void send_hello(const crossdock_plugin *plugin) {
  begin_frame(FRAME_HELLO);
  put_u32(plugin->abi_version);
  put_u32(plugin->role);
  put_text(text_of(plugin->name));
  put_text(text_of(plugin->version));
  put_text(text_of(plugin->summary));
  put_u32(plugin->option_count);
  for (uint32_t index = 0; index < plugin->option_count; index++) {
    const crossdock_option *option = plugin_option(plugin, index);
    put_u32(option->type);
    put_text(text_of(option->key));
    put_u32(option->default_value ? 1 : 0);
    put_text(text_of(option->default_value));
    put_text(text_of(option->help));
  }
  end_frame();
  flush_frames();
}

// The state of its confinement goes out on the way to the first answer.
static const char *confinement_text;
static bool is_confined;

static int32_t open_first(struct instance *instance, const struct frame *frame) {
  begin_call(instance, PHASE_OPEN);
  // Of no request: it is not what the plugin says about its options.
  set_request(0);
  log_text(instance, is_confined ? CROSSDOCK_LOG_INFO : CROSSDOCK_LOG_WARNING, "%s", confinement_text);
  set_request(frame->header.number);
  return open_instance(instance, frame);
}

static int32_t restore(struct instance *instance, const struct frame *frame) {
  begin_call(instance, PHASE_RESTORE);
  if (!instance->plugin->restore) return frame->header.length == 0 ? CROSSDOCK_OK : CROSSDOCK_BAD_CHECKPOINT;
  return instance->plugin->restore(instance->pointer, (crossdock_bytes){frame->payload, frame->header.length});
}

static int32_t checkpoint(struct instance *instance) {
  begin_call(instance, PHASE_CHECKPOINT);
  if (!instance->plugin->checkpoint) return CROSSDOCK_OK;
  int32_t status = instance->plugin->checkpoint(instance->pointer);
  if (!instance->checkpoint_is_too_large) return status;
  log_text(instance, CROSSDOCK_LOG_ERROR, "the checkpoint is larger than %d MiB", LARGEST_PAYLOAD >> 20);
  return CROSSDOCK_FAILED;
}

static _Noreturn void close_instance(struct instance *instance) {
  begin_call(instance, PHASE_CLOSE);
  if (instance->is_open) instance->plugin->close(instance->pointer);
  send_measures();
  flush_frames();
  fflush(NULL);
  // Destructors of the shared object do not run: close() was the plugin's last call.
  _exit(0);
}

static void serve_request(struct instance *instance, const struct frame *frame) {
  enum frame_type type = frame->header.type;
  bool needs_instance = type == FRAME_RESTORE || type == FRAME_BATCH || type == FRAME_CHECKPOINT;
  if (needs_instance != instance->is_open && type != FRAME_CLOSE) {
    fail(EXIT_WRONG_FRAME, "a frame of type %u, %s", type, instance->is_open ? "when open" : "before OPEN");
  }
  switch (type) {
    case FRAME_OPEN: return answer(instance, open_first(instance, frame));
    case FRAME_RESTORE: return answer(instance, restore(instance, frame));
    case FRAME_BATCH: return answer(instance, process_batch(instance, frame));
    case FRAME_CHECKPOINT: return answer(instance, checkpoint(instance));
    case FRAME_CLOSE: close_instance(instance);
    default: fail(EXIT_WRONG_FRAME, "a frame of type %u", type);
  }
}

void serve(const crossdock_plugin *plugin, const char *confinement, bool is_confinement_whole) {
  static struct instance instance;
  instance.plugin = plugin;
  offer_callbacks(&instance);
  send_hello(plugin);
  confinement_text = confinement;
  is_confined = is_confinement_whole;
  struct frame frame;
  while (read_frame(&frame)) {
    set_request(frame.header.number);
    serve_request(&instance, &frame);
  }
  _exit(0);
}
