"""The requests of a transactional producer as bytes, and what their responses contain. No more of the protocol than that."""
import socket
import struct


class Broker:
    """A connection to a broker. The producer ids it gave are known by the number of their transactional id."""

    def __init__(self, address):
        host, port = address.split(':')
        self.socket = socket.create_connection((host, int(port)), 10)
        self.socket.settimeout(20)
        self.correlation = 0
        self.numbers = {}
        self.producer = -1

    def ask(self, key, version, body, flexible):
        self.correlation += 1
        header = struct.pack('>hhih', key, version, self.correlation, 1) + b'c' + (b'\0' if flexible else b'')
        self.socket.sendall(struct.pack('>i', len(header) + len(body)) + header + body)
        response = self.read(struct.unpack('>i', self.read(4))[0])
        return Reader(response, 5 if flexible else 4)

    def read(self, count):
        data = b''
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise EOFError('the broker closed the connection')
            data += more
        return data


class Reader:
    def __init__(self, data, position):
        self.data, self.position = data, position

    def take(self, form):
        values = struct.unpack_from('>' + form, self.data, self.position)
        self.position += struct.calcsize('>' + form)
        return values if len(values) > 1 else values[0]

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.data[self.position]
            self.position += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def text(self, flexible=True):
        length = self.varint() - 1 if flexible else self.take('h')
        self.position += length
        return self.data[self.position - length:self.position].decode()

    def array(self, item, flexible=True):
        return [item() for _ in range(self.varint() - 1 if flexible else self.take('i'))]


def varint(value):
    data = b''
    while value > 127:
        data += bytes([value & 127 | 128])
        value >>= 7
    return data + bytes([value])


def text(value, flexible=True):
    if value is None:
        return b'\0' if flexible else b'\xff\xff'
    data = value.encode()
    return (varint(len(data) + 1) if flexible else struct.pack('>h', len(data))) + data


def array(items, flexible=True):
    return (varint(len(items) + 1) if flexible else struct.pack('>i', len(items))) + b''.join(items)


def create_topic(broker, name, partitions):
    topic = text(name) + struct.pack('>ih', partitions, 1) + array([]) + array([]) + b'\0'
    broker.ask(19, 5, array([topic]) + struct.pack('>i', 20000) + b'\0\0', True)


def find_coordinator(broker, transactional_id):
    response = broker.ask(10, 3, text(transactional_id) + b'\x01\0', True)
    return response.take('ih')[1]


def init(broker, transactional_id, timeout=60000, producer=-1, epoch=-1, version=5):
    flexible = version >= 2
    body = text(transactional_id, flexible) + struct.pack('>i', timeout)
    if version >= 3:
        body += struct.pack('>qh', producer, epoch)
    response = broker.ask(22, version, body + (b'\0' if flexible else b''), flexible)
    response.take('i')
    return response.take('hqh')


def add_partitions(broker, transactional_id, producer, epoch, partitions, version, verify=False):
    flexible = version >= 3
    end = b'\0' if flexible else b''
    by_topic = {}
    for topic, partition in partitions:
        by_topic.setdefault(topic, []).append(struct.pack('>i', partition))
    topics = array([text(name, flexible) + array(list_, flexible) + end for name, list_ in by_topic.items()], flexible)
    transaction = text(transactional_id, flexible) + struct.pack('>qh', producer, epoch)
    if version >= 4:
        transaction = array([transaction + (b'\1' if verify else b'\0') + topics + end])
    else:
        transaction += topics
    response = broker.ask(24, version, transaction + end, flexible)

    def ended(value):
        response.position += len(end)
        return value

    def topic():
        name = response.text(flexible)
        return ended([(name,) + ended(response.take('ih')) for _ in range(response.varint() - 1 if flexible else response.take('i'))])

    response.take('i')
    if version < 4:
        return sorted(sum(response.array(topic, flexible), []))
    error = response.take('h')
    results = response.array(lambda: (response.text(), ended(sorted(sum(response.array(topic), [])))))
    return error, results


def add_offsets(broker, transactional_id, producer, epoch, group, version):
    flexible = version >= 3
    body = text(transactional_id, flexible) + struct.pack('>qh', producer, epoch) + text(group, flexible)
    return broker.ask(25, version, body + (b'\0' if flexible else b''), flexible).take('ih')[1]


def end(broker, transactional_id, producer, epoch, commit, version):
    flexible = version >= 3
    body = text(transactional_id, flexible) + struct.pack('>qhb', producer, epoch, commit)
    response = broker.ask(26, version, body + (b'\0' if flexible else b''), flexible)
    error = response.take('ih')[1]
    return (error,) + (response.take('qh') if version >= 5 else ())


def list_transactions(broker, states=(), producers=(), duration=-1, pattern=None, version=2):
    body = array([text(state) for state in states]) + array([struct.pack('>q', producer) for producer in producers])
    if version >= 1:
        body += struct.pack('>q', duration)
    if version >= 2:
        body += text(pattern)
    response = broker.ask(66, version, body + b'\0', True)

    def state():
        value = response.text(), response.take('q'), response.text()
        response.position += 1
        return value[0], value[2]

    error = response.take('ih')[1]
    return error, sorted(response.array(response.text)), sorted(response.array(state))


def describe(broker, transactional_id):
    response = broker.ask(65, 0, array([text(transactional_id)]) + b'\0', True)
    response.take('i')
    response.varint()
    error = response.take('h')
    response.text()
    state, (timeout, start, producer, epoch) = response.text(), response.take('iqqh')

    def topic():
        value = response.text(), sorted(response.array(lambda: response.take('i')))
        response.position += 1
        return value

    return error, state, timeout, (start > 0) - (start < 0), producer, epoch, sorted(response.array(topic))
