// Destinations of --connect. A name is resolved by a child process: what a name service brings into a process (its modules, its
// memory) is not for the process that a plugin will live in.
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "message.h"
#include "settings.h"

enum { LONGEST_HOST = 253 };

static void mapped(struct in6_addr *address, const struct in_addr *four) {
  memset(address, 0, sizeof *address);
  address->s6_addr[10] = address->s6_addr[11] = 0xff;
  memcpy(&address->s6_addr[12], four, sizeof *four);
}

static bool is_literal(const char *host, struct in6_addr *address) {
  struct in_addr four;
  if (inet_pton(AF_INET, host, &four) == 1) {
    mapped(address, &four);
    return true;
  }
  return inet_pton(AF_INET6, host, address) == 1;
}

static void resolve_into(int output, const char *host) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
  if (getaddrinfo(host, NULL, &hints, &found) != 0) _exit(1);
  for (struct addrinfo *each = found; each; each = each->ai_next) {
    struct in6_addr address;
    if (each->ai_family == AF_INET) {
      mapped(&address, &((struct sockaddr_in *)each->ai_addr)->sin_addr);
    } else if (each->ai_family == AF_INET6) {
      address = ((struct sockaddr_in6 *)each->ai_addr)->sin6_addr;
    } else {
      continue;
    }
    if (write(output, &address, sizeof address) != sizeof address) _exit(1);
  }
  _exit(0);
}

static void add_address(struct settings *settings, struct destination destination) {
  if (settings->destination_count == MAX_DESTINATIONS) {
    fail(EXIT_WRONG_USE, "--connect: more than %d addresses", MAX_DESTINATIONS);
  }
  settings->destinations[settings->destination_count++] = destination;
}

static void add_resolved(struct settings *settings, const char *host, uint16_t port) {
  int ends[2];
  if (pipe(ends) != 0) fail(EXIT_NOT_CONFINED, "--connect %s: no pipe", host);
  pid_t child = fork();
  if (child < 0) fail(EXIT_NOT_CONFINED, "--connect %s: no process to resolve it", host);
  if (child == 0) {
    close(ends[0]);
    resolve_into(ends[1], host);
  }
  close(ends[1]);
  unsigned before = settings->destination_count;
  struct in6_addr address;
  while (read(ends[0], &address, sizeof address) == sizeof address) {
    add_address(settings, (struct destination){.address = address, .port = port});
  }
  close(ends[0]);
  waitpid(child, NULL, 0);
  if (settings->destination_count == before) say("%s has no address now: no connection to it will be allowed", host);
}

void add_destination(struct settings *settings, const char *text) {
  const char *colon = strrchr(text, ':');
  char *end = NULL;
  unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
  if (strncmp(text, "tcp:", 4) != 0 || colon < text + 5 || *end || port == 0 || port > 65535) {
    fail(EXIT_WRONG_USE, "--connect %s: it takes tcp:HOST:PORT", text);
  }
  const char *start = text + 4;
  size_t length = (size_t)(colon - start);
  if (start[0] == '[' && start[length - 1] == ']') {
    start += 1;
    length -= 2;
  }
  char host[LONGEST_HOST + 1];
  if (length == 0 || length > LONGEST_HOST) fail(EXIT_WRONG_USE, "--connect %s: it takes tcp:HOST:PORT", text);
  memcpy(host, start, length);
  host[length] = 0;
  struct destination destination = {.any_address = !strcmp(host, "*"), .port = (uint16_t)port};
  if (destination.any_address || is_literal(host, &destination.address)) {
    add_address(settings, destination);
  } else {
    add_resolved(settings, host, (uint16_t)port);
  }
}
