import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import type { Rest } from '../../src/clock/evidence/evidence.ts'
import { Children } from '../../src/clock/evidence/children.ts'
import { childrenOf } from '../../src/clock/evidence/index.ts'
import { until } from '../support/until.ts'
import { EvidenceChild, expectRest, node, python, shell } from './evidence-child.ts'

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('a shell that waits for a sleep is as much at rest as the sleep', async () => {
    const long = shell('sleep 3600; :')
    const { lines } = await expectRest(long, 'dozing')
    expect(lines).toEqual([
      `${long.pid} sh: parked in wait4`,
      expect.stringMatching(/^ {2}\d+ sleep: dozing in clock_nanosleep \(3600000 ms\)$/),
    ])
    await expectRest(shell('while :; do sleep 0.4; done'), 'napping', /^ {2}\d+ sleep: napping .*\(400 ms\)$/)
  })

  test('a nap of a process without a timer of its own is none, and one of its child is a nap', async () => {
    const child = node(`
    setInterval(() => {}, 700)
    require('node:child_process').spawn('sh', ['-c', 'echo; read line; while :; do sleep 0.4; done'], { stdio: 'pipe' })
      .on('spawn', function () { process.stdin.pipe(this.stdin); this.stdout.on('data', () => console.log('up')) })`)
    const timerless = (): Rest => child.look(child.pid, new Set([child.pid])).rest
    await child.says()
    await expectRest(child, 'napping')
    await until('its nap is none', () => timerless() === 'parked')
    child.process.stdin?.write('\n')
    await until('its child takes naps', () => timerless() === 'napping')
  })

  test('a thread at work makes its process run', async () => {
    const child = node(`
    const { Worker } = require('node:worker_threads')
    new Worker('require("worker_threads").parentPort.postMessage(0); for (;;);', { eval: true })
      .on('message', () => console.log('up'))
    process.stdin.resume()`)
    await child.says()
    expect(child.rests()).toEqual(new Set(['running']))
  })

  test('a grandchild at work below a parked shell makes the tree run', async () => {
    const child = shell('sh -c "echo up; while :; do :; done"; :')
    await child.says()
    await until('its shell waits', () => child.look().lines[0]?.endsWith('sh: parked in wait4'))
    expect(child.rests()).toEqual(new Set(['running']))
    expect(child.look().lines).toEqual([
      `${child.pid} sh: parked in wait4`,
      expect.stringMatching(/^ {2}\d+ sh: running$/),
    ])
  })

  test('children that a worker thread has started belong to the process', async () => {
    const child = node(`
    const { Worker } = require('node:worker_threads')
    new Worker("require('child_process').spawn('sleep', ['3600'])", { eval: true })
    process.stdin.resume()`)
    await expectRest(child, 'dozing', /^ {2}\d+ sleep: dozing/)
  })

  test('a process that has ended is gone, waited for or not', async () => {
    const child = shell('exit 0')
    // Nobody reaps it while this thread does not come to its events.
    while (child.look().rest !== 'gone');
    expect(childrenOf(process.pid)).toContain(child.pid)
    await once(child.process, 'exit')
    expect(child.look().rest).toBe('gone')
  })

  test('a zombie that nobody waits for counts for nothing', async () => {
    const child = shell('sleep 0 & exec sleep 3600')
    await expectRest(child, 'dozing', /^ {2}\d+ \S+: gone$/)
  })

  test.skipIf(!python)('a parent that waits for another child leaves a zombie alone', async () => {
    const child = new EvidenceChild(python ?? '', [
      '-c',
      'import subprocess as s; a = s.Popen(["sleep", "0"]); b = s.Popen(["sleep", "3600"]); b.wait()',
    ])
    await expectRest(child, 'dozing', /: gone$/)
  })

  test('the fingerprint is another one once a message has been answered', async () => {
    const child = new EvidenceChild('cat')
    const before = (await expectRest(child, 'parked')).fingerprint
    const answer = child.says()
    child.process.stdin?.write('ping\n')
    expect(await answer).toBe('ping')
    const after = (await expectRest(child, 'parked')).fingerprint
    expect(after).not.toBe(before)
    expect(new Set(Array.from({ length: 20 }, () => child.look().fingerprint))).toEqual(new Set([after]))
  })

  test('the fingerprint of an idle Node stays, but for what its garbage collector does now and then', async () => {
    const child = node('process.stdin.resume()')
    await expectRest(child, 'parked')
    await until('ten looks see the same', () => {
      return new Set(Array.from({ length: 10 }, () => child.look().fingerprint)).size === 1
    })
  })

  test('the fingerprint is another one when a child has come and gone', async () => {
    const child = shell('while read line; do sleep 0; echo done; done')
    const before = (await expectRest(child, 'parked')).fingerprint
    child.process.stdin?.write('go\n')
    await child.says()
    expect((await expectRest(child, 'parked')).fingerprint).not.toBe(before)
  })

  test('who may not look is told so, and takes what is there for running', async () => {
    const module = path.resolve(import.meta.dirname, '../../dist/src/clock/evidence/index.js')
    const script = `import(${JSON.stringify(module)}).then(({ createEvidenceSource }) => {
    const { rest, lines } = createEvidenceSource().look(1)
    console.log(JSON.stringify({ rest, line: lines[0] }))
  })`
    const stranger = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534, cwd: '/' } : {}
    const seen = execFileSync(process.execPath, ['-e', script], { ...stranger, encoding: 'utf8' })
    expect(JSON.parse(seen)).toEqual({
      rest: 'running',
      line: expect.stringContaining('this user may not read its /proc/<pid>/syscall'),
    })
  })

  test('childrenOf finds the children of a process, with and without the help of the kernel', async () => {
    const child = shell('sleep 3600 & sleep 3600 & wait')
    const seen = await until('both are there', () => {
      const pids = childrenOf(child.pid)
      return pids.length === 2 && pids
    })
    expect(new Set(new Children(false).of(child.pid, child.pid))).toEqual(new Set(seen))
    expect(childrenOf(process.pid)).toContain(child.pid)
  })

  test('childrenOf finds none of a process that is not there', () => {
    expect(childrenOf(2 ** 22 + 1)).toEqual([])
  })
})
