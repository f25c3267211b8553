import { OutgoingMessage } from 'node:http'
import type { ReadableStreamDefaultReader, ReadableStreamReadResult } from 'node:stream/web'

import type { Delivery } from '../exchange.ts'
import type { Call, Reply } from './call.ts'

const { queueMicrotask } = globalThis

type Chunk = ReadableStreamReadResult<unknown>

/** In how many turns of the microtask queue a stream that has all its data says that it has come to its end. */
const LOOK_AHEAD = 24

/**
 * Sends a response as it is, its body as it comes. Resolves when the system has all of it, or the client has gone: then the body is
 * cancelled. A body that fails resets the connection.
 * @param truncateAt how many bytes of the body are sent before the connection is closed
 */
export async function sendResponse(call: Call, response: Response, truncateAt?: number): Promise<Delivery> {
  const { reply } = call
  const delivery = new Promise<Delivery>((resolve) => {
    reply.onEnd((complete) => resolve(complete ? 'sent' : 'aborted'))
  })
  const headers: string[] = []
  for (const [name, value] of response.headers) headers.push(name, value)
  const { status, statusText } = response
  if (call.method === 'HEAD' || status === 204 || status === 304) {
    void response.body?.cancel().catch(() => {})
    reply.head(status, statusText, headers)
    if (truncateAt === undefined) reply.out.end()
    else {
      reply.cut()
      return 'whole'
    }
  } else if (truncateAt !== undefined) {
    if (!(await sendPart(reply, response, headers, truncateAt))) return 'whole'
  } else if (response.body === null) {
    reply.head(status, statusText, withLength(headers, 0))
    reply.out.end()
  } else {
    if (!(await sendBody(reply, response, headers))) return 'aborted'
  }
  return delivery
}

/** Gives back false if nothing was left out. */
async function sendPart(
  reply: Reply,
  response: Response,
  headers: string[],
  truncateAt: number,
): Promise<boolean> {
  const whole = Buffer.from(await response.arrayBuffer().catch(() => new ArrayBuffer(0)))
  const promised = headers.flatMap((text, at) =>
    at % 2 === 0 && text !== 'content-length' && text !== 'transfer-encoding'
      ? [text, headers[at + 1] ?? '']
      : [],
  )
  if (reply.out.destroyed) return true
  reply.head(response.status, response.statusText, withLength(promised, whole.length))
  const part = whole.subarray(0, truncateAt)
  // Also of an answer that is whole: the connection ends after it.
  if (part.length === 0) reply.cut()
  else reply.out.write(part, () => reply.cut())
  return part.length < whole.length
}

/** Gives back false if the body has failed. */
async function sendBody(reply: Reply, response: Response, headers: string[]): Promise<boolean> {
  const { out } = reply
  const reader = (
    response.body as NonNullable<Response['body']>
  ).getReader() as ReadableStreamDefaultReader<unknown>
  let open = true
  const promised = Number(response.headers.get('content-length'))
  let sent = 0
  reply.onEnd((complete) => {
    open = false
    if (!complete) void reader.cancel().catch(() => {})
  })
  try {
    const first = await reader.read()
    if (!open) return true
    const bytes = first.done ? EMPTY : bytesOf(first.value)
    const next = first.done ? undefined : reader.read()
    const end = first.done ? first : await settled(next)
    if (!open) return true
    if (end?.done) {
      reply.head(response.status, response.statusText, withLength(headers, bytes.length))
      // Whoever is promised more would wait for it.
      if (promised > bytes.length) out.write(bytes, () => reply.cut())
      else endWith(out, bytes)
      return true
    }
    reply.head(response.status, response.statusText, headers)
    await write(out, bytes)
    sent += bytes.length
    for (let chunk = await next; chunk && !chunk.done; chunk = await reader.read()) {
      if (!open) return true
      const part = bytesOf(chunk.value)
      await write(out, part)
      sent += part.length
    }
    if (open && promised > sent) reply.cut()
    else if (open) out.end()
    return true
  } catch {
    // Also what the client makes of half an answer is to be tested.
    reply.reset()
    return false
  }
}

/** What the promise has come to, if it does so without anything happening. */
function settled(promise: Promise<Chunk> | undefined): Promise<Chunk | undefined> {
  return new Promise((resolve) => {
    promise?.then(resolve, () => resolve(undefined))
    let turns = 0
    const wait = (): void => {
      if (turns++ < LOOK_AHEAD) queueMicrotask(wait)
      else resolve(undefined)
    }
    wait()
  })
}

/** Resolves when more can be written, or nothing any more. */
function write(out: Reply['out'], bytes: Uint8Array): Promise<void> | undefined {
  if (bytes.length === 0 || out.write(bytes) || out.destroyed) return undefined
  return new Promise((resolve) => {
    const go = (): void => {
      out.off('drain', go).off('close', go)
      resolve()
    }
    out.on('drain', go).on('close', go)
  })
}

/** Node sends a short text and the head before it in one piece, and bytes in two. */
function endWith(out: Reply['out'], bytes: Uint8Array): void {
  if (bytes.length > SHORT || !(out instanceof OutgoingMessage)) out.end(bytes)
  else out.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'), 'latin1')
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new TypeError(`The body of a response gave a ${typeof chunk}, which is not bytes.`)
}

function withLength(headers: string[], length: number): string[] {
  return headers.includes('content-length') ? headers : [...headers, 'content-length', String(length)]
}

/** Bytes. */
const SHORT = 16 * 1024

const EMPTY = new Uint8Array(0)
