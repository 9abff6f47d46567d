#include "json_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_DEPTH = 128 };

static void append(line_buffer *out, const void *bytes, size_t count) {
  if (out->capacity - out->count < count) {
    size_t wanted = out->capacity ? out->capacity : 64 << 10;
    while (wanted - out->count < count) wanted *= 2;
    char *larger = realloc(out->text, wanted);
    if (!larger) {
      out->is_out_of_memory = 1;
      return;
    }
    out->text = larger;
    out->capacity = wanted;
  }
  if (count) memcpy(out->text + out->count, bytes, count);
  out->count += count;
}

static void append_text(line_buffer *out, const char *text) { append(out, text, strlen(text)); }

// How many bytes the UTF-8 character at `text` has, 0 when it is none (RFC 3629: no surrogates, nothing longer than needed).
static size_t utf8_length(const uint8_t *text, size_t left) {
  uint8_t a = text[0];
  if (a < 0x80) return 1;
  size_t count = a >= 0xF0 ? 4 : a >= 0xE0 ? 3 : 2;
  if (a < 0xC2 || a > 0xF4 || count > left) return 0;
  for (size_t i = 1; i < count; i++)
    if ((text[i] & 0xC0) != 0x80) return 0;
  if ((a == 0xE0 && text[1] < 0xA0) || (a == 0xED && text[1] > 0x9F) || (a == 0xF0 && text[1] < 0x90) || (a == 0xF4 && text[1] > 0x8F)) return 0;
  return count;
}

// A body as JSON. The parser is a loop with a stack of one bit a level: what comes from outside must not use up the C stack.

typedef struct parser {
  const uint8_t *at, *end;
  line_buffer *out;
} parser;

static void skip_space(parser *p) {
  while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r')) p->at++;
}

static int is_hex(uint8_t c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

static int string(parser *p) {
  const uint8_t *start = p->at++;
  for (;;) {
    if (p->at == p->end || *p->at < 0x20) return -1;
    if (*p->at == '"') break;
    if (*p->at == '\\') {
      if (p->end - p->at < 2 || !memchr("\"\\/bfnrtu", p->at[1], 9)) return -1;
      if (p->at[1] == 'u') {
        if (p->end - p->at < 6) return -1;
        for (int i = 2; i < 6; i++)
          if (!is_hex(p->at[i])) return -1;
        p->at += 4;
      }
      p->at += 2;
      continue;
    }
    size_t count = utf8_length(p->at, (size_t)(p->end - p->at));
    if (!count) return -1;
    p->at += count;
  }
  p->at++;
  append(p->out, start, (size_t)(p->at - start));
  return 0;
}

static size_t digits(parser *p) {
  const uint8_t *start = p->at;
  while (p->at < p->end && *p->at >= '0' && *p->at <= '9') p->at++;
  return (size_t)(p->at - start);
}

static int number(parser *p) {
  const uint8_t *start = p->at;
  if (*p->at == '-') p->at++;
  const uint8_t *first = p->at;
  size_t whole = digits(p);
  if (whole == 0 || (whole > 1 && *first == '0')) return -1;
  if (p->at < p->end && *p->at == '.') {
    p->at++;
    if (!digits(p)) return -1;
  }
  if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
    p->at++;
    if (p->at < p->end && (*p->at == '+' || *p->at == '-')) p->at++;
    if (!digits(p)) return -1;
  }
  append(p->out, start, (size_t)(p->at - start));
  return 0;
}

static int word(parser *p, const char *text) {
  size_t count = strlen(text);
  if ((size_t)(p->end - p->at) < count || memcmp(p->at, text, count) != 0) return -1;
  p->at += count;
  append(p->out, text, count);
  return 0;
}

static int scalar(parser *p) {
  switch (*p->at) {
    case '"': return string(p);
    case 't': return word(p, "true");
    case 'f': return word(p, "false");
    case 'n': return word(p, "null");
    default: return number(p);
  }
}

static int take(parser *p, char c) {
  skip_space(p);
  if (p->at == p->end || *p->at != c) return 0;
  p->at++;
  append(p->out, &c, 1);
  return 1;
}

static int name(parser *p) {
  skip_space(p);
  return p->at < p->end && *p->at == '"' && string(p) == 0 && take(p, ':') ? 0 : -1;
}

// After a value: closes what ends here, and goes to the next value. 1: there is one, 0: all is closed, -1: no JSON.
static int after_value(parser *p, const uint8_t *is_object, uint32_t *depth) {
  while (*depth > 0) {
    int in_object = is_object[*depth - 1];
    if (take(p, ',')) return in_object && name(p) != 0 ? -1 : 1;
    if (!take(p, in_object ? '}' : ']')) return -1;
    --*depth;
  }
  return 0;
}

