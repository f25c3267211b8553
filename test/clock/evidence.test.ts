import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { Scratch } from '../support/scratch.ts'
import { until } from '../support/until.ts'
import { EvidenceChild, expectRest, node, python, shell } from './evidence-child.ts'

function tracerOf(pid: number): number {
  return Number(/^TracerPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('a shell that reads is parked', async () => {
    const child = shell('read line')
    const { lines } = await expectRest(child, 'parked', 'read')
    expect(lines).toEqual([`${child.pid} sh: parked in read`])
  })

  test('an idle Node is parked', async () => {
    const child = node('process.stdin.resume()')
    const { lines } = await expectRest(child, 'parked', 'epoll')
    expect(lines).toEqual([`${child.pid} node: parked in epoll_pwait`])
  })

  test('a Node with a short timer naps', async () => {
    const child = node('setInterval(() => {}, 700); console.log("up")')
    await child.says()
    await expectRest(child, 'napping')
    expect([...child.rests()].filter((rest) => rest === 'parked' || rest === 'dozing')).toEqual([])
  })

  test('a Node that listens for HTTP dozes, for the timer that it keeps besides', async () => {
    const child = node('require("http").createServer().listen(0, () => console.log("up"))')
    await child.says()
    await expectRest(child, 'dozing', /epoll_pwait \(\d{5} ms\)/)
  })

  test('a Node that waits for a shared cell is parked', async () => {
    await expectRest(
      node('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'),
      'parked',
      'in futex',
    )
  })

  test('a Node that waits for a shared cell for some time is not', async () => {
    const child = node(
      'console.log("up"); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3.6e6)',
    )
    await child.says()
    // An absolute time to the kernel.
    await expectRest(child, 'dozing', /futex \(3(600000|59\d{4}) ms\)/)
  })

  test('a busy loop runs', async () => {
    const child = node('console.log("up"); for (;;);')
    await child.says()
    expect(child.rests()).toEqual(new Set(['running']))
  })

  test('a stopped process is parked, whatever it was doing', async () => {
    for (const child of [node('console.log("up"); for (;;);'), shell('echo up; exec sleep 3600')]) {
      await child.says()
      child.process.kill('SIGSTOP')
      await expectRest(child, 'parked', /parked \(stopped by a signal\)$/)
      expect(child.rests()).toEqual(new Set(['parked']))
    }
  })

  test('a process whose tracer is at work runs, and one that its tracer leaves stopped is parked', async () => {
    const child = shell('exec strace -D -f -o /dev/null sh -c "echo up; exec cat"')
    await child.says()
    await expectRest(child, 'parked', 'in read')
    const tracer = tracerOf(child.pid)
    process.kill(tracer, 'SIGSTOP')
    // It wakes up, and its tracer does not let it go on.
    child.process.stdin?.write('x\n')
    await expectRest(child, 'running', 'its tracer is looking at it')
    process.kill(tracer, 'SIGCONT')
    await expectRest(child, 'parked', 'in read')
    child.process.kill('SIGSTOP')
    await expectRest(child, 'parked', /parked \(stopped by a signal\)$/)
    child.process.kill('SIGKILL')
  })

  test('a tracer without children is parked while what it traces rests', async () => {
    const child = shell('exec strace -D -f -o /dev/null sh -c "echo up; exec cat"')
    await child.says()
    await expectRest(child, 'parked', 'in read')
    const tracer = tracerOf(child.pid)
    const waiting = await until('it waits', () => {
      const evidence = child.look(tracer)
      return evidence.lines.some((line) => line.endsWith('in wait4')) ? evidence : undefined
    })
    expect(waiting.rest).toBe('parked')
  })

  test('a child that writes into a full pipe is parked', async () => {
    const child = shell('exec yes')
    await expectRest(child, 'parked', /yes: parked in write$/)
  })

  test('a shell that opens a FIFO is parked until somebody opens the other end', async () => {
    const fifo = new Scratch().path('fifo')
    const child = shell(`mkfifo ${fifo}; echo up; read line <${fifo}`)
    await child.says()
    await expectRest(child, 'parked', /parked in open(at)?$/)
  })

  test.skipIf(!python)('what another runtime waits for is seen as well', async () => {
    const run = (script: string): EvidenceChild => new EvidenceChild(python ?? '', ['-c', script])
    await expectRest(run('import sys; sys.stdin.readline()'), 'parked', 'in read')
    await expectRest(run('import select; select.select([], [], [])'), 'parked', /in p?select/)
    await expectRest(
      run('import select; select.select([], [], [], 3600)'),
      'dozing',
      /select6? \(3600000 ms\)/,
    )
    await expectRest(
      run('import select, sys; p = select.poll(); p.register(0); p.unregister(0); p.poll()'),
      'parked',
      'in poll',
    )
    await expectRest(run('import time; time.sleep(3600)'), 'dozing', /nanosleep|select/)
    const file = new Scratch().write('lock', '')
    await expectRest(
      run(`import fcntl; f = open("${file}"); fcntl.flock(f, 2); g = open("${file}"); fcntl.flock(g, 2)`),
      'parked',
      'in flock',
    )
    await expectRest(run('import signal; signal.pause()'), 'parked', /in (pause|ppoll)/)
  })
})
