#include "reader.h"

#include <string.h>

#include "message.h"

struct reader read_payload(const struct frame *frame) {
  return (struct reader){frame->payload, frame->payload + frame->header.length};
}

const uint8_t *get_bytes(struct reader *reader, size_t count) {
  if (count > (size_t)(reader->end - reader->next)) fail(EXIT_WRONG_FRAME, "a frame is shorter than what it announces");
  const uint8_t *bytes = reader->next;
  reader->next += count;
  return bytes;
}

uint32_t get_u32(struct reader *reader) {
  uint32_t value;
  memcpy(&value, get_bytes(reader, sizeof value), sizeof value);
  return value;
}

int64_t get_i64(struct reader *reader) {
  int64_t value;
  memcpy(&value, get_bytes(reader, sizeof value), sizeof value);
  return value;
}

double get_f64(struct reader *reader) {
  double value;
  memcpy(&value, get_bytes(reader, sizeof value), sizeof value);
  return value;
}

struct text get_text(struct reader *reader) {
  uint32_t count = get_u32(reader);
  return (struct text){(const char *)get_bytes(reader, count), count};
}

const char *get_name(struct reader *reader) {
  struct text text = get_text(reader);
  char *name = take(text.count + 1);
  memcpy(name, text.start, text.count);
  name[text.count] = 0;
  return name;
}