static int document(parser *p) {
  uint8_t is_object[MAX_DEPTH];
  uint32_t depth = 0;
  for (;;) {
    skip_space(p);
    if (p->at == p->end) return -1;
    uint8_t c = *p->at;
    if (c == '{' || c == '[') {
      if (depth == MAX_DEPTH) return -1;
      take(p, (char)c);
      is_object[depth++] = c == '{';
      if (take(p, c == '{' ? '}' : ']')) {
        depth--;
      } else {
        if (c == '{' && name(p) != 0) return -1;
        continue;
      }
    } else if (scalar(p) != 0) {
      return -1;
    }
    int more = after_value(p, is_object, &depth);
    if (more <= 0) {
      skip_space(p);
      return more == 0 && p->at == p->end ? 0 : -1;
    }
  }
}

int append_compact_json(line_buffer *out, const uint8_t *text, size_t count) {
  size_t before = out->count;
  parser p = {.at = text, .end = text + count, .out = out};
  if (count > 0 && document(&p) == 0 && !out->is_out_of_memory) return 0;
  out->count = before;
  return -1;
}

// The other members

static void append_quoted(line_buffer *out, const uint8_t *text, size_t count) {
  append_text(out, "\"");
  for (size_t i = 0; i < count;) {
    size_t length = utf8_length(text + i, count - i);
    char escape[8];
    if (length == 0) {
      append_text(out, "\xEF\xBF\xBD");
      length = 1;
    } else if (text[i] < 0x20) {
      snprintf(escape, sizeof escape, "\\u%04x", text[i]);
      append_text(out, escape);
    } else {
      if (text[i] == '"' || text[i] == '\\') append_text(out, "\\");
      append(out, text + i, length);
    }
    i += length;
  }
  append_text(out, "\"");
}

static void append_base64(line_buffer *out, const uint8_t *bytes, size_t count) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  append_text(out, "\"");
  for (size_t i = 0; i < count; i += 3) {
    uint32_t left = (uint32_t)(count - i), group = (uint32_t)bytes[i] << 16;
    if (left > 1) group |= (uint32_t)bytes[i + 1] << 8;
    if (left > 2) group |= bytes[i + 2];
    const char four[] = {
        letters[group >> 18], letters[group >> 12 & 63], left > 1 ? letters[group >> 6 & 63] : '=', left > 2 ? letters[group & 63] : '='};
    append(out, four, sizeof four);
  }
  append_text(out, "\"");
}

static void append_time(line_buffer *out, const char *key, int64_t time_ns) {
  int64_t seconds = time_ns / 1000000000, rest = time_ns % 1000000000;
  if (rest < 0) seconds--, rest += 1000000000;
  time_t whole = (time_t)seconds;
  struct tm moment;
  char text[96];
  if (!gmtime_r(&whole, &moment)) memset(&moment, 0, sizeof moment);
  snprintf(
      text, sizeof text, ",\"%s\":\"%04d-%02d-%02dT%02d:%02d:%02d.%09dZ\"", key, moment.tm_year + 1900, moment.tm_mon + 1,
      moment.tm_mday, moment.tm_hour, moment.tm_min, moment.tm_sec, (int)rest);
  append_text(out, text);
}

static void append_flags(line_buffer *out, uint32_t flags) {
  static const char *const names[] = {"clock_unsynchronised", "event_time_missing", "event_time_clamped", "retained", "derived"};
  int told = 0;
  for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!(flags >> i & 1)) continue;
    append_text(out, told++ ? ",\"" : ",\"flags\":[\"");
    append_text(out, names[i]);
    append_text(out, "\"");
  }
  if (told) append_text(out, "]");
}

int append_line(line_buffer *out, const crossdock_batch *batch, const char *stream, uint32_t index) {
  size_t before = out->count;
  char sequence[40];
  snprintf(sequence, sizeof sequence, ",\"sequence\":%llu,\"source\":", (unsigned long long)batch->sequence[index]);
  append_text(out, "{\"stream\":");
  append_quoted(out, (const uint8_t *)stream, strlen(stream));
  append_text(out, sequence);
  crossdock_bytes source = batch->sources[batch->source[index]];
  append_quoted(out, source.data, source.count);
  append_time(out, "time", batch->event_time_ns[index]);
  append_time(out, "ingest_time", batch->ingest_time_ns[index]);
  append_flags(out, batch->flags[index]);
  const uint8_t *body = batch->bodies + batch->body_offset[index];
  size_t count = batch->body_offset[index + 1] - batch->body_offset[index];
  append_text(out, ",\"body\":");
  if (append_compact_json(out, body, count) != 0) {
    out->count -= strlen("\":");
    append_text(out, "_base64\":");
    append_base64(out, body, count);
  }
  append_text(out, "}\n");
  if (!out->is_out_of_memory) return 0;
  out->is_out_of_memory = 0;
  out->count = before;
  return -1;
}
