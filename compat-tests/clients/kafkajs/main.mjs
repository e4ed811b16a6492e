import assert from 'node:assert/strict'
import kafkajs from 'kafkajs'
import { check, eventually, failures } from './check.mjs'

const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs

const prefix = `kafkajs-${process.env.RUN_ID}`
const kafka = new Kafka({ clientId: 'compat', brokers: [process.env.BOOTSTRAP], logLevel: logLevel.NOTHING })
const admin = kafka.admin()
await admin.connect()

async function withProducer(options, body) {
  const producer = kafka.producer({ allowAutoTopicCreation: false, ...options })
  await producer.connect()
  try {
    return await body(producer)
  } finally {
    await producer.disconnect()
  }
}

/** A member of a group that keeps what it reads and knows its partitions. */
async function join(groupId, topic, seen, options = {}) {
  const consumer = kafka.consumer({ groupId, heartbeatInterval: 300, sessionTimeout: 10000, rebalanceTimeout: 20000, ...options })
  const member = { consumer, partitions: [] }
  consumer.on(consumer.events.GROUP_JOIN, event => { member.partitions = event.payload.memberAssignment[topic] ?? [] })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({ eachMessage: async ({ partition, message }) => { seen.push({ partition, ...message }) } })
  return member
}

async function readAll(topic, count) {
  const seen = []
  const { consumer } = await join(`${topic}-reader`, topic, seen)
  await eventually(`${count} messages of ${topic}`, () => seen.length >= count)
  await consumer.disconnect()
  assert.equal(seen.length, count)
  return seen
}

const create = (topic, numPartitions = 1) => admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions, replicationFactor: 1 }] })

await check('admin: create and describe topics', async () => {
  assert.equal(await create(prefix, 4), true)
  assert.equal(await create(prefix, 4), false)
  const { topics } = await admin.fetchTopicMetadata({ topics: [prefix] })
  assert.equal(topics[0].partitions.length, 4)
  assert.ok(topics[0].partitions.every(p => p.leader >= 0 && p.isr.length === 1))
  assert.ok((await admin.listTopics()).includes(prefix))
  const cluster = await admin.describeCluster()
  assert.equal(cluster.brokers.length, 1)
  assert.ok(cluster.clusterId.length > 0)
})

// KafkaJS leaves partitions and replicas to the broker with -1, which only Kafka's own client refuses in these versions.
await check('admin: create a topic by its name alone', async () => {
  const topic = `${prefix}-name`
  assert.equal(await admin.createTopics({ topics: [{ topic }] }), true)
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  assert.ok(topics[0].partitions.length >= 1)
})

await check('admin: create partitions, delete topic', async () => {
  const topic = `${prefix}-grow`
  await create(topic)
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
  await eventually('three partitions', async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length === 3)
  await admin.deleteTopics({ topics: [topic] })
  await eventually('the topic to be gone', async () => !(await admin.listTopics()).includes(topic))
})

await check('admin: configs', async () => {
  const resource = { type: ConfigResourceTypes.TOPIC, name: prefix }
  await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '123456' }] }] })
  const read = async () => (await admin.describeConfigs({ resources: [{ ...resource, configNames: ['retention.ms'] }], includeSynonyms: false }))
    .resources[0].configEntries[0].configValue
  await eventually('the altered value', async () => (await read()) === '123456')
})

await check('producer: keys and headers', async () => {
  const topic = `${prefix}-headers`
  await create(topic)
  await withProducer({}, producer => producer.send({
    topic,
    messages: [
      { key: 'k1', value: 'v1', headers: { a: 'one', b: ['two', 'three'] }, timestamp: '1700000000000' },
      { key: 'k2', value: null },
      { key: null, value: 'ü' },
    ],
  }))
  const [first, second, third] = await readAll(topic, 3)
  assert.equal(String(first.key), 'k1')
  assert.equal(String(first.headers.a), 'one')
  assert.deepEqual(first.headers.b.map(String), ['two', 'three'])
  assert.equal(first.timestamp, '1700000000000')
  assert.equal(second.value, null)
  assert.equal(third.key, null)
  assert.equal(String(third.value), 'ü')
})

