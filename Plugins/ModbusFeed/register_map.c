#include "register_map.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum column { NAME, UNIT, FUNCTION, ADDRESS, TYPE, WORD_ORDER, SCALE, OFFSET, COLUMNS } column;

static const char *const column_names[COLUMNS] = {"name", "unit", "function", "address", "type", "word_order", "scale", "offset"};
static const char *const type_names[] = {"bit", "u16", "i16", "u32", "i32", "f32"};
static const char *const order_names[] = {"abcd", "cdab", "badc", "dcba"};
static const char *const function_names[] = {"coil", "discrete", "holding", "input"};

static int bad(char reason[MAX_REASON], uint32_t line, const char *format, ...) {
  int used = snprintf(reason, MAX_REASON, "registers: line %u: ", line);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reason + used, MAX_REASON - (size_t)used, format, arguments);
  va_end(arguments);
  return -1;
}

static char *trimmed(char *text) {
  while (isspace((unsigned char)*text)) text++;
  size_t count = strlen(text);
  while (count > 0 && isspace((unsigned char)text[count - 1])) text[--count] = 0;
  return text;
}

// Cuts a line at its commas; the number of fields, at most COLUMNS + 1.
static uint32_t fields_of(char *line, char *fields[COLUMNS + 1]) {
  uint32_t count = 0;
  for (char *next = line; next && count <= COLUMNS;) {
    char *comma = strchr(next, ',');
    if (comma) *comma = 0;
    fields[count++] = trimmed(next);
    next = comma ? comma + 1 : NULL;
  }
  return count;
}

static int choice(const char *text, const char *const *names, int count) {
  for (int i = 0; i < count; i++)
    if (strcmp(text, names[i]) == 0) return i;
  return -1;
}

static int whole(const char *text, long least, long most, long *value) {
  char *end;
  errno = 0;
  *value = strtol(text, &end, 10);
  return *text && !*end && !errno && *value >= least && *value <= most ? 0 : -1;
}

static int number(const char *text, double *value) {
  char *end;
  if (!*text) return 0;
  *value = strtod(text, &end);
  return !*end && isfinite(*value) ? 0 : -1;
}

static uint32_t width(const register_entry *entry) { return entry->type >= TYPE_U32 ? 2 : 1; }

// Which column each field of the lines is.
static int read_header(char *line, column order[COLUMNS], uint32_t *count, uint32_t at, char reason[MAX_REASON]) {
  char *fields[COLUMNS + 1];
  int seen[COLUMNS] = {0};
  *count = fields_of(line, fields);
  if (*count > COLUMNS) return bad(reason, at, "more than %d columns", COLUMNS);
  for (uint32_t i = 0; i < *count; i++) {
    int which = choice(fields[i], column_names, COLUMNS);
    if (which < 0) return bad(reason, at, "\"%.40s\" is no column; they are name, unit, function, address, type, word_order, scale, offset", fields[i]);
    if (seen[which]++) return bad(reason, at, "the column %s is there twice", column_names[which]);
    order[i] = (column)which;
  }
  for (int i = NAME; i <= TYPE; i++)
    if (!seen[i]) return bad(reason, at, "the column %s is missing", column_names[i]);
  return 0;
}

static int read_name(register_entry *entry, const char *text, uint32_t at, char reason[MAX_REASON]) {
  size_t count = strlen(text);
  if (count == 0 || count > MAX_NAME) return bad(reason, at, "a name has 1 to %d characters", MAX_NAME);
  for (const char *c = text; *c; c++)
    if (!isalnum((unsigned char)*c) && !strchr("_-.", *c)) return bad(reason, at, "name \"%.64s\": letters, digits, _ - . only", text);
  memcpy(entry->name, text, count + 1);
  return 0;
}

static int read_entry(register_entry *entry, char *const values[COLUMNS], uint32_t at, char reason[MAX_REASON]) {
  long unit, address;
  *entry = (register_entry){.scale = 1};
  if (read_name(entry, values[NAME], at, reason) != 0) return -1;
  if (whole(values[UNIT], 0, 255, &unit) != 0) return bad(reason, at, "unit \"%.20s\": 0 to 255", values[UNIT]);
  if (whole(values[ADDRESS], 0, 65535, &address) != 0)
    return bad(reason, at, "address \"%.20s\": 0 to 65535, as on the wire (40001 of a manual is holding, 0)", values[ADDRESS]);
  int function = choice(values[FUNCTION], function_names, 4);
  if (function < 0) return bad(reason, at, "function \"%.20s\": coil, discrete, holding or input", values[FUNCTION]);
  int type = choice(values[TYPE], type_names, 6);
  if (type < 0) return bad(reason, at, "type \"%.20s\": bit, u16, i16, u32, i32 or f32", values[TYPE]);
  int order = *values[WORD_ORDER] ? choice(values[WORD_ORDER], order_names, 4) : ORDER_ABCD;
  if (order < 0) return bad(reason, at, "word_order \"%.20s\": abcd, cdab, badc or dcba", values[WORD_ORDER]);
  if (number(values[SCALE], &entry->scale) != 0) return bad(reason, at, "scale \"%.20s\" is not a number", values[SCALE]);
  if (number(values[OFFSET], &entry->offset) != 0) return bad(reason, at, "offset \"%.20s\" is not a number", values[OFFSET]);
  entry->unit = (uint8_t)unit, entry->address = (uint16_t)address, entry->function = (uint8_t)(function + 1);
  entry->type = (register_type)type, entry->order = (word_order)order;
  if ((entry->type == TYPE_BIT) != (entry->function <= 2))
    return bad(reason, at, "%s: coil and discrete are of type bit, holding and input of the others", entry->name);
  if (entry->address + width(entry) > 65536) return bad(reason, at, "%s goes beyond address 65535", entry->name);
  return 0;
}

