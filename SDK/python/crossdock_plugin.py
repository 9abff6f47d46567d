"""Crossdock plugins in Python: one file, Python 3.9 or later, nothing but the standard library.

    import crossdock_plugin as crossdock

    class LimitWatch(crossdock.Model):
        name, version, summary = "limit-watch", "0.1.0", "Says when a value passes a limit."
        limit = crossdock.Number(80, help="Values above it are reported.")

        def process(self, batch):
            for record in batch:
                if record.columns and record.columns[0] > self.limit:
                    self.emit({"value": record.columns[0]}, record)

    if __name__ == "__main__":
        crossdock.run(LimitWatch)

The agent starts the program (plugin.toml: run = "exec") and speaks frames with it over fd 0 and 1, as docs/plugin-frames.md
says. `run` moves those away first: what print() writes becomes lines of the agent's log. The rules of crossdock_plugin.h hold
here too: one call at a time, models and decoders are deterministic, a batch's views are good until the call returns.

Roles:  Model.process(batch)    emits records
        Decoder.decode(record)  emits records; raise Reject(why) for a message that cannot be decoded
        Uplink.deliver(batch)   returns when every record is safe at the destination; raise Retry(why) when it is not there
        Feed.poll(batch)        emits what has come, waits for at most batch.wait_us; raise Retry(why) as above
Also:   open() when the options are known, close(), checkpoint() -> bytes, restore(bytes); log, count, metric, remaining_us,
        want_checkpoint.
Tests:  Bench drives a plugin through the same frames; check_testcases(plugin, folder) runs testcases/.
"""
import array
import json
import math
import os
import re
import signal
import struct
import sys
import time
import traceback

ABI_VERSION = 1
OK, FAILED, BAD_OPTIONS, BAD_CHECKPOINT, REFUSED, RETRY = range(6)
ERROR, WARNING, INFO, DEBUG = 3, 4, 6, 7
CLOCK_UNSYNCHRONISED, EVENT_TIME_MISSING, EVENT_TIME_CLAMPED, RETAINED, DERIVED = (1 << bit for bit in range(5))

MAX_PAYLOAD = 64 << 20
MAX_OUTPUTS = 10_000  # of one batch, as are the bytes
MAX_OUTPUT_BYTES = 8 << 20
OUTPUT_FRAME_BYTES = 256 << 10  # outputs are collected up to about this size before they leave
STATE_FRAME_BYTES = 1 << 20

_OPEN, _RESTORE, _BATCH, _CHECKPOINT, _CLOSE = 1, 2, 3, 4, 5
_HELLO, _ANSWER, _OUTPUT, _LOG, _COUNT, _METRIC, _STATE, _REJECT, _WANT_CHECKPOINT = range(129, 138)
_TAKES_WISHES, _REPLAY = 1, 2  # flags of a batch
FOR_EVER = (1 << 63) - 1  # remaining_us() of a batch that comes again
_HEAD = struct.Struct("<IHHQ")
_BATCH_HEAD = struct.Struct("<8Iqqqq")


class BadOptions(Exception):
    """open(): the options cannot be used; the text is for the operator."""


class Reject(Exception):
    """decode(): this message cannot be decoded; it goes to the quarantine with this reason."""


class Retry(Exception):
    """deliver(), poll(): the other side is not there; the agent comes back with the same batch, later and later."""


class Refused(Exception):
    """emit(): not a stream of `writes`, or more than a batch may hold."""


class BatchFailed(Exception):
    """Bench: the plugin answered something else than OK or RETRY."""


class BadFrame(Exception):
    """What came is not what docs/plugin-frames.md says; the program ends."""


# Options


class Option:
    """A row of the option table. Its key is the name of the attribute; an instance has the value there."""

    kind, empty = 0, None

    def __init__(self, *default, help):
        if len(default) > 1:
            raise TypeError("an option has one default or none")
        self.default, self.help, self.key = (default[0] if default else None), help, None

    def __set_name__(self, owner, name):
        self.key = name

    def default_text(self):
        return None if self.default is None else str(self.default)

    def value(self, text, integer, number, contents):
        return text


class String(Option):
    kind, empty = 1, ""


class Integer(Option):
    kind, empty = 2, 0

    def value(self, text, integer, number, contents):
        return integer


class Number(Option):
    kind, empty = 3, 0.0

    def value(self, text, integer, number, contents):
        return number


