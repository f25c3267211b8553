import type { SecureContext, SecureContextOptions } from 'node:tls'

import { builtin } from '../../preload/builtins.ts'

type Tls = typeof import('node:tls')

interface TlsOptions {
  readonly isServer?: boolean
  readonly secureContext?: SecureContext
  readonly credentials?: SecureContext
}

/** What `tls` keeps of a socket. */
interface InnerTlsSocket {
  readonly _tlsOptions?: TlsOptions
  _wrapHandle?: (...args: unknown[]) => unknown
}

/** The test's authority, as another one that TLS clients of this process trust. */
export class Trust {
  readonly #file: string
  readonly #extended = new WeakSet<object>()
  readonly #shared = new Map<string, SecureContext>()
  #certificate: string | undefined

  /** @param file its certificate, PEM; read with the first connection that needs it */
  constructor(file: string) {
    this.#file = file
  }

  #extendFor({ isServer, secureContext, credentials }: TlsOptions): void {
    const context = secureContext ?? credentials
    if (!isServer && context?.context) this.#extend(context)
  }

  #extend({ context }: SecureContext): void {
    if (this.#extended.has(context)) return
    this.#extended.add(context)
    this.#certificate ??= read(this.#file)
    if (this.#certificate !== '') context.addCACert(this.#certificate)
  }

  /** As soon as `tls` has been loaded. */
  wrap(): void {
    const tls = builtin('node:tls')
    const prototype = tls.TLSSocket.prototype as InnerTlsSocket
    const wrapHandle = prototype._wrapHandle
    const extend = (options: TlsOptions | undefined): void => this.#extendFor(options ?? {})
    // The one place where every TLS socket comes by, with its context, before it says a word.
    if (wrapHandle) {
      prototype._wrapHandle = function (this: InnerTlsSocket, ...args) {
        extend(this._tlsOptions)
        return Reflect.apply(wrapHandle, this, args)
      }
    }
    this.#share(tls)
  }

  /**
   * A context that trusts one more authority than Node's has a store of its own, and to fill that takes milliseconds: so
   * connections whose options are the same share one context. `tls.connect` makes one for each.
   */
  #share(tls: Tls): void {
    const original = tls.createSecureContext
    tls.createSecureContext = (options) => {
      const key = options && isOfConnect(options) ? keyOf(options, tls) : undefined
      if (key === undefined) return original(options)
      const known = this.#shared.get(key)
      if (known) return known
      // One that is for a single connection is taken apart with it.
      const context = original({ ...options, singleUse: false } as SecureContextOptions)
      this.#extend(context)
      if (this.#shared.size >= MOST_SHARED) this.#shared.clear()
      this.#shared.set(key, context)
      return context
    }
    const { setDefaultCACertificates: setDefault } = tls as {
      setDefaultCACertificates?: (list: unknown) => void
    }
    if (!setDefault) return
    Object.assign(tls, {
      setDefaultCACertificates: (list: unknown) => {
        setDefault(list)
        this.#shared.clear()
      },
    })
  }
}

/** Empty if it has gone, with its test: nobody is trusted then, and nothing answers. */
function read(file: string): string {
  try {
    return builtin('node:fs').readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** So that a program with options that always differ does not keep them all. */
const MOST_SHARED = 16

/** Whether they come from `tls.connect`, which completes them with these. A server's context trusts whom the program says. */
function isOfConnect(options: object): boolean {
  return Object.hasOwn(options, 'minDHSize') && Object.hasOwn(options, 'checkServerIdentity')
}

/** What makes a context; and what Node puts in place of an option that is not there. */
const OPTIONS = [
  'allowPartialTrustChain',
  'ca',
  'cert',
  'certificateCompression',
  'ciphers',
  'clientCertEngine',
  'crl',
  'dhparam',
  'ecdhCurve',
  'honorCipherOrder',
  'key',
  'maxVersion',
  'minVersion',
  'passphrase',
  'pfx',
  'privateKeyEngine',
  'privateKeyIdentifier',
  'secureOptions',
  'secureProtocol',
  'sessionIdContext',
  'sessionTimeout',
  'sigalgs',
  'ticketKeys',
]

/** Equal for options that make equal contexts; undefined if that cannot be said. */
function keyOf(options: object, tls: Tls): string | undefined {
  const values: unknown[] = [tls.DEFAULT_ECDH_CURVE, tls.DEFAULT_MAX_VERSION, tls.DEFAULT_MIN_VERSION]
  for (const name of OPTIONS) {
    const value = (options as Record<string, unknown>)[name]
    if (typeof value === 'object' && value !== null) return undefined
    values.push(value ?? null)
  }
  return JSON.stringify(values)
}
