import { isRecord } from '../json.ts'
import { invalidOption } from '../option-checks.ts'
import { SuperviseError } from '../errors.ts'
import { destinationOf } from './destination.ts'
import type { WebSocketConnection } from './exchange.ts'
import { isUrlLike, UrlPattern } from './url-pattern.ts'
import type { Destination } from './verdict.ts'

/** A handler of MSW, 2.13 to 3.x: what `http.get()`, `graphql.query()` or the link of `ws.link()` make. */
export interface NetworkHandler {
  readonly kind?: string
  run(...input: never[]): unknown
}

/** What a handler of requests is given and gives, as MSW has it. */
interface RequestHandler {
  run(input: {
    readonly request: Request
    readonly requestId: string
    readonly resolutionContext: { readonly quiet: true }
  }): Promise<{ readonly response?: Response } | null>
}

interface SocketHandler {
  run(connection: WebSocketConnection): Promise<object | null>
}

/** What the handlers say of a request. */
export type HandlersAnswer =
  | { readonly by: 'handler'; readonly response: Response }
  /** A handler has it go to the real server. */
  | { readonly by: 'passthrough' }
  /** @property matched whether a handler matched, and gave no response */
  | { readonly by: 'nobody'; readonly matched: boolean }

interface Entry {
  readonly handler: NetworkHandler
  /** Undefined if only the handler itself can tell. */
  readonly pattern: UrlPattern | undefined
  readonly isSocket: boolean
}

/** The handlers of one test. The last that were added come first, as in MSW. */
export class Handlers {
  #entries: Entry[] = []
  #requests = 0

  /** Throws `ERR_OPTION_INVALID` for what is no handler, and for one that no request of a child can match. */
  use(handlers: readonly NetworkHandler[]): void {
    this.#entries = [...handlers.map(entryOf), ...this.#entries]
  }

  /** Whether one of them names this destination, and does not only match it among others. */
  name(destination: Destination): boolean {
    return this.#entries.some(({ pattern }) => pattern?.names(destination))
  }

  /** Whether one of them may answer what is asked for there. */
  mayMean(destination: Destination): boolean {
    return this.#entries.some(({ pattern }) => !pattern || pattern.mayMean(destination))
  }

  /** Whether one of them may answer something at this host. */
  mayMeanHost(host: string): boolean {
    return this.#entries.some(({ pattern }) => !pattern || pattern.mayMeanHost(host))
  }

  /** What each is for, in MSW's words where it has any. */
  get names(): string[] {
    return this.#entries.map(({ handler, pattern }) => nameOf(handler) ?? String(pattern))
  }

  /** What they answer. Rejects with what a handler throws. */
  async answer(request: Request): Promise<HandlersAnswer> {
    const requestId = `${++this.#requests}`
    let matched = false
    const destination = destinationOf(request.url)
    for (const { handler, pattern, isSocket } of this.#entries) {
      // Those for other hosts would find that out by themselves, for ten times as much.
      if (isSocket || pattern?.mayMean(destination) === false) continue
      const result = await (handler as unknown as RequestHandler).run({
        request,
        requestId,
        resolutionContext: { quiet: true },
      })
      if (result === null) continue
      matched = true
      // Without one, the next that matches has its turn.
      if (result.response) {
        return isPassthrough(result.response)
          ? { by: 'passthrough' }
          : { by: 'handler', response: result.response }
      }
    }
    return { by: 'nobody', matched }
  }

  /** Hands a WebSocket to every handler that matches; false if none does. Rejects with what a handler throws. */
  async connect(connection: WebSocketConnection): Promise<boolean> {
    let matched = false
    for (const { handler, isSocket } of this.#entries) {
      if (!isSocket) continue
      if ((await (handler as unknown as SocketHandler).run(connection)) !== null) matched = true
    }
    return matched
  }
}

const INTENTION = 'x-msw-intention'

function isPassthrough(response: Response): boolean {
  return response.status === 302 && response.headers.get(INTENTION) === 'passthrough'
}

function entryOf(handler: NetworkHandler): Entry {
  if (!isHandler(handler)) {
    const expected =
      'handlers of MSW, such as `http.get("https://api.example.com/*", () => HttpResponse.json({}))`'
    throw invalidOption('network.use()', 'handlers', handler, expected)
  }
  const url = urlOf(handler)
  if (typeof url === 'string' && !isUrlLike(url)) throw relative(url)
  return {
    handler,
    pattern: isUrlLike(url) ? new UrlPattern(url) : undefined,
    isSocket: handler.kind === 'websocket',
  }
}

function isHandler(value: unknown): value is NetworkHandler {
  return typeof value === 'object' && value !== null && 'run' in value && typeof value.run === 'function'
}

function nameOf(handler: NetworkHandler): string | undefined {
  const { info } = handler as { info?: unknown }
  return isRecord(info) && typeof info['header'] === 'string' ? info['header'] : undefined
}

/** Where a handler keeps its URL: of HTTP in its `info`, of WebSockets and GraphQL in fields of its own. */
function urlOf(handler: object): unknown {
  const { info, url, endpoint } = handler as { info?: unknown; url?: unknown; endpoint?: unknown }
  return (isRecord(info) ? info['path'] : undefined) ?? url ?? endpoint
}

function relative(url: string): SuperviseError {
  return new SuperviseError(
    'ERR_OPTION_INVALID',
    `A handler that network.use() was given is for ${JSON.stringify(url)}, which no request of a child can match: a child has no ` +
      `page that this is relative to. Give it the whole URL, or ${JSON.stringify(`*${url.startsWith('/') ? '' : '/'}${url}`)} for every host that is not loopback.`,
    { option: 'handlers', value: url },
  )
}
