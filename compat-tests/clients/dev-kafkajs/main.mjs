import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import kafkajs from 'kafkajs'
import { startBroker } from './broker.mjs'
import { check, eventually, failures } from './check.mjs'

const { Kafka, logLevel } = kafkajs
const kafkaAt = bootstrap => new Kafka({ clientId: 'shop', brokers: [bootstrap], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 10 } })

const broker = await startBroker('--topic', 'orders:3')
const kafka = kafkaAt(broker.bootstrapServers)

await check('dev: says where it listens', async () => {
  assert.match(broker.bootstrapServers, /^127\.0\.0\.1:\d+$/)
  assert.equal((await broker.call('GET', '/health')).status, 'up')
  assert.ok(broker.pid > 0 && broker.startupMs >= 0 && broker.version)
})

const producer = kafka.producer()
await producer.connect()
const seen = []
const consumer = kafka.consumer({ groupId: 'billing', heartbeatInterval: 300 })
await consumer.connect()
await consumer.subscribe({ topic: 'orders', fromBeginning: true })
await consumer.run({ eachMessage: async ({ message }) => { seen.push(message.value.toString()) } })

await check('dev: produce and consume', async () => {
  await producer.send({ topic: 'orders', messages: [{ key: '42', value: 'created' }] })
  await eventually('the message', () => seen.includes('created'))
  const group = await broker.call('GET', '/groups/billing?stableMembers=1')
  assert.equal(group.members[0].assignment.length, 3)
})

await check('dev: a lost response is repeated by the client', async () => {
  const { faults: [fault] } = await broker.call('POST', '/faults', { action: 'dropAfter', api: 'Produce', topic: 'orders', count: 1 })
  await producer.send({ topic: 'orders', messages: [{ key: '42', value: 'paid' }] })
  assert.equal((await broker.call('GET', `/faults/${fault.id}`)).hits, 1)
  const { records } = await broker.call('GET', '/topics/orders/records')
  // The producer is not idempotent: the record is there twice.
  assert.equal(records.filter(record => record.value === 'paid').length, 2)
  await broker.call('DELETE', `/faults/${fault.id}`)
})

await check('dev: a leader that has moved is found again', async () => {
  const { faults: [fault] } = await broker.call('POST', '/faults', {
    action: 'respond', error: 'NOT_LEADER_OR_FOLLOWER', api: 'Produce', topic: 'orders', count: 2,
  })
  await producer.send({ topic: 'orders', messages: [{ key: '42', value: 'shipped' }] })
  assert.equal((await broker.call('GET', `/faults/${fault.id}`)).hits, 2)
  const { requests } = await broker.call('GET', '/requests?api=Produce&clientId=shop')
  assert.ok(requests.length >= 6)
  await broker.call('DELETE', '/faults')
})

await check('dev: records are appended and read over HTTP', async () => {
  await broker.call('POST', '/topics/orders/records', { records: [{ key: '42', value: { state: 'returned' }, headers: { by: 'test' } }] })
  await eventually('the record', () => seen.includes('{"state":"returned"}'))
  const { records } = await broker.call('GET', '/topics/orders/records?waitFor=5')
  assert.deepEqual(records.find(record => record.value === '{"state":"returned"}').headers, [{ key: 'by', value: 'test' }])
})

await check('dev: a held request goes on when it is released', async () => {
  const { faults: [fault] } = await broker.call('POST', '/faults', { action: 'hold', api: 'Produce', count: 1 })
  let done = false
  const sent = producer.send({ topic: 'orders', messages: [{ value: 'held' }] }).then(() => { done = true })
  await broker.call('GET', `/faults/${fault.id}?hits=1`)
  assert.equal(done, false)
  await broker.call('POST', `/faults/${fault.id}/release`)
  await sent
  await broker.call('DELETE', '/faults')
})

await check('dev: a reset brings back the start', async () => {
  await consumer.disconnect()
  await producer.disconnect()
  await broker.call('POST', '/reset')
  assert.deepEqual((await broker.call('GET', '/topics')).topics, ['orders'])
  assert.deepEqual((await broker.call('GET', '/topics/orders/records')).records, [])
})
assert.equal(await broker.stop(), 0)

await check('dev: virtual time', async () => {
  const clock = await startBroker('--virtual-time', '2030-01-01T00:00:00Z', '--topic', 'orders')
  await clock.call('POST', '/time/advance', { by: 'P7D' })
  const sender = kafkaAt(clock.bootstrapServers).producer()
  await sender.connect()
  await clock.call('POST', '/topics/orders/records', { records: [{ value: 'late' }] })
  const { records: [record] } = await clock.call('GET', '/topics/orders/records')
  assert.equal(record.timestamp, '2030-01-08T00:00:00.000Z')
  await sender.disconnect()
  assert.equal(await clock.stop(), 0)
})

await check('dev: ends with its parent', async () => {
  const parent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  const child = spawn(process.env.KAFKASHARP_BIN, ['dev', '--port', '0', '--parent-pid', parent.pid], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(createInterface(child.stdout), 'line')
  parent.kill()
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
})

process.exit(failures === 0 ? 0 : 1)
