#include "CHTTPClient.h"

#include <httplib.h>
#include <netdb.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <ctime>
#include <exception>
#include <memory>
#include <new>
#include <string>

struct crossdock_http_client {
  std::unique_ptr<httplib::ClientImpl> http;
  // The same object, when it speaks TLS.
  httplib::SSLClient *tls = nullptr;
  std::string host;
  int port = 0;
  size_t max_body = 0;
  std::atomic<bool> stopped{false};
};

struct crossdock_http_response {
  crossdock_http_error error = CROSSDOCK_HTTP_OK;
  std::string detail;
  httplib::Response http;
};

namespace {

// A connection that the other side has closed raises SIGPIPE in this thread when cpp-httplib or OpenSSL writes to it: hold
// it back for the time of a request, and take away the one that is pending.
class SigpipeGuard {
 public:
  SigpipeGuard() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~SigpipeGuard() {
    if (!was_pending_) {
      const timespec none = {0, 0};
      while (sigtimedwait(&pipe_, nullptr, &none) == -1 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_, before_;
  bool was_pending_ = false;
};

// cpp-httplib forgets why a connection failed: ask once more, briefly. errno of a connect(2), 0 when it works by now.
int connect_errno(const addrinfo &address) {
  const int wait_ms = 200;
  int fd = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  int error = connect(fd, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    pollfd poll_fd = {fd, POLLOUT, 0};
    socklen_t size = sizeof error;
    if (poll(&poll_fd, 1, wait_ms) > 0) getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  close(fd);
  return error;
}

crossdock_http_error connection_error(const crossdock_http_client &client, std::string &detail) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo *list = nullptr;
  int failure = getaddrinfo(client.host.c_str(), std::to_string(client.port).c_str(), &hints, &list);
  if (failure) {
    detail = gai_strerror(failure);
    return CROSSDOCK_HTTP_UNRESOLVED;
  }
  int error = list ? connect_errno(*list) : 0;
  freeaddrinfo(list);
  if (error == ECONNREFUSED) return CROSSDOCK_HTTP_REFUSED;
  if (error != 0 && error != EINPROGRESS) detail = strerror(error);
  return CROSSDOCK_HTTP_UNREACHABLE;
}

crossdock_http_error classify(const crossdock_http_client &client, httplib::Error error, std::string &detail) {
  switch (error) {
    case httplib::Error::Success: return CROSSDOCK_HTTP_OK;
    case httplib::Error::Connection: return connection_error(client, detail);
    case httplib::Error::ConnectionTimeout: return CROSSDOCK_HTTP_CONNECT_TIMEOUT;
    case httplib::Error::Read: return CROSSDOCK_HTTP_READ;
    case httplib::Error::Write: return CROSSDOCK_HTTP_WRITE;
    case httplib::Error::Canceled: return CROSSDOCK_HTTP_TOO_LARGE;
    case httplib::Error::SSLConnection: return CROSSDOCK_HTTP_TLS;
    case httplib::Error::SSLLoadingCerts: return CROSSDOCK_HTTP_CA_FILE;
    case httplib::Error::SSLServerVerification: {
      long result = client.tls ? client.tls->get_openssl_verify_result() : X509_V_OK;
      detail = result == X509_V_OK ? "it is for another host name" : X509_verify_cert_error_string(result);
      return CROSSDOCK_HTTP_CERTIFICATE;
    }
    default: detail = httplib::to_string(error); return CROSSDOCK_HTTP_OTHER;
  }
}

httplib::Error send_once(crossdock_http_client &client, const httplib::Request &request,
                         crossdock_http_response &response) {
  httplib::Request copy = request;
  response.http = httplib::Response();
  std::string body;
  const size_t limit = client.max_body;
  copy.content_receiver = [&body, limit](const char *data, size_t size, uint64_t, uint64_t) {
    if (size > limit - body.size()) return false;
    body.append(data, size);
    return true;
  };
  httplib::Error error = httplib::Error::Success;
  errno = 0;
  if (!client.http->send(copy, response.http, error) && error == httplib::Error::Success) {
    error = httplib::Error::Unknown;
  }
  response.http.body = std::move(body);
  return error;
}

void send(crossdock_http_client &client, const httplib::Request &request, crossdock_http_response &response) {
  if (client.stopped) {
    response.error = CROSSDOCK_HTTP_STOPPED;
    return;
  }
  const bool was_open = client.http->is_socket_open() != 0;
  httplib::Error error = send_once(client, request, response);
  // The server may close a kept connection in the same moment. Every call of this API may be repeated.
  const bool may_be_stale = was_open && response.http.status < 0 && errno != EAGAIN && errno != EWOULDBLOCK &&
                            (error == httplib::Error::Write || error == httplib::Error::Read);
  if (may_be_stale && !client.stopped && !client.http->is_socket_open()) {
    error = send_once(client, request, response);
  }
  response.error = classify(client, error, response.detail);
  if (client.stopped && response.error != CROSSDOCK_HTTP_OK) response.error = CROSSDOCK_HTTP_STOPPED;
}

}  // namespace

crossdock_http_client *crossdock_http_client_new(const crossdock_http_options *o) {
  try {
    auto client = std::make_unique<crossdock_http_client>();
    client->host = o->host;
    client->port = o->port;
    client->max_body = o->max_body;
    if (o->tls) {
      auto tls = std::make_unique<httplib::SSLClient>(client->host, o->port, o->cert_file ? o->cert_file : "",
                                                      o->key_file ? o->key_file : "");
      if (!tls->is_valid()) return nullptr;
      if (o->ca_file) tls->set_ca_cert_path(o->ca_file);
      tls->enable_server_certificate_verification(true);
      client->tls = tls.get();
      client->http = std::move(tls);
    } else {
      client->http = std::make_unique<httplib::ClientImpl>(client->host, o->port);
    }
    auto seconds = [](int ms) { return ms / 1000; };
    auto micros = [](int ms) { return ms % 1000 * 1000; };
    client->http->set_connection_timeout(seconds(o->connect_timeout_ms), micros(o->connect_timeout_ms));
    client->http->set_read_timeout(seconds(o->read_timeout_ms), micros(o->read_timeout_ms));
    client->http->set_write_timeout(seconds(o->write_timeout_ms), micros(o->write_timeout_ms));
    client->http->set_keep_alive(true);
    client->http->set_tcp_nodelay(true);
    client->http->set_follow_location(false);
    client->http->set_url_encode(false);
    client->http->set_decompress(false);
    return client.release();
  } catch (...) {
    return nullptr;
  }
}

void crossdock_http_client_free(crossdock_http_client *client) {
  SigpipeGuard guard;
  try {
    delete client;
  } catch (...) {
  }
}

void crossdock_http_client_stop(crossdock_http_client *client) {
  SigpipeGuard guard;
  try {
    client->stopped = true;
    client->http->stop();
  } catch (...) {
  }
}

crossdock_http_response *crossdock_http_send(crossdock_http_client *client, const char *method, const char *target,
                                             const char *const *names, const char *const *values, size_t headers,
                                             const void *body, size_t size) {
  auto *response = new (std::nothrow) crossdock_http_response;
  if (!response) return nullptr;
  SigpipeGuard guard;
  try {
    httplib::Request request;
    request.method = method;
    request.path = target;
    for (size_t i = 0; i < headers; i++) request.headers.emplace(names[i], values[i]);
    if (size) request.body.assign(static_cast<const char *>(body), size);
    send(*client, request, *response);
  } catch (const std::exception &e) {
    response->error = CROSSDOCK_HTTP_OTHER;
    try {
      response->detail = e.what();
    } catch (...) {
    }
  } catch (...) {
    response->error = CROSSDOCK_HTTP_OTHER;
  }
  return response;
}

crossdock_http_error crossdock_http_response_error(const crossdock_http_response *r) { return r->error; }
const char *crossdock_http_response_detail(const crossdock_http_response *r) { return r->detail.c_str(); }
int crossdock_http_response_status(const crossdock_http_response *r) { return r->http.status; }

const char *crossdock_http_response_header(const crossdock_http_response *r, const char *name) {
  try {
    auto found = r->http.headers.find(name);
    return found == r->http.headers.end() ? nullptr : found->second.c_str();
  } catch (...) {
    return nullptr;
  }
}

const void *crossdock_http_response_body(const crossdock_http_response *r, size_t *size) {
  *size = r->http.body.size();
  return r->http.body.data();
}

void crossdock_http_response_free(crossdock_http_response *r) { delete r; }
