import fs from 'node:fs'

/** Descriptors up to this one are the process's streams. */
const LAST_STREAM = 2

// oxlint-disable-next-line typescript/no-explicit-any -- what is wrapped has many signatures, and keeps them
type Anything = (...args: any[]) => any

/**
 * Sees every write of this process to a regular file before it is made: of `fs` and `fs.promises`, their streams and file
 * handles, but not of native code. What is written at once counts as one write, an empty text as none. `copyFile`,
 * `truncate` and the like are no writes.
 */
export class FileWrites {
  #seen = 0
  #watching = true
  #full: number | undefined
  #fullHandle: Promise<fs.promises.FileHandle> | undefined
  readonly #drops: (n: number) => boolean

  /** @param drops called before each write, with its number from 1; whether it is not to be made */
  constructor(drops: (n: number) => boolean) {
    this.#drops = drops
    this.#wrapDescriptors()
    this.#wrapTexts()
    this.#wrapHandles()
    process.getBuiltinModule('node:module').syncBuiltinESMExports()
  }

  /** From now on the system finds no room for any write. Linux. */
  fill(): void {
    this.#full = fs.openSync('/dev/full', 'w')
  }

  /** Whether a write of so many bytes is not to be made. */
  #isDropped(length: number): boolean {
    if (length === 0 || !this.#watching) return false
    // What a fault writes itself is no write of the program's.
    this.#watching = false
    try {
      return this.#drops(++this.#seen)
    } finally {
      this.#watching = true
    }
  }

  #wrapDescriptors(): void {
    const { write, writeSync, writev, writevSync } = fs
    const sync =
      (original: Anything): Anything =>
      (fd: number, data: unknown, ...rest: unknown[]) => {
        if (!isFile(fd)) return original(fd, data, ...rest)
        const length = lengthOf(data, rest)
        return this.#isDropped(length) ? length : original(this.#full ?? fd, data, ...rest)
      }
    const later =
      (original: Anything): Anything =>
      (fd: number, data: unknown, ...rest: unknown[]) => {
        if (!isFile(fd)) return original(fd, data, ...rest)
        const length = lengthOf(data, rest)
        if (!this.#isDropped(length)) return original(this.#full ?? fd, data, ...rest)
        const done = rest.at(-1)
        if (typeof done === 'function')
          setImmediate(() => Reflect.apply(done, undefined, [null, length, data]))
      }
    Object.assign(fs, {
      write: alike(later(write), write),
      writev: alike(later(writev), writev),
      writeSync: sync(writeSync),
      writevSync: sync(writevSync),
    })
  }

  /** Node writes a text in one go past `fs.writeSync`, but not its bytes. */
  #wrapTexts(): void {
    const asBytes =
      (original: Anything): Anything =>
      (file: unknown, data: unknown, options?: unknown) =>
        original(file, typeof data === 'string' ? Buffer.from(data, encodingOf(options)) : data, options)
    Object.assign(fs, {
      writeFileSync: asBytes(fs.writeFileSync),
      appendFileSync: asBytes(fs.appendFileSync),
    })
  }

  /** `fs.promises` writes past `fs`: its handles are wrapped as they are opened, and its whole files are written by those. */
  #wrapHandles(): void {
    const { promises } = fs
    const { open } = promises
    const openWatched: typeof open = async (...args) => this.#watch(await open(...args))
    const whole =
      (method: 'writeFile' | 'appendFile', flag: string): Anything =>
      async (file: fs.PathLike | fs.promises.FileHandle, data: string, options?: Anything | string) => {
        if (typeof file === 'object' && 'appendFile' in file) return file[method](data, options as never)
        const given = (typeof options === 'string' ? {} : (options ?? {})) as { flag?: string; mode?: number }
        const handle = await openWatched(file, given.flag ?? flag, given.mode)
        try {
          await handle.writeFile(data, options as never)
        } finally {
          await handle.close()
        }
      }
    Object.assign(promises, {
      open: openWatched,
      writeFile: whole('writeFile', 'w'),
      appendFile: whole('appendFile', 'a'),
    })
  }

  #watch(handle: fs.promises.FileHandle): fs.promises.FileHandle {
    if (!isFile(handle.fd)) return handle
    for (const method of ['write', 'writev', 'writeFile', 'appendFile'] as const) {
      const original = handle[method].bind(handle) as Anything
      const watched: Anything = async (data: unknown, ...rest: unknown[]) => {
        const length = lengthOf(data, rest)
        if (this.#isDropped(length)) return { bytesWritten: length, buffer: data }
        if (this.#full === undefined) return original(data, ...rest)
        const full = await (this.#fullHandle ??= fs.promises.open('/dev/full', 'w'))
        return (full[method] as Anything)(data, ...rest)
      }
      Object.assign(handle, { [method]: watched })
    }
    return handle
  }
}

/** Gives a function the marks of another one, by which `util.promisify` knows what it resolves with. */
function alike(made: Anything, original: Anything): Anything {
  return Object.defineProperties(made, Object.getOwnPropertyDescriptors(original))
}

function isFile(fd: number): boolean {
  try {
    return fd > LAST_STREAM && fs.fstatSync(fd).isFile()
  } catch {
    // Whatever is wrong with it is what the write will say.
    return false
  }
}

/** How many bytes a call is to write; 1 where that is not known before. */
function lengthOf(data: unknown, [first, second]: unknown[]): number {
  if (typeof data === 'string') return Buffer.byteLength(data)
  if (Array.isArray(data)) return data.reduce<number>((sum, part) => sum + lengthOf(part, []), 0)
  if (!ArrayBuffer.isView(data)) return 1
  if (typeof second === 'number') return second
  return data.byteLength - (typeof first === 'number' ? first : 0)
}

function encodingOf(options: unknown): BufferEncoding {
  const encoding =
    typeof options === 'object' && options !== null && 'encoding' in options ? options.encoding : options
  return typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8'
}
