import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'

import { expect, onTestFinished } from 'vitest'

import { type Fault, fault } from '../../src/fault/fault.ts'
import type { Harness } from '../../src/harness.ts'
import type { AgentEvent } from '../../src/process/agent-event.ts'
import type { AgentHandle } from '../../src/process/agent-handle.ts'
import type { AgentScript } from '../../src/protocol/frames.ts'
import { failure } from '../support/agents.ts'
import { collect, turns, until } from '../support/until.ts'

interface Scene {
  readonly agent: AgentHandle
  readonly harness: Harness
  readonly events: readonly AgentEvent[]
}

interface Prepared {
  readonly fault: Fault
  readonly script?: AgentScript
  readonly proof: unknown
  /** What comes of it. */
  sees(scene: Scene): Promise<void>
}

/** A fault that an agent does, and how a test sees that it has. */
interface Deed {
  readonly on?: readonly NodeJS.Platform[]
  prepare(kind: 'scripted' | 'connected'): Prepared | Promise<Prepared>
}

const POSIX = ['linux', 'darwin'] as const
const LINUX = ['linux'] as const

const ends =
  (code: number | null, signal: NodeJS.Signals | null = null, says = '') =>
  async ({ agent }: Scene): Promise<void> => {
    expect(await agent.exited).toMatchObject({ exitCode: code, signal })
    expect((await agent.close()) && agent.stderr.text).toContain(says)
  }

const lives = async ({ agent }: Scene): Promise<void> => {
  await turns()
  expect(agent.result).toBeUndefined()
}

const answers = async (scene: Scene): Promise<void> => {
  await scene.agent.send('still there?')
  for await (const message of scene.agent.messages()) if (message === 'still there?') return lives(scene)
  throw new Error('it does not answer')
}

const answersNothing = async ({ agent }: Scene): Promise<void> => {
  await agent.send('anybody?')
  agent.process.stdin?.write('anybody?\n')
  await turns()
  agent.kill('SIGTERM')
  expect(await agent.exited).toMatchObject({ signal: 'SIGTERM' })
  expect(await collect(agent.messages())).not.toContain('anybody?')
}

const diesOf =
  (sent: NodeJS.Signals, code: number | null, signal: NodeJS.Signals | null = null) =>
  async (scene: Scene): Promise<void> => {
    await answers(scene)
    scene.agent.kill(sent)
    await ends(code, signal)(scene)
  }

const endsItsConnection = async (scene: Scene): Promise<void> => {
  await until('the connection ends', () => scene.agent.socket.readableEnded)
  for await (const message of scene.agent.messages()) expect(message).toBe('written')
  await lives(scene)
}

const sendsNonsense =
  (excerpt: string) =>
  async (scene: Scene): Promise<void> => {
    const error = await failure(collect(scene.agent.messages()))
    expect(error).toMatchObject({ code: 'ERR_PROTOCOL' })
    expect(error.message).toContain(excerpt)
    expect(await failure(scene.agent.send('again'))).toMatchObject({ code: 'ERR_AGENT_CLOSED' })
    await lives(scene)
  }

const leaves =
  (count: number, code: number | null, signal: NodeJS.Signals | null = null) =>
  async ({ agent, harness }: Scene): Promise<void> => {
    if (signal) agent.kill(signal)
    expect(await agent.exited).toMatchObject({ exitCode: code, signal })
    expect(await harness.processes()).toHaveLength(count)
    await agent.close()
    expect(await harness.processes()).toEqual([])
  }

