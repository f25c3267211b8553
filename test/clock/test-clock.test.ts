import { expect, onTestFinished, test } from 'vitest'

import type { Route, Speaker } from '../../src/clock/route.ts'
import { type Ruler, TestClock } from '../../src/clock/test-clock.ts'
import { realDelay, TIMED_OUT, within } from '../../src/real-time.ts'
import { abortable } from '../../src/wait.ts'
import { openClock } from '../support/virtual-clock.ts'

const speaker: Speaker = { name: 'agent "a"', pid: undefined, parked: true }

test('who sleeps when virtual time begins sleeps his full time in it', async () => {
  const clock = new TestClock()
  const slept = clock.sleep(60_000)
  const short = clock.sleep(200)
  await realDelay(20)
  const open = openClock()
  clock.use(open.clock)
  await realDelay(0)
  expect(open.clock.timers.map(({ at }) => at)).toEqual([200, 60_000])
  await open.clock.advance(199)
  expect(await within(short, 20)).toBe(TIMED_OUT)
  await open.clock.advance(59_800)
  await short
  expect(await within(slept, 20)).toBe(TIMED_OUT)
  await open.clock.runUntil(slept)
  expect([open.clock.now, clock.now, clock.virtual]).toEqual([60_000, 60_000, true])
})

test('who sleeps when virtual time ends sleeps on in real time, for what is left', async () => {
  const clock = new TestClock()
  const open = openClock()
  clock.use(open.clock)
  const slept = clock.sleep(60_000)
  const long = clock.wait(1e9)
  await open.clock.advance(59_990)
  open.remove()
  clock.use(undefined)
  expect(await within(slept, 5000)).toBeUndefined()
  expect(await within(long, 20)).toBe(TIMED_OUT)
  expect(clock.virtual).toBe(false)
})

test.for(['during', 'after'])('an abort %s virtual time ends a sleep with its reason', async (when) => {
  const clock = new TestClock()
  const abort = new AbortController()
  const reason = new Error('enough')
  const slept = clock.sleep(60_000, abort.signal)
  const open = openClock()
  clock.use(open.clock)
  await open.clock.advance(1000)
  if (when === 'after') {
    open.remove()
    clock.use(undefined)
  }
  abort.abort(reason)
  await expect(slept).rejects.toBe(reason)
  expect(open.clock.timers).toEqual([])
})

test('a sleep that has been aborted already rejects under every clock', async () => {
  const clock = new TestClock()
  const reason = new Error('enough')
  await expect(clock.sleep(10, AbortSignal.abort(reason))).rejects.toBe(reason)
  clock.use(openClock().clock)
  await expect(clock.sleep(10, AbortSignal.abort(reason))).rejects.toBe(reason)
})

test('a sleep that nobody drives is named with the line that called it', async () => {
  const clock = new TestClock()
  const open = openClock({}, { patience: 400 })
  clock.use(open.clock)
  onTestFinished(() => clock.use(undefined))
  const error: unknown = await clock.sleep(5000).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'ERR_CLOCK_NOT_DRIVEN', ms: 5000 })
  expect((error as Error).stack).toContain('test-clock.test.ts')
})

test('what comes on a route is heard at once in real time, and in its turn in virtual time', async () => {
  const clock = new TestClock()
  const log: string[] = []
  const route = clock.route(speaker)
  route.deliver(() => log.push('real'))
  expect(log).toEqual(['real'])
  const open = openClock()
  clock.use(open.clock)
  route.deliver(() => log.push('held'))
  expect(log).toEqual(['real'])
  await open.clock.settle()
  expect(log).toEqual(['real', 'held'])
  route.deliver(() => log.push('given at the end'))
  open.remove()
  clock.use(undefined)
  route.deliver(() => log.push('real again'))
  expect(log).toEqual(['real', 'held', 'given at the end', 'real again'])
  route.close()
})

test('those who are no children are heard in the order of their names', async () => {
  const open = openClock()
  const log: string[] = []
  const routes = ['c', 'a', 'b'].map((name) => open.clock.route({ ...speaker, name }))
  routes.forEach((route, i) => route.deliver(() => log.push('cab'[i] ?? '')))
  await open.clock.settle()
  expect(log).toEqual(['a', 'b', 'c'])
  routes.forEach((route) => route.close())
  await open.clock.advance(1)
})

test('a speaker at work keeps time from moving until it is at rest', async () => {
  const open = openClock()
  const busy: { -readonly [K in keyof Speaker]: Speaker[K] } = { ...speaker, parked: false }
  const route = open.clock.route(busy)
  const moved = open.clock.advance(1000)
  expect(await within(moved, 100)).toBe(TIMED_OUT)
  busy.parked = true
  route.deliver(() => {})
  await moved
  expect(open.clock.evidence).toBe('cooperative')
  route.close()
})

/** A ruler that only notes what it is asked. */
class NotedRuler implements Ruler {
  now = 50_000
  readonly log: string[] = []

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.log.push(`sleep ${ms}`)
    await abortable(new Promise(() => {}), signal)
  }

  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    this.log.push(`wait ${ms}`)
    await abortable(new Promise(() => {}), signal)
  }

  hold(): () => void {
    this.log.push('hold')
    return () => void this.log.push('released')
  }

  route({ name }: Speaker): Route {
    this.log.push(`route of ${name}`)
    return { deliver: () => this.log.push('delivered'), close: () => this.log.push('closed') }
  }
}

test('who rules is asked to wait, to sleep and to hold', async () => {
  const clock = new TestClock()
  clock.hold()()
  const ruler = new NotedRuler()
  clock.use(ruler)
  const stop = new AbortController()
  const waits = [clock.sleep(5, stop.signal), clock.wait(6, stop.signal)].map((one) => one.catch(() => {}))
  clock.hold()()
  expect(ruler.log).toEqual(['sleep 5', 'wait 6', 'hold', 'released'])
  stop.abort()
  await Promise.all(waits)
})

test('what has passed by a ruler that began late is not slept again', async () => {
  const clock = new TestClock()
  const ruler = new NotedRuler()
  clock.use(ruler)
  const stop = new AbortController()
  const slept = clock.sleep(60_000, stop.signal)
  ruler.now += 10
  clock.use(undefined)
  expect(await within(slept, 20)).toBe(TIMED_OUT)
  stop.abort(new Error('enough'))
  await expect(slept).rejects.toThrow('enough')
})

test('a route that is closed is closed where it leads, and follows nobody any more', () => {
  const clock = new TestClock()
  const ruler = new NotedRuler()
  const [open, closed] = [clock.route(speaker), clock.route({ ...speaker, name: 'closed' })]
  closed.close()
  clock.use(ruler)
  open.deliver(() => {})
  open.close()
  expect(ruler.log).toEqual(['route of agent "a"', 'delivered', 'closed'])
})

test('a stopwatch measures from its call, and from the beginning of virtual time if that comes', async () => {
  const clock = new TestClock()
  const passed = clock.stopwatch()
  await realDelay(5)
  expect(passed()).toBeGreaterThanOrEqual(4)
  expect(passed()).toBeLessThan(60_000)
  const ruler = new NotedRuler()
  clock.use(ruler)
  const inVirtual = clock.stopwatch()
  ruler.now += 10
  expect([passed(), inVirtual()]).toEqual([50_010, 10])
  clock.use(undefined)
  expect([inVirtual(), passed() < 60_000]).toEqual([0, true])
})
