import type { WebSocketData } from './websocket-events.ts'

/** What translates the messages of a connection, such as Socket.IO's: an extension of MSW 3, as far as it is used here. */
export interface WebSocketExtension {
  encode(message: unknown, context: object): unknown
  decode(data: WebSocketData, context: object): unknown
  connect?(context: object): unknown
  receive?(data: WebSocketData, context: object): unknown
}

/** What an extension has given: nothing, a value, or an iterator of values whose result is one of them. */
export function* resultsOf(result: unknown): Generator<unknown, void, undefined> {
  if (!isIterator(result)) {
    if (result !== undefined) yield result
    return
  }
  for (let next = result.next(); ; next = result.next()) {
    if (next.value !== undefined) yield next.value
    if (next.done === true) return
  }
}

function isIterator(value: unknown): value is Iterator<unknown, unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && typeof value.next === 'function'
}
