#include "poll_record.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BODY = 1 << 20 };

static int add(text_buffer *out, const char *format, ...) {
  for (;;) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = out->capacity - out->count;
    int count = vsnprintf(out->text ? out->text + out->count : NULL, room, format, arguments);
    va_end(arguments);
    if (count < 0) return -1;
    if ((size_t)count < room) {
      out->count += (size_t)count;
      return 0;
    }
    size_t wanted = out->capacity ? 2 * out->capacity : 4096;
    if (wanted > MAX_BODY) return -1;
    char *larger = realloc(out->text, wanted);
    if (!larger) return -1;
    out->text = larger;
    out->capacity = wanted;
  }
}

static int add_quoted(text_buffer *out, const char *text) {
  int failed = add(out, "\"");
  for (const unsigned char *c = (const unsigned char *)text; *c && !failed; c++)
    failed = *c < 0x20 || *c >= 0x7f ? add(out, "\\u%04x", *c) : add(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
  return failed ? failed : add(out, "\"");
}

// Twelve digits: all of a 32-bit register, and no 21.500000000000001 out of a scale of 0.1.
static int add_number(text_buffer *out, double value) {
  return isnan(value) ? add(out, "null") : add(out, "%.12g", value);
}

static int add_error(text_buffer *out, const register_map *map, const register_block *block, const block_outcome *outcome) {
  int failed = add(out, "{\"names\":[");
  for (uint32_t i = 0; i < block->entry_count && !failed; i++)
    failed = add(out, "%s\"%s\"", i ? "," : "", map->entries[block->first + i].name);
  if (!failed) failed = add(out, "],\"reason\":");
  if (!failed) failed = add_quoted(out, outcome->reason);
  if (!failed && outcome->exception) failed = add(out, ",\"exception\":%d", outcome->exception);
  return failed ? failed : add(out, "}");
}

int write_poll(
    text_buffer *out, const register_map *map, uint32_t first, uint32_t end, const block_outcome *outcomes, const double *values,
    uint64_t poll, int64_t took_ms) {
  out->count = 0;
  int failed = add(
      out, "{\"unit\":%u,\"poll\":%llu,\"took_ms\":%lld,\"values\":{", map->blocks[first].unit, (unsigned long long)poll,
      (long long)took_ms);
  uint32_t written = 0, errors = 0;
  for (uint32_t b = first; b < end; b++) {
    const register_block *block = &map->blocks[b];
    if (!outcomes[b].is_read) errors++;
    for (uint32_t i = block->first; outcomes[b].is_read && i < block->first + block->entry_count && !failed; i++) {
      failed = add(out, "%s\"%s\":", written++ ? "," : "", map->entries[i].name);
      if (!failed) failed = add_number(out, values[i]);
    }
  }
  if (!failed) failed = add(out, errors ? "},\"errors\":[" : "}");
  uint32_t told = 0;
  for (uint32_t b = first; b < end && !failed; b++) {
    if (outcomes[b].is_read) continue;
    if (told++) failed = add(out, ",");
    if (!failed) failed = add_error(out, map, &map->blocks[b], &outcomes[b]);
  }
  return failed ? failed : add(out, errors ? "]}" : "}");
}

int write_state(text_buffer *out, const char *state, const char *reason) {
  out->count = 0;
  int failed = add(out, "{\"state\":\"%s\"", state);
  if (!failed && reason && *reason) {
    failed = add(out, ",\"reason\":");
    if (!failed) failed = add_quoted(out, reason);
  }
  return failed ? failed : add(out, "}");
}
