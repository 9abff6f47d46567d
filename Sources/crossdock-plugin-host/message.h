// What the host says on standard error, one line a write, and the exit codes that the agent knows.
#ifndef HOST_MESSAGE_H
#define HOST_MESSAGE_H

enum {
  EXIT_WRONG_USE = 64,         // the command line
  EXIT_NO_PLUGIN = 65,         // describe: not a plugin that this host can use
  EXIT_NOT_CONFINED = 70,      // confinement cannot be set up: the plugin did not run
  EXIT_NOT_LOADED = 71,        // run: the shared object; exec: the program
  EXIT_NO_MEMORY = 72,         // the host's own buffers do not fit
  EXIT_WRONG_FRAME = 76,       // the agent's frames break the rules
};

// "crossdock-plugin-host: …" and a newline.
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fail(int exit_code, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Never NULL: without memory the host ends.
void *take(unsigned long bytes);

#endif