class Boolean(Option):
    kind, empty = 4, False

    def default_text(self):
        return None if self.default is None else "true" if self.default else "false"

    def value(self, text, integer, number, contents):
        return integer != 0


class FileContents:
    """A file named by an option: its path as written in agent.conf, and its bytes."""

    def __init__(self, path, contents):
        self.path, self.contents = path, contents


class File(Option):
    """The value is a FileContents, or None when the default is "" and none is named."""

    kind = 5

    def value(self, text, integer, number, contents):
        return FileContents(text, contents) if text else None


class Files(Option):
    """The value is a list of FileContents."""

    kind = 6


# Batches


class Stream:
    def __init__(self, name, columns):
        self.name, self.columns = name, tuple(columns)

    def column(self, name):
        """The place of a column, None when the feed extracts none of that name."""
        return self.columns.index(name) if name in self.columns else None


class Record:
    """One record of a batch: a view, good until the call returns. bytes(record.body) makes a copy."""

    __slots__ = ("batch", "index")

    def __init__(self, batch, index):
        self.batch, self.index = batch, index

    stream = property(lambda self: self.batch.all_streams[self.batch.streams[self.index]])
    source = property(lambda self: self.batch.all_sources[self.batch.sources[self.index]])
    source_number = property(lambda self: self.batch.sources[self.index])
    sequence = property(lambda self: self.batch.sequences[self.index])
    time_ns = property(lambda self: self.batch.event_times_ns[self.index])
    ingest_time_ns = property(lambda self: self.batch.ingest_times_ns[self.index])
    monotonic_ns = property(lambda self: self.batch.monotonic_times_ns[self.index])
    flags = property(lambda self: self.batch.flags[self.index])
    is_time_trusted = property(lambda self: not self.flags & (EVENT_TIME_MISSING | EVENT_TIME_CLAMPED))
    body = property(lambda self: self._part(self.batch.bodies, self.batch.body_offsets))
    columns = property(lambda self: self._part(self.batch.columns, self.batch.column_offsets))
    samples = property(lambda self: self._part(self.batch.samples, self.batch.sample_offsets))
    text = property(lambda self: str(self.body, "utf-8"))

    def _part(self, values, offsets):
        return values[offsets[self.index]:offsets[self.index + 1]]

    def column(self, name):
        """The number of that name, NaN where the message had none, None where the stream has no such column."""
        place = self.stream.column(name)
        return None if place is None else self.columns[place]

    def json(self):
        return json.loads(bytes(self.body))


class Batch:
    """Records as arrays that lie where they came in (memoryviews), and as a sequence of Record."""

    def __init__(self, payload, streams, sources):
        if len(payload) < _BATCH_HEAD.size:
            raise BadFrame("a batch of %d bytes" % len(payload))
        head = _BATCH_HEAD.unpack_from(payload)
        self.count, columns, samples, bodies, new_sources, name_bytes, self.batch_flags = head[:7]
        self.time_us, self.now_ns, self.now_monotonic_ns, self.wait_us = head[8:]
        self.all_streams, self.all_sources = streams, sources
        count, place = self.count, _BATCH_HEAD.size

        def take(code, elements):
            nonlocal place
            end = place + struct.calcsize(code) * elements
            if end > len(payload):
                raise BadFrame("a batch of %d records is cut at %d bytes" % (count, len(payload)))
            part, place = payload[place:end].cast(code), (end + 7) & ~7
            return part

        def offsets(elements, total, what):
            part = take("I", elements + 1)
            ascending = part.tolist()
            if part[0] != 0 or part[elements] != total or ascending != sorted(ascending):
                raise BadFrame("the offsets of the %s do not fit" % what)
            return part

        name_offsets, names = offsets(new_sources, name_bytes, "sources"), take("B", name_bytes)
        for i in range(new_sources):
            sources.append(str(names[name_offsets[i]:name_offsets[i + 1]], "utf-8", "replace"))
        self.streams, self.sources, self.sequences = take("H", count), take("I", count), take("Q", count)
        self.event_times_ns, self.ingest_times_ns = take("q", count), take("q", count)
        self.monotonic_times_ns, self.flags = take("q", count), take("I", count)
        self.body_offsets, self.bodies = offsets(count, bodies, "bodies"), take("B", bodies)
        self.column_offsets, self.columns = offsets(count, columns, "columns"), take("d", columns)
        self.sample_offsets, self.samples = offsets(count, samples, "samples"), take("f", samples)
        if count and (max(self.streams) >= len(streams) or max(self.sources) >= len(sources)):
            raise BadFrame("a batch names a stream or source that nobody introduced")

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if not -self.count <= index < self.count:
            raise IndexError(index)
        return Record(self, index % self.count)

    def __iter__(self):
        return (Record(self, index) for index in range(self.count))


