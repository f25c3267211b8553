import { expect, test } from 'vitest'

import { MessageQueue } from '../../src/protocol/message-queue.ts'
import { collect } from '../support/until.ts'

test('a million messages that have waited are taken in order, and weigh nothing any more', async () => {
  let weight = 0
  const queue = new MessageQueue((taken) => (weight -= taken))
  for (let n = 0; n < 1_000_000; n++) {
    weight += n
    queue.push(n, n)
  }
  queue.end()
  const taken = await collect(queue.take())
  expect(taken).toHaveLength(1_000_000)
  expect(taken.every((message, index) => message === index)).toBe(true)
  expect(weight).toBe(0)
})

test('what ends in an error gives first what came before', async () => {
  const queue = new MessageQueue()
  queue.push('before')
  const error = new Error('nonsense')
  queue.end(error)
  const taking = queue.take()
  expect(await taking.next()).toEqual({ value: 'before', done: false })
  await expect(taking.next()).rejects.toBe(error)
  await expect(queue.take().next()).rejects.toBe(error)
})
