"""Speaks docs/plugin-frames.md with a crossdock-plugin-host, as the agent does."""
import socket
import struct
import subprocess

OPEN, RESTORE, BATCH, CHECKPOINT, CLOSE = 1, 2, 3, 4, 5
HELLO, ANSWER, OUTPUT, LOG = 129, 130, 131, 132


def text(string):
    data = string.encode()
    return struct.pack("<I", len(data)) + data


def padded(data):
    return data + bytes(-len(data) % 8)


def frame(kind, number, payload=b""):
    return struct.pack("<IHHQ", len(payload), kind, 0, number) + padded(payload)


def open_payload(streams, writes):
    parts = [struct.pack("<II", 0, len(streams))]
    for name, columns in streams:
        parts += [text(name), struct.pack("<I", len(columns))] + [text(column) for column in columns]
    return b"".join(parts + [struct.pack("<I", len(writes))] + [text(name) for name in writes])


def array(code, values):
    return padded(struct.pack(f"<{len(values)}{code}", *values))


def batch_payload(count, body=b"", columns=0, new_sources=(), first=1, time_us=1_000_000):
    """`count` records of stream 0 and source 0, all with this body and `columns` numbers."""
    names = b"".join(name.encode() for name in new_sources)
    offsets = [sum(len(name.encode()) for name in new_sources[:index]) for index in range(len(new_sources) + 1)]
    head = struct.pack("<8I4q", count, columns * count, 0, len(body) * count, len(new_sources), len(names), 0, 0, time_us, 0, 0, 0)
    zeros = [0] * count
    return b"".join([
        head, array("I", offsets), padded(names), array("H", zeros), array("I", zeros),
        array("Q", range(first, first + count)), array("q", zeros), array("q", zeros), array("q", zeros), array("I", zeros),
        array("I", range(0, len(body) * count + 1, len(body)) if body else [0] * (count + 1)), padded(body * count),
        array("I", [columns * index for index in range(count + 1)]), array("d", [1.0] * (columns * count)),
        array("I", [0] * (count + 1))])


class HostProcess:
    def __init__(self, program, arguments, stderr=None):
        self.ours, theirs = socket.socketpair()
        self.child = subprocess.Popen([program, *arguments], stdin=theirs, stdout=theirs, stderr=stderr)
        theirs.close()
        self.ours.settimeout(30)
        self.number = 0

    def receive(self):
        header = self.exactly(16)
        length, kind, _, number = struct.unpack("<IHHQ", header)
        return kind, number, self.exactly(length + -length % 8)[:length]

    def exactly(self, count):
        data = b""
        while len(data) < count:
            part = self.ours.recv(count - len(data))
            if not part:
                raise EOFError("the host has closed")
            data += part
        return data

    def request(self, kind, payload=b""):
        """The status, and the frames on the way to it."""
        self.number += 1
        return self.send(frame(kind, self.number, payload))

    def send(self, whole):
        self.ours.sendall(whole)
        frames = []
        while True:
            kind, _, payload = self.receive()
            if kind == ANSWER:
                return struct.unpack("<iI", payload)[0], frames
            frames.append((kind, payload))

    def close(self):
        self.ours.sendall(frame(CLOSE, self.number + 1))
        code = self.child.wait(30)
        self.ours.close()
        return code
