"""The devices: one connection that publishes a ledger at QoS 1, in a burst and slowly, and knows what the broker accepted."""
import socket
import threading
import time

import mqtt_packets as mqtt


def open_connection(port, packet):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(packet)
    packets = mqtt.PacketStream()
    _await(connection, packets, mqtt.CONNACK)
    return connection, packets


def _await(connection, packets, wanted):
    while data := connection.recv(4096):
        for kind, _, _ in packets.feed(data):
            if kind == wanted:
                return
    raise ConnectionError("the broker hung up")


def make_session(port, client_id, filters, version):
    """The session that the agent will resume: what is published before the agent is there waits in it."""
    connection, packets = open_connection(port, mqtt.connect(client_id, False, version, 3600 if version == 5 else None))
    connection.sendall(mqtt.subscribe(1, filters, version))
    _await(connection, packets, mqtt.SUBACK)
    connection.sendall(mqtt.disconnect())
    connection.close()


def end_session(port, client_id):
    connection, _ = open_connection(port, mqtt.connect(client_id, True))
    connection.sendall(mqtt.disconnect())
    connection.close()


class Publisher:
    """`groups`: lists of entries, with what to do before each: a pause in seconds, or a condition to wait for."""

    def __init__(self, port, client_id, groups):
        self.groups = groups
        self.sent = self.accepted = 0
        self.error = None
        self.is_stopped = False
        self.connection, self.packets = open_connection(port, mqtt.connect(client_id, True))
        self.done = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            for before, entries in self.groups:
                if callable(before):
                    before()
                elif before:
                    time.sleep(before)
                if self.is_stopped:
                    break
                data = bytearray()
                for entry in entries:
                    self.sent += 1
                    data += mqtt.publish((self.sent - 1) % 65535 + 1, entry.topic, entry.payload)
                self.connection.sendall(data)
        except OSError as error:
            self.error = error
        self.is_sent = True
        self._check_done()

    is_sent = False

    def _read(self):
        try:
            while data := self.connection.recv(65536):
                self.accepted += sum(kind == mqtt.PUBACK for kind, _, _ in self.packets.feed(data))
                self._check_done()
        except OSError:
            pass

    def _check_done(self):
        if self.is_sent and self.accepted >= self.sent:
            self.done.set()

    def stop(self):
        """What has not been sent is not sent any more."""
        self.is_stopped = True

    def close(self):
        self.stop()
        self.thread.join(5)
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()
