// One record as one line of JSON, the same bytes whenever it is written:
//
//     {"stream":"scans","sequence":12,"source":"gate-1","time":"2026-11-25T21:41:57.123456789Z","ingest_time":"…",
//      "flags":["event_time_missing"],"body":{…}}
//
// `flags` is there when one is set. A body that is no JSON (a stream of a raw decoder) is there as "body_base64" instead of "body".
// White space of a body is left out, so that a line is a line.
#ifndef JSON_LINE_H
#define JSON_LINE_H

#include "crossdock_plugin.h"

typedef struct line_buffer {
  char *text;
  size_t count, capacity;
  int is_out_of_memory;
} line_buffer;

// Appends the line of record `index`, its newline included. -1 without memory: the buffer is as it was.
int append_line(line_buffer *out, const crossdock_batch *batch, const char *stream, uint32_t index);

// Appends a JSON text without its white space; 0, or -1 when it is none: the buffer is as it was.
int append_compact_json(line_buffer *out, const uint8_t *text, size_t count);

#endif