# Plugins


class Plugin:
    """What the four roles share. Options are attributes of the class; `streams` and `writes` are there from open() on."""

    role = 0
    name = version = summary = ""
    streams, writes = (), ()
    # Whose records these are (a record is known for ever by agent, epoch, stream and sequence), and where it may keep files
    # if plugin.toml declares {data}.
    agent, epoch, data_folder = "", "", ""
    _session = None

    def open(self):
        pass

    def close(self):
        pass

    def checkpoint(self):
        return b""

    def restore(self, state):
        pass

    def log(self, text, level=INFO):
        """A line for the operator: never a payload or a secret."""
        self._session.log(level, text)

    def count(self, name, add=1):
        """Adds to a counter of the plugin's own, shown in the status."""
        self._session.send(_COUNT, struct.pack("<Q", add) + _text(name))

    def metric(self, name, value):
        """Sets a measure of the plugin's own, shown in the status."""
        self._session.send(_METRIC, struct.pack("<d", value) + _text(name))

    @property
    def remaining_us(self):
        """Microseconds that this batch may still take; FOR_EVER while records come again after a restart: see is_replay."""
        if self.is_replay:
            return FOR_EVER
        return (self._session.deadline_ns - time.monotonic_ns()) // 1000

    @property
    def is_replay(self):
        """Whether the records were worked on before, and come again to bring a new process to where the one before was: what is
        emitted is not kept."""
        return bool(self._session.batch and self._session.batch.batch_flags & _REPLAY)

    def want_checkpoint(self):
        """Something has come into the state that these records would not bring back by themselves: the clock had its part in it,
        say. The checkpoint is taken behind this batch and committed with its outputs: nothing before it is replayed."""
        self._session.want_checkpoint()

    def emit(self, body, record=None, *, source=None, time_ns=None, stream=None, reply_topic=""):
        """Emits a record into the first of `writes`, or into `stream`. Source and time are those of `record` unless given (a
        feed's time: now). `body`: bytes or str as they are, anything else as JSON."""
        self._session.emit(body, record, source, time_ns, stream, reply_topic)

    @classmethod
    def options(cls):
        return {o.key: o for c in reversed(cls.__mro__) for o in vars(c).values() if isinstance(o, Option)}


class Model(Plugin):
    role = 1

    def process(self, batch):
        raise TypeError("a model has a process(batch)")

    def _work(self, batch):
        self.process(batch)


class Decoder(Plugin):
    role = 2

    def decode(self, record):
        raise TypeError("a decoder has a decode(record)")

    def _work(self, batch):
        for record in batch:
            try:
                self.decode(record)
            except Reject as reason:
                self._session.send(_REJECT, struct.pack("<I", record.index) + _text(str(reason)))


class Uplink(Plugin):
    role = 3

    def deliver(self, batch):
        raise TypeError("an uplink has a deliver(batch)")

    def _work(self, batch):
        self.deliver(batch)


class Feed(Plugin):
    role = 4

    def poll(self, batch):
        raise TypeError("a feed has a poll(batch)")

    def _work(self, batch):
        self.poll(batch)


# Frames


def _text(text):
    data = text if isinstance(text, bytes) else str(text).encode("utf-8", "replace")
    return struct.pack("<I", len(data)) + data


class _Reader:
    """Reads the fields of a payload."""

    def __init__(self, payload):
        self.payload, self.place = payload, 0

    def bytes(self, count):
        if self.place + count > len(self.payload):
            raise BadFrame("a frame is shorter than what it announces")
        self.place += count
        return bytes(self.payload[self.place - count:self.place])

    def has_more(self):
        return self.place < len(self.payload)

    def fields(self, layout):
        return struct.unpack("<" + layout, self.bytes(struct.calcsize("<" + layout)))

    def text(self):
        return str(self.data(), "utf-8", "replace")

    def data(self):
        return self.bytes(self.fields("I")[0])


