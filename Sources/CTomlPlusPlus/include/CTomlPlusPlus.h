// A TOML document as plain C: an array of nodes in the order of the text, each with its place, or the first syntax error.
//
// Layout: nodes[0] is the root table. A table or array is followed by its children, a child by its own children, and
// `next` is the index of the first node that is not below this one: the children of node i are i + 1, nodes[i + 1].next, …
// while smaller than nodes[i].next. Lines and columns count from 1, columns in Unicode characters.
// All pointers live until crossdock_toml_free. No C++ exception leaves these calls.
#ifndef CROSSDOCK_TOML_PLUS_PLUS_H
#define CROSSDOCK_TOML_PLUS_PLUS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  CROSSDOCK_TOML_TABLE = 1,
  CROSSDOCK_TOML_ARRAY = 2,
  CROSSDOCK_TOML_STRING = 3,
  CROSSDOCK_TOML_INTEGER = 4,
  CROSSDOCK_TOML_NUMBER = 5,
  CROSSDOCK_TOML_BOOLEAN = 6,  // integer is 0 or 1
  CROSSDOCK_TOML_DATE = 7,     // a date, a time or both; no value, agent.conf has no use for it
};

typedef struct crossdock_toml_node {
  uint32_t kind;
  uint32_t next;
  uint32_t line;  // of the value; of the header for [table] and [[table]]
  uint32_t column;
  uint32_t key_line;  // 0 for the root and for elements of arrays
  uint32_t key_column;
  const char *key;  // UTF-8, not NUL-terminated
  size_t key_count;
  const char *text;  // STRING
  size_t text_count;
  int64_t integer;
  double number;
} crossdock_toml_node;

typedef struct crossdock_toml_document {
  const crossdock_toml_node *nodes;  // NULL when there is an error
  size_t node_count;
  const char *error;  // NULL when the text is right; UTF-8, NUL-terminated
  uint32_t error_line;
  uint32_t error_column;
} crossdock_toml_document;

// NULL only when memory ran out.
const crossdock_toml_document *crossdock_toml_parse(const char *text, size_t count);
void crossdock_toml_free(const crossdock_toml_document *document);

#ifdef __cplusplus
}
#endif
#endif