await check('producer: gzip', async () => {
  const topic = `${prefix}-gzip`
  await create(topic)
  const values = Array.from({ length: 1000 }, (_, i) => `value ${i} `.repeat(20))
  await withProducer({}, producer => producer.send({ topic, compression: CompressionTypes.GZIP, messages: values.map(value => ({ value })) }))
  assert.deepEqual((await readAll(topic, 1000)).map(m => String(m.value)), values)
})

await check('producer: every acks', async () => {
  const topic = `${prefix}-acks`
  await create(topic)
  await withProducer({}, async producer => {
    for (const acks of [-1, 1]) {
      const [result] = await producer.send({ topic, acks, messages: [{ value: `acks ${acks}` }] })
      assert.equal(result.errorCode, 0)
    }
    await producer.send({ topic, acks: 0, messages: [{ value: 'acks 0' }] })
  })
  assert.deepEqual((await readAll(topic, 3)).map(m => String(m.value)), ['acks -1', 'acks 1', 'acks 0'])
})

await check('producer: idempotent, in order', async () => {
  const topic = `${prefix}-idempotent`
  await create(topic)
  await withProducer({ idempotent: true, maxInFlightRequests: 1 }, async producer => {
    for (let batch = 0; batch < 50; batch++)
      await producer.send({ topic, acks: -1, messages: Array.from({ length: 100 }, (_, i) => ({ value: `${batch * 100 + i}` })) })
  })
  const seen = await readAll(topic, 5000)
  assert.ok(seen.every((message, i) => String(message.value) === `${i}` && message.offset === `${i}`), 'not what was sent, in order')
})

await check('consumer: group of two, rebalance', async () => {
  const topic = prefix
  const seen = []
  let sent = 0
  const send = () => withProducer({}, producer => producer.send({
    topic, messages: Array.from({ length: 80 }, () => ({ partition: sent % 4, value: `${sent++}` })),
  }))
  const first = await join(`${topic}-group`, topic, seen)
  await eventually('one member to hold all', () => first.partitions.length === 4)
  await send()
  await eventually('all records', () => seen.length === sent)
  const second = await join(`${topic}-group`, topic, seen)
  await eventually('two members to share', () => first.partitions.length === 2 && second.partitions.length === 2)
  await send()
  await eventually('all records with two members', () => seen.length === sent)
  await first.consumer.disconnect()
  await eventually('the second member to take over', () => second.partitions.length === 4)
  await send()
  await eventually('all records with the second member', () => seen.length === sent)
  await second.consumer.disconnect()
  assert.equal(new Set(seen.map(m => String(m.value))).size, sent, 'a record was read twice')
})

await check('consumer: commit and resume', async () => {
  const topic = `${prefix}-resume`
  const groupId = `${topic}-group`
  await create(topic)
  await withProducer({}, producer => producer.send({ topic, messages: Array.from({ length: 20 }, (_, i) => ({ value: `${i}` })) }))
  const seen = []
  const member = await join(groupId, topic, seen)
  await eventually('20 messages', () => seen.length === 20)
  await member.consumer.disconnect()
  await eventually('an empty group', async () => (await admin.describeGroups([groupId])).groups[0].state === 'Empty')
  await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '12' }] })
  const again = []
  const { consumer } = await join(groupId, topic, again)
  await eventually('8 messages', () => again.length === 8)
  await consumer.disconnect()
  assert.equal(String(again[0].value), '12')
})

// A round is a segment of three batches: compaction leaves one without records, one whose last records are gone, and one whose first one is.
await check('consumer: compacted topics', async () => {
  const start = Date.now() - 3_600_000
  const configEntries = Object.entries({ 'cleanup.policy': 'compact', 'segment.ms': '1000', 'min.cleanable.dirty.ratio': '0.01' })
    .map(([name, value]) => ({ name, value }))
  for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
    const topic = `${prefix}-compacted-${compression}`
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }] })
    await withProducer({}, async producer => {
      const write = (round, ...keys) => producer.send({
        topic, compression, messages: keys.map(key => ({ key, value: `${round}`, timestamp: `${start + round * 10_000}` })),
      })
      for (let round = 0; round < 4; round++) {
        await write(round, 'a', 'b', 'c')
        await write(round, `first-${round}`, 'a', 'b')
        await write(round, 'c', `last-${round}`)
      }
      await write(4, 'end')
    })
    const expected = [3, 7, 11, 15, 19, 23, 27, 28, 29, 30, 31, 32].map(String)
    for (let reading = 0, read = []; read.join() !== expected.join(); reading++) {
      assert.ok(reading < 20, `${topic} has the offsets ${read} after the time for compaction`)
      const seen = []
      const { consumer } = await join(`${topic}-reader-${reading}`, topic, seen, { maxBytesPerPartition: 100 })
      await eventually('the last message', () => seen.some(message => String(message.key) === 'end'))
      await consumer.disconnect()
      read = seen.map(message => message.offset)
    }
    const groupId = `${topic}-gap`
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] })
    const seen = []
    const { consumer } = await join(groupId, topic, seen)
    await eventually('the messages after a gap', () => seen.length === expected.length)
    await consumer.disconnect()
  }
})

