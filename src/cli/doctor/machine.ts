import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { rm, rmdir, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

import { cachePlace } from '../../build/cache-place.ts'
import { createEvidenceSource, noEvidence } from '../../clock/evidence/index.ts'
import { makeDirectory } from '../../directory.ts'
import { processTable } from '../../process/table/index.ts'
import { chooseRunDirectory } from '../../reap/run-directory.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import { messageOf } from '../../errors.ts'

/** What of the machine all tests need. Tries it out, and takes back what it has made. */
export async function machineFindings(directory: string): Promise<Finding[]> {
  return [
    platformFinding(),
    processesFinding(),
    ...(await temporaryFindings()),
    await cacheFinding(directory),
  ]
}

function platformFinding(): Finding {
  const found = `${process.platform} ${process.arch}`
  if (process.platform === 'win32')
    return warning(
      'platform',
      `${found}: no signals, no process groups`,
      'Run what needs them on Linux or macOS.',
    )
  if (createEvidenceSource() !== noEvidence) return ok('platform', found)
  return warning(
    'platform',
    `${found}: virtual time does not see what processes wait for`,
    'There, only agents that speak the protocol may live while time moves. Linux with /proc, on x64 and arm64, shows it.',
  )
}

function processesFinding(): Finding {
  const source = process.platform === 'linux' ? '/proc' : 'the process table'
  const { pid } = process
  const isRead = processTable.get(pid) !== undefined
  const hasMarks = process.platform !== 'linux' || processTable.variable(pid, 'PATH') === process.env['PATH']
  if (isRead && hasMarks) return ok('processes', `${source} can be read`)
  return problem(
    'processes',
    `${source} cannot be read: what tests leave running is not found`,
    'Mount /proc in the container.',
  )
}

async function temporaryFindings(): Promise<Finding[]> {
  const parent = path.resolve(os.tmpdir())
  const length = await attempt(
    'socket path',
    () => chooseRunDirectory(parent),
    () => `short enough in ${parent}`,
  )
  let own: string
  try {
    own = await makeDirectory(parent)
  } catch (error) {
    return [problem('temporary files', messageOf(error), 'Or see whether the disk is full.'), length]
  }
  try {
    const sockets = await attempt(
      'sockets',
      () => listen(path.join(own, 's')),
      () => 'Unix sockets can be made',
    )
    return [executableFinding('temporary files', own, parent, await script(own)), length, sockets]
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

async function cacheFinding(directory: string): Promise<Finding> {
  const topic = 'cache'
  try {
    const place = cachePlace({ cwd: directory })
    const own = await makeDirectory(place)
    try {
      const finding = executableFinding(topic, own, place, await script(own))
      if (finding.level !== 'ok' || place.includes(`${path.sep}node_modules${path.sep}`)) return finding
      return warning(
        topic,
        `${place}, for no \`node_modules\` can be written to`,
        'Make `node_modules` one that you may write to, so that agents are compiled once for all.',
      )
    } finally {
      await rm(own, { recursive: true, force: true })
      await removeIfNew(place)
    }
  } catch (error) {
    return problem(topic, messageOf(error), 'Make it one that you may write to.')
  }
}

/** Takes a directory back that this process has made, as long as nobody uses it. */
async function removeIfNew(directory: string): Promise<void> {
  const stats = await stat(directory).catch(() => undefined)
  if (!stats || stats.birthtimeMs < performance.timeOrigin) return
  await rmdir(directory).then(
    () => removeIfNew(path.dirname(directory)),
    () => {},
  )
}

async function script(own: string): Promise<string> {
  const file = path.join(own, 'program')
  await writeFile(file, '#!/bin/sh\nexit 0\n', { mode: 0o700 })
  return file
}

/** Agents are started by files that are written there. */
function executableFinding(topic: string, own: string, place: string, file: string): Finding {
  if (process.platform === 'win32') return ok(topic, place)
  const { status, error } = spawnSync(file, [], { cwd: own, stdio: 'ignore', timeout: 5000 })
  if (status === 0) return ok(topic, `${place} can be written to, and programs there start`)
  return problem(
    topic,
    `no program in ${place} can be started (${error?.message ?? `it exits with ${status}`}), as where \`noexec\` is mounted`,
    topic === 'cache' ? 'Mount it without `noexec`.' : 'Set TMPDIR to a directory where they can.',
  )
}

async function listen(address: string): Promise<void> {
  if (process.platform === 'win32') return
  const server = net.createServer().listen(address)
  await once(server, 'listening')
  server.close()
}

async function attempt(topic: string, deed: () => unknown, found: () => string): Promise<Finding> {
  try {
    await deed()
    return ok(topic, found())
  } catch (error) {
    return problem(topic, messageOf(error), 'Set TMPDIR to another directory, such as /tmp.')
  }
}
