// A decoder, an uplink or a feed, as ROLE says when it is compiled. None has restore() or checkpoint(), which may be left out.
#include <crossdock_plugin.h>
#include <stdio.h>
#include <string.h>

static const crossdock_host *host;
static int calls;

static crossdock_bytes bytes(const char *text) { return (crossdock_bytes){(const uint8_t *)text, strlen(text)}; }

static int32_t emit(const char *source, crossdock_bytes body) {
  crossdock_output output = {.struct_size = sizeof output, .stream = bytes("out"), .source = bytes(source), .body = body};
  return host->emit(host->context, &output);
}

static int32_t open_role(void *data, const crossdock_host *its_host, const crossdock_open *open, void **instance) {
  (void)data;
  (void)open;
  host = its_host;
  *instance = &calls;
  return CROSSDOCK_OK;
}

// "=BODY" is decoded to BODY; anything else is rejected.
static int32_t decode(const crossdock_batch *batch) {
  for (uint32_t record = 0; record < batch->count; record++) {
    const uint8_t *body = batch->bodies + batch->body_offset[record];
    size_t count = batch->body_offset[record + 1] - batch->body_offset[record];
    if (count > 0 && body[0] == '=') {
      emit("decoded", (crossdock_bytes){body + 1, count - 1});
    } else {
      host->reject(host->context, record, bytes("it does not begin with ="));
    }
  }
  // A record that is not there cannot be rejected.
  return host->reject(host->context, batch->count, bytes("none")) == CROSSDOCK_REFUSED ? CROSSDOCK_OK : CROSSDOCK_FAILED;
}

// The other side is not there for the first batch. An uplink has no writes, and may not reject.
static int32_t deliver(const crossdock_batch *batch) {
  if (emit("none", bytes("{}")) != CROSSDOCK_REFUSED) return CROSSDOCK_FAILED;
  if (host->reject(host->context, 0, bytes("none")) != CROSSDOCK_REFUSED) return CROSSDOCK_FAILED;
  host->count(host->context, "delivered", batch->count);
  return calls == 1 ? CROSSDOCK_RETRY : CROSSDOCK_OK;
}

static int32_t feed(const crossdock_batch *batch) {
  char body[128];
  snprintf(body, sizeof body, "{\"now\":%lld,\"monotonic\":%lld,\"wait\":%lld,\"count\":%u}", (long long)batch->now_ns,
           (long long)batch->now_monotonic_ns, (long long)batch->wait_us, batch->count);
  return emit("clock", bytes(body));
}

static int32_t process(void *instance, const crossdock_batch *batch) {
  (void)instance;
  calls += 1;
  return ROLE == CROSSDOCK_ROLE_DECODER ? decode(batch) : ROLE == CROSSDOCK_ROLE_UPLINK ? deliver(batch) : feed(batch);
}

static void close_role(void *instance) { (void)instance; }

static const crossdock_plugin plugin = {
  .struct_size = sizeof plugin, .abi_version = CROSSDOCK_ABI_VERSION, .role = ROLE, .name = "role", .version = "1.0.0",
  .open = open_role, .process = process, .close = close_role,
};

const crossdock_plugin *crossdock_plugin_entry(uint32_t host_abi_version) { return host_abi_version == 1 ? &plugin : NULL; }
