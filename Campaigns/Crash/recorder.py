"""A recorder on the wire between agent and broker: it passes bytes on and knows which messages the agent has acknowledged.

A message counts as acknowledged as soon as its PUBACK has come out of the agent, whether the broker got it or not: from then
on the agent has promised it.
"""
import socket
import threading

import mqtt_packets as mqtt
from ledger import number_of


class Recorder:
    def __init__(self, broker_port):
        self.broker_port = broker_port
        self.changed = threading.Condition()
        self.acknowledged = set()
        self.delivered = 0
        self.repeated = 0
        self.unacknowledged = {}  # of the present connection: packet id → number
        self.version = 4
        self.open = 0
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        # close alone would not wake the thread in accept.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                agent, _ = self.listener.accept()
                broker = socket.create_connection(("127.0.0.1", self.broker_port))
            except OSError:
                return
            for each in (agent, broker):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.changed:
                self.connections += 1
                self.open += 1
                waiting = self.unacknowledged = {}
            threading.Thread(target=self._from_agent, args=(agent, broker, waiting), daemon=True).start()
            threading.Thread(target=self._from_broker, args=(broker, agent, waiting), daemon=True).start()

    def _from_agent(self, agent, broker, waiting):
        packets, is_up = mqtt.PacketStream(), True
        while data := _receive(agent):
            for kind, _, body in packets.feed(data):
                if kind == mqtt.CONNECT:
                    self.version = body[6]
                elif kind == mqtt.PUBACK:
                    with self.changed:
                        number = waiting.pop(mqtt.read_packet_id(body), None)
                        if number is not None:
                            self.acknowledged.add(number)
                        if not waiting:
                            self.changed.notify_all()
            # What the agent said before it ended counts, also when the broker does not hear it any more.
            is_up = is_up and _send(broker, data)
        _shut(broker)
        agent.close()
        with self.changed:
            self.open -= 1
            self.changed.notify_all()

    def _from_broker(self, broker, agent, waiting):
        packets = mqtt.PacketStream()
        while data := _receive(broker):
            for kind, flags, body in packets.feed(data):
                if kind == mqtt.PUBLISH:
                    packet_id, payload = mqtt.read_publish(flags, body, self.version)
                    with self.changed:
                        waiting[packet_id] = number_of(payload)
                        self.delivered += 1
                        self.repeated += flags >> 3
            if not _send(agent, data):
                break
        _shut(agent)
        broker.close()

    def wait_quiet(self, seconds=120):
        """Until nothing more can come from an agent that has ended."""
        with self.changed:
            return self.changed.wait_for(lambda: self.open == 0, seconds)

    def is_drained(self, last):
        with self.changed:
            return last in self.acknowledged and not self.unacknowledged

    def wait_drained(self, last, seconds):
        """Until the last message of a ledger has been acknowledged, and with it every other one."""
        with self.changed:
            return self.changed.wait_for(lambda: last in self.acknowledged and not self.unacknowledged, seconds)

    def wait_acknowledged(self, number, seconds):
        with self.changed:
            return self.changed.wait_for(lambda: number in self.acknowledged, seconds)


def _receive(connection):
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def _send(connection, data):
    try:
        connection.sendall(data)
        return True
    except OSError:
        return False


def _shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
