// The part of libmicrohttpd that HTTPServer uses, in plain types: its start function is variadic, and its own header drags
// in system headers that clash with other modules' view of them.
#ifndef CROSSDOCK_CMICROHTTPD_H
#define CROSSDOCK_CMICROHTTPD_H
#include <stddef.h>
#include <stdint.h>

typedef struct crossdock_mhd crossdock_mhd;                       // struct MHD_Daemon
typedef struct crossdock_mhd_connection crossdock_mhd_connection; // struct MHD_Connection

typedef struct crossdock_mhd_options {
  // A bound, listening, non-blocking socket; the daemon owns it once it has started.
  int listen_socket;
  unsigned int connection_limit;
  unsigned int connection_timeout_s;
  // Bytes of memory a connection may use for the request line and headers.
  size_t connection_memory;
  // PEM texts; NULL for plain HTTP.
  const char *certificate;
  const char *key;
  // Called with the request line's target as it was sent; what it returns is the request's state.
  void *(*begin)(void *context, const char *target, crossdock_mhd_connection *connection);
  // Called once with the headers, once for each piece of body (data_size > 0), then with neither until it has responded
  // or suspended. 0 closes the connection.
  int (*handle)(void *context, void *request_state, const char *method, const char *data, size_t data_size);
  void (*complete)(void *context, void *request_state);
  void *context;
} crossdock_mhd_options;

// An epoll daemon with suspension, driven by the caller: poll its descriptor, then run. NULL on failure. The options must
// outlive the daemon, certificate and key need not.
crossdock_mhd *crossdock_mhd_start(const crossdock_mhd_options *options);
int crossdock_mhd_descriptor(crossdock_mhd *daemon);
// Milliseconds until `run` is due without any event; -1 for never.
int64_t crossdock_mhd_timeout_ms(crossdock_mhd *daemon);
void crossdock_mhd_run(crossdock_mhd *daemon);
// No connection may be suspended.
void crossdock_mhd_stop(crossdock_mhd *daemon);

void crossdock_mhd_suspend(crossdock_mhd_connection *connection);
void crossdock_mhd_resume(crossdock_mhd_connection *connection);
void crossdock_mhd_each_header(crossdock_mhd_connection *connection,
                               void (*visit)(void *context, const char *name, const char *value), void *context);
// Copies body and headers. 0 when the response could not be queued.
int crossdock_mhd_respond(crossdock_mhd_connection *connection, unsigned status, const void *body, size_t size,
                          const char *const *names, const char *const *values, size_t headers);

// eventfd(2), non-blocking; -1 on failure.
int crossdock_mhd_eventfd(void);
#endif