class _Session:
    """The plugin's side of the frames, without its pipes: frames in by `take`, frames out by `write`."""

    def __init__(self, plugin_class, write):
        self.plugin_class, self.write, self.number = plugin_class, write, 0
        self.plugin, self.sources, self.streams = None, [], []
        self.outputs, self.output_bytes, self.output_count, self.batch_bytes = [], 0, 0, 0
        self.batch, self.deadline_ns, self.last_retry, self.wish_is_sent = None, 0, None, False
        for key in plugin_class.options():
            if hasattr(Plugin, key) or not re.fullmatch("[a-z][a-z0-9_]*", key):
                raise TypeError("an option cannot be called %r" % key)

    def send(self, kind, payload=b""):
        self.write(_HEAD.pack(len(payload), kind, 0, self.number) + payload + bytes(-len(payload) % 8))

    def hello(self):
        plugin, options = self.plugin_class, self.plugin_class.options()
        parts = [struct.pack("<II", ABI_VERSION, plugin.role), _text(plugin.name), _text(plugin.version)]
        parts += [_text(plugin.summary), struct.pack("<I", len(options))]
        for key, option in options.items():
            default = option.default_text()
            parts += [struct.pack("<I", option.kind), _text(key), struct.pack("<I", default is not None)]
            parts += [_text(default or ""), _text(option.help)]
        self.send(_HELLO, b"".join(parts))

    def log(self, level, text):
        self.send(_LOG, struct.pack("<i", level) + _text(text))

    def take(self, kind, number, payload):
        """Answers one request; False after CLOSE."""
        self.number = number
        handle = {_OPEN: self._open, _RESTORE: self._restore, _BATCH: self._process, _CHECKPOINT: self._checkpoint}
        if kind == _CLOSE:
            if self.plugin:
                self.plugin.close()
            return False
        if kind not in handle:
            raise BadFrame("a frame of the unknown type %d" % kind)
        if (kind == _OPEN) == (self.plugin is not None):
            raise BadFrame("OPEN twice" if self.plugin else "a frame of type %d before OPEN" % kind)
        self.send(_ANSWER, struct.pack("<iI", handle[kind](payload), 0))
        return True

    def _fault(self, level, what, error):
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = "%s: %s: %s (%s:%d)" % (what, type(error).__name__, error, os.path.basename(place.filename), place.lineno)
        self.log(level, text[:1000])

    def _open(self, payload):
        reader, options = _Reader(payload), self.plugin_class.options()
        values = {key: [] if option.kind == Files.kind else option.empty for key, option in options.items()}
        given = set()
        for _ in range(reader.fields("I")[0]):
            _, key, text = reader.fields("I")[0], reader.text(), reader.text()
            (integer, number), contents = reader.fields("qd"), reader.data()
            if key not in options:
                continue
            given.add(key)
            if options[key].kind == Files.kind:
                values[key].append(FileContents(text, contents))
            else:
                values[key] = options[key].value(text, integer, number, contents)
        for _ in range(reader.fields("I")[0]):
            name = reader.text()
            self.streams.append(Stream(name, [reader.text() for _ in range(reader.fields("I")[0])]))
        writes = tuple(reader.text() for _ in range(reader.fields("I")[0]))
        about = {key: reader.text() if reader.has_more() else "" for key in ("agent", "epoch", "data_folder")}
        missing = [key for key in options if key not in given and options[key].kind < File.kind]
        if missing:
            self.log(ERROR, "not given: " + ", ".join(missing))
            return BAD_OPTIONS
        plugin = self.plugin_class.__new__(self.plugin_class)
        plugin.__dict__.update(values, streams=tuple(self.streams), writes=writes, _session=self, **about)
        try:
            plugin.__init__()
            plugin.open()
        except BadOptions as reason:
            self.log(ERROR, str(reason))
            return BAD_OPTIONS
        except Exception as error:
            self._fault(ERROR, "open", error)
            return FAILED
        self.plugin = plugin
        return OK

    def _restore(self, payload):
        try:
            self.plugin.restore(bytes(payload))
        except Exception as error:
            self._fault(WARNING, "the checkpoint cannot be used", error)
            return BAD_CHECKPOINT
        return OK

    def _checkpoint(self, payload):
        try:
            state = memoryview(self.plugin.checkpoint())
        except Exception as error:
            self._fault(ERROR, "checkpoint", error)
            return FAILED
        for start in range(0, len(state), STATE_FRAME_BYTES):
            self.send(_STATE, bytes(state[start:start + STATE_FRAME_BYTES]))
        return OK

    def _process(self, payload):
        started = time.monotonic_ns()
        self.batch = Batch(payload, self.streams, self.sources)
        self.deadline_ns, self.wish_is_sent = started + self.batch.time_us * 1000, False
        self.outputs, self.output_bytes, self.output_count, self.batch_bytes = [], 0, 0, 0
        try:
            self.plugin._work(self.batch)
            self._flush()
            self.last_retry = None
            return OK
        except Retry as reason:
            if self.plugin.role not in (Uplink.role, Feed.role):
                self.log(ERROR, "only uplinks and feeds may ask for a retry: %s" % reason)
                return FAILED
            if str(reason) != self.last_retry:  # said once, not with every pause
                self.log(WARNING, str(reason))
            self.last_retry = str(reason)
            return RETRY
        except BadFrame:
            raise
        except Exception as error:
            self._fault(ERROR, "the batch failed", error)
            return FAILED
        finally:
            self.batch, self.outputs = None, []

    def emit(self, body, record, source, time_ns, stream, reply_topic):
        if self.batch is None or self.plugin.role == Uplink.role:
            raise Refused("records are emitted while a batch is worked on, and never by an uplink")
        if stream is None:
            if not self.plugin.writes:
                raise Refused("`writes` is empty: name a stream in agent.conf")
            stream = self.plugin.writes[0]
        elif stream not in self.plugin.writes:
            raise Refused("%s is not a stream of `writes`" % stream)
        if source is None:
            source = record.source if record else ""
        if time_ns is None:
            time_ns = record.time_ns if record else self.batch.now_ns
        if isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, (bytes, bytearray, memoryview)):
            body = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        output = b"".join((
            _text(stream), _text(source), struct.pack("<q", time_ns), _text(bytes(body)), _text(reply_topic)))
        if self.output_count >= MAX_OUTPUTS or self.batch_bytes + len(output) > MAX_OUTPUT_BYTES:
            raise Refused("more than a batch may hold: %d records, %d bytes" % (MAX_OUTPUTS, MAX_OUTPUT_BYTES))
        self.output_count += 1
        self.batch_bytes += len(output)
        self.outputs.append(output)
        self.output_bytes += len(output)
        if self.output_bytes >= OUTPUT_FRAME_BYTES:
            self._flush()

    def want_checkpoint(self):
        # An agent that does not know the frame would end the process.
        if self.batch and self.batch.batch_flags & _TAKES_WISHES and not self.wish_is_sent:
            self.wish_is_sent = True
            self._flush()
            self.send(_WANT_CHECKPOINT)

    def _flush(self):
        if self.outputs:
            self.send(_OUTPUT, struct.pack("<I", len(self.outputs)) + b"".join(self.outputs))
        self.outputs, self.output_bytes = [], 0


