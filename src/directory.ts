import { chmod, readdir, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'

import { SuperviseError, systemCode } from './errors.ts'

/** The longest path that the address of a Unix socket holds, its final zero left out. Bytes. */
export const SOCKET_PATH_LIMIT = process.platform === 'linux' ? 107 : 103

/**
 * Makes a fresh directory below `parent`, mode 0700, and gives back its path.
 * Rejects with `ERR_RUNTIME_DIR` when it cannot be made. It is the caller's to remove.
 * @param name default: a short one that nobody can guess
 */
export async function makeDirectory(parent: string, name?: string): Promise<string> {
  try {
    // It looks at the system's temporary directory when it is loaded, and that may not exist.
    const { dir } = await import('tmp-promise')
    const named = name === undefined ? { template: 'XXXXXX' } : { name }
    const made = await dir({ tmpdir: parent, ...named, mode: 0o700, keep: true })
    return made.path
  } catch (cause) {
    throw new SuperviseError(
      'ERR_RUNTIME_DIR',
      `No directory can be made in ${parent} (${systemCode(cause) ?? String(cause)}). Agents get their private ` +
        'directories there: make it writable, free some space, or set TMPDIR to a directory that exists and is yours.',
      { parent, cause },
    )
  }
}

/** Throws `ERR_PATH_TOO_LONG` when no Unix socket can have the address `file`. */
export function assertSocketPath(file: string): void {
  if (process.platform === 'win32' || Buffer.byteLength(file) <= SOCKET_PATH_LIMIT) return
  throw new SuperviseError(
    'ERR_PATH_TOO_LONG',
    `The socket ${file} cannot be made: its path has ${Buffer.byteLength(file)} bytes, and this system allows ` +
      `${SOCKET_PATH_LIMIT}. Set TMPDIR to a shorter directory, such as /tmp.`,
    { file, limit: SOCKET_PATH_LIMIT },
  )
}

/** Whether there is nothing in the directory, or none. */
export async function isEmpty(directory: string): Promise<boolean> {
  return (await readdir(directory).catch(() => [])).length === 0
}

/** Removes a directory with all there is in it, also what agents have taken their own permissions from. */
export async function removeDirectory(directory: string): Promise<void> {
  // Most are empty: one call instead of a walk.
  const removed = await rmdir(directory).then(
    () => true,
    () => false,
  )
  if (removed) return
  const options = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 }
  await rm(directory, options).catch(async (error: unknown) => {
    if (systemCode(error) !== 'EACCES') throw error
    await unseal(directory)
    await rm(directory, options)
  })
}

/** Gives back the permission to remove what is in the directory, and in those below it. */
async function unseal(directory: string): Promise<void> {
  await chmod(directory, 0o700)
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await unseal(path.join(directory, entry.name))
  }
}
