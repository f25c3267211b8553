import { expect, test } from 'vitest'

import { ProcessView, TreeView } from '../../src/clock/evidence/process-view.ts'
import { type ThreadView, withoutTimer } from '../../src/clock/evidence/thread.ts'

const thread = (rest: ThreadView['rest'], text: string = rest): ThreadView => ({ rest, text })

/** A process with these threads. */
function view(pid: number, threads: readonly ThreadView[], depth = 0): ProcessView {
  const made = new ProcessView(pid, depth)
  made.name = 'web'
  threads.forEach((one, i) => made.add(pid + i, `${i} runs`, one))
  return made
}

/** One that waits for all of its children. */
const waits = (traces = false): ThreadView => ({
  ...thread('parked', 'in wait4'),
  awaits: () => true,
  traces,
})

test('a process is as busy as the busiest of its threads', () => {
  const order: ThreadView[] = [thread('parked'), thread('dozing'), thread('napping'), thread('running')]
  order.forEach((one, i) => {
    expect(view(7, order.slice(0, i + 1)).rest).toBe(one.rest)
    expect(view(7, order.slice(0, i + 1).toReversed()).rest).toBe(one.rest)
  })
  expect(String(view(7, [thread('parked', 'in read'), thread('parked', 'in futex')], 2))).toBe(
    '    7 web: in read',
  )
})

test('who was not seen whole is running', () => {
  expect([view(7, []).rest, String(view(7, []))]).toEqual([
    'running',
    '7 web: running (it came or went during the look)',
  ])
  const vanished = view(7, [thread('parked')])
  vanished.vanished = true
  expect(vanished.rest).toBe('running')
  const denied = view(7, [])
  denied.deny()
  expect(String(denied)).toContain(
    '7 web: taken for running, as this user may not read its /proc/<pid>/syscall',
  )
})

test('a thread that has ended counts for the fingerprint alone', () => {
  const made = view(7, [thread('parked')])
  made.add(9, 'more', undefined)
  expect([made.rest, made.fingerprint]).toEqual(['parked', '7:0 runs;9:more;'])
})

test('who waits for children goes on waiting while none of them has ended', () => {
  const heeding = (...dead: boolean[]): string => {
    const made = view(7, [waits()])
    made.heed(dead.map((isDead, i) => Object.assign(new ProcessView(10 + i, 1), { dead: isDead })))
    return String(made)
  }
  expect(heeding(false)).toBe('7 web: in wait4')
  const over = '7 web: running (the child it waits for has ended)'
  expect([heeding(true), heeding(false, true), heeding()]).toEqual([over, over, over])
})

test('who waits for another child does not mind this one, and a tracer needs none', () => {
  const dead = Object.assign(new ProcessView(10, 1), { dead: true })
  const alive = new ProcessView(11, 1)
  const picky = view(7, [{ ...waits(), awaits: (pid) => pid === 11 }])
  picky.heed([dead, alive])
  expect(picky.rest).toBe('parked')
  const tracer = view(7, [waits(true)])
  tracer.heed([])
  expect(tracer.rest).toBe('parked')
})

test('a process that has ended is gone, and says so', () => {
  const made = view(7, [thread('running')])
  made.dead = true
  made.name = ''
  expect([made.rest, String(made)]).toEqual(['gone', '7 (unknown): gone'])
})

test('a process that Node has named after its first thread goes by its program', () => {
  const own = Object.assign(new ProcessView(process.pid, 0), { name: 'MainThread' })
  own.add(1, '', thread('parked'))
  expect(String(own)).toMatch(/^\d+ node.*: parked$/)
  const gone = Object.assign(new ProcessView(2 ** 22 + 1, 0), { name: 'MainThread' })
  expect(String(gone)).toContain(`${2 ** 22 + 1} MainThread: `)
})

test('a tree is as busy as the busiest in it, and gone when its root is', () => {
  const root = view(7, [thread('parked')])
  const child = view(9, [thread('dozing')], 1)
  const tree = new TreeView([root, child])
  expect([tree.rest, tree.fingerprint, tree.lines]).toEqual([
    'dozing',
    '7=7:0 runs; 9=9:0 runs;',
    ['7 web: parked', '  9 web: dozing'],
  ])
  expect([7, 9, 8].map((pid) => tree.covers(pid))).toEqual([true, true, false])
  child.dead = true
  expect(new TreeView([root, child]).rest).toBe('parked')
  root.dead = true
  child.dead = false
  expect([new TreeView([root, child]).rest, new TreeView([]).rest]).toEqual(['gone', 'gone'])
})

test.each([
  [
    'napping',
    'napping in epoll_wait (700 ms)',
    'parked',
    'parked in epoll_wait (700 ms), for no timer of the program',
  ],
  ['dozing', 'dozing in epoll_pwait', 'parked', 'parked in epoll_pwait, for no timer of the program'],
  ['napping', 'napping in futex', 'napping', 'napping in futex'],
  [
    'running',
    'running (epoll_wait is about to return)',
    'running',
    'running (epoll_wait is about to return)',
  ],
] as const)('without a timer, a thread that is %s: %s', (rest, text, thenRest, thenText) => {
  expect(withoutTimer({ rest, text })).toEqual({ rest: thenRest, text: thenText })
})
