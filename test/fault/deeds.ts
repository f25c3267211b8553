import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import path from 'node:path'

import { onTestFinished } from 'vitest'

import { type Fault, fault } from '../../src/fault/fault.ts'
import type { AgentScript } from '../../src/protocol/frames.ts'
import { isExempt } from '../support/exempt.ts'
import { collect, turns, until } from '../support/until.ts'
import {
  answers,
  answersNothing,
  diesOf,
  ends,
  endsItsConnection,
  leaves,
  lives,
  sendsNonsense,
  type Sight,
} from './sights.ts'

interface Prepared {
  readonly fault: Fault
  readonly script?: AgentScript
  readonly proof: unknown
  /** What comes of it. */
  readonly sees: Sight
}

/** A fault that an agent does, and how a test sees that it has. */
interface Deed {
  readonly on?: readonly NodeJS.Platform[]
  prepare(kind: 'scripted' | 'connected'): Prepared | Promise<Prepared>
}

const POSIX = ['linux', 'darwin'] as const
const LINUX = ['linux'] as const

function does(fault: Fault, proof: unknown, sees: Sight, script: AgentScript = {}): Deed['prepare'] {
  return () => ({ fault, proof, sees, script })
}

const aloud = { stdin: 'echo' } as const

/** One of each; what has a test of its own beside it is told only once. */
export const DEEDS: Readonly<Record<string, Deed>> = {
  exit: { prepare: does(fault.exit(3), { code: 3 }, ends(3)) },
  signal: { prepare: does(fault.signal('SIGQUIT'), { signal: 'SIGQUIT' }, ends(null, 'SIGQUIT')) },
  abort: { on: POSIX, prepare: does(fault.abort(), { signal: 'SIGABRT' }, ends(null, 'SIGABRT')) },
  uncaughtException: {
    prepare: does(
      fault.uncaughtException(),
      { message: 'the fault uncaughtException of vitest-supervise' },
      ends(1, null, 'Error: the fault uncaughtException of vitest-supervise\n    at '),
    ),
  },
  unhandledRejection: {
    prepare: does(
      fault.unhandledRejection(),
      { message: 'the fault unhandledRejection of vitest-supervise' },
      ends(1, null, 'Error: the fault unhandledRejection of vitest-supervise\n    at '),
    ),
  },
  hang: { prepare: does(fault.hang(), null, answersNothing, aloud) },
  freeze: { on: POSIX, prepare: does(fault.freeze(), { signal: 'SIGSTOP' }, lives) },
  busyLoop: { prepare: does(fault.busyLoop(), null, answersNothing, aloud) },
  silent: { prepare: does(fault.silent(), null, answersNothing) },
  deaf: {
    prepare: does(
      fault.deaf(),
      null,
      async (scene) => {
        await answersNothing(scene)
        assert.equal(scene.agent.stdout.text, '')
      },
      aloud,
    ),
  },
  ignoreSignal: {
    on: POSIX,
    prepare: does(fault.ignoreSignal('SIGINT'), { signal: 'SIGINT' }, async (scene) => {
      scene.agent.kill('SIGINT')
      await answers(scene)
    }),
  },
  slowStop: {
    on: POSIX,
    prepare: does(fault.slowStop(20), { ms: 20, signal: 'SIGTERM' }, diesOf('SIGTERM', 0)),
  },
  exitOnSignal: {
    on: POSIX,
    prepare: does(fault.exitOnSignal(7, 'SIGINT'), { code: 7, signal: 'SIGINT' }, diesOf('SIGINT', 7)),
  },
  crashOnSignal: {
    on: POSIX,
    prepare: does(
      fault.crashOnSignal(),
      { by: 'SIGSEGV', signal: 'SIGTERM' },
      diesOf('SIGTERM', null, 'SIGSEGV'),
    ),
  },
  flood: {
    prepare: does(fault.flood(200_000), { bytes: 200_000, stream: 'stdout' }, async ({ agent }) => {
      await until('all is read', () => agent.stdout.text.length === 200_000)
      assert.deepEqual(agent.stdout.text.split('\n', 2), Array(2).fill('x'.repeat(79)))
    }),
  },
  endlessLine: {
    prepare: does(
      fault.endlessLine(200_000, 'stderr'),
      { bytes: 200_000, stream: 'stderr' },
      async ({ agent }) => {
        await until('all is read', () => agent.stderr.text.length === 200_000)
        assert.ok(!agent.stderr.text.includes('\n'))
      },
    ),
  },
  partialLine: {
    prepare: does(fault.partialLine(4), { bytes: 21, code: 4, stream: 'stdout' }, async (scene) => {
      await ends(4)(scene)
      assert.deepEqual(await collect(scene.agent.stdout), ['a line without its en'])
    }),
  },
  splitCharacter: {
    prepare: does(fault.splitCharacter(), { bytes: [1, 2], stream: 'stdout' }, async ({ agent }) => {
      assert.equal(await agent.stdout.line(/./), '日')
    }),
  },
  invalidUtf8: {
    prepare: does(fault.invalidUtf8('stderr'), { bytes: 'fffec328', stream: 'stderr' }, async ({ agent }) => {
      assert.equal(await agent.stderr.line(/./), '\uFFFD\uFFFD\uFFFD(')
    }),
  },
  closeOutput: {
    on: POSIX,
    prepare: does(fault.closeOutput(), { stream: 'stdout' }, async (scene) => {
      await until('its end is seen', () => scene.agent.process.stdout?.readableEnded)
      await answers(scene)
    }),
  },
  fullOutput: {
    on: LINUX,
    prepare: does(
      fault.fullOutput(),
      { code: 'ENOSPC', stream: 'stdout' },
      async (scene) => {
        scene.agent.process.stdin?.write('say this\n')
        await ends(1, null, 'ENOSPC')(scene)
      },
      aloud,
    ),
  },
  holdOutput: {
    on: POSIX,
    prepare: does(fault.holdOutput(), { holds: ['stdout', 'stderr'] }, async (scene) => {
      const { agent } = scene
      agent.kill('SIGKILL')
      await agent.exited
      await turns()
      assert.ok(!agent.process.stdout?.readableEnded && !agent.process.stderr?.readableEnded)
      await leaves(1, null, 'SIGKILL')(scene)
    }),
  },
  closeSocket: { prepare: does(fault.closeSocket(), null, endsItsConnection) },
  halfCloseSocket: { prepare: does(fault.halfCloseSocket(), null, endsItsConnection) },
  garbageFrame: {
    prepare: does(fault.garbageFrame(), null, sendsNonsense(String.raw`sent "\u0000garbage"`)),
  },
  truncatedFrame: { prepare: does(fault.truncatedFrame(), null, endsItsConnection) },
  oversizedFrame: {
    prepare: does(fault.oversizedFrame(), { bytes: 1_048_577 }, sendsNonsense('longer than 1048576 bytes')),
  },
  duplicatedFrame: {
    prepare: does(fault.duplicatedFrame(), null, async (scene) => {
      await answers(scene)
      assert.equal(scene.events.filter(({ kind }) => kind === 'ready').length, 1)
    }),
  },
  staleFrame: { prepare: does(fault.staleFrame(), null, answers) },
  slowSocket: {
    prepare: does(fault.slowSocket(), null, async (scene) => {
      const sizes: number[] = []
      scene.agent.socket.on('data', (chunk: Buffer) => sizes.push(chunk.length))
      await answers(scene)
      assert.ok(sizes.length > 3, String(sizes))
    }),
  },
  fullDisk: {
    on: LINUX,
    prepare: does(
      fault.fullDisk(),
      { code: 'ENOSPC' },
      ends(1, null, 'ENOSPC: no space left on device, write'),
      { writes: { file: 'state', text: 'x', every: 1 } },
    ),
  },
  corruptPidFile: {
    prepare: () => ({
      fault: fault.corruptPidFile('a.pid'),
      script: { pidFile: 'a.pid' },
      proof: { file: 'a.pid', content: 'corrupt\u0000\n' },
      async sees({ harness }) {
        assert.equal(readFileSync(path.join(harness.runtimeDir, 'a.pid'), 'utf8'), 'corrupt\u0000\n')
      },
    }),
  },
  stalePidFile: {
    prepare: (kind) => ({
      fault: kind === 'scripted' ? fault.stalePidFile() : fault.stalePidFile('a.pid'),
      script: { pidFile: 'a.pid' },
      proof: { file: 'a.pid', code: 'ESRCH' },
      async sees({ harness }) {
        const pid = Number(readFileSync(path.join(harness.runtimeDir, 'a.pid'), 'utf8'))
        assert.ok(pid > 1)
        assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
      },
    }),
  },
  ...(isExempt() ? {} : { unwritableDirectory: { on: POSIX, prepare: readOnly } }),
  removedDirectory: {
    on: POSIX,
    prepare: (kind) => ({
      fault: fault.removedDirectory(),
      proof: { code: 'ENOENT' },
      // The connected one goes on to write a file there.
      sees: kind === 'scripted' ? lives : ends(1, null, 'ENOENT'),
    }),
  },
  leaveChild: { prepare: does(fault.leaveChild(), { kind: 'ordinary' }, leaves(1, null, 'SIGKILL')) },
  'leaveChild that ignores SIGTERM': {
    on: POSIX,
    prepare: does(fault.leaveChild('ignore-sigterm'), { kind: 'ignore-sigterm' }, leaves(1, null, 'SIGKILL')),
  },
  'leaveChild in its own session': {
    on: POSIX,
    prepare: does(fault.leaveChild('setsid'), { kind: 'setsid' }, leaves(1, null, 'SIGKILL')),
  },
  daemonize: { on: POSIX, prepare: does(fault.daemonize(), { code: 0, kind: 'setsid' }, leaves(1, 0)) },
  forkStorm: {
    on: POSIX,
    prepare: does(fault.forkStorm(20), { children: 20 }, leaves(20, null, 'SIGKILL')),
  },
  slowStart: {
    prepare: does(fault.slowStart(10), { ms: 10 }, async ({ agent }) => {
      await agent.ready
    }),
  },
  neverReady: { prepare: does(fault.neverReady(), null, lives) },
  portTaken: { prepare: portTaken },
  staleSocketFile: {
    on: POSIX,
    prepare: does(fault.staleSocketFile('a.sock'), { code: 'ECONNREFUSED' }, async ({ agent, harness }) => {
      await agent.ready
      const [error] = (await once(connect(path.join(harness.runtimeDir, 'a.sock')), 'error')) as unknown[]
      assert.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED')
    }),
  },
}

async function portTaken(kind: 'scripted' | 'connected'): Promise<Prepared> {
  const proof = { code: 'EADDRINUSE' }
  if (kind === 'scripted') {
    return { fault: fault.portTaken(), script: { listen: 0 }, proof, sees: ends(1, null, 'EADDRINUSE') }
  }
  const server = createServer()
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { fault: fault.portTaken((server.address() as AddressInfo).port), proof, sees: lives }
}

function readOnly(): Prepared {
  return {
    fault: fault.unwritableDirectory('.'),
    proof: { code: 'EACCES' },
    async sees({ harness }) {
      assert.equal(statSync(harness.runtimeDir).mode & 0o222, 0)
    },
  }
}
