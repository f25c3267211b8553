import type { Json } from '../../../src/json.ts'

/** What is to come of a stream: what is heard in order, and the line for which it is refused, if it is. */
export interface Reading {
  readonly heard: readonly string[]
  readonly refused: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

/** How a frame of one side is taken: what is heard, nothing, or `refused`. */
type Rules = (frame: Fields, heard: readonly string[]) => string | undefined

const REFUSED = 'refused'
const LIMIT = 1024 * 1024

/** What the protocol says of a stream, written down as plainly as can be. */
export function read(pieces: readonly Buffer[], rules: Rules): Reading {
  const lines = Buffer.concat(pieces).toString('latin1').split('\n')
  const heard: string[] = []
  for (const [index, latin] of lines.entries()) {
    const bytes = Buffer.from(latin, 'latin1')
    if (bytes.length >= LIMIT) return { heard, refused: latin }
    if (index === lines.length - 1) break
    const line = bytes.toString('utf8')
    if (!Buffer.from(line, 'utf8').equals(bytes)) return { heard, refused: line }
    if (line.trim() === '') continue
    const frame = parse(line)
    const outcome = typeof frame?.['t'] === 'string' ? rules(frame, heard) : REFUSED
    if (outcome === REFUSED) return { heard, refused: line }
    if (outcome !== undefined) heard.push(outcome)
  }
  return { heard, refused: undefined }
}

/** How the test takes what an agent says. */
export function byHost(frame: Fields, heard: readonly string[]): string | undefined {
  const { t, v, id, pid, can = [], points = [], name, n, ms, seen, reason, body = null } = frame
  const known = ['hello', 'ready', 'message', 'fired', 'failed', 'cue', 'sleep', 'parked', 'exit'].includes(
    String(t),
  )
  if (!known) return undefined
  if (t !== 'hello' && heard.length === 0) return REFUSED
  const isN = typeof n === 'number' && Math.abs(n) <= 2 ** 53 - 1
  switch (t) {
    case 'hello': {
      const isCan = [can, points].every(
        (list) => Array.isArray(list) && list.every((one) => typeof one === 'string'),
      )
      const isId = typeof id === 'string' && /^[a-z\d][\w-]{0,63}$/i.test(id)
      const isPid = typeof pid === 'number' && pid % 1 === 0 && pid > 0 && pid < 2 ** 53
      if (v !== 1 || !isId || !isPid || !isCan) return REFUSED
      const greeting = `hello ${id} ${pid}`
      if (heard[0] === greeting) return undefined
      return heard.length === 0 ? greeting : REFUSED
    }
    case 'message':
      return `message ${json(body as Json)}`
    case 'fired':
      return typeof id === 'number' && Math.abs(id) <= 2 ** 53 - 1 ? `fired ${id}` : REFUSED
    case 'failed':
      return typeof id === 'number' && Math.abs(id) <= 2 ** 53 - 1 && typeof reason === 'string'
        ? `failed ${id}`
        : REFUSED
    case 'exit':
      return isEnd(frame) ? 'parked' : REFUSED
    case 'cue':
      return typeof name === 'string' && isN ? `cue ${name}` : REFUSED
    case 'sleep':
      return typeof ms === 'number' && Number.isFinite(ms) && isN ? `sleep` : REFUSED
    case 'parked':
      return typeof seen === 'number' && seen % 1 === 0 && seen >= 0 && seen < 2 ** 53 ? 'parked' : REFUSED
    default:
      return 'ready'
  }
}

/** Nobody hears of it before the end, as of `parked`. */
function isEnd({ code = null, signal = null }: Fields): boolean {
  return (
    (code === null || Number.isSafeInteger(code)) &&
    (signal === null || (typeof signal === 'string' && /^SIG[A-Z0-9]+$/.test(signal)))
  )
}

/** How an agent takes what a test says. */
export function byAgent({ t, id, name, options, body = null }: Fields): string | undefined {
  if (t === 'message') return `message ${json(body as Json)}`
  if (t !== 'do') return undefined
  const isOptions = typeof (options ?? {}) === 'object' && !Array.isArray(options)
  return typeof id === 'number' && typeof name === 'string' && isOptions ? 'do' : REFUSED
}

/** What cannot be written again is as good as any other such. */
export function json(value: Json): string {
  try {
    return JSON.stringify(value)
  } catch {
    return 'too deep'
  }
}

function parse(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}
