import { createClock } from '@sinonjs/fake-timers'
import { expect, test } from 'vitest'

import { randomStream } from '../../src/random.ts'
import { HeapClock, type HeapTimers } from '../../src/simulate/heap-clock.ts'

/** Calls all timers, and gives back what they noted, each with its time. */
function played(set: (timers: HeapTimers, note: (text: string) => void) => void): string[] {
  const clock = new HeapClock()
  const log: string[] = []
  set(clock.timers, (text) => log.push(`${clock.now} ${text}`))
  for (let left = 100; left > 0 && clock.next(); left--);
  return log
}

test('timers are called in the order of their times, and of one time in the order in which they were set', () => {
  const log = played(({ setTimeout }, note) => {
    setTimeout(note, 20, 'late')
    setTimeout(note, 10, 'first of two')
    setTimeout(note, 10, 'second of two')
    setTimeout(() => setTimeout(note, 10, 'set on the way'), 10)
  })
  expect(log).toEqual(['10 first of two', '10 second of two', '20 late', '20 set on the way'])
})

test('delays are what Node makes of them', () => {
  const log = played(({ setTimeout }, note) => {
    for (const delay of [0, -5, Number.NaN, 1.9, 2 ** 31, undefined]) setTimeout(note, delay, `${delay}`)
    setTimeout(note, '7' as never, 'text')
  })
  expect(log).toEqual(['1 0', '1 -5', '1 NaN', '1 1.9', '1 2147483648', '1 undefined', '7 text'])
  expect(() => played(({ setTimeout }) => setTimeout('code' as never, 1))).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
  )
})

test('an interval is called again and again, until it is cleared, also by itself', () => {
  const log = played(({ setInterval, clearInterval }, note) => {
    let beats = 0
    const timer = setInterval(() => {
      note(`beat ${++beats}`)
      if (beats === 3) clearInterval(timer)
    }, 10)
  })
  expect(log).toEqual(['10 beat 1', '20 beat 2', '30 beat 3'])
})

test('a timer is cleared by itself, its number, the text of that, or close, and then is never called', () => {
  const log = played(({ setTimeout, clearTimeout, clearInterval }, note) => {
    const cleared = Array.from({ length: 6 }, () => setTimeout(note, 10, 'cleared'))
    const [first, second, third, fourth, fifth, sixth] = cleared
    clearTimeout(first)
    clearTimeout(Number(second))
    clearTimeout(String(Number(third)))
    fourth?.close()
    fifth?.[Symbol.dispose]()
    clearInterval(sixth)
    first?.refresh()
    for (const nothing of [undefined, null, 99, 'x']) clearTimeout(nothing)
    setTimeout(note, 20, 'end')
  })
  expect(log).toEqual(['20 end'])
})

test('refresh has a timer begin anew, also after it was called', () => {
  const log = played(({ setTimeout }, note) => {
    let calls = 0
    const timer = setTimeout(() => {
      note(`call ${++calls}`)
      if (calls === 1) setTimeout(() => timer.refresh(), 5)
    }, 10)
    setTimeout(() => timer.refresh(), 9)
  })
  expect(log).toEqual(['19 call 1', '34 call 2'])
})

test('ref and unref say so, and change nothing', () => {
  const log = played(({ setTimeout }, note) => {
    const timer = setTimeout(note, 1, 'called')
    expect([timer.hasRef(), timer.unref().hasRef(), timer.ref().hasRef()]).toEqual([true, false, true])
    timer.unref()
  })
  expect(log).toEqual(['1 called'])
})

test('what a timer throws comes out of next, and the others go on, an interval too', () => {
  const clock = new HeapClock()
  clock.timers.setInterval(() => {
    throw new Error('of the timer')
  }, 10)
  clock.timers.setTimeout(() => {}, 15)
  expect(() => clock.next()).toThrow('of the timer')
  expect([clock.now, clock.times]).toEqual([10, [15, 20]])
})

