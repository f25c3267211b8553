import { SuperviseError } from '../errors.ts'
import { isRecord } from '../json.ts'
import { type Check, checkOptions, invalidOption, milliseconds, wholeNumber } from '../option-checks.ts'

/** Errors that Node gives a connection that cannot be made. */
const CONNECT_CODES = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'ETIMEDOUT',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
] as const

/** The system's error for a connection that cannot be made. */
export type ConnectErrorCode = (typeof CONNECT_CODES)[number]

/** What goes wrong with the requests for a URL. One of `status`, `reset`, `stall` and `connect`, or none of them. */
export interface NetworkFault {
  /** They are answered with this status, 200 to 599. */
  readonly status?: number
  /** The headers of that answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** The body of that answer. Default: none. */
  readonly body?: string
  /**
   * Their connections are reset: `ECONNRESET` in the child. Of HTTP/2, which the `fetch` of Node 26 speaks, the stream is, which every
   * client hears of: `ERR_HTTP2_STREAM_ERROR`. A connection of HTTP/2 that is reset looks to some as if it had ended.
   */
  readonly reset?: true
  /** They get no answer at all, until the child gives up or the test ends. */
  readonly stall?: true
  /** No connection can be made, with this error in the child. Of the URL only scheme, host and port count. */
  readonly connect?: ConnectErrorCode
  /**
   * The connection breaks after this many bytes of the answer's body, whose head promises all of it; of HTTP/2, the stream does.
   * The answer is a handler's, or that of `status`.
   */
  readonly truncateAt?: number
  /** What else happens, or the handler's answer, comes this many ms later: of virtual time, if the test has a clock. */
  readonly delay?: number
  /** How many requests, or connections, are struck. Default: all. */
  readonly times?: number
  /** The test passes, too, if it never strikes. Default false. */
  readonly optional?: boolean
}

const TRUE: Check = (value) => (value === true ? undefined : 'true, or left out')

const FAULT: Record<keyof NetworkFault, Check> = {
  status: (value) =>
    Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599
      ? undefined
      : 'a status of HTTP, a whole number from 200 to 599',
  headers: (value) =>
    isRecord(value) && Object.values(value).every((one) => typeof one === 'string')
      ? headersError(value)
      : 'an object of strings',
  body: (value) => (typeof value === 'string' ? undefined : 'a string'),
  reset: TRUE,
  stall: TRUE,
  connect: (value) =>
    CONNECT_CODES.some((code) => code === value)
      ? undefined
      : `one of ${CONNECT_CODES.map((code) => `"${code}"`).join(', ')}`,
  truncateAt: wholeNumber(),
  delay: milliseconds,
  times: (value) =>
    value === Infinity || (Number.isInteger(value) && Number(value) > 0)
      ? undefined
      : 'a whole number, 1 or more',
  optional: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
}

const WITHOUT_BODY = new Set([204, 205, 304])

const WHERE = 'network.fail()'
const WAYS = ['status', 'reset', 'stall', 'connect'] as const

/** Throws `ERR_OPTION_UNKNOWN` or `ERR_OPTION_INVALID` for what is no fault. */
export function checkNetworkFault(fault: unknown): asserts fault is NetworkFault {
  if (!isRecord(fault))
    throw invalidOption(WHERE, 'fault', fault, 'an object such as { status: 503, times: 2 }')
  checkOptions(WHERE, fault, FAULT)
  const ways = WAYS.filter((way) => fault[way] !== undefined)
  if (ways.length > 1) throw contradiction(`${quoted(ways)} cannot both be: inject one fault for each`)
  if (ways.length === 0 && fault['truncateAt'] === undefined && fault['delay'] === undefined) {
    throw contradiction(
      'it says nothing that goes wrong: `status`, `reset`, `truncateAt`, `delay`, `stall` or `connect`',
    )
  }
  const [way] = ways
  if (fault['truncateAt'] !== undefined && way !== undefined && way !== 'status') {
    throw contradiction(`\`truncateAt\` needs an answer, which \`${way}\` is none`)
  }
  for (const part of ['headers', 'body']) {
    if (fault[part] !== undefined && way !== 'status') throw contradiction(`\`${part}\` needs a \`status\``)
  }
  for (const part of ['body', 'truncateAt']) {
    if (fault[part] !== undefined && WITHOUT_BODY.has(Number(fault['status'])))
      throw contradiction(`an answer of status ${String(fault['status'])} has no body, and so no \`${part}\``)
  }
  const length = Buffer.byteLength(typeof fault['body'] === 'string' ? fault['body'] : '')
  if (way === 'status' && fault['truncateAt'] !== undefined && Number(fault['truncateAt']) >= length)
    throw contradiction(`\`truncateAt\` leaves nothing out of a body of ${length} bytes`)
}

/** The name by which a fault stands in the timeline: `network.reset`. */
export function nameOfFault(fault: NetworkFault): string {
  const what = WAYS.find((way) => fault[way] !== undefined)
  if (fault.truncateAt !== undefined) return 'network.truncate'
  return `network.${what ?? 'delay'}`
}

/** What would else only be noticed when the fault strikes. */
function headersError(headers: Readonly<Record<string, unknown>>): string | undefined {
  try {
    void new Headers(headers as Record<string, string>)
    return undefined
  } catch (error) {
    return `names and values that HTTP allows (${String(error)})`
  }
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(' and ')
}

function contradiction(text: string): SuperviseError {
  return new SuperviseError('ERR_OPTION_INVALID', `The fault of ${WHERE} cannot be meant: ${text}.`, {
    option: 'fault',
  })
}