def _read_exactly(fd, count):
    """Bytes as a memoryview, None when nothing is left at all."""
    data, place = bytearray(count), 0
    with memoryview(data) as view:
        while place < count:
            taken = os.readv(fd, [view[place:]])
            if taken == 0:
                if place == 0:
                    return None
                raise BadFrame("it ends in the middle of a frame")
            place += taken
    return memoryview(data)


def _read_frame(fd):
    head = _read_exactly(fd, _HEAD.size)
    if head is None:
        return None
    length, kind, zero, number = _HEAD.unpack(head)
    if length > MAX_PAYLOAD or zero:
        raise BadFrame("a header that announces %d bytes" % length)
    payload = _read_exactly(fd, length + -length % 8)
    if payload is None and length:
        raise BadFrame("it ends in the middle of a frame")
    return kind, number, (payload[:length] if payload is not None else memoryview(b""))


def _write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]


def _take_over_stdio():
    """Copies of fd 0 and 1 for the frames. After it fd 0 is at its end and fd 1 is standard error: print() is harmless."""
    frames_in, frames_out = os.dup(0), os.dup(1)
    nothing, end = os.pipe()
    os.close(end)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)
    return frames_in, frames_out


def run(plugin):
    """Speaks with the agent until it closes; never returns. `--describe` prints what the plugin says of itself as JSON."""
    if sys.argv[1:] == ["--describe"]:
        options = [{"key": o.key, "type": o.kind, "default": o.default_text(), "help": o.help} for o in plugin.options().values()]
        print(json.dumps({
            "name": plugin.name, "version": plugin.version, "summary": plugin.summary, "role": plugin.role,
            "abi": ABI_VERSION, "options": options}))
        sys.exit(0)
    if os.isatty(0) or sys.argv[1:]:
        sys.exit("%s: a Crossdock plugin: the agent runs it, `crossdock plugin test` tries it" % plugin.name)
    if sys.byteorder != "little":
        sys.exit("%s: this module needs a little-endian machine" % plugin.name)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the agent says when it is over
    frames_in, frames_out = _take_over_stdio()
    session = _Session(plugin, lambda data: _write_all(frames_out, data))
    try:
        session.hello()
        while True:
            frame = _read_frame(frames_in)
            if frame is None or not session.take(*frame):
                sys.exit(0)
    except BadFrame as reason:
        print("%s: what the agent sent is no frame: %s" % (plugin.name, reason), file=sys.stderr)
        sys.exit(65)
    except BrokenPipeError:
        sys.exit(0)  # the agent is gone


