import type { Socket } from 'node:dgram'

import { builtin } from '../../preload/builtins.ts'
import type { Control } from './control.ts'
import { hostError } from './native-error.ts'

type Method = (this: Socket, ...args: unknown[]) => unknown

interface Target {
  readonly host: string
  readonly port: number
}

/** Has the gateway asked before a datagram leaves this machine. */
export function wrapDatagrams(control: Control): void {
  const allowed = new Set<string>()
  const prototype = builtin('node:dgram').Socket.prototype as unknown as { send: Method; connect: Method }
  const wrap = (
    syscall: 'send' | 'connect',
    targetOf: (args: readonly unknown[]) => Target | undefined,
  ): void => {
    const original = prototype[syscall]
    prototype[syscall] = function (...args) {
      const target = targetOf(args)
      if (!target || allowed.has(`${target.host} ${target.port}`)) return Reflect.apply(original, this, args)
      const last = args.at(-1)
      const fail = (error: unknown): void => {
        if (typeof last === 'function') last(error)
        else this.emit('error', error)
      }
      control.ask({ t: 'datagram', ...target }, (answer) => {
        if (answer.to !== 'direct') {
          const { code, why } = answer.to === 'nowhere' ? answer : { code: 'ECONNREFUSED', why: undefined }
          return fail(hostError(syscall, code, target.host, target.port, why))
        }
        allowed.add(`${target.host} ${target.port}`)
        try {
          Reflect.apply(original, this, args)
        } catch (error) {
          // It has been closed in the meantime, for example.
          fail(error)
        }
      })
    }
  }
  wrap('send', sendTarget)
  wrap('connect', ([port, host]) => toTarget(port, host))
}

/** `send(data, [offset, length,] port [, host] [, callback])`, or without a target if the socket is connected. */
function sendTarget([, second, third, fourth, fifth]: readonly unknown[]): Target | undefined {
  return fifth || (fourth && typeof fourth !== 'function') ? toTarget(fourth, fifth) : toTarget(second, third)
}

/** Undefined if it stays on this machine, or Node complains of it. */
function toTarget(port: unknown, host: unknown): Target | undefined {
  if (typeof host !== 'string' || host === '' || /^(127\.|::1$|(.+\.)?localhost\.?$)/i.test(host))
    return undefined
  const number = Number(port)
  return Number.isInteger(number) && number > 0 && number < 65_536 ? { host, port: number } : undefined
}
