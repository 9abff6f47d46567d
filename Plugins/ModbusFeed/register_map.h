// The registers to read, from a CSV file, and the requests that read them.
//
//     name,unit,function,address,type,word_order,scale,offset
//     supply_c,1,input,0,i16,,0.1,0
//
// The first line names the columns, in any order; word_order, scale and offset may be missing or empty. Lines that are empty or begin
// with # are skipped. `address` is the one on the wire, from 0.
//
// Registers of one unit and function that lie next to each other (or no further apart than merge_gap) are read by one request, of at
// most MAX_BLOCK_REGISTERS. Invariant: entries are sorted by unit, function and address; a block is a run of them.
#ifndef REGISTER_MAP_H
#define REGISTER_MAP_H

#include <stddef.h>
#include <stdint.h>

enum {
  MAX_REGISTERS = 4096,
  MAX_NAME = 64,
  MAX_BLOCK_REGISTERS = 125,  // what one answer can hold
  MAX_LINE = 512,
  MAX_REASON = 256,
};

typedef enum register_type { TYPE_BIT, TYPE_U16, TYPE_I16, TYPE_U32, TYPE_I32, TYPE_F32 } register_type;

// How the four bytes of a 32-bit value lie in its two registers; ABCD is the order of the standard.
typedef enum word_order { ORDER_ABCD, ORDER_CDAB, ORDER_BADC, ORDER_DCBA } word_order;

typedef struct register_entry {
  char name[MAX_NAME + 1];
  uint8_t unit, function;  // 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers
  uint16_t address;
  register_type type;
  word_order order;
  double scale, offset;
} register_entry;

typedef struct register_block {
  uint8_t unit, function;
  uint16_t address, count;       // registers or bits
  uint32_t first, entry_count;   // of the map's entries
} register_block;

typedef struct register_map {
  register_entry *entries;
  register_block *blocks;
  uint32_t entry_count, block_count;
} register_map;

// 0, or -1 with the reason, which names the line. The map is to be freed in both cases.
int register_map_read(register_map *map, const char *text, size_t count, uint32_t merge_gap, char reason[MAX_REASON]);
void register_map_free(register_map *map);

// The value of an entry in its block's data: `words` for registers, one byte a bit for `bits`. NAN where an f32 is not a number.
double register_value(const register_block *block, const register_entry *entry, const uint16_t *words, const uint8_t *bits);

#endif