# The test kit. What only it needs is imported where it is needed: a plugin at work does without.

_CASE_START_NS = 1_767_225_600_000_000_000  # 2026-01-01: a case's record without a time, and a second more for each that follows


class Output:
    """What a plugin emitted."""

    def __init__(self, stream, source, time_ns, body, reply_topic):
        self.stream, self.source, self.time_ns, self.body, self.reply_topic = stream, source, time_ns, body, reply_topic

    def json(self):
        return json.loads(self.body)


class Result:
    """What a batch came to: its outputs, the (index, reason) of rejected records, whether it is to be tried again, and whether it
    asked for a checkpoint."""

    def __init__(self, outputs, rejected, is_retry, wants_checkpoint=False):
        self.outputs, self.rejected, self.is_retry = outputs, rejected, is_retry
        self.wants_checkpoint = wants_checkpoint


class Bench:
    """The agent's side, for unit tests: the plugin works on real frames, in this process.

        bench = Bench(LimitWatch, {"limit": 50}, streams={"temperature": ["value"]}, writes=["alerts"])
        bench.add("temperature", "pump-1", columns=[51])
        assert bench.run().outputs[0].json() == {"value": 51}
    """

    agent, epoch = "bench", "1-00000000000000000000000000000000"

    def __init__(self, plugin, options=None, streams=None, writes=("output",), data_folder=""):
        self.data_folder = data_folder
        self.logs, self.counters, self.metrics = [], {}, {}
        self._frames, self._number, self._pending, self._sources, self._told = [], 0, [], [], 0
        self._streams, self._sequences = dict(streams or {}), {}
        self._session = _Session(plugin, self._frames.append)
        self._session.hello()
        self._frames.clear()
        payload = self._open_payload(plugin.options(), dict(options or {}), tuple(writes))
        status, _ = self._ask(_OPEN, payload)
        if status != OK:
            raise BadOptions(self.logs[-1][1] if self.logs else "open answered %d" % status)

    def _open_payload(self, table, given, writes):
        unknown = set(given) - set(table)
        if unknown:
            raise TypeError("no such option: %s" % ", ".join(sorted(unknown)))
        rows = []
        for key, option in table.items():
            value = given.get(key, option.default)
            if value is None:
                continue
            if option.kind in (File.kind, Files.kind):
                files = value if isinstance(value, list) else [value] if value else []
                rows += [(option.kind, key, file.path, 0, 0.0, file.contents) for file in files]
            elif option.kind == String.kind:
                rows.append((option.kind, key, value, 0, 0.0, b""))
            else:
                rows.append((option.kind, key, "", int(value), float(value), b""))
        parts = [struct.pack("<I", len(rows))]
        for kind, key, text, integer, number, contents in rows:
            parts += [struct.pack("<I", kind), _text(key), _text(text), struct.pack("<qd", integer, number), _text(contents)]
        parts.append(struct.pack("<I", len(self._streams)))
        for name, columns in self._streams.items():
            parts += [_text(name), struct.pack("<I", len(columns))] + [_text(column) for column in columns]
        parts += [struct.pack("<I", len(writes))] + [_text(name) for name in writes]
        return b"".join(parts + [_text(self.agent), _text(self.epoch), _text(self.data_folder)])

    def add(self, stream, source, time_ns=0, body=b"", columns=(), samples=(), flags=0, monotonic_ns=None):
        """Adds a record to the next batch and returns its sequence. `body`: bytes, str, or anything that JSON can say."""
        if isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if source not in self._sources:
            self._sources.append(source)
        sequence = self._sequences[stream] = self._sequences.get(stream, 0) + 1
        self._pending.append((
            list(self._streams).index(stream), self._sources.index(source), sequence, time_ns, time_ns,
            time_ns if monotonic_ns is None else monotonic_ns, flags, body, tuple(columns), tuple(samples)))
        return sequence

    def run(self, now_ns=0, wait_us=0, time_us=1_000_000, is_replay=False):
        """Hands over what was added as one batch. A batch that fails is a BatchFailed with the plugin's reason."""
        payload = self._batch_payload(now_ns, wait_us, time_us, _TAKES_WISHES | (_REPLAY if is_replay else 0))
        status, frames = self._ask(_BATCH, payload)
        if status not in (OK, RETRY):
            raise BatchFailed(self.logs[-1][1] if self.logs else "process answered %d" % status)
        outputs, rejected = [], []
        wants_checkpoint = any(kind == _WANT_CHECKPOINT for kind, _ in frames)
        for kind, reader in frames:
            if kind == _OUTPUT:
                for _ in range(reader.fields("I")[0]):
                    stream, source = reader.text(), reader.text()
                    outputs.append(Output(stream, source, reader.fields("q")[0], reader.data(), reader.text()))
            elif kind == _REJECT:
                rejected.append((reader.fields("I")[0], reader.text()))
        if status == RETRY:
            return Result([], [], True)
        self._pending = []
        return Result(outputs, rejected, False, wants_checkpoint)

    def checkpoint(self):
        status, frames = self._ask(_CHECKPOINT, b"")
        if status != OK:
            raise BatchFailed("checkpoint answered %d: %s" % (status, self.logs[-1:]))
        return b"".join(reader.payload for kind, reader in frames if kind == _STATE)

    def restore(self, state):
        """False: the plugin cannot use it."""
        return self._ask(_RESTORE, state)[0] == OK

    def close(self):
        self._session.take(_CLOSE, self._number + 1, memoryview(b""))

    def _batch_payload(self, now_ns, wait_us, time_us, flags):
        rows, names = list(zip(*self._pending)) or [()] * 10, [name.encode() for name in self._sources[self._told:]]
        self._told = len(self._sources)

        def packed(code, parts):
            offsets, values = array.array("I", [0]), array.array(code)
            for part in parts:
                values.extend(part)
                offsets.append(len(values))
            return [offsets, values]

        name_arrays = packed("B", names)
        tails = packed("B", rows[7]) + packed("d", rows[8]) + packed("f", rows[9])
        arrays = name_arrays + [array.array(code, row) for code, row in zip("HIQqqqI", rows)] + tails
        head = _BATCH_HEAD.pack(
            len(self._pending), len(tails[3]), len(tails[5]), len(tails[1]), len(names), len(name_arrays[1]), flags, 0,
            time_us, now_ns, now_ns, wait_us)
        return head + b"".join(a.tobytes() + bytes(-len(a.tobytes()) % 8) for a in arrays)

    def _ask(self, kind, payload):
        """The status, and the frames on the way to it that are no logs or measures."""
        self._number += 1
        self._session.take(kind, self._number, memoryview(payload))
        status, others = None, []
        for frame in self._frames:
            length, answer, _, number = _HEAD.unpack_from(frame)
            assert number == self._number and len(frame) == _HEAD.size + length + -length % 8
            reader = _Reader(frame[_HEAD.size:_HEAD.size + length])
            if answer == _ANSWER:
                status = reader.fields("iI")[0]
            elif answer == _LOG:
                self.logs.append((reader.fields("i")[0], reader.text()))
            elif answer == _COUNT:
                add, name = reader.fields("Q")[0], reader.text()
                self.counters[name] = self.counters.get(name, 0) + add
            elif answer == _METRIC:
                value, name = reader.fields("d")[0], reader.text()
                self.metrics[name] = value
            else:
                others.append((answer, reader))
        self._frames.clear()
        return status, others


