#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "acts.h"

// "ADDRESS:PORT"
static struct sockaddr_in address_of(const char *text) {
  char host[64];
  snprintf(host, sizeof host, "%s", text);
  char *colon = strrchr(host, ':');
  struct sockaddr_in address = {.sin_family = AF_INET};
  if (!colon) return address;
  *colon = 0;
  address.sin_port = htons((uint16_t)atoi(colon + 1));
  inet_pton(AF_INET, host, &address.sin_addr);
  return address;
}

// Connected, and a byte comes back.
static int is_answered(int fd, const struct sockaddr *address, socklen_t size) {
  char byte = 0;
  return fd >= 0 && connect(fd, address, size) == 0 && write(fd, "x", 1) == 1 && read(fd, &byte, 1) == 1;
}

static void connect_tcp(const char *argument, char *result, size_t capacity) {
  struct sockaddr_in address = address_of(argument);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  give(is_answered(fd, (struct sockaddr *)&address, sizeof address), result, capacity);
  if (fd >= 0) close(fd);
}

static void connect_later(const char *argument, char *result, size_t capacity) {
  struct sockaddr_in address = address_of(argument);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), failure = 0;
  if (fd < 0 || (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS)) {
    return give(0, result, capacity);
  }
  struct pollfd writable = {.fd = fd, .events = POLLOUT};
  socklen_t size = sizeof failure;
  poll(&writable, 1, 5000);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size);
  errno = failure;
  give(failure == 0 && write(fd, "x", 1) == 1, result, capacity);
  close(fd);
}

// Data in the opening packet: a connection without connect().
static void open_fast(const char *argument, char *result, size_t capacity) {
  struct sockaddr_in address = address_of(argument);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  give(fd >= 0 && sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&address, sizeof address) == 1, result, capacity);
  if (fd >= 0) close(fd);
}

static void send_datagram(const char *argument, char *result, size_t capacity) {
  struct sockaddr_in address = address_of(argument);
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  give(fd >= 0 && sendto(fd, "x", 1, 0, (struct sockaddr *)&address, sizeof address) == 1, result, capacity);
  if (fd >= 0) close(fd);
}

// "@NAME" is one of the abstract names.
static void connect_unix(const char *argument, char *result, size_t capacity) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t count = strlen(argument);
  memcpy(address.sun_path, argument, count < sizeof address.sun_path ? count : sizeof address.sun_path - 1);
  if (argument[0] == '@') address.sun_path[0] = 0;
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count + (argument[0] != '@'));
  give(is_answered(fd, (struct sockaddr *)&address, size), result, capacity);
  if (fd >= 0) close(fd);
}

static void listen_on(const char *argument, char *result, size_t capacity) {
  struct sockaddr_in address = address_of(argument);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  give(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1) == 0, result, capacity);
  if (fd >= 0) close(fd);
}

int perform_network(const char *act, const char *argument, char *result, size_t capacity) {
  if (!strcmp(act, "connect")) {
    connect_tcp(argument, result, capacity);
  } else if (!strcmp(act, "connect-later")) {
    connect_later(argument, result, capacity);
  } else if (!strcmp(act, "fast-open")) {
    open_fast(argument, result, capacity);
  } else if (!strcmp(act, "datagram")) {
    send_datagram(argument, result, capacity);
  } else if (!strcmp(act, "unix")) {
    connect_unix(argument, result, capacity);
  } else if (!strcmp(act, "listen")) {
    listen_on(argument, result, capacity);
  } else {
    return 0;
  }
  return 1;
}
