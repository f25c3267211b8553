const { Request, AbortController } = globalThis

/** Aborts once, for all the requests that share it. It makes its signal when somebody asks for that. */
export class Abortion {
  readonly #listeners: (() => void)[] = []
  #controller: AbortController | undefined
  #aborted = false

  /** Calls `listener` when it aborts; at once if it has. */
  onAbort(listener: () => void): void {
    if (this.#aborted) listener()
    else this.#listeners.push(listener)
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.#aborted) this.#controller.abort()
    }
    return this.#controller.signal
  }

  abort(): void {
    if (this.#aborted) return
    this.#aborted = true
    for (const listener of this.#listeners) listener()
    this.#controller?.abort()
  }
}

/**
 * A request whose signal, and that of its clones, aborts with `abortion`. A signal that is handed to `Request` costs as much as all
 * the rest of a request, and few ask for it. What is made of it by `new Request(request)` has a signal of its own.
 */
export function abortableRequest(url: string, init: RequestInit, abortion: Abortion): Request {
  const request = Reflect.construct(Request, [url, init], AbortableRequest) as Request
  const { body = null } = init
  makings.set(request, { abortion, body: body === null || body instanceof Uint8Array ? body : undefined })
  return request
}

/** What a request was made of. Of a body that is a stream nothing is known. */
interface Making {
  readonly abortion: Abortion
  readonly body: Uint8Array | null | undefined
}

const makings = new WeakMap<Request, Making>()

/** What stands for `new.target`: a class could not say that it replaces properties. */
function AbortableRequest(): void {}

AbortableRequest.prototype = Object.create(Request.prototype, {
  constructor: { configurable: true, writable: true, value: Request },
  signal: {
    configurable: true,
    enumerable: true,
    get(this: Request): AbortSignal | undefined {
      return makings.get(this)?.abortion.signal
    },
  },
  clone: {
    configurable: true,
    enumerable: true,
    writable: true,
    value(this: Request): Request {
      const making = makings.get(this)
      // MSW clones each request, and to split the stream of its body costs more than all the rest.
      if (making?.body !== undefined && !this.bodyUsed && !this.body?.locked) {
        const { url, method, headers, redirect } = this
        return abortableRequest(url, { method, headers, redirect, body: making.body }, making.abortion)
      }
      const clone = Reflect.apply(Request.prototype.clone, this, [])
      if (making) makings.set(clone, { abortion: making.abortion, body: undefined })
      return Object.setPrototypeOf(clone, AbortableRequest.prototype as object) as Request
    },
  },
})
