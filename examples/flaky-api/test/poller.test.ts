import { http, HttpResponse } from 'msw'
import { expect, test } from 'vitest-supervise'

/*
 * The poller is a real process, and its `fetch` goes over real sockets: to the handlers and faults of the test. It waits
 * by `agent.sleep()`, in the test's virtual time.
 */

const THERMOMETER = 'https://api.example.com/temperature'
const mild = http.get(THERMOMETER, () => HttpResponse.json({ celsius: 21 }))

test('asks again after 1, 2 and 4 s while the API is overloaded', async ({
  network,
  spawnAgent,
  clock,
  timeline,
}) => {
  network.use(mild)
  network.fail(THERMOMETER, { status: 503, times: 3 })
  const poller = await spawnAgent({ id: 'poller' })
  const { value: reading } = await clock.runUntil(poller.messages().next())

  expect(reading).toEqual({ celsius: 21 })
  expect(network.requests.map(({ status }) => status)).toEqual([503, 503, 503, 200])
  expect(timeline).toMatchInlineSnapshot(`
    [       0 ms] poller#1     spawned
    [       0 ms] poller#1     ready
    [       0 ms] poller#1     fault network.status {"method":"GET","url":"https://api.example.com/temperature"}
    [       0 ms] poller#1     GET https://api.example.com/temperature 503
    [    1000 ms] poller#1     fault network.status {"method":"GET","url":"https://api.example.com/temperature"}
    [    1000 ms] poller#1     GET https://api.example.com/temperature 503
    [    3000 ms] poller#1     fault network.status {"method":"GET","url":"https://api.example.com/temperature"}
    [    3000 ms] poller#1     GET https://api.example.com/temperature 503
    [    7000 ms] poller#1     GET https://api.example.com/temperature 200
  `)
})

test('a reading ends an outage: the next one begins at 1 s again', async ({ network, spawnAgent, clock }) => {
  network.use(mild)
  network.fail(THERMOMETER, { reset: true, times: 2 })
  const poller = await spawnAgent({ id: 'poller' })
  const readings = poller.messages()
  await clock.runUntil(readings.next())
  expect(clock.now).toBe(1000 + 2000)

  network.fail(THERMOMETER, { reset: true, times: 1 })
  await clock.runUntil(readings.next())
  expect(clock.now).toBe(3000 + 60_000 + 1000)
  expect(network.requests.map(({ outcome }) => outcome)).toEqual([
    'failed',
    'failed',
    'answered',
    'failed',
    'answered',
  ])
})

test('waits 30 s at most, however long the API is down', async ({ network, spawnAgent, clock }) => {
  network.use(mild)
  network.fail(THERMOMETER, { connect: 'ECONNREFUSED', times: 8 })
  const poller = await spawnAgent({ id: 'poller' })
  await clock.runUntil(poller.messages().next())

  expect(clock.now).toBe(1000 + 2000 + 4000 + 8000 + 16_000 + 3 * 30_000)
})
