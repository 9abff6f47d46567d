#define _GNU_SOURCE  // ppoll
#include "device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  HEADER = 6,           // of an answer, before what its length counts
  PARTIAL_PAUSE_US = 2000,  // between two looks at an answer of which a part is there
};

int64_t device_clock_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void device_close(device *device) {
  if (device->modbus) modbus_free(device->modbus);
  if (device->socket >= 0) close(device->socket);
  device->modbus = NULL;
  device->socket = -1;
  device->state = DEVICE_CLOSED;
}

static device_result fail(device *device, const char *what, int error) {
  snprintf(device->reason, sizeof device->reason, "%s %s:%u: %s", what, device->host, device->port, strerror(error));
  device_close(device);
  return DEVICE_FAILED;
}

static device_result malformed(device *device, const char *what) {
  snprintf(device->reason, sizeof device->reason, "%s:%u: malformed answer: %s", device->host, device->port, what);
  device_close(device);
  return DEVICE_FAILED;
}

// Waits for the socket until then, or until the step's deadline. 1 ready, 0 not yet, -1 the step's time is over.
static int wait_for(device *device, short events, int64_t until_us) {
  for (;;) {
    int64_t now = device_clock_us(), end = until_us < device->deadline_us ? until_us : device->deadline_us;
    int64_t left_us = end > now ? end - now : 0;
    struct timespec left = {.tv_sec = left_us / 1000000, .tv_nsec = left_us % 1000000 * 1000};
    struct pollfd descriptor = {.fd = device->socket, .events = events};
    int ready = ppoll(&descriptor, 1, &left, NULL);
    if (ready > 0) return 1;
    if (ready < 0 && errno != EINTR) return 1;  // the call that follows says why
    now = device_clock_us();
    if (now >= device->deadline_us) return -1;
    if (now >= until_us) return 0;
  }
}

static device_result begin_connecting(device *device) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(device->port)};
  if (inet_pton(AF_INET, device->host, &address.sin_addr) != 1) return fail(device, "address", EINVAL);
  device->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (device->socket < 0) return fail(device, "socket", errno);
  int on = 1;
  setsockopt(device->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  device->deadline_us = device_clock_us() + device->timeout_us;
  device->state = DEVICE_CONNECTING;
  if (connect(device->socket, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS)
    return fail(device, "connect", errno);
  return DEVICE_DONE;
}

device_result device_connect(device *device, int64_t until_us) {
  if (device->state == DEVICE_CLOSED && begin_connecting(device) != DEVICE_DONE) return DEVICE_FAILED;
  if (device->state != DEVICE_CONNECTING) return DEVICE_DONE;
  int ready = wait_for(device, POLLOUT, until_us);
  if (ready == 0) return DEVICE_WAITING;
  if (ready < 0) return fail(device, "connect", ETIMEDOUT);
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(device->socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error) return fail(device, "connect", error);
  device->modbus = modbus_new_tcp(device->host, device->port);
  if (!device->modbus || modbus_set_socket(device->modbus, device->socket) != 0) return fail(device, "connect", errno);
  device->state = DEVICE_READY;
  return DEVICE_DONE;
}

device_result device_ask(device *device, const register_block *block) {
  const uint8_t request[] = {
      block->unit, block->function, (uint8_t)(block->address >> 8), (uint8_t)block->address, (uint8_t)(block->count >> 8),
      (uint8_t)block->count};
  device->deadline_us = device_clock_us() + device->timeout_us;
  if (modbus_send_raw_request(device->modbus, request, sizeof request) < 0) return fail(device, "send", errno);
  device->state = DEVICE_ASKED;
  return DEVICE_DONE;
}

// Looks whether the whole answer has come, without taking it, so that libmodbus never waits for the rest of one.
// DEVICE_DONE: all of it is there, and its lengths agree.
static device_result look(device *device, const register_block *block) {
  uint8_t head[MODBUS_TCP_MAX_ADU_LENGTH];
  ssize_t count = recv(device->socket, head, sizeof head, MSG_PEEK | MSG_DONTWAIT);
  if (count == 0) return fail(device, "receive", ECONNRESET);
  if (count < 0) return errno == EAGAIN || errno == EINTR ? DEVICE_WAITING : fail(device, "receive", errno);
  if (count < HEADER) return DEVICE_WAITING;
  size_t length = (size_t)head[4] << 8 | head[5];
  if (head[2] || head[3]) return malformed(device, "it is not Modbus");
  if (length < 3 || HEADER + length > MODBUS_TCP_MAX_ADU_LENGTH) return malformed(device, "its length is impossible");
  if ((size_t)count < HEADER + length) return DEVICE_WAITING;
  size_t bytes = block->function <= 2 ? (block->count + 7u) / 8u : 2u * block->count;
  if (head[0] || head[1]) return malformed(device, "it answers another request");
  if (head[6] != block->unit) return malformed(device, "it is of another unit");
  if (head[7] == (block->function | 0x80)) return length == 3 ? DEVICE_DONE : malformed(device, "an exception of another length");
  if (head[7] != block->function) return malformed(device, "it is of another function");
  if (head[8] != bytes || length != 3 + bytes) return malformed(device, "it holds another number of registers");
  return DEVICE_DONE;
}

static void take_values(device *device, const register_block *block, const uint8_t *data) {
  for (uint32_t i = 0; i < block->count; i++) {
    if (block->function <= 2)
      device->bits[i] = data[i / 8] >> (i % 8) & 1;
    else
      device->words[i] = (uint16_t)(data[2 * i] << 8 | data[2 * i + 1]);
  }
}

device_result device_answer(device *device, const register_block *block, int64_t until_us) {
  for (;;) {
    int ready = wait_for(device, POLLIN, until_us);
    if (ready == 0) return DEVICE_WAITING;
    if (ready < 0) {
      snprintf(device->reason, sizeof device->reason, "no answer in %lld ms", (long long)device->timeout_us / 1000);
      device_close(device);
      return DEVICE_TIMEOUT;
    }
    device_result result = look(device, block);
    if (result == DEVICE_DONE) break;
    if (result == DEVICE_FAILED) return result;
    // A part of it is there: the socket stays readable, so it is no use to wait for it.
    nanosleep(&(struct timespec){.tv_nsec = PARTIAL_PAUSE_US * 1000}, NULL);
    int64_t now = device_clock_us();
    if (now >= until_us && now < device->deadline_us) return DEVICE_WAITING;
    if (now >= device->deadline_us) {
      snprintf(device->reason, sizeof device->reason, "no whole answer in %lld ms", (long long)device->timeout_us / 1000);
      device_close(device);
      return DEVICE_TIMEOUT;
    }
  }
  uint8_t answer[MODBUS_TCP_MAX_ADU_LENGTH];
  int count = modbus_receive_confirmation(device->modbus, answer);
  if (count < 0) return fail(device, "receive", errno);
  device->state = DEVICE_READY;
  if (answer[7] & 0x80) {
    device->exception = answer[8];
    return DEVICE_EXCEPTION;
  }
  take_values(device, block, answer + 9);
  return DEVICE_DONE;
}
