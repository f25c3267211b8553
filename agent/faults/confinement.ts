import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join, resolve } from 'node:path'

import { ENV } from '../../src/protocol/frames.ts'
import { codeOf, systemCode } from '../system-code.ts'
import { count } from './options.ts'
import type { Fault, FaultOptions } from './stage.ts'

/** How Linux calls a file system in memory. */
const TMPFS = 0x01021994
/** More than this a file system does not have besides what it was to have. Bytes. */
const SPARE = 2 ** 18
/** How far the two clocks may be apart when they are read one after the other. Real ms. */
const APART = 500

/** Fills the file system, but for `bytes`. What fills it has no name, and lasts as long as this process. */
function noSpace(...[options, , confirm]: Parameters<Fault>): void {
  const bytes = count(options, 'bytes', 0)
  const directory = directoryOf(options)
  const { type, bsize, blocks } = statfsSync(directory)
  // It would fill the disk.
  if (type !== TMPFS || bsize * blocks > bytes + SPARE) throw notConfined(directory)
  const file = join(directory, `.filling-${process.pid}`)
  const fd = openSync(file, 'w')
  rmSync(file)
  const block = Buffer.alloc(bsize)
  let written = 0
  const code = codeOf(() => {
    for (;;) written += writeSync(fd, block)
  })
  ftruncateSync(fd, written - Math.ceil(bytes / bsize) * bsize)
  confirm({ code, bytes })
}

/** Creates files until there can be no more, and leaves none. */
function noInodes(...[options, , confirm]: Parameters<Fault>): void {
  const files = count(options, 'files', 0)
  const directory = directoryOf(options)
  const created: string[] = []
  const code = codeOf(() => {
    while (created.length <= files) {
      const file = join(directory, `.inode-${process.pid}-${created.length}`)
      closeSync(openSync(file, 'wx'))
      created.push(file)
    }
  })
  for (const file of created) rmSync(file)
  confirm({ code, files: created.length })
}

/** Tries to create a file. */
function readOnlyDirectory(...[options, , confirm]: Parameters<Fault>): void {
  const file = join(directoryOf(options), `.written-${process.pid}`)
  const code = codeOf(() => {
    closeSync(openSync(file, 'wx'))
    rmSync(file)
  })
  confirm({ code })
}

/** Tries to connect to itself. */
async function noNetwork(...[, , confirm]: Parameters<Fault>): Promise<void> {
  const { connect } = process.getBuiltinModule('node:net')
  const outcome = await new Promise<string>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: 9 })
    socket.once('connect', () => {
      socket.destroy()
      resolve('success')
    })
    socket.once('error', (error) => resolve(systemCode(error) ?? error.message))
  })
  // Whoever refuses it is there.
  if (outcome !== 'ENETUNREACH') throw new Error(`a connection ended in ${outcome}`)
  confirm({ code: outcome })
}

/** Sets the wall clock of this process and of those that it starts. */
function jumpWallClock(...[options, , confirm]: Parameters<Fault>): void {
  const ms = options['ms']
  const file = process.env['FAKETIME_TIMESTAMP_FILE']
  if (typeof ms !== 'number') throw new Error('its option "ms" is no number')
  if (file === undefined) throw new Error('this process was started without a wall clock of its own')
  const offset = Number.parseFloat(readFileSync(file, 'utf8')) + ms / 1000
  const before = Date.now() - performance.now()
  writeFileSync(file, `${offset < 0 ? '' : '+'}${offset}s\n`)
  const jump = Date.now() - performance.now() - before
  if (Math.abs(jump - ms) > APART) throw new Error(`the wall clock jumped by ${jump} ms`)
  confirm({ ms })
}

export const confinement: Readonly<Record<string, Fault>> =
  process.platform === 'linux' ? { noSpace, noInodes, readOnlyDirectory, noNetwork, jumpWallClock } : {}

function directoryOf(options: FaultOptions): string {
  const { directory } = options
  return resolve(process.env[ENV.runtimeDir] || '.', typeof directory === 'string' ? directory : '.')
}

function notConfined(directory: string): Error {
  return new Error(`${directory} is no file system of this process's own`)
}
