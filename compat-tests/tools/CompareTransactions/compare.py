"""Sends the same requests of transactional producers, in every state of a transactional id, to two brokers and prints each difference.

compare.py GENUINE OURS LEVEL: two addresses and the level transaction.version that both have. The last line is 'N passed, N failed'.
"""
import itertools
import sys
import time

import wire

RETRIABLE = (14, 15, 16, 51)
TOPIC = 'data'
STATES = ('Empty', 'Ongoing', 'CompleteCommit', 'CompleteAbort')
PATTERNS = (
    None, '', 'id-.*', 'id-1.', '[', '*', 'id-(1|2)', '(?i)ID-1', r'\bid-1\b', 'id-1$', '^id-1', r'(a)\1', '(?=id).*', r'id-\d+', r'\p{L}+-1',
    '[[:alpha:]]+-1', 'id-1{1,1001}', '(?<n>id)-1', '(?P<n>id)-1', r'\Qid-1\E', r'id-\x31', r'i\d-1?+', 'a{,2}', r'\z', r'\Aid-1\z', '(?s).d-1',
    'id-1|', '||', '[a&&b]', r'\h', r'\R', '(?>id)-1', '(?<!a)id-1', 'id-1(?#c)')

genuine, ours, level = wire.Broker(sys.argv[1]), wire.Broker(sys.argv[2]), int(sys.argv[3])
ids = itertools.count(1)
counts = {True: 0, False: 0}


def without_ids(broker, value):
    if isinstance(value, (tuple, list)):
        return tuple(without_ids(broker, item) for item in value)
    # The ids are large: see separate_ids.
    return f'producer {broker.numbers[value]}' if isinstance(value, int) and value in broker.numbers else value


def error_of(value):
    while isinstance(value, (tuple, list)) and value:
        value = value[0] if isinstance(value[0], int) else value[-1]
    return value


def patient(ask, broker):
    for _ in range(500):
        response = ask(broker)
        if error_of(response) not in RETRIABLE:
            break
        time.sleep(0.02)
    return response


def same(label, ask):
    responses = [without_ids(broker, patient(ask, broker)) for broker in (genuine, ours)]
    counts[responses[0] == responses[1]] += 1
    if responses[0] != responses[1]:
        print(f'{label}: Kafka {responses[0]}, KafkaSharp {responses[1]}')


def settle(id_):
    for broker in (genuine, ours):
        patient(lambda b: 51 if wire.describe(b, id_)[1].startswith('Prepare') else 0, broker)


def fresh(state, version):
    """A new transactional id in a state, reached by a client of a version of transactions."""
    number = next(ids)
    id_ = f'id-{number}'
    for broker in (genuine, ours):
        error, broker.producer, _ = patient(lambda b: wire.init(b, id_), broker)
        assert error == 0, error
        broker.numbers[broker.producer] = number
    if state != 'Empty':
        partitions = [(TOPIC, 0), (TOPIC, 1)]
        same(f'begin {id_}', lambda b: wire.add_partitions(b, id_, b.producer, 0, partitions, 5 if version == 2 else 3))
    if state.startswith('Complete'):
        same(f'end {id_}', lambda b: wire.end(b, id_, b.producer, 0, state == 'CompleteCommit', 5 if version == 2 else 4))
        settle(id_)
    return id_


def describe(label, id_):
    same(f'{label}, then DescribeTransactions', lambda b: wire.describe(b, id_))


def ends(state, client):
    for version, commit, epoch in itertools.product(range(6), (0, 1), (-1, 0, 1, 2)):
        if version == 5 and level == 0:
            # Such a request blocks the transactional id of the genuine broker.
            continue
        id_ = fresh(state, client)
        label = f'EndTxn v{version} in {state} of version {client}, commit {commit}, epoch {epoch}'
        same(label, lambda b: wire.end(b, id_, b.producer, epoch, commit, version))
        settle(id_)
        describe(label, id_)
        if epoch == 0:
            same(f'{label} repeated', lambda b: wire.end(b, id_, b.producer, 0, commit, version))
            settle(id_)
            same(f'{label}, then InitProducerId', lambda b: wire.init(b, id_))
            describe(label, id_)