def _matches(expected, found):
    """JSON values are equal; an expected "*" stands for anything."""
    if expected == "*":
        return True
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(_matches(expected[key], found[key]) for key in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(_matches, expected, found))
    return expected == found


def _time_ns(value):
    if not isinstance(value, str):
        return value
    import datetime
    whole, _, rest = value.replace("Z", "+00:00").partition(".")
    digits = re.match("[0-9]*", rest).group()
    moment = datetime.datetime.fromisoformat(whole + rest[len(digits):])
    return int(moment.timestamp()) * 1_000_000_000 + int((digits + "0" * 9)[:9])


def _lines(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def _object(path):
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def check_testcases(plugin, folder):
    """Runs every case beneath `folder` as `crossdock plugin test` does, but in this process, without confinement and without the
    restart in its middle. Gives the problems as text."""
    import tempfile
    problems = []
    cases = sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)))
    for case in cases:
        with tempfile.TemporaryDirectory() as data:
            problems += ["%s: %s" % (case, problem) for problem in _check_case(plugin, os.path.join(folder, case), data)]
    return problems if cases else ["%s holds no case" % folder]


def _case_body(record, is_raw):
    """A decoder's string stands for its bytes; everything else is JSON."""
    if "body_base64" in record:
        import base64
        return base64.b64decode(record["body_base64"])
    body = record.get("body", b"")
    return body if body == b"" or is_raw and isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _case_columns(record, names):
    values = record.get("columns", [])
    row = [values.get(name) for name in names] if isinstance(values, dict) else values + [None] * (len(names) - len(values))
    return [math.nan if value is None else value for value in row]


