"""As much of MQTT 3.1.1 and 5 as a publisher and a recorder between agent and broker need."""
import struct

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, DISCONNECT = 1, 2, 3, 4, 8, 9, 14


def _length(number):
    out = bytearray()
    while True:
        number, digit = divmod(number, 128)
        out.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _text(text):
    data = text.encode()
    return struct.pack(">H", len(data)) + data


def _packet(kind, flags, body):
    return bytes([kind << 4 | flags]) + _length(len(body)) + body


def connect(client_id, clean, version=4, expiry_s=None):
    """`version`: 4 is 3.1.1, 5 is 5."""
    properties = b""
    if version == 5:
        inner = b"" if expiry_s is None else b"\x11" + struct.pack(">I", expiry_s)
        properties = _length(len(inner)) + inner
    flags = 2 if clean else 0
    return _packet(CONNECT, 0, _text("MQTT") + bytes([version, flags]) + struct.pack(">H", 60) + properties + _text(client_id))


def subscribe(packet_id, filters, version=4):
    properties = b"\x00" if version == 5 else b""
    body = b"".join(_text(each) + b"\x01" for each in filters)
    return _packet(SUBSCRIBE, 2, struct.pack(">H", packet_id) + properties + body)


def publish(packet_id, topic, payload):
    """QoS 1, for a connection of version 3.1.1."""
    return _packet(PUBLISH, 2, _text(topic) + struct.pack(">H", packet_id) + payload)


def disconnect():
    return _packet(DISCONNECT, 0, b"")


class PacketStream:
    """Bytes in, whole packets out."""

    def __init__(self):
        self.buffer = bytearray()

    def feed(self, data):
        """Yields (kind, flags, body)."""
        self.buffer += data
        at, size = 0, len(self.buffer)
        while True:
            length, shift, place = 0, 0, at + 1
            while place < size:
                byte = self.buffer[place]
                length |= (byte & 0x7F) << shift
                shift += 7
                place += 1
                if not byte & 0x80:
                    break
            else:
                break
            if place + length > size:
                break
            yield self.buffer[at] >> 4, self.buffer[at] & 15, bytes(self.buffer[place:place + length])
            at = place + length
        del self.buffer[:at]


def read_publish(flags, body, version):
    """(packet id or None, payload)"""
    at = 2 + struct.unpack_from(">H", body)[0]
    packet_id = None
    if flags >> 1 & 3:
        packet_id = struct.unpack_from(">H", body, at)[0]
        at += 2
    if version == 5:
        length, shift = 0, 0
        while True:
            byte = body[at]
            length |= (byte & 0x7F) << shift
            shift += 7
            at += 1
            if not byte & 0x80:
                break
        at += length
    return packet_id, body[at:]


def read_packet_id(body):
    return struct.unpack_from(">H", body)[0]