def additions(state, client):
    for version, verify in [(v, False) for v in range(6)] + [(4, True), (5, True)]:
        name = f'{"verification" if verify else "AddPartitionsToTxn"} v{version} in {state} of version {client}'

        def add(b, id_, producer, epoch, *partitions):
            return wire.add_partitions(b, id_, producer, epoch, partitions, version, verify)

        if version >= 4 and not verify and level == 0:
            continue
        for epoch in (-1, 0, 1):
            id_ = fresh(state, client)
            same(f'{name}, epoch {epoch}', lambda b: add(b, id_, b.producer, epoch, (TOPIC, 0), (TOPIC, 2)))
            describe(name, id_)
        id_ = fresh(state, client)
        same(f'{name}, other producer', lambda b: add(b, id_, b.producer + 54321, 0, (TOPIC, 0)))
        same(f'{name}, unknown partitions', lambda b: add(b, id_, b.producer, 0, (TOPIC, 0), (TOPIC, 7), ('none', 0)))
        same(f'{name}, internal topic', lambda b: add(b, id_, b.producer, 0, (TOPIC, 0), ('__transaction_state', 0)))
        same(f'{name}, unknown id', lambda b: add(b, 'unknown', b.producer, 0, (TOPIC, 0)))
        same(f'{name}, empty id', lambda b: add(b, '', b.producer, 0, (TOPIC, 0)))
    for version, epoch in itertools.product(range(5), (-1, 0, 1)):
        id_ = fresh(state, client)
        label = f'AddOffsetsToTxn v{version} in {state} of version {client}, epoch {epoch}'
        same(label, lambda b: wire.add_offsets(b, id_, b.producer, epoch, 'group', version))
        describe(label, id_)


def beginnings(state, client):
    for version in range(6):
        expected = [(None, -1)]
        if version >= 3:
            expected += itertools.product((0, 54321), (-1, 0, 1, 2, 3, 32766, 32767))
        for offset, epoch in expected:
            id_ = fresh(state, client)
            label = f'InitProducerId v{version} in {state} of version {client}, producer +{offset}, epoch {epoch}'
            for _ in range(2):
                same(label, lambda b: wire.init(b, id_, producer=-1 if offset is None else b.producer + offset, epoch=epoch, version=version))
                describe(label, id_)


def queries():
    for timeout, version in itertools.product((0, -1, 1, 900000, 900001, 2147483647), (0, 3, 5)):
        same(f'timeout {timeout} v{version}', lambda b: wire.init(b, f'timeout{timeout}', timeout=timeout, version=version)[0])
    same('InitProducerId with an empty id', lambda b: wire.init(b, ''))
    for states in ([], ['Empty'], ['Ongoing', 'CompleteCommit'], ['ongoing', 'x', ''], ['Dead'], ['PrepareEpochFence'], ['Ongoing'] * 2 + ['y'] * 2):
        same(f'ListTransactions of {states}', lambda b: wire.list_transactions(b, states))
    for pattern in PATTERNS:
        same(f'ListTransactions with {pattern!r}', lambda b: wire.list_transactions(b, pattern=pattern))
    for duration in (-1, 10 ** 12):
        same(f'ListTransactions of {duration} ms', lambda b: wire.list_transactions(b, duration=duration))
    for id_ in ('', 'unknown'):
        describe(repr(id_), id_)


def separate_ids(broker):
    """Uses producer ids up, until those to come are above every error code, epoch and partition: responses are compared by value."""
    while wire.init(broker, None)[1] < 1000:
        pass


for broker in (genuine, ours):
    wire.create_topic(broker, TOPIC, 3)
    patient(lambda b: wire.find_coordinator(b, 'x'), broker)
    patient(lambda b: wire.init(b, None), broker)
    separate_ids(broker)
for client, state in itertools.product((0, 2) if level == 2 else (0,), STATES):
    ends(state, client)
    additions(state, client)
    beginnings(state, client)
queries()
print(f'{counts[True]} passed, {counts[False]} failed')
sys.exit(1 if counts[False] else 0)