def _case_option(value, option, place, data):
    def contents(path):
        with open(os.path.join(place, path), "rb") as file:
            return FileContents(path, file.read())

    if option.kind in (File.kind, Files.kind):
        return [contents(path) for path in value] if isinstance(value, list) else contents(value)
    return value.replace("{data}", data) if isinstance(value, str) else value


def _check_case(plugin, place, data):
    records, expected = (_lines(os.path.join(place, name)) for name in ("input.ndjson", "expected.ndjson"))
    about = _object(os.path.join(place, "case.json"))
    streams = {stream["name"]: list(stream.get("columns", [])) for stream in about.get("streams", [])}
    for record in () if streams else records:
        names, columns = streams.setdefault(record["stream"], []), record.get("columns", [])
        named = columns if isinstance(columns, dict) else ["c%d" % number for number in range(len(columns))]
        names += [name for name in named if name not in names]
    writes = about.get("writes") or list(dict.fromkeys(line["stream"] for line in expected if "stream" in line)) or ["out"]
    table = plugin.options()
    options = {
        key: _case_option(value, table[key], place, data)
        for key, value in _object(os.path.join(place, "options.json")).items()}
    bench = Bench(plugin, options, streams, writes, data)
    for number, record in enumerate(records):
        bench.add(
            record["stream"], record["source"], _time_ns(record.get("time", _CASE_START_NS + number * 1_000_000_000)),
            _case_body(record, plugin.role == Decoder.role), _case_columns(record, streams[record["stream"]]),
            record.get("samples", []))
    outputs, rejected, status = [], [], "ok"
    start_ns, wait_us = _time_ns(about.get("now", _CASE_START_NS)), about.get("wait_ms", 1000) * 1000
    for number in range(about.get("polls", 1) if plugin.role == Feed.role else 1):
        try:
            result = bench.run(start_ns + number * about.get("poll_s", 1) * 1_000_000_000, wait_us)
        except BatchFailed as error:
            status = "failed"
            if about.get("status") != "failed":
                yield str(error)
            break
        status = "retry" if result.is_retry else "ok"
        outputs += [
            {"stream": o.stream, "source": o.source, "time": o.time_ns, "body": o.json(), "topic": o.reply_topic}
            for o in result.outputs]
        rejected += [{"rejected": index, "reason": reason} for index, reason in result.rejected]
    if status != about.get("status", "ok"):
        yield "status: expected %s, found %s" % (about.get("status", "ok"), status)
    yield from _differences([line for line in expected if "rejected" not in line], outputs)
    yield from _differences([line for line in expected if "rejected" in line], rejected)
    import glob
    for path, name in about.get("expected_files", {}).items():
        found = sorted(glob.glob(os.path.join(glob.escape(data), path)))
        if not found:
            yield "file %s: expected, and it is not there" % path
            continue
        with open(found[0], "rb") as have, open(os.path.join(place, name), "rb") as want:
            if have.read() != want.read():
                yield "file %s: not as %s" % (path, name)


def _differences(expected, found):
    for index, (want, have) in enumerate(zip(expected, found), 1):
        want = dict(want, time=_time_ns(want["time"])) if "time" in want and want["time"] != "*" else want
        if not all(key in have and _matches(value, have[key]) for key, value in want.items()):
            yield "line %d: expected %s, found %s" % (index, json.dumps(want), json.dumps(have))
    if len(expected) != len(found):
        yield "%d lines expected, %d found: %s" % (len(expected), len(found), json.dumps(found[len(expected):]))
