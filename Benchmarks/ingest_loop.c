// The reference of the ingest benchmarks: the least a C program does that acknowledges after the commit.
//
//   ingest-loop PORT DATABASE FILTER QOS RECEIVE_MAXIMUM
//
// It reads with libmosquitto until the socket is dry or a bound is reached, commits what came as rows (topic, time,
// payload) in one SQLite transaction (WAL, synchronous=FULL), and only then writes the socket, so that the PUBACKs leave
// after the commit. No decoding, no model, no recognition of redelivery, no cursor: what Crossdock does beyond this is what
// the ratio of the two shows. Ends at SIGTERM; then it prints one JSON object: messages and commits.

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  batch_max_messages = 1000,
  topics_max = 1 << 15,
  keepalive_s = 600,
  session_expiry_s = 3600,
  poll_ms = 1000,
};

static volatile sig_atomic_t stopping;
static sqlite3 *database;
static sqlite3_stmt *insert_row, *begin, *commit, *insert_topic;
static const char *filter;
static int qos;
static long messages, commits, in_batch;

struct topic {
  char *name;
  long id;
};
static struct topic topics[topics_max];
static long topic_count;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "ingest-loop: %s: %s\n", what, why);
  exit(1);
}

static void stop(int signal) {
  (void)signal;
  stopping = 1;
}

static void execute(const char *text) {
  if (sqlite3_exec(database, text, NULL, NULL, NULL) != SQLITE_OK) fail(text, sqlite3_errmsg(database));
}

static sqlite3_stmt *prepare(const char *text) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v3(database, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    fail(text, sqlite3_errmsg(database));
  return statement;
}

static void step(sqlite3_stmt *statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) fail("step", sqlite3_errmsg(database));
  sqlite3_reset(statement);
}

static void open_database(const char *path) {
  if (sqlite3_open(path, &database) != SQLITE_OK) fail(path, sqlite3_errmsg(database));
  execute("PRAGMA journal_mode=WAL");
  execute("PRAGMA synchronous=FULL");
  execute("CREATE TABLE IF NOT EXISTS topic(id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
  execute("CREATE TABLE IF NOT EXISTS message(id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, time_ns INTEGER NOT NULL, payload BLOB NOT NULL)");
  begin = prepare("BEGIN IMMEDIATE");
  commit = prepare("COMMIT");
  insert_row = prepare("INSERT INTO message(topic, time_ns, payload) VALUES(?, ?, ?)");
  insert_topic = prepare("INSERT INTO topic(id, name) VALUES(?, ?)");
}

// A topic's number: an open hash table, with the names of this run only.
static long topic_id(const char *name) {
  unsigned long hash = 14695981039346656037UL;
  for (const char *c = name; *c; c++) hash = (hash ^ (unsigned char)*c) * 1099511628211UL;
  struct topic *entry = &topics[hash % topics_max];
  while (entry->name && strcmp(entry->name, name) != 0)
    if (++entry == topics + topics_max) entry = topics;
  if (!entry->name) {
    if (topic_count == topics_max / 2) fail(name, "too many topics");
    entry->name = strdup(name);
    entry->id = ++topic_count;
    sqlite3_bind_int64(insert_topic, 1, entry->id);
    sqlite3_bind_text(insert_topic, 2, name, -1, SQLITE_STATIC);
    step(insert_topic);
  }
  return entry->id;
}

static void on_message(struct mosquitto *client, void *context, const struct mosquitto_message *message,
                       const mosquitto_property *properties) {
  (void)client, (void)context, (void)properties;
  if (in_batch++ == 0) step(begin);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  sqlite3_bind_int64(insert_row, 1, topic_id(message->topic));
  sqlite3_bind_int64(insert_row, 2, now.tv_sec * 1000000000L + now.tv_nsec);
  sqlite3_bind_blob(insert_row, 3, message->payload, message->payloadlen, SQLITE_STATIC);
  step(insert_row);
}

static void on_connect(struct mosquitto *client, void *context, int reason, int flags, const mosquitto_property *properties) {
  (void)context, (void)flags, (void)properties;
  if (reason != 0) fail("connect", mosquitto_reason_string(reason));
  mosquitto_subscribe_v5(client, NULL, filter, qos, 0, NULL);
}

static struct mosquitto *connect_to(int port, int receive_maximum) {
  mosquitto_lib_init();
  struct mosquitto *client = mosquitto_new("ingest-loop", false, NULL);
  mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, receive_maximum);
  mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_threaded_set(client, true);
  mosquitto_connect_v5_callback_set(client, on_connect);
  mosquitto_message_v5_callback_set(client, on_message);
  mosquitto_property *properties = NULL;
  mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, session_expiry_s);
  mosquitto_property_add_int16(&properties, MQTT_PROP_RECEIVE_MAXIMUM, receive_maximum);
  int error = mosquitto_connect_bind_v5(client, "127.0.0.1", port, keepalive_s, NULL, properties);
  if (error) fail("connect", mosquitto_strerror(error));
  mosquitto_property_free_all(&properties);
  return client;
}

// Until a call brings nothing more: the socket is dry, or what came was a packet of another kind.
static void read_batch(struct mosquitto *client) {
  long before;
  do {
    before = in_batch;
    int error = mosquitto_loop_read(client, 1);
    if (error) fail("read", mosquitto_strerror(error));
  } while (in_batch > before && in_batch < batch_max_messages);
}

static void run(struct mosquitto *client) {
  while (!stopping) {
    struct pollfd descriptor = {.fd = mosquitto_socket(client), .events = POLLIN};
    if (mosquitto_want_write(client)) descriptor.events |= POLLOUT;
    if (poll(&descriptor, 1, poll_ms) == 1 && descriptor.revents != POLLOUT) read_batch(client);
    if (in_batch > 0) {
      step(commit);
      commits++;
      messages += in_batch;
      in_batch = 0;
    }
    // Now, and only now, the acknowledgements leave.
    if (mosquitto_want_write(client) && mosquitto_loop_write(client, 1)) fail("write", "the connection was lost");
    mosquitto_loop_misc(client);
  }
}

int main(int count, char **arguments) {
  if (count != 6) fail("usage", "ingest-loop PORT DATABASE FILTER QOS RECEIVE_MAXIMUM");
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  open_database(arguments[2]);
  filter = arguments[3];
  qos = atoi(arguments[4]);
  struct mosquitto *client = connect_to(atoi(arguments[1]), atoi(arguments[5]));
  run(client);
  printf("{\"messages\":%ld,\"commits\":%ld}\n", messages, commits);
  return 0;
}