function does(
  fault: Fault,
  proof: unknown,
  sees: (scene: Scene) => Promise<void>,
  script: AgentScript = {},
): Deed['prepare'] {
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
  outOfMemory: {
    on: LINUX,
    prepare: does(
      fault.outOfMemory(),
      { room: 2 ** 26 },
      ends(null, 'SIGABRT', 'JavaScript heap out of memory'),
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
        expect(scene.agent.stdout.text).toBe('')
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
      expect(agent.stdout.text.split('\n', 2)).toEqual(Array(2).fill('x'.repeat(79)))
    }),
  },
  endlessLine: {
    prepare: does(
      fault.endlessLine(200_000, 'stderr'),
      { bytes: 200_000, stream: 'stderr' },
      async ({ agent }) => {
        await until('all is read', () => agent.stderr.text.length === 200_000)
        expect(agent.stderr.text).not.toContain('\n')
      },
    ),
  },
  partialLine: {
    prepare: does(fault.partialLine(4), { bytes: 21, code: 4, stream: 'stdout' }, async (scene) => {
      await ends(4)(scene)
      expect(await collect(scene.agent.stdout)).toEqual(['a line without its en'])
    }),
  },
  splitCharacter: {
    prepare: does(fault.splitCharacter(), { bytes: [1, 2], stream: 'stdout' }, async ({ agent }) => {
      expect(await agent.stdout.line(/./)).toBe('日')
    }),
  },
  invalidUtf8: {
    prepare: does(fault.invalidUtf8('stderr'), { bytes: 'fffec328', stream: 'stderr' }, async ({ agent }) => {
      expect(await agent.stderr.line(/./)).toBe('\uFFFD\uFFFD\uFFFD(')
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
      expect([agent.process.stdout, agent.process.stderr].map((stream) => stream?.readableEnded)).toEqual([
        false,
        false,
      ])
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
      expect(scene.events.filter(({ kind }) => kind === 'ready')).toHaveLength(1)
    }),
  },
  staleFrame: { prepare: does(fault.staleFrame(), null, answers) },
  slowSocket: {
    prepare: does(fault.slowSocket(), null, async (scene) => {
      const sizes: number[] = []
      scene.agent.socket.on('data', (chunk: Buffer) => sizes.push(chunk.length))
      await answers(scene)
      expect(sizes.length).toBeGreaterThan(3)
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
        expect(readFileSync(path.join(harness.runtimeDir, 'a.pid'), 'utf8')).toBe('corrupt\u0000\n')
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
        expect(pid).toBeGreaterThan(1)
        expect(() => process.kill(pid, 0)).toThrow('ESRCH')
      },
    }),
  },
  ...(isExempt() ? {} : { readOnlyDirectory: { on: POSIX, prepare: readOnly } }),
  removedDirectory: { on: POSIX, prepare: does(fault.removedDirectory(), { code: 'ENOENT' }, lives) },
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
      await expect(agent.ready).resolves.toBeUndefined()
    }),
  },
  neverReady: { prepare: does(fault.neverReady(), null, lives) },
  portTaken: { prepare: portTaken },
  staleSocketFile: {
    on: POSIX,
    prepare: does(fault.staleSocketFile('a.sock'), { code: 'ECONNREFUSED' }, async ({ agent, harness }) => {
      await agent.ready
      const [error] = await once(connect(path.join(harness.runtimeDir, 'a.sock')), 'error').catch(
        (error: unknown) => [error],
      )
      expect(error).toMatchObject({ code: 'ECONNREFUSED' })
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
  const root = mkdtempSync(path.join(os.tmpdir(), 'read-only-'))
  onTestFinished(() => {
    chmodSync(root, 0o700)
    rmSync(root, { recursive: true })
  })
  return {
    fault: fault.readOnlyDirectory(root),
    proof: { code: 'EACCES' },
    async sees() {
      expect(statSync(root).mode & 0o222).toBe(0)
    },
  }
}

/** Whether this user may write into a directory that nobody may write into. */
export function isExempt(): boolean {
  const root = mkdtempSync(path.join(os.tmpdir(), 'exempt-'))
  try {
    chmodSync(root, 0o500)
    writeFileSync(path.join(root, 'probe'), '')
    return true
  } catch {
    return false
  } finally {
    chmodSync(root, 0o700)
    rmSync(root, { recursive: true })
  }
}
