import { SuperviseError } from '../errors.ts'
import type { Client } from './client.ts'

/** What nobody answers: a request, a connection that holds none, the lookup of a name, or a datagram. */
export interface UnhandledTraffic {
  readonly agent: string | undefined
  readonly attempt: number | undefined
  /** `GET https://api.example.com/x`, `tcp mail.example.com:25`. */
  readonly what: string
  /** How often. */
  readonly count: number
}

interface Entry {
  readonly client: Client
  readonly what: string
  readonly hint: string
  count: number
}

/** How many lines of it a message has. */
const SHOWN = 20

/** What the children of a test have asked for and nobody answers. */
export class Unhandled {
  readonly #entries: Entry[] = []

  /** @param hint what else there is to know of it */
  add(client: Client, what: string, hint = ''): void {
    const { agent, attempt } = client
    const same = this.#entries.find(
      (entry) => entry.what === what && entry.client.agent === agent && entry.client.attempt === attempt,
    )
    if (same) same.count += 1
    else this.#entries.push({ client, what, hint, count: 1 })
  }

  /** `ERR_NETWORK_UNHANDLED`, which lists all of it; undefined if there is nothing. @param handlers what there are handlers for */
  error(handlers: readonly string[] = []): SuperviseError | undefined {
    const entries = this.#entries
    if (entries.length === 0) return undefined
    const lines = entries.slice(0, SHOWN).map(lineOf)
    const more = entries.length - lines.length
    if (more > 0) lines.push(`- and ${more} more`)
    const traffic: UnhandledTraffic[] = entries.map(({ client: { agent, attempt }, what, count }) => ({
      agent,
      attempt,
      what,
      count,
    }))
    return new SuperviseError(
      'ERR_NETWORK_UNHANDLED',
      `Processes of this test asked the network for what no handler answers, and got a network error:\n${lines.join('\n')}\n` +
        `${handlersText(handlers)}\n` +
        'Add a handler by `network.use()`, let it through by `network.allow(origin)`, or set the option ' +
        "`network: { onUnhandledRequest: 'warn' | 'bypass' }`.",
      { unhandled: traffic },
    )
  }
}

function handlersText(handlers: readonly string[]): string {
  if (handlers.length === 0) return 'The test has no handlers.'
  const more = handlers.length > SHOWN ? `, and ${handlers.length - SHOWN} more` : ''
  return `There are handlers for ${handlers.slice(0, SHOWN).join(', ')}${more}.`
}

/** How messages call the process: `agent#2`, or what else is known of it. */
export function nameOfClient({ agent, attempt, label, pid }: Client): string {
  if (agent !== undefined) return attempt === undefined ? agent : `${agent}#${attempt}`
  return label ?? (pid === undefined ? 'a process' : `process ${pid}`)
}

function lineOf({ client, what, hint, count }: Entry): string {
  return `- ${nameOfClient(client)}: ${what}${count > 1 ? ` (${count} times)` : ''}${hint === '' ? '' : `: ${hint}`}`
}
