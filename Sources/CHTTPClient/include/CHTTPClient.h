// A blocking HTTP/1.1 client with TLS on Debian's cpp-httplib, in plain C: no exception and no C++ type leaves it.
#ifndef CROSSDOCK_CHTTPCLIENT_H
#define CROSSDOCK_CHTTPCLIENT_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct crossdock_http_client crossdock_http_client;
typedef struct crossdock_http_response crossdock_http_response;

typedef struct crossdock_http_options {
  const char *host;
  int port;
  int tls;
  // PEM files; NULL for the system's certificate authorities, and for no client certificate.
  const char *ca_file;
  const char *cert_file;
  const char *key_file;
  int connect_timeout_ms;
  int read_timeout_ms;
  int write_timeout_ms;
  // Of a response; a longer one is an error.
  size_t max_body;
} crossdock_http_options;

enum crossdock_http_error {
  CROSSDOCK_HTTP_OK = 0,
  CROSSDOCK_HTTP_UNRESOLVED,     // the host's name has no address
  CROSSDOCK_HTTP_REFUSED,        // nothing listens there
  CROSSDOCK_HTTP_UNREACHABLE,    // no route, or no connection for another reason
  CROSSDOCK_HTTP_CONNECT_TIMEOUT,
  CROSSDOCK_HTTP_READ,           // timed out, or closed before the response was there
  CROSSDOCK_HTTP_WRITE,
  CROSSDOCK_HTTP_TLS,            // the handshake failed
  CROSSDOCK_HTTP_CA_FILE,        // the CA file cannot be loaded
  CROSSDOCK_HTTP_CERTIFICATE,    // the server's certificate was refused; the detail says why
  CROSSDOCK_HTTP_TOO_LARGE,
  CROSSDOCK_HTTP_STOPPED,
  CROSSDOCK_HTTP_OTHER
};

// NULL when client certificate and key cannot be loaded, or memory is short.
crossdock_http_client *crossdock_http_client_new(const crossdock_http_options *options);
void crossdock_http_client_free(crossdock_http_client *client);
// Any thread: a request under way ends with STOPPED (while it connects: at its timeout), and so does every later one.
void crossdock_http_client_stop(crossdock_http_client *client);

// One request, on the connection kept open from the last one if there is one. Never NULL unless memory is short.
crossdock_http_response *crossdock_http_send(crossdock_http_client *client, const char *method, const char *target,
                                             const char *const *names, const char *const *values, size_t headers,
                                             const void *body, size_t size);
enum crossdock_http_error crossdock_http_response_error(const crossdock_http_response *response);
const char *crossdock_http_response_detail(const crossdock_http_response *response);
int crossdock_http_response_status(const crossdock_http_response *response);
// The first value, whatever the case of the name; NULL when there is none.
const char *crossdock_http_response_header(const crossdock_http_response *response, const char *name);
const void *crossdock_http_response_body(const crossdock_http_response *response, size_t *size);
void crossdock_http_response_free(crossdock_http_response *response);

#ifdef __cplusplus
}
#endif
#endif
