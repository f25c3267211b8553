import path from 'node:path'

import { hasOwnMounts, inNamespace, withoutPowers } from './namespace.ts'
import { type Confinement, type Surroundings, text, type Wrap } from './wrap.ts'

/** How much the file system has besides what the agent may write: it is taken, so that there is something to fill. Bytes. */
const FILLING = 4096

/** A file system of its own, in memory, at the directory: it is gone with the last process that sees it. */
export function noSpace({ options }: Confinement, surroundings: Surroundings): Wrap {
  return tmpfs(`size=${Number(options['bytes']) + FILLING},mode=0700`, options, surroundings)
}

/** The same, with room for so many files; the directory itself is one. */
export function noInodes({ options }: Confinement, surroundings: Surroundings): Wrap {
  return tmpfs(`nr_inodes=${Number(options['files']) + 1},mode=0700`, options, surroundings)
}

/** The directory as it is, but read-only. */
export function readOnlyDirectory({ options }: Confinement, surroundings: Surroundings): Wrap {
  // In a user namespace what else a mount forbids must stay forbidden.
  const remount = 'mount -o "remount,bind,ro,$(findmnt -no VFS-OPTIONS -T "$1" | sed "s/^rw,//")" "$1"'
  return mounted(`mount --bind "$1" "$1" && ${remount}`, [directoryOf(options, surroundings)])
}

function tmpfs(mountOptions: string, options: Confinement['options'], surroundings: Surroundings): Wrap {
  return mounted('mount -t tmpfs -o "$2" tmpfs "$1"', [directoryOf(options, surroundings), mountOptions])
}

/** Mounts, enters the working directory again, which may now be another one, and becomes the program. */
function mounted(mount: string, args: readonly string[]): Wrap {
  const enter = 'cd "$here" 2>/dev/null || cd "$1"'
  const script =
    `${hasOwnMounts()} && mkdir -p "$1" && here=$(pwd -P) && ${mount} && ` +
    `{ ${enter}; } && shift ${args.length} && exec "$@"`
  return {
    command: [...inNamespace('mount'), 'sh', '-c', script, 'sh', ...args, ...withoutPowers()],
    env: {},
  }
}

function directoryOf(options: Confinement['options'], { runtimeDir }: Surroundings): string {
  return path.resolve(runtimeDir, text(options, 'directory'))
}
