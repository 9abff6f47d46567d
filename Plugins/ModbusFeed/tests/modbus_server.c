// A Modbus TCP server on libmodbus, for tests: `modbus-server [PORT [REQUESTS]]` listens on 127.0.0.1 (a free port without PORT), prints the
// port, and serves one connection after another until its standard input ends. After REQUESTS requests it closes a connection.
//
// What it holds: holding register n is 1000 + n (n < 100), but for 10 and 11, 1.5 as an IEEE 754 float, 12 and 13, -2 as 32 bits, both ABCD,
// and 14 to 19, 1.5 as CDAB, BADC and DCBA;
// input register n is 0xFFFF - n; coil n and discrete input n are n % 3 == 0 (n < 64). Unit 9 is behind a gateway and not there.
//
// Holding registers with a behaviour (unit 1, first of the request):
#include <errno.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  SLOW = 200,       // answers after 300 ms
  DROPPED = 210,    // closes the connection instead of an answer
  SILENT = 220,     // never answers
  GARBAGE = 230,    // answers with bytes that are no Modbus
  PIECES = 240,     // answers byte by byte, 5 ms apart
  OTHER_UNIT = 250, // answers for another unit
  SHORT = 260,      // answers with another number of registers than it announces
  REGISTERS = 300,
  MISSING_UNIT = 9,
};

static void pause_ms(long ms) { nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL); }

// The answer to a request for one register, by hand.
static void send_bytes(int socket, const uint8_t *request, uint8_t unit, uint8_t announced, int in_pieces) {
  const uint8_t answer[] = {request[0], request[1], 0, 0, 0, 5, unit, request[7], announced, 0x12, 0x34};
  for (size_t i = 0; i < sizeof answer; i += in_pieces ? 1 : sizeof answer) {
    send(socket, answer + i, in_pieces ? 1 : sizeof answer, MSG_NOSIGNAL);
    if (in_pieces) pause_ms(5);
  }
}

// 0: the connection goes on.
static int answer(modbus_t *modbus, int socket, const uint8_t *request, int count, modbus_mapping_t *mapping) {
  uint8_t unit = request[6], function = request[7];
  int address = request[8] << 8 | request[9];
  if (unit == MISSING_UNIT) return modbus_reply_exception(modbus, request, MODBUS_EXCEPTION_GATEWAY_TARGET) < 0;
  if (function == 3 && address >= SLOW && address < REGISTERS) {
    if (address == SLOW) pause_ms(300);
    if (address == DROPPED) return 1;
    if (address == SILENT) return 0;
    if (address == GARBAGE) return send(socket, "HTTP/1.1 400 Bad Request\r\n\r\n", 28, MSG_NOSIGNAL) < 0;
    if (address == PIECES) return send_bytes(socket, request, unit, 2, 1), 0;
    if (address == OTHER_UNIT) return send_bytes(socket, request, unit + 1, 2, 0), 0;
    if (address == SHORT) return send_bytes(socket, request, unit, 200, 0), 0;
  }
  return modbus_reply(modbus, request, count, mapping) < 0;
}

static void fill(modbus_mapping_t *mapping) {
  for (int i = 0; i < REGISTERS; i++) mapping->tab_registers[i] = (uint16_t)(1000 + i);
  for (int i = 0; i < 100; i++) mapping->tab_input_registers[i] = (uint16_t)(0xFFFF - i);
  for (int i = 0; i < 64; i++) mapping->tab_bits[i] = mapping->tab_input_bits[i] = i % 3 == 0;
  mapping->tab_registers[10] = 0x3FC0;
  mapping->tab_registers[11] = 0;
  mapping->tab_registers[14] = 0;
  mapping->tab_registers[15] = 0x3FC0;
  mapping->tab_registers[16] = 0xC03F;
  mapping->tab_registers[17] = 0;
  mapping->tab_registers[18] = 0;
  mapping->tab_registers[19] = 0xC03F;
  mapping->tab_registers[12] = 0xFFFF;
  mapping->tab_registers[13] = 0xFFFE;
}

// 1 when there is something on the descriptor, 0 when standard input has ended.
static int wait_for(int descriptor) {
  struct pollfd both[] = {{.fd = descriptor, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  for (;;) {
    if (poll(both, 2, -1) < 0 && errno != EINTR) return 0;
    if (both[1].revents) return 0;
    if (both[0].revents) return 1;
  }
}

static int serve(modbus_t *modbus, int socket, long requests, modbus_mapping_t *mapping) {
  modbus_set_socket(modbus, socket);
  for (long served = 0; requests == 0 || served < requests; served++) {
    uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
    if (!wait_for(socket)) return 0;
    int count = modbus_receive(modbus, request);
    if (count < 0) break;
    if (count > 0 && answer(modbus, socket, request, count, mapping) != 0) break;
  }
  close(socket);
  return 1;
}

int main(int count, char **arguments) {
  modbus_t *modbus = modbus_new_tcp("127.0.0.1", count > 1 ? atoi(arguments[1]) : 0);
  modbus_mapping_t *mapping = modbus_mapping_new(64, 64, REGISTERS, 100);
  int listening = modbus ? modbus_tcp_listen(modbus, 4) : -1;
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  if (!mapping || listening < 0 || getsockname(listening, (struct sockaddr *)&address, &size) != 0) {
    fprintf(stderr, "modbus-server: %s\n", strerror(errno));
    return 1;
  }
  fill(mapping);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  while (wait_for(listening)) {
    int socket = accept(listening, NULL, NULL);
    if (socket >= 0 && !serve(modbus, socket, count > 2 ? atol(arguments[2]) : 0, mapping)) break;
  }
  modbus_mapping_free(mapping);
  modbus_free(modbus);
  return 0;
}
