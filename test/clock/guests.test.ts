import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { expect, onTestFinished, test } from 'vitest'

import { Child } from '../../src/clock/child.ts'
import { Guests } from '../../src/clock/guests.ts'
import type { Speaker } from '../../src/clock/route.ts'

/** A connection whose process is known when it says so. */
interface Caller extends Speaker {
  pid: number | undefined
}

const caller = (name: string, pid?: number): Caller => ({ name, pid, parked: true })

function startChild(): Child {
  const process = spawn('sleep', ['86400'], { stdio: 'ignore' })
  const child = new Child(
    process,
    1,
    () => 'sleep',
    () => {},
  )
  onTestFinished(async () => {
    child.release()
    process.kill('SIGKILL')
    await once(process, 'exit')
  })
  return child
}

test('connections of one process share its place, also when it is known later', () => {
  const guests = new Guests(() => undefined)
  const [late, other] = [caller('b'), caller('c', 8)]
  const [first, second, third] = [caller('a', 7), late, other].map((speaker) => guests.open(speaker))
  expect(second?.place).not.toBe(first?.place)
  expect(guests.look().length).toBe(3)
  late.pid = 7
  expect(second?.place).toBe(first?.place)
  expect(third?.place).not.toBe(first?.place)
  expect(guests.look().map(({ pid }) => pid)).toEqual([7, 8])
  expect(guests.sources.map((source) => source.name())).toEqual(['a', 'c'])
})

test('a connection of a child leads to the child, and its stream is spared', () => {
  const child = startChild()
  let isOver = false
  const guests = new Guests((pid) => {
    expect(pid).toBe(child.process.pid)
    return isOver ? undefined : child
  })
  const connection = {}
  const speaker = { ...caller('web'), connection }
  const guest = guests.open(speaker)
  expect([guest.place === child, child.isSpared(connection)]).toEqual([false, false])
  speaker.pid = child.process.pid
  expect([guest.place === child, child.isSpared(connection)]).toEqual([true, true])
  expect([child.voices.main, guests.look()]).toEqual([speaker, []])
  guest.leave()
  expect(child.voices.main).toBe(speaker)
  const again = guests.open(caller('again', child.process.pid))
  expect([child.voices.main?.name, child.isSpared(undefined)]).toEqual(['again', false])
  isOver = true
  expect(again.place).toBe(child)
})

test('who has left is forgotten when all that he sent has been given out', () => {
  const guests = new Guests(() => undefined)
  const guest = guests.open(caller('a', 7))
  const { source } = guest.place
  source.hold('control', () => {})
  guest.leave()
  expect([guests.look(), guests.sources]).toEqual([[], [source]])
  source.giveAll()
  expect([guests.look(), guests.sources]).toEqual([[], []])
  expect(guests.open(caller('a', 7)).place.source).not.toBe(source)
})

test('a process stays as long as one of its connections does', () => {
  const guests = new Guests(() => undefined)
  const [one, other] = [guests.open(caller('a', 7)), guests.open(caller('b', 7))]
  one.leave()
  expect(guests.look().map(({ voices }) => voices.main?.name)).toEqual(['b'])
  other.leave()
  expect(guests.look()).toEqual([])
})
