// Calls the plugin beside it as an agent in the same process does: what the way through a process of its own is compared with.
#include <crossdock_plugin.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int32_t on_emit(void *context, const crossdock_output *output) {
  *(uint64_t *)context += output->body.count;
  return CROSSDOCK_OK;
}

static double now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// Seconds for so many batches.
double run_in_process(int batches, uint32_t count, const uint8_t *body, uint32_t body_bytes) {
  const crossdock_plugin *plugin = crossdock_plugin_entry(CROSSDOCK_ABI_VERSION);
  uint64_t emitted = 0;
  crossdock_host host = {.struct_size = sizeof host, .context = &emitted, .emit = on_emit};
  const char *const writes[] = {"sums"};
  crossdock_open open = {.struct_size = sizeof open, .write_count = 1, .writes = writes};
  void *instance = NULL;
  if (plugin->open(NULL, &host, &open, &instance) != CROSSDOCK_OK) return 0;
  uint32_t *selection = calloc(count, sizeof *selection), *bodies = calloc(count + 1, sizeof *bodies),
           *columns = calloc(count + 1, sizeof *columns);
  double *values = calloc(count, sizeof *values);
  uint8_t *text = malloc((size_t)count * body_bytes);
  for (uint32_t index = 0; index < count; index++) {
    selection[index] = index;
    bodies[index + 1] = (index + 1) * body_bytes;
    columns[index + 1] = index + 1;
    memcpy(text + (size_t)index * body_bytes, body, body_bytes);
  }
  crossdock_batch batch = {.struct_size = sizeof batch, .count = count, .selection = selection, .selection_count = count,
                           .body_offset = bodies, .bodies = text, .column_offset = columns, .columns = values};
  double begun = now_s();
  for (int turn = 0; turn < batches; turn++) plugin->process(instance, &batch);
  double seconds = now_s() - begun;
  plugin->close(instance);
  free(selection);
  free(bodies);
  free(columns);
  free(values);
  free(text);
  return emitted > 0 ? seconds : 0;
}
