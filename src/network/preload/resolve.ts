import { builtin } from '../../preload/builtins.ts'
import type { Answer, Control } from './control.ts'
import { isKnown } from './lookup.ts'
import { nameError } from './native-error.ts'

type Resolve = (this: unknown, ...args: unknown[]) => unknown
type Settle = (error: Error | null, ...records: unknown[]) => void

/**
 * Has the gateway asked before a resolver sends a question of its own. What the test answers has an address, and no other
 * records.
 */
export function wrapResolve(control: Control): void {
  const dns = builtin('node:dns')
  for (const target of [dns, dns.Resolver.prototype])
    wrapAll(target, (original) => asCallback(original, control))
}

export function wrapResolvePromise(control: Control): void {
  const promises = builtin('node:dns/promises')
  for (const target of [promises, promises.Resolver.prototype]) {
    wrapAll(target, (original) => asPromise(original, control))
  }
}

function wrapAll(target: object, wrap: (original: Resolve) => (name: string) => Resolve): void {
  for (const name of Object.getOwnPropertyNames(target)) {
    if (!/^(resolve(4|6|[A-Z][a-z]+)?|reverse|lookupService)$/.test(name)) continue
    const original = (target as Record<string, unknown>)[name]
    if (typeof original !== 'function') continue
    const descriptors = Object.getOwnPropertyDescriptors(original)
    const wrapper = wrap(original as Resolve)(name)
    Object.defineProperty(target, name, {
      ...Object.getOwnPropertyDescriptor(target, name),
      value: Object.defineProperties(wrapper, descriptors),
    })
  }
}

function asCallback(original: Resolve, control: Control): (name: string) => Resolve {
  return (name) =>
    function (...args) {
      const callback = args.at(-1)
      const real = (): unknown => Reflect.apply(original, this, args)
      if (isOwn(name, args[0]) || typeof callback !== 'function') return real()
      const host = args[0] as string
      control.ask({ t: 'lookup', host }, (answer) => {
        if (answer.to === 'direct') real()
        else answerRecords(name, args, answer, callback as Settle)
      })
      return {}
    }
}

function asPromise(original: Resolve, control: Control): (name: string) => Resolve {
  return (name) =>
    function (...args) {
      const real = (): unknown => Reflect.apply(original, this, args)
      if (isOwn(name, args[0])) return real()
      const host = args[0] as string
      return new Promise((resolve, reject) => {
        control.ask({ t: 'lookup', host }, (answer) => {
          if (answer.to === 'direct') return resolve(real())
          answerRecords(name, args, answer, (error, records) => (error ? reject(error) : resolve(records)))
        })
      })
    }
}

/** Whether nobody is asked: it is answered here, or is not even a question. */
function isOwn(name: string, host: unknown): boolean {
  if (name !== 'reverse' && name !== 'lookupService') return isKnown(host)
  return typeof host !== 'string' || builtin('node:net').isIP(host) === 0 || /^(127\.|::1$)/.test(host)
}

function answerRecords(
  name: string,
  args: readonly unknown[],
  answer: Exclude<Answer, { to: 'direct' }>,
  settle: Settle,
): void {
  const host = args[0] as string
  const type = typeOf(name, args[1])
  const syscall = SYSCALLS[type] ?? `query${type[0]}${type.slice(1).toLowerCase()}`
  if (answer.to === 'nowhere') {
    const code = answer.why ? 'ENOTFOUND' : (RESOLVER_CODES[answer.code] ?? answer.code)
    return settle(nameError(syscall, code, host, answer.why))
  }
  const { address = '127.0.0.1' } = answer
  const found = builtin('node:net').isIPv6(address) ? 'AAAA' : 'A'
  if (type === 'ANY') return settle(null, [{ address, ttl: 0, type: found }])
  if (type !== found) return settle(nameError(syscall, type in SYSCALLS ? 'ENOTFOUND' : 'ENODATA', host))
  const { ttl } = (name === 'resolve' ? {} : (args[1] ?? {})) as { ttl?: boolean }
  settle(null, [ttl ? { address, ttl: 0 } : address])
}

/** The type of record that a method asks for. */
function typeOf(name: string, type: unknown): string {
  if (name in SYSCALLS) return name
  if (name === 'resolve') return typeof type === 'string' ? type : 'A'
  const kind = name.slice('resolve'.length)
  return kind === '4' ? 'A' : kind === '6' ? 'AAAA' : kind.toUpperCase()
}

const SYSCALLS: Readonly<Record<string, string>> = { reverse: 'getHostByAddr', lookupService: 'getnameinfo' }

/** What a resolver says where the system's look-up says something else. */
const RESOLVER_CODES: Readonly<Record<string, string>> = { EAI_AGAIN: 'ETIMEOUT', ETIMEDOUT: 'ETIMEOUT' }
