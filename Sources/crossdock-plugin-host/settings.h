// The command line, read once, before anything of the plugin is touched.
#ifndef HOST_SETTINGS_H
#define HOST_SETTINGS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum { MAX_PATHS = 64, MAX_DESTINATIONS = 64 };

enum path_access { PATH_READ, PATH_WRITE, PATH_EXECUTE };

struct path_rule {
  enum path_access access;
  const char *path;
};

// Where a plugin may connect to. IPv4 addresses are held as IPv6 ones (::ffff:a.b.c.d).
struct destination {
  struct in6_addr address;
  bool any_address;
  uint16_t port;
};

struct settings {
  const char *folder;  // NULL: none
  struct path_rule paths[MAX_PATHS];
  unsigned path_count;
  struct destination destinations[MAX_DESTINATIONS];
  unsigned destination_count;
  unsigned memory_mb;
  unsigned processes;
  unsigned threads;  // beside the first one of each process, of all together
  unsigned open_files;
  unsigned file_mb;
  bool unconfined;
  bool becomes_program;  // exec: one execve is part of the start
};

// Reads options up to the first argument that is none, or behind "--"; returns its index. Ends the program when they are wrong.
int read_settings(struct settings *settings, int count, char **arguments, int first);

// "tcp:HOST:PORT" into one destination for each address of HOST. Ends the program when it cannot be read or resolved.
void add_destination(struct settings *settings, const char *text);

void add_path(struct settings *settings, enum path_access access, const char *path);

// The first folder that may be written, or NULL: where HOME and TMPDIR are.
const char *writable_folder(const struct settings *settings);

bool is_destination(const struct settings *settings, const struct in6_addr *address, uint16_t port);

#endif
