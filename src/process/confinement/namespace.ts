import { readFileSync, readlinkSync } from 'node:fs'

/** The bit of CAP_SYS_ADMIN. */
const SYS_ADMIN = 21n

/**
 * The words before a program that give it, as the same process and user, a namespace of its own and in it the powers of an
 * administrator. Who is one needs no user namespace for that. Linux.
 */
export function inNamespace(kind: 'mount' | 'network'): readonly string[] {
  const flag = kind === 'mount' ? '--mount' : '--net'
  return isAdministrator()
    ? ['unshare', flag]
    : ['unshare', '--user', '--map-current-user', '--keep-caps', flag]
}

/**
 * A condition of the shell that holds only where mounts are others than this process's: a mount behind it cannot change
 * this machine's, even where something else is found by the name of `unshare`.
 */
export function hasOwnMounts(): string {
  return `[ "$(readlink ${MOUNTS})" != "${ownMounts()}" ]`
}

const MOUNTS = '/proc/self/ns/mnt'

/** Empty where it is not known, as it then is in a shell, too. */
function ownMounts(): string {
  try {
    return readlinkSync(MOUNTS)
  } catch {
    return ''
  }
}

/** The words before a program that take these powers from it again. */
export function withoutPowers(): readonly string[] {
  return isAdministrator() ? [] : ['setpriv', '--inh-caps=-all', '--ambient-caps=-all', '--']
}

function isAdministrator(): boolean {
  try {
    const powers = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
    return ((BigInt(`0x${powers}`) >> SYS_ADMIN) & 1n) === 1n
  } catch {
    return false
  }
}
