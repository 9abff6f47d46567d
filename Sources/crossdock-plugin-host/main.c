// crossdock-plugin-host: the process that a plugin lives in. It confines itself first and loads the plugin then; what the plugin does
// wrong ends this process and nothing else. docs/security.md (confinement), docs/plugin-frames.md (what it says to the agent).
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "frames.h"
#include "instance.h"
#include "message.h"
#include "plugin.h"
#include "settings.h"

static const char usage[] =
  "crossdock-plugin-host: a process of its own for plugin code\n"
  "\n"
  "  crossdock-plugin-host run  [CONFINEMENT] FILE.so            load it and serve the agent on standard input and output\n"
  "  crossdock-plugin-host exec [CONFINEMENT] -- PROGRAM [ARGS]  become a program that serves the agent itself\n"
  "  crossdock-plugin-host describe [CONFINEMENT] FILE.so        print its descriptor as JSON\n"
  "\n"
  "CONFINEMENT (what is not declared is denied):\n"
  "  --folder DIR            the plugin's folder: may be read\n"
  "  --read PATH             may be read, with everything beneath\n"
  "  --write PATH            may be read and written, with everything beneath\n"
  "  --exec-path PATH        may be read and executed\n"
  "  --connect tcp:HOST:PORT where it may connect to; HOST * is any\n"
  "  --memory-mb N           (64)     --open-files N  (64)\n"
  "  --processes N           (0)      --file-mb N     (16) largest file written\n"
  "  --threads N             (16)     beside the first one of each process, all processes together\n"
  "  --unconfined            none of this\n"
  "\n"
  "Exit codes: 64 wrong use, 65 describe: no plugin that this host can use, 70 confinement cannot be set up, 71 the plugin\n"
  "cannot be loaded, 72 no memory for the host's own buffers, 76 the agent's frames break the rules.\n";

static int run(int count, char **arguments) {
  static struct settings settings;
  int index = read_settings(&settings, count, arguments, 2);
  if (count - index != 1) fail(EXIT_WRONG_USE, "run takes one FILE.so");
  add_path(&settings, PATH_READ, arguments[index]);
  shed_inheritance(&settings);
  open_channel();
  struct confinement_state state = confine(&settings);
  serve(load_plugin(arguments[index], EXIT_NOT_LOADED), state.text, state.is_whole);
}

// In the folder first, then in /usr/bin; the real path, so that a link does not hide what is executed.
static const char *find_program(const struct settings *settings, const char *name) {
  char path[PATH_MAX];
  if (name[0] == '/') {
    snprintf(path, sizeof path, "%s", name);
  } else {
    snprintf(path, sizeof path, "%s/%s", settings->folder ? settings->folder : ".", name);
    if (access(path, X_OK) != 0 && !strchr(name, '/')) snprintf(path, sizeof path, "/usr/bin/%s", name);
  }
  char *real = realpath(path, NULL);
  if (!real || access(real, X_OK) != 0) fail(EXIT_NOT_LOADED, "%s cannot be executed: %s", path, strerror(errno));
  return real;
}

// What is allowed is opened after this process has gone to work in the plugin's folder.
static const char *absolute(const char *folder) {
  char *real = realpath(folder, NULL);
  if (!real) fail(EXIT_NOT_LOADED, "%s: %s", folder, strerror(errno));
  return real;
}

static int become(int count, char **arguments) {
  static struct settings settings;
  int index = read_settings(&settings, count, arguments, 2);
  if (index >= count) fail(EXIT_WRONG_USE, "exec takes a PROGRAM");
  settings.becomes_program = true;
  if (settings.folder) settings.folder = absolute(settings.folder);
  const char *program = find_program(&settings, arguments[index]);
  add_path(&settings, PATH_EXECUTE, program);
  if (settings.folder && chdir(settings.folder) != 0) fail(EXIT_NOT_LOADED, "%s: %s", settings.folder, strerror(errno));
  shed_inheritance(&settings);
  struct confinement_state state = confine(&settings);
  say("%s", state.text);
  execv(program, &arguments[index]);
  fail(EXIT_NOT_LOADED, "%s cannot be executed: %s", program, strerror(errno));
}

// Looking at a plugin runs its constructors: confined too, though a checkout's libraries may be anywhere.
static int describe(int count, char **arguments) {
  static struct settings settings;
  int index = read_settings(&settings, count, arguments, 2);
  if (count - index != 1) fail(EXIT_WRONG_USE, "describe takes one FILE.so");
  add_path(&settings, PATH_READ, arguments[index]);
  add_path(&settings, PATH_READ, "/usr");
  if (access("/opt", F_OK) == 0) add_path(&settings, PATH_READ, "/opt");
  settings.memory_mb = 256;
  shed_inheritance(&settings);
  confine(&settings);
  describe_plugin(load_plugin(arguments[index], EXIT_NO_PLUGIN));
  fflush(stdout);
  _exit(0);
}

int main(int count, char **arguments) {
  const char *command = count > 1 ? arguments[1] : "";
  if (!strcmp(command, "run")) return run(count, arguments);
  if (!strcmp(command, "exec")) return become(count, arguments);
  if (!strcmp(command, "describe")) return describe(count, arguments);
  if (!strcmp(command, "help") || !strcmp(command, "--help")) {
    fputs(usage, stdout);
    return 0;
  }
  fputs(usage, stderr);
  return EXIT_WRONG_USE;
}
