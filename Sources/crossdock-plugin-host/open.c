// OPEN: the options, the streams and the writes, as open() takes them.
#include <stdlib.h>

#include "instance.h"
#include "message.h"
#include "reader.h"

enum { MAX_ELEMENTS = 65536 };

static uint32_t get_count(struct reader *reader) {
  uint32_t count = get_u32(reader);
  if (count > MAX_ELEMENTS) fail(EXIT_WRONG_FRAME, "OPEN with %u elements", count);
  return count;
}

static crossdock_bytes get_run(struct reader *reader) {
  struct text text = get_text(reader);
  return (crossdock_bytes){(const uint8_t *)text.start, text.count};
}

// Texts and files are used where they lie in the frame: they are borrowed until open() returns.
static void get_options(struct reader *reader, crossdock_open *open) {
  open->option_count = get_count(reader);
  crossdock_option_value *options = take(open->option_count * sizeof *options);
  for (uint32_t index = 0; index < open->option_count; index++) {
    crossdock_option_value *option = &options[index];
    option->struct_size = sizeof *option;
    option->type = get_u32(reader);
    option->key = get_name(reader);
    option->text = get_run(reader);
    option->integer = get_i64(reader);
    option->number = get_f64(reader);
    option->file = get_run(reader);
  }
  open->options = options;
}

static void get_streams(struct reader *reader, crossdock_open *open) {
  open->stream_count = get_count(reader);
  crossdock_stream *streams = take(open->stream_count * sizeof *streams);
  for (uint32_t index = 0; index < open->stream_count; index++) {
    crossdock_stream *stream = &streams[index];
    stream->struct_size = sizeof *stream;
    stream->name = get_name(reader);
    stream->column_count = get_count(reader);
    const char **columns = take(stream->column_count * sizeof *columns);
    for (uint32_t column = 0; column < stream->column_count; column++) columns[column] = get_name(reader);
    stream->columns = columns;
  }
  open->streams = streams;
}

static void get_writes(struct reader *reader, struct instance *instance, crossdock_open *open) {
  open->write_count = get_count(reader);
  const char **writes = take(open->write_count * sizeof *writes);
  instance->writes = take(open->write_count * sizeof *instance->writes);
  instance->write_count = open->write_count;
  for (uint32_t index = 0; index < open->write_count; index++) {
    struct reader before = *reader;
    writes[index] = get_name(reader);
    // The names of its own are what emit() is checked against: the plugin cannot reach them by accident.
    instance->writes[index] = (struct text){writes[index], get_text(&before).count};
  }
  open->writes = writes;
}

int32_t open_instance(struct instance *instance, const struct frame *frame) {
  struct reader reader = read_payload(frame);
  crossdock_open open = {.struct_size = sizeof open};
  get_options(&reader, &open);
  get_streams(&reader, &open);
  get_writes(&reader, instance, &open);
  // An agent of before these ends its frame here.
  const char **texts[] = {&open.agent, &open.epoch, &open.data_folder};
  for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) {
    *texts[index] = reader.next < reader.end ? get_name(&reader) : "";
  }
  begin_call(instance, PHASE_OPEN);
  int32_t status = instance->plugin->open(instance->plugin->plugin_data, &instance->host, &open, &instance->pointer);
  instance->is_open = status == CROSSDOCK_OK;
  free((void *)open.options);
  return status;
}
