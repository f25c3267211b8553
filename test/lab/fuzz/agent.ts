import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import os from 'node:os'
import type { Duplex, Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

import * as fc from 'fast-check'

import type { Json } from '../../../src/json.ts'
import { encodeFrame, FrameDecoder } from '../../../src/protocol/ndjson.ts'
import { same } from './host.ts'
import {
  anyCuts,
  anyPiece,
  anyTail,
  chunksOf,
  hostKinds,
  type Stream,
  WELCOME,
  welcomeKinds,
} from './lines.ts'
import { byAgent, json, read } from './reading.ts'

/** How long an agent may take for a stream, however busy the machine is, before it is said to hang. */
const HANG_MS = 30_000

/** A stream for the agent's side: pieces that are taken, and at the end anything. */
export function anyTestStream(length: number): fc.Arbitrary<Stream> {
  return fc
    .record({
      body: fc.array(anyPiece(hostKinds), { minLength: length, maxLength: length, size: 'max' }),
      end: anyPiece(hostKinds),
      tail: anyTail,
      cuts: anyCuts,
    })
    .map(({ body, end, tail, cuts }) => ({ pieces: [WELCOME, ...body.filter(isTaken), end, ...tail], cuts }))
}

/** A welcome that may be anything. */
export const anyWelcome: fc.Arbitrary<Stream> = fc
  .record({ begin: anyPiece(welcomeKinds), cuts: anyCuts })
  .map(({ begin, cuts }) => ({ pieces: [begin], cuts }))

/** Has an agent process hear the stream and then its end, and throws what it did that it should not. */
export async function tryAgent(program: string, stream: Stream): Promise<void> {
  const expected = read(stream.pieces, byAgent)
  const { code, signal, answers, stderr } = await converse(program, stream)
  const complaints = stderr
    .split('\n')
    .filter((line) => line !== '' && !/ (?:is left out|did not fire): /.test(line))
  same('its signal', signal, null)
  // Not all that is read can be written again.
  const unanswerable = expected.heard.findIndex((one) => one.startsWith('message') && !fits(one))
  const isRefused = expected.refused !== undefined || unanswerable !== -1
  same('its exit code', `${code}, ${stderr.slice(0, 500)}`, `${isRefused ? 1 : 0}, ${stderr.slice(0, 500)}`)
  same('its lines on stderr', complaints.length, isRefused ? 1 : 0)
  const wanted = expected.heard
    .slice(0, unanswerable === -1 ? undefined : unanswerable)
    .filter((one) => one.startsWith('message'))
  // An agent that is about to exit may still answer what came together with that.
  same('its answers', unanswerable === -1 ? answers : answers.slice(0, wanted.length), wanted)
  for (const line of complaints) if (!isOurs(line)) throw new Error(`not one of our lines: ${line}`)
}

/** The same where only what it must not do is known: hang, die of a signal, or show a stack. */
export async function tryWelcome(program: string, stream: Stream): Promise<void> {
  const { code, signal, stderr } = await converse(program, stream)
  same('its signal', signal, null)
  if (code !== 0 && code !== 1) throw new Error(`it exited with ${code}: ${stderr}`)
  const lines = stderr.split('\n').filter(Boolean)
  if (code === 1) same('its last words', lines.length > 0, true)
  for (const line of lines) if (!isOurs(line)) throw new Error(`not one of our lines: ${stderr}`)
}

interface Conversation {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly answers: readonly string[]
  readonly stderr: string
}

async function converse(program: string, stream: Stream): Promise<Conversation> {
  const child = spawn(program, [], {
    cwd: os.tmpdir(),
    env: {
      PATH: process.env['PATH'],
      SUPERVISE_AGENT: 'web',
      SUPERVISE_FD: '3',
      SUPERVISE_MARK: randomUUID(),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  try {
    const answers: string[] = []
    const decoder = new FrameDecoder()
    const channel = child.stdio[3] as Duplex
    channel.on('error', () => {}) // It has gone, and resets what it has not read.
    channel.on('data', (chunk: Buffer) =>
      decoder.push(chunk, (frame) => {
        if (frame.t === 'message') answers.push(`message ${json(frame['body'] as Json)}`)
      }),
    )
    let stderr = ''
    const { promise: ended, done } = endOf(child)
    ;(child.stderr as Readable).setEncoding('utf8').on('data', (text: string) => (stderr += text))
    for (const chunk of chunksOf(stream)) {
      if (!channel.writable) break
      if (!channel.write(chunk)) await Promise.race([drained(channel), ended])
    }
    channel.end()
    const limit = new AbortController()
    const late = delay(HANG_MS, 'late', { signal: limit.signal }).catch(() => 'over')
    if ((await Promise.race([ended, late])) === 'late') throw new Error(`it hangs. It said: ${stderr}`)
    limit.abort()
    done()
    return { code: child.exitCode, signal: child.signalCode, answers, stderr }
  } finally {
    child.kill('SIGKILL')
  }
}

function endOf(child: ChildProcess): { promise: Promise<unknown>; done: () => void } {
  const promise = new Promise((resolve, reject) => child.once('close', resolve).once('error', reject))
  return { promise, done: () => child.removeAllListeners() }
}

function drained(channel: Duplex): Promise<unknown> {
  return new Promise<void>((resolve) => {
    const done = (): void => {
      channel.off('drain', done).off('close', done)
      resolve()
    }
    channel.once('drain', done).once('close', done)
  })
}

function isTaken(piece: Buffer): boolean {
  return piece.at(-1) === 0x0a && read([piece], byAgent).refused === undefined
}

function fits(message: string): boolean {
  if (message === 'message too deep') return false
  try {
    encodeFrame({ t: 'message', body: JSON.parse(message.slice('message '.length)) as Json })
    return true
  } catch {
    return false
  }
}

function isOurs(line: string): boolean {
  return line.startsWith('vitest-supervise agent: ') || line === 'cannot answer'
}
