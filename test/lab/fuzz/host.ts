import { Duplex } from 'node:stream'

import * as fc from 'fast-check'

import type { Clock } from '../../../src/clock/clock.ts'
import { OPEN_ROUTER } from '../../../src/clock/route.ts'
import { HostSession } from '../../../src/protocol/host-session.ts'
import { agentKinds, anyCuts, anyPiece, anyTail, chunksOf, HELLO, type Stream } from './lines.ts'
import { byHost, json, read } from './reading.ts'

/** A stream for the test's side: pieces that are mostly taken, and at the end anything. */
export const anyAgentStream: fc.Arbitrary<Stream> = fc
  .record({
    begin: fc.oneof(
      { weight: 9, arbitrary: fc.constant([HELLO]) },
      { weight: 1, arbitrary: fc.constant([]) },
    ),
    body: fc.array(anyPiece(agentKinds), { minLength: 20, maxLength: 60, size: 'max' }),
    end: anyPiece(agentKinds),
    tail: anyTail,
    cuts: anyCuts,
  })
  .map(({ begin, body, end, tail, cuts }) => ({
    pieces: [...begin, ...taken(begin, body), end, ...tail],
    cuts,
  }))

/** Has a session hear the stream, and throws what it did that it should not. */
export async function tryHost(stream: Stream): Promise<void> {
  const expected = read(stream.pieces, byHost)
  const heard: string[] = []
  const wire = new Wire()
  const session: HostSession = new HostSession(wire, {
    peer: 'agent "x"',
    clock: clockOf(() => heard.push('sleep')),
    router: OPEN_ROUTER,
    welcome() {
      session.listener = {
        hello: ({ id, pid }) => heard.push(`hello ${id} ${pid}`),
        ready: () => heard.push('ready'),
        cue: (name) => heard.push(`cue ${name}`),
        fired: (id) => heard.push(`fired ${id}`),
        failed: (id) => heard.push(`failed ${id}`),
        message() {},
        ended: () => heard.push('ended'),
      }
      return { attempt: 1, faults: [], script: {} }
    },
  })
  const over = new Promise<void>((resolve) => wire.once('end', resolve).once('close', resolve))
  for (const chunk of chunksOf(stream)) if (!wire.destroyed) wire.push(chunk)
  wire.push(null)
  await over

  const messages: string[] = []
  const failure = await collect(session, messages)
  const events = expected.heard.filter((one) => one !== 'parked' && !one.startsWith('message'))
  if (expected.heard.length > 0) events.push('ended')
  same('what was heard', heard, events)
  same(
    'the messages',
    messages,
    expected.heard.filter((one) => one.startsWith('message')),
  )
  same('whether it was refused', failure !== undefined, expected.refused !== undefined)
  if (failure !== session.refusal) throw new Error('the messages end in another error than the session')
  same('what can be sent after the end', await session.send('more'), false)
  if (failure) checkError(failure)
}

/** Of a body of pieces those that are not refused, one after the other. */
function taken(begin: readonly Buffer[], body: readonly Buffer[]): Buffer[] {
  const opened = begin.length > 0 ? ['hello web 7'] : []
  return body.filter((piece) => {
    const { refused } = read([piece, Buffer.from('\n')], (frame) => byHost(frame, opened))
    return refused === undefined && piece.at(-1) === 0x0a
  })
}

async function collect(session: HostSession, messages: string[]): Promise<unknown> {
  try {
    for await (const message of session.messages.take()) messages.push(`message ${json(message)}`)
  } catch (error) {
    return error
  }
}

function checkError(error: unknown): void {
  const { code, message } = error as { code: string; message: string }
  same('the code', code, 'ERR_PROTOCOL')
  if (message.includes('\n') || message.length > 700)
    throw new Error(`not one line: ${message.slice(0, 900)}`)
}

function clockOf(onSleep: () => void): Clock {
  return {
    now: 0,
    async sleep() {
      onSleep()
    },
  }
}

/** A socket whose other end is the caller. */
class Wire extends Duplex {
  override _read(): void {}

  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done()
  }
}

/** Throws unless both are the same, written as JSON. */
export function same(what: string, actual: unknown, expected: unknown): void {
  const [one, other] = [actual, expected].map((value) => JSON.stringify(value)?.slice(0, 2000))
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`${what}: ${one}, expected ${other}`)
}
