import { builtin } from '../../preload/builtins.ts'

/*
 * The errors of Node's network as Node makes them: same message, same properties in the same order.
 */

/** What `connect` or `send` fails with. @param why what the message has to say beyond the code */
export function hostError(
  syscall: 'connect' | 'send',
  code: string,
  address: string,
  port: number,
  why?: string,
): Error {
  const error = withoutStack(`${syscall} ${code} ${address}:${port}${why === undefined ? '' : ` (${why})`}`)
  return Object.assign(error, { errno: systemErrno(code), code, syscall, address, port })
}

/** What looking up a name fails with. */
export function nameError(syscall: string, code: string, hostname: string, why?: string): Error {
  const error = withoutStack(`${syscall} ${code} ${hostname}${why === undefined ? '' : ` (${why})`}`)
  const errno = syscall === 'getaddrinfo' ? systemErrno(code) : undefined
  return Object.assign(error, { errno, code, syscall, hostname })
}

/** It comes out of the event loop, as Node's do: where this file is says nothing to anybody. */
function withoutStack(message: string): Error {
  const error = new Error(message)
  error.stack = `Error: ${message}`
  return error
}

/** Whether it is a name that could not be found, rather than a host that could not be reached. */
export function isNameCode(code: string): boolean {
  return code === 'ENOTFOUND' || code === 'ENODATA' || code.startsWith('EAI_')
}

/** The negative number that the system calls it by, if it has one. */
export function systemErrno(code: string): number | undefined {
  const name = code === 'ENOTFOUND' ? 'EAI_NONAME' : code === 'ENODATA' ? 'EAI_NODATA' : code
  for (const [errno, [known]] of builtin('node:util').getSystemErrorMap()) {
    if (known === name) return errno
  }
  return undefined
}
