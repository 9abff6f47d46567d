// One Modbus TCP device (or gateway): a connection that never blocks. Each call works for at most the time it is given and says how
// far it came, so that a slow device costs no more than it is allowed to.
//
//   CLOSED ──device_connect──► CONNECTING ──► READY ──device_ask──► ASKED ──device_answer──► READY
//
// Any failure and any answer that does not fit its request closes the connection: what would come late on it can
// then not be taken for the answer to another question.
#ifndef DEVICE_H
#define DEVICE_H

#include "register_map.h"

#include <modbus/modbus.h>

typedef enum device_state { DEVICE_CLOSED, DEVICE_CONNECTING, DEVICE_READY, DEVICE_ASKED } device_state;

typedef enum device_result {
  DEVICE_DONE,       // the step is complete
  DEVICE_WAITING,    // it is not, in the time given
  DEVICE_EXCEPTION,  // the device answered with an exception: `exception`
  DEVICE_TIMEOUT,    // no answer within the timeout; closed
  DEVICE_FAILED,     // `reason`; closed
} device_result;

typedef struct device {
  char host[64], reason[MAX_REASON];
  uint16_t port;
  int64_t timeout_us;
  device_state state;
  modbus_t *modbus;
  int socket;
  int64_t deadline_us;  // of the step under way
  int exception;
  uint16_t words[MAX_BLOCK_REGISTERS];
  uint8_t bits[MAX_BLOCK_REGISTERS];
} device;

// CLOCK_MONOTONIC, µs: for deadlines only.
int64_t device_clock_us(void);

// Begins, or goes on with, connecting.
device_result device_connect(device *device, int64_t until_us);
// Sends the request for a block.
device_result device_ask(device *device, const register_block *block);
// Waits for its answer; DEVICE_DONE: it is in `words` or `bits`.
device_result device_answer(device *device, const register_block *block, int64_t until_us);
void device_close(device *device);

#endif
