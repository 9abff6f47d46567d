#define _GNU_SOURCE
#include "CMicrohttpd.h"

#include <microhttpd.h>
#include <sys/eventfd.h>

static void *begin(void *context, const char *target, struct MHD_Connection *connection) {
  const crossdock_mhd_options *o = context;
  return o->begin(o->context, target, (crossdock_mhd_connection *)connection);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *size, void **state) {
  (void)connection, (void)url, (void)version;
  const crossdock_mhd_options *o = context;
  if (!*state) return MHD_NO;
  size_t taken = *size;
  *size = 0;
  return o->handle(o->context, *state, method, data, taken) ? MHD_YES : MHD_NO;
}

static void complete(void *context, struct MHD_Connection *connection, void **state,
                     enum MHD_RequestTerminationCode reason) {
  (void)connection, (void)reason;
  const crossdock_mhd_options *o = context;
  if (*state) o->complete(o->context, *state);
  *state = NULL;
}

crossdock_mhd *crossdock_mhd_start(const crossdock_mhd_options *o) {
  struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)o->certificate},
                                 {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)o->key},
                                 {MHD_OPTION_HTTPS_PRIORITIES, 0, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
                                 {MHD_OPTION_END, 0, NULL}};
  struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
  if (o->certificate) flags |= MHD_USE_TLS;
  void *context = (void *)o;
  return (crossdock_mhd *)MHD_start_daemon(                     //
      flags, 0, NULL, NULL, handle, context,                    //
      MHD_OPTION_LISTEN_SOCKET, o->listen_socket,               //
      MHD_OPTION_CONNECTION_LIMIT, o->connection_limit,         //
      MHD_OPTION_CONNECTION_TIMEOUT, o->connection_timeout_s,   //
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, o->connection_memory, //
      MHD_OPTION_URI_LOG_CALLBACK, begin, context,              //
      MHD_OPTION_NOTIFY_COMPLETED, complete, context,           //
      MHD_OPTION_ARRAY, o->certificate ? tls : none,            //
      MHD_OPTION_END);
}

int crossdock_mhd_descriptor(crossdock_mhd *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info((struct MHD_Daemon *)daemon, MHD_DAEMON_INFO_EPOLL_FD);
  return info ? info->epoll_fd : -1;
}

int64_t crossdock_mhd_timeout_ms(crossdock_mhd *daemon) {
  MHD_UNSIGNED_LONG_LONG ms = 0;
  if (MHD_get_timeout((struct MHD_Daemon *)daemon, &ms) != MHD_YES) return -1;
  return ms > INT32_MAX ? INT32_MAX : (int64_t)ms;
}

void crossdock_mhd_run(crossdock_mhd *daemon) { MHD_run((struct MHD_Daemon *)daemon); }
void crossdock_mhd_stop(crossdock_mhd *daemon) { MHD_stop_daemon((struct MHD_Daemon *)daemon); }
void crossdock_mhd_suspend(crossdock_mhd_connection *c) { MHD_suspend_connection((struct MHD_Connection *)c); }
void crossdock_mhd_resume(crossdock_mhd_connection *c) { MHD_resume_connection((struct MHD_Connection *)c); }

typedef struct visitor {
  void (*visit)(void *context, const char *name, const char *value);
  void *context;
} visitor;

static enum MHD_Result visit_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
  (void)kind;
  const visitor *v = context;
  v->visit(v->context, name, value ? value : "");
  return MHD_YES;
}

void crossdock_mhd_each_header(crossdock_mhd_connection *connection,
                               void (*visit)(void *context, const char *name, const char *value), void *context) {
  visitor v = {visit, context};
  MHD_get_connection_values((struct MHD_Connection *)connection, MHD_HEADER_KIND, visit_header, &v);
}

int crossdock_mhd_respond(crossdock_mhd_connection *connection, unsigned status, const void *body, size_t size,
                          const char *const *names, const char *const *values, size_t headers) {
  struct MHD_Response *r = MHD_create_response_from_buffer(size, (void *)body, MHD_RESPMEM_MUST_COPY);
  if (!r) return 0;
  for (size_t i = 0; i < headers; i++) MHD_add_response_header(r, names[i], values[i]);
  enum MHD_Result queued = MHD_queue_response((struct MHD_Connection *)connection, status, r);
  MHD_destroy_response(r);
  return queued == MHD_YES;
}

int crossdock_mhd_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
