// BATCH: a head of 64 bytes, then arrays, each padded to a multiple of 8. They are handed to process() where they lie.
#include <stdlib.h>
#include <string.h>

#include "instance.h"
#include "message.h"
#include "reader.h"

struct batch_head {
  uint32_t count, columns, samples, body_bytes, new_sources, source_bytes, flags, zero;
  int64_t time_us, now_ns, now_monotonic_ns, wait_us;
};

_Static_assert(sizeof(struct batch_head) == 64, "docs/plugin-frames.md");

// Of its flags; this host and its agent are one release, so that what the agent understands is not asked for.
enum { FLAG_REPLAY = 2 };

// Every source that the instance has seen. The names stay where they are; the table may move between two batches.
static crossdock_bytes *sources;
static uint32_t source_count, source_capacity;

// 0, 1, 2, …: in a process of its own, all records are the plugin's.
static uint32_t *selection;
static uint32_t selection_capacity;

static void *larger(void *table, size_t bytes) {
  void *memory = realloc(table, bytes);
  if (!memory) fail(EXIT_NO_MEMORY, "no memory for a table of %zu bytes: raise memory_mb", bytes);
  return memory;
}

static const void *get_array(struct reader *reader, size_t element, size_t count) {
  size_t bytes = element * count;
  return get_bytes(reader, (bytes + 7) & ~(size_t)7);
}

static void get_sources(struct reader *reader, const struct batch_head *head) {
  const uint32_t *offsets = get_array(reader, sizeof *offsets, (size_t)head->new_sources + 1);
  const uint8_t *names = get_array(reader, 1, head->source_bytes);
  if (head->new_sources == 0) return;
  if (source_count + head->new_sources > source_capacity) {
    source_capacity = source_capacity * 2 > source_count + head->new_sources ? source_capacity * 2
                                                                             : source_count + head->new_sources;
    sources = larger(sources, source_capacity * sizeof *sources);
  }
  uint8_t *copy = take(head->source_bytes);
  memcpy(copy, names, head->source_bytes);
  for (uint32_t index = 0; index < head->new_sources; index++) {
    if (offsets[index] > offsets[index + 1] || offsets[index + 1] > head->source_bytes) {
      fail(EXIT_WRONG_FRAME, "the names of a batch's new sources do not fit");
    }
    sources[source_count++] = (crossdock_bytes){copy + offsets[index], offsets[index + 1] - offsets[index]};
  }
}

static void select_all(uint32_t count) {
  if (count <= selection_capacity) return;
  selection = larger(selection, count * sizeof *selection);
  for (uint32_t index = selection_capacity; index < count; index++) selection[index] = index;
  selection_capacity = count;
}

static void get_records(struct reader *reader, const struct batch_head *head, crossdock_batch *batch) {
  size_t count = head->count;
  batch->stream = get_array(reader, sizeof *batch->stream, count);
  batch->source = get_array(reader, sizeof *batch->source, count);
  batch->sequence = get_array(reader, sizeof *batch->sequence, count);
  batch->event_time_ns = get_array(reader, sizeof *batch->event_time_ns, count);
  batch->ingest_time_ns = get_array(reader, sizeof *batch->ingest_time_ns, count);
  batch->monotonic_ns = get_array(reader, sizeof *batch->monotonic_ns, count);
  batch->flags = get_array(reader, sizeof *batch->flags, count);
  batch->body_offset = get_array(reader, sizeof *batch->body_offset, count + 1);
  batch->bodies = get_array(reader, 1, head->body_bytes);
  batch->column_offset = get_array(reader, sizeof *batch->column_offset, count + 1);
  batch->columns = get_array(reader, sizeof *batch->columns, head->columns);
  batch->sample_offset = get_array(reader, sizeof *batch->sample_offset, count + 1);
  batch->samples = get_array(reader, sizeof *batch->samples, head->samples);
}

int32_t process_batch(struct instance *instance, const struct frame *frame) {
  int64_t begun = monotonic_us();
  struct reader reader = read_payload(frame);
  struct batch_head head;
  memcpy(&head, get_bytes(&reader, sizeof head), sizeof head);
  // The last array may end without its padding: the payload's length does not count it.
  reader.end = frame->payload + (((size_t)frame->header.length + 7) & ~(size_t)7);
  crossdock_batch batch = {
    .struct_size = sizeof batch,
    .count = head.count,
    .selection_count = head.count,
    .now_ns = head.now_ns,
    .now_monotonic_ns = head.now_monotonic_ns,
    .wait_us = head.wait_us,
  };
  get_sources(&reader, &head);
  get_records(&reader, &head, &batch);
  select_all(head.count);
  batch.selection = selection;
  batch.sources = sources;
  batch.source_count = source_count;
  begin_call(instance, PHASE_PROCESS);
  instance->record_count = head.count;
  instance->deadline_us = begun + head.time_us;
  instance->is_replay = head.flags & FLAG_REPLAY;
  return instance->plugin->process(instance->pointer, &batch);
}
