import { type AgentFrame, PROTOCOL_VERSION } from './frames.ts'
import type { RawFrame } from './ndjson.ts'

/** What agents are called: ids become file names, so nothing that could be read as a path is among them. */
const AGENT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** Whether `id` is 1 to 64 letters, digits, `-` and `_` and begins with a letter or a digit. */
export function isAgentId(id: unknown): id is string {
  return typeof id === 'string' && AGENT_ID.test(id)
}

/** One kind of frame: how it looks, in words, and whether this is one. */
interface Shape {
  readonly text: string
  fits(frame: RawFrame): boolean
}

/** How the frames look that an agent sends. What they hold besides is nobody's business. */
export const agentShapes: Readonly<Record<AgentFrame['t'], Shape>> = {
  hello: {
    text: `{"t":"hello","v":${PROTOCOL_VERSION},"id":"…","pid":…,"can":["…"]}, with the id of SUPERVISE_AGENT`,
    fits: ({ v, id, pid, can = [], points = [] }) =>
      v === PROTOCOL_VERSION &&
      isAgentId(id) &&
      Number.isSafeInteger(pid) &&
      Number(pid) > 0 &&
      isTexts(can) &&
      isTexts(points),
  },
  ready: { text: '{"t":"ready"}', fits: () => true },
  message: { text: '{"t":"message","body":…}', fits: () => true },
  fired: { text: '{"t":"fired","id":1,"proof":…}', fits: ({ id }) => isNumber(id) },
  failed: {
    text: '{"t":"failed","id":1,"reason":"…"}',
    fits: ({ id, reason }) => isNumber(id) && typeof reason === 'string',
  },
  cue: {
    text: '{"t":"cue","name":"…","n":1}',
    fits: ({ name, n }) => typeof name === 'string' && isNumber(n),
  },
  sleep: { text: '{"t":"sleep","ms":1000,"n":1}', fits: ({ ms, n }) => Number.isFinite(ms) && isNumber(n) },
  exit: {
    text: '{"t":"exit","code":0}, or {"t":"exit","signal":"SIGTERM"}',
    fits: ({ code = null, signal = null }) =>
      (code === null || Number.isSafeInteger(code)) &&
      (signal === null || (typeof signal === 'string' && /^SIG[A-Z0-9]+$/.test(signal))),
  },
  parked: {
    text: '{"t":"parked","seen":1}',
    fits: ({ seen }) => Number.isSafeInteger(seen) && Number(seen) >= 0,
  },
}

/** The frame as what its `t` says that it is: undefined for a kind that this version does not know. */
export function knownFrame(frame: RawFrame): AgentFrame | undefined {
  return Object.hasOwn(agentShapes, frame.t) ? (frame as unknown as AgentFrame) : undefined
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

/** A number that is the same when it comes back. */
function isNumber(value: unknown): boolean {
  return Number.isFinite(value) && Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER
}
