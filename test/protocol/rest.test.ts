import { expect, test } from 'vitest'

import { Rest } from '../../src/protocol/rest.ts'

/** An agent that has been welcomed and has said so. */
function started(): Rest {
  const rest = new Rest()
  rest.sent()
  rest.heard({ t: 'hello' })
  return rest
}

test('nothing is known of an agent that never says parked', () => {
  const rest = started()
  rest.heard({ t: 'ready' })
  expect(rest.reached).toBeUndefined()
})

test('an agent is at rest when it says so last, with all seen that it was sent', () => {
  const rest = started()
  rest.heard({ t: 'parked', seen: 1 })
  expect(rest.reached).toBe(true)
  rest.sent()
  expect(rest.reached).toBe(false)
  rest.heard({ t: 'parked', seen: 1 })
  expect(rest.reached).toBe(false)
  rest.heard({ t: 'parked', seen: 2 })
  expect(rest.reached).toBe(true)
  rest.heard({ t: 'message' })
  expect(rest.reached).toBe(false)
})

test.each(['hang', 'freeze'])('after a %s it rests whatever it is sent', (name) => {
  const rest = started()
  rest.ordered(7, name)
  rest.sent()
  rest.heard({ t: 'fired', id: 7 })
  rest.heard({ t: 'parked', seen: 1 })
  rest.sent()
  rest.disturbed('SIGTERM')
  expect(rest.reached).toBe(true)
})

test('an agent that is continued after a freeze has to see what it was sent', () => {
  const rest = started()
  rest.ordered(7, 'freeze')
  rest.heard({ t: 'fired', id: 7 })
  rest.heard({ t: 'parked', seen: 1 })
  rest.sent()
  rest.disturbed('SIGCONT')
  expect(rest.reached).toBe(false)
  rest.heard({ t: 'parked', seen: 2 })
  expect(rest.reached).toBe(true)
})

test('an agent that is deaf rests whatever it is sent, but for a signal', () => {
  const rest = started()
  rest.ordered(7, 'deaf')
  rest.heard({ t: 'fired', id: 7 })
  expect(rest.reached).toBeUndefined()
  rest.heard({ t: 'parked', seen: 1 })
  rest.sent()
  expect(rest.reached).toBe(true)
  rest.disturbed('SIGTERM')
  expect(rest.reached).toBe(false)
  rest.heard({ t: 'parked', seen: 1 })
  expect(rest.reached).toBe(true)
})

test('another fault is no rest', () => {
  const rest = started()
  rest.ordered(7, 'exit')
  rest.sent()
  rest.heard({ t: 'fired', id: 7 })
  rest.heard({ t: 'parked', seen: 1 })
  expect(rest.reached).toBe(false)
})

test('a signal wakes an agent until it rests again, unless no program is woken by it', () => {
  const rest = started()
  rest.heard({ t: 'parked', seen: 1 })
  rest.disturbed('SIGWINCH')
  rest.disturbed('SIGSTOP')
  expect(rest.reached).toBe(true)
  rest.disturbed('SIGTERM')
  expect(rest.reached).toBe(false)
  rest.heard({ t: 'parked', seen: 1 })
  expect(rest.reached).toBe(true)
})