static int compare(const void *left, const void *right) {
  const register_entry *a = left, *b = right;
  if (a->unit != b->unit) return a->unit < b->unit ? -1 : 1;
  if (a->function != b->function) return a->function < b->function ? -1 : 1;
  if (a->address != b->address) return a->address < b->address ? -1 : 1;
  return strcmp(a->name, b->name);
}

static void make_blocks(register_map *map, uint32_t merge_gap) {
  for (uint32_t i = 0; i < map->entry_count; i++) {
    const register_entry *entry = &map->entries[i];
    uint32_t end = entry->address + width(entry);
    register_block *last = map->block_count ? &map->blocks[map->block_count - 1] : NULL;
    if (last && last->unit == entry->unit && last->function == entry->function &&
        entry->address <= last->address + last->count + merge_gap && end - last->address <= MAX_BLOCK_REGISTERS) {
      if (end - last->address > last->count) last->count = (uint16_t)(end - last->address);
      last->entry_count++;
    } else {
      map->blocks[map->block_count++] = (register_block){
          .unit = entry->unit, .function = entry->function, .address = entry->address, .count = (uint16_t)width(entry),
          .first = i, .entry_count = 1};
    }
  }
}

// Two of one unit would be one member of its record.
static int check_names(const register_map *map, char reason[MAX_REASON]) {
  for (uint32_t i = 0; i < map->entry_count; i++)
    for (uint32_t j = i + 1; j < map->entry_count && map->entries[j].unit == map->entries[i].unit; j++)
      if (strcmp(map->entries[i].name, map->entries[j].name) == 0) {
        snprintf(reason, MAX_REASON, "registers: unit %u has the name %s twice", map->entries[i].unit, map->entries[i].name);
        return -1;
      }
  return 0;
}

static int read_lines(register_map *map, const char *text, size_t count, char reason[MAX_REASON]) {
  column order[COLUMNS];
  uint32_t columns = 0, at = 0;
  for (size_t from = 0; from < count; at++) {
    size_t end = from;
    while (end < count && text[end] != '\n') end++;
    char line[MAX_LINE + 1];
    if (end - from > MAX_LINE) return bad(reason, at + 1, "longer than %d characters", MAX_LINE);
    memcpy(line, text + from, end - from);
    line[end - from] = 0;
    from = end + 1;
    char *content = trimmed(line), *fields[COLUMNS + 1], *values[COLUMNS] = {"", "", "", "", "", "", "", ""};
    if (!*content || *content == '#') continue;
    if (columns == 0) {
      if (read_header(content, order, &columns, at + 1, reason) != 0) return -1;
      continue;
    }
    uint32_t found = fields_of(content, fields);
    if (found != columns) return bad(reason, at + 1, "%u fields, but the first line names %u columns", found, columns);
    for (uint32_t i = 0; i < found; i++) values[order[i]] = fields[i];
    if (map->entry_count == MAX_REGISTERS) return bad(reason, at + 1, "more than %d registers", MAX_REGISTERS);
    if (read_entry(&map->entries[map->entry_count], values, at + 1, reason) != 0) return -1;
    map->entry_count++;
  }
  if (map->entry_count == 0) return bad(reason, at, "there is no register in the file");
  return 0;
}

int register_map_read(register_map *map, const char *text, size_t count, uint32_t merge_gap, char reason[MAX_REASON]) {
  *map = (register_map){.entries = calloc(MAX_REGISTERS, sizeof *map->entries)};
  if (!map->entries) return bad(reason, 0, "no memory");
  if (read_lines(map, text, count, reason) != 0) return -1;
  register_entry *fitting = realloc(map->entries, map->entry_count * sizeof *map->entries);
  if (fitting) map->entries = fitting;
  map->blocks = calloc(map->entry_count, sizeof *map->blocks);
  if (!map->blocks) return bad(reason, 0, "no memory");
  qsort(map->entries, map->entry_count, sizeof *map->entries, compare);
  if (check_names(map, reason) != 0) return -1;
  make_blocks(map, merge_gap);
  return 0;
}

void register_map_free(register_map *map) {
  free(map->entries);
  free(map->blocks);
  *map = (register_map){0};
}

static uint32_t long_value(const uint16_t *words, word_order order) {
  uint32_t a = words[0] >> 8, b = words[0] & 255, c = words[1] >> 8, d = words[1] & 255;
  switch (order) {
    case ORDER_CDAB: return c << 24 | d << 16 | a << 8 | b;
    case ORDER_BADC: return b << 24 | a << 16 | d << 8 | c;
    case ORDER_DCBA: return d << 24 | c << 16 | b << 8 | a;
    default: return a << 24 | b << 16 | c << 8 | d;
  }
}

// Not by modbus_get_float_abcd and its like: those of libmodbus 3.1.6 mean other orders than their names say.
static double float_value(const uint16_t *words, word_order order) {
  uint32_t bits = long_value(words, order);
  float value;
  memcpy(&value, &bits, sizeof value);
  return (double)value;
}

double register_value(const register_block *block, const register_entry *entry, const uint16_t *words, const uint8_t *bits) {
  uint32_t at = (uint32_t)entry->address - block->address;
  double raw = 0;
  switch (entry->type) {
    case TYPE_BIT: raw = bits[at]; break;
    case TYPE_U16: raw = words[at]; break;
    case TYPE_I16: raw = (int16_t)words[at]; break;
    case TYPE_U32: raw = long_value(words + at, entry->order); break;
    case TYPE_I32: raw = (int32_t)long_value(words + at, entry->order); break;
    case TYPE_F32: raw = float_value(words + at, entry->order); break;
  }
  double value = raw * entry->scale + entry->offset;
  return isfinite(value) ? value : NAN;
}
