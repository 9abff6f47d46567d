#include "settings.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "message.h"

// What holds when the agent does not say: plugin.toml's defaults.
enum { MEMORY_MB = 64, THREADS = 16, OPEN_FILES = 64, FILE_MB = 16 };
// Bounds of what may be asked for.
enum { MOST_MEMORY_MB = 1 << 20, MOST_PROCESSES = 1024, MOST_THREADS = 1024, MOST_OPEN_FILES = 65536, MOST_FILE_MB = 1 << 20 };

static unsigned number(const char *option, const char *text, unsigned least, unsigned most) {
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  if (*text < '0' || *text > '9' || *end || value < least || value > most) {
    fail(EXIT_WRONG_USE, "%s %s: it takes a number from %u to %u", option, text, least, most);
  }
  return (unsigned)value;
}

void add_path(struct settings *settings, enum path_access access, const char *path) {
  if (settings->path_count == MAX_PATHS) fail(EXIT_WRONG_USE, "more than %d paths", MAX_PATHS);
  settings->paths[settings->path_count++] = (struct path_rule){access, path};
}

static void read_option(struct settings *settings, const char *option, const char *value) {
  if (!value) fail(EXIT_WRONG_USE, "%s takes a value", option);
  if (!strcmp(option, "--folder")) {
    settings->folder = value;
  } else if (!strcmp(option, "--read")) {
    add_path(settings, PATH_READ, value);
  } else if (!strcmp(option, "--write")) {
    add_path(settings, PATH_WRITE, value);
  } else if (!strcmp(option, "--exec-path")) {
    add_path(settings, PATH_EXECUTE, value);
  } else if (!strcmp(option, "--connect")) {
    add_destination(settings, value);
  } else if (!strcmp(option, "--memory-mb")) {
    settings->memory_mb = number(option, value, 1, MOST_MEMORY_MB);
  } else if (!strcmp(option, "--processes")) {
    settings->processes = number(option, value, 0, MOST_PROCESSES);
  } else if (!strcmp(option, "--threads")) {
    settings->threads = number(option, value, 0, MOST_THREADS);
  } else if (!strcmp(option, "--open-files")) {
    settings->open_files = number(option, value, 8, MOST_OPEN_FILES);
  } else if (!strcmp(option, "--file-mb")) {
    settings->file_mb = number(option, value, 0, MOST_FILE_MB);
  } else {
    fail(EXIT_WRONG_USE, "there is no option %s", option);
  }
}

int read_settings(struct settings *settings, int count, char **arguments, int first) {
  *settings = (struct settings){
    .memory_mb = MEMORY_MB, .threads = THREADS, .open_files = OPEN_FILES, .file_mb = FILE_MB,
  };
  int index = first;
  while (index < count && arguments[index][0] == '-') {
    if (!strcmp(arguments[index], "--")) return index + 1;
    if (!strcmp(arguments[index], "--unconfined")) {
      settings->unconfined = true;
      index += 1;
      continue;
    }
    read_option(settings, arguments[index], index + 1 < count ? arguments[index + 1] : NULL);
    index += 2;
  }
  return index;
}

const char *writable_folder(const struct settings *settings) {
  for (unsigned index = 0; index < settings->path_count; index++) {
    struct stat status;
    const struct path_rule *rule = &settings->paths[index];
    if (rule->access == PATH_WRITE && stat(rule->path, &status) == 0 && S_ISDIR(status.st_mode)) return rule->path;
  }
  return NULL;
}

bool is_destination(const struct settings *settings, const struct in6_addr *address, uint16_t port) {
  for (unsigned index = 0; index < settings->destination_count; index++) {
    const struct destination *destination = &settings->destinations[index];
    if (destination->port != port) continue;
    if (destination->any_address || !memcmp(&destination->address, address, sizeof *address)) return true;
  }
  return false;
}