await check('admin: offsets of topics and groups', async () => {
  const topic = `${prefix}-resume`
  const [offsets] = await admin.fetchTopicOffsets(topic)
  assert.deepEqual([offsets.low, offsets.high], ['0', '20'])
  const [group] = await admin.fetchOffsets({ groupId: `${topic}-group`, topics: [topic] })
  assert.equal(group.partitions[0].offset, '20')
  const [byTime] = await admin.fetchTopicOffsetsByTimestamp(topic, 1)
  assert.equal(byTime.offset, '0')
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '5' }] })
  assert.equal((await admin.fetchTopicOffsets(topic))[0].low, '5')
})

await check('admin: describe and delete groups', async () => {
  const groupId = `${prefix}-resume-group`
  const listed = (await admin.listGroups()).groups.find(g => g.groupId === groupId)
  assert.equal(listed.protocolType, 'consumer')
  const { groups: [described] } = await admin.describeGroups([groupId])
  assert.equal(described.state, 'Empty')
  const [deleted] = await admin.deleteGroups([groupId])
  assert.equal(deleted.errorCode, 0)
  assert.ok(!(await admin.listGroups()).groups.some(g => g.groupId === groupId))
})

// Each transaction copies one batch; every third one is aborted, and its batch is read again from the committed offset on.
await check('transactions: read, process, write', async () => {
  const input = `${prefix}-txn-in`
  const output = `${prefix}-txn-out`
  const groupId = `${input}-group`
  await create(input)
  await create(output)
  await withProducer({}, producer => producer.send({ topic: input, messages: Array.from({ length: 60 }, (_, i) => ({ value: `${i}` })) }))
  await withProducer({ transactionalId: `${input}-id`, maxInFlightRequests: 1, idempotent: true }, async producer => {
    let attempts = 0
    for (let next = 0; next < 60;) {
      const transaction = await producer.transaction()
      const values = Array.from({ length: 10 }, (_, i) => ({ value: `${next + i}` }))
      await transaction.send({ topic: output, messages: values })
      await transaction.sendOffsets({ consumerGroupId: groupId, topics: [{ topic: input, partitions: [{ partition: 0, offset: `${next + 10}` }] }] })
      if (attempts++ % 3 === 2) {
        await transaction.abort()
      } else {
        await transaction.commit()
        next += 10
      }
      await eventually('the offset that is committed', async () => {
        const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [input] })
        return partitions[0].offset === `${next === 0 ? -1 : next}`
      })
    }
  })
  const seen = await readAll(output, 60)
  assert.deepEqual(seen.map(m => Number(String(m.value))), Array.from({ length: 60 }, (_, i) => i))
})

await check('transactions: an old producer is fenced', async () => {
  const topic = `${prefix}-fenced`
  await create(topic)
  const options = { transactionalId: `${topic}-id`, maxInFlightRequests: 1, idempotent: true, retry: { retries: 2 } }
  await withProducer(options, async old => {
    const left = await old.transaction()
    await left.send({ topic, messages: [{ value: 'old' }] })
    await withProducer(options, async successor => {
      const transaction = await successor.transaction()
      await transaction.send({ topic, messages: [{ value: 'new' }] })
      await transaction.commit()
    })
    await assert.rejects(left.commit())
  })
  assert.deepEqual((await readAll(topic, 1)).map(m => String(m.value)), ['new'])
})

await admin.disconnect()
process.exit(failures === 0 ? 0 : 1)
