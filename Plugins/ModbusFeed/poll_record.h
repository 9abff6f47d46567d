// The bodies of the records: JSON in a buffer that grows to a bound, kept from poll to poll.
//
//     {"unit":1,"poll":17,"took_ms":12,"values":{"supply_c":-21.5,"door_open":1},"errors":[{"names":["x"],"reason":"…","exception":2}]}
//     {"state":"unreachable","reason":"connect 10.0.0.5:502: Connection refused"}
#ifndef POLL_RECORD_H
#define POLL_RECORD_H

#include "register_map.h"

typedef struct text_buffer {
  char *text;
  size_t count, capacity;
} text_buffer;

// What became of a block in this poll.
typedef struct block_outcome {
  int is_read;
  int exception;             // of Modbus; 0: another reason
  char reason[MAX_REASON];   // empty: it was read
} block_outcome;

// A body with the blocks [first, end), all of one unit; `values` by entry. 0, or -1 without memory.
int write_poll(
    text_buffer *out, const register_map *map, uint32_t first, uint32_t end, const block_outcome *outcomes, const double *values,
    uint64_t poll, int64_t took_ms);
int write_state(text_buffer *out, const char *state, const char *reason);

#endif
