// The test server as a child process.
#ifndef SERVER_PROCESS_H
#define SERVER_PROCESS_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct server {
  pid_t process;
  int input, port;
} server;

// port 0: a free one.
static inline server start_server(const char *program, int port, int requests) {
  int input[2], output[2];
  char port_text[16], requests_text[16];
  snprintf(port_text, sizeof port_text, "%d", port);
  snprintf(requests_text, sizeof requests_text, "%d", requests);
  if (pipe(input) != 0 || pipe(output) != 0) exit(1);
  server made = {.process = fork(), .input = input[1]};
  if (made.process == 0) {
    dup2(input[0], 0), dup2(output[1], 1);
    close(input[0]), close(input[1]), close(output[0]), close(output[1]);
    execl(program, program, port_text, requests_text, (char *)NULL);
    _exit(127);
  }
  close(input[0]), close(output[1]);
  FILE *lines = fdopen(output[0], "r");
  if (!lines || fscanf(lines, "%d", &made.port) != 1) fprintf(stderr, "%s did not start\n", program), exit(1);
  fclose(lines);
  return made;
}

static inline void stop_server(server *server) {
  close(server->input);
  waitpid(server->process, NULL, 0);
  server->process = 0;
}

#endif