test('a sleep lasts its time, is ended by its signal, and leaves no timer then', async () => {
  const clock = new HeapClock()
  const ends: string[] = []
  const controller = new AbortController()
  const note = (text: string) => (): unknown => ends.push(`${clock.now} ${text}`)
  void clock.sleep(1.5).then(note('one and a half'))
  void clock.sleep(1000, controller.signal).then(note('never'), note('aborted'))
  void clock.sleep(Infinity, controller.signal).then(note('never'), note('aborted, too'))
  const others = [clock.sleep(0), clock.sleep(-1), clock.sleep(Number.NaN)]
  await Promise.all(others)
  while ((clock.nextAt ?? Infinity) < 1000) {
    clock.next()
    await Promise.resolve()
  }
  controller.abort(new Error('enough'))
  await expect(clock.sleep(5, controller.signal)).rejects.toThrow('enough')
  expect(ends).toEqual(['2 one and a half', '2 aborted', '2 aborted, too'])
  expect(clock.pending).toBe(0)
})

test('timers of the program under test are told from waits of the simulation', () => {
  const clock = new HeapClock()
  const { setTimeout, setInterval, clearTimeout } = clock.timers
  const counts: string[] = []
  const count = (): unknown => counts.push(`${clock.timersPending} of ${clock.pending}`)
  const leave = clock.after(15, () => {})
  void clock.sleep(2 ** 40)
  const early = setTimeout(() => {}, 10)
  const beats = setInterval(() => {}, 20)
  const cleared = setTimeout(() => {}, 30)
  count()
  clearTimeout(cleared)
  clearTimeout(cleared)
  early.refresh()
  count()
  clock.next()
  count()
  early.refresh()
  leave()
  count()
  clock.next()
  clock.next()
  count()
  beats.close()
  count()
  expect(counts).toEqual(['3 of 5', '2 of 4', '1 of 3', '2 of 3', '1 of 2', '0 of 1'])
})

test('a sleep of two months is as long as that', async () => {
  const clock = new HeapClock()
  let over = false
  void clock.sleep(60 * 86_400_000).then(() => (over = true))
  while (clock.next());
  await Promise.resolve()
  expect([over, clock.now]).toEqual([true, 60 * 86_400_000])
})

test('time moves to where no timer is due, and not past one', () => {
  const clock = new HeapClock()
  clock.timers.setTimeout(() => {}, 100)
  clock.moveTo(50)
  expect(clock.now).toBe(50)
  clock.moveTo(20)
  expect(clock.now).toBe(50)
  clock.moveTo(500)
  expect(clock.now).toBe(100)
})

/** What hundreds of timers do that set, clear and refresh each other by chance. */
function chance(seed: number, { setTimeout, clearTimeout }: HeapTimers, note: (text: string) => void): void {
  const random = randomStream(seed, 'timers')
  const pick = (below: number): number => Math.floor(random() * below)
  const timers: ReturnType<HeapTimers['setTimeout']>[] = []
  let left = 500
  const set = (): void => {
    if (left-- <= 0) return
    const name = String(left)
    timers.push(
      setTimeout(() => {
        note(name)
        for (let more = pick(3); more > 0; more--) set()
        if (random() < 0.3) clearTimeout(timers[pick(timers.length)])
      }, pick(50)),
    )
  }
  for (let first = 0; first < 40; first++) set()
}

test.each([1, 2, 3, 4, 5])('timers set and cleared by chance are called as by sinon, seed %i', (seed) => {
  const [ours, theirs] = [new HeapClock(), createClock()]
  const [log, expected]: [string[], string[]] = [[], []]
  chance(seed, ours.timers, (text) => log.push(`${ours.now} ${text}`))
  while (ours.next());
  const nodes = (delay: number | undefined): number => Math.max(1, delay ?? 0)
  const { setTimeout, clearTimeout } = theirs
  const timers = {
    setTimeout: (run: () => void, delay?: number) => setTimeout(run, nodes(delay)),
    clearTimeout: (timer: never) => clearTimeout(timer),
  }
  chance(seed, timers as unknown as HeapTimers, (text) => expected.push(`${theirs.now} ${text}`))
  theirs.runAll()
  expect(log).toEqual(expected)
  expect(log.length).toBeGreaterThan(50)
})

test('cleared timers leave nothing behind, however long they were to wait', () => {
  const clock = new HeapClock()
  const { setTimeout, clearTimeout } = clock.timers
  const guards = Array.from({ length: 1000 }, (_, index) => setTimeout(() => {}, 3_600_000 + index))
  for (const guard of guards) clearTimeout(guard)
  expect(clock.pending).toBe(0)
})
