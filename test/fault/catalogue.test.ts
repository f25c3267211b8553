import { expect, test } from 'vitest'

import { type Fault, fault, faultFacts } from '../../src/fault/fault.ts'

const MIB = 2 ** 20

/** Each fault as messages call it, with all its defaults, and the same with every argument given. */
const MADE: readonly (readonly [Fault, text: string, at: Fault['at']])[] = [
  [fault.slowStart(0), 'slowStart(0)', 'start'],
  [fault.neverReady(), 'neverReady()', 'start'],
  [fault.portTaken(), 'portTaken()', 'start'],
  [fault.portTaken(1), 'portTaken(1)', 'start'],
  [fault.portTaken(65_535), 'portTaken(65535)', 'start'],
  [fault.staleSocketFile('a/b'), "staleSocketFile('a/b')", 'start'],
  [fault.notFound(), 'notFound()', 'spawn'],
  [fault.notExecutable(), 'notExecutable()', 'spawn'],
  [fault.missingDirectory(), 'missingDirectory()', 'spawn'],
  [fault.badInterpreter(), 'badInterpreter()', 'spawn'],
  [fault.argumentsTooLong(), 'argumentsTooLong()', 'spawn'],
  [fault.textFileBusy(), 'textFileBusy()', 'spawn'],
  [fault.symlinkLoop(), 'symlinkLoop()', 'spawn'],
  [fault.nameTooLong(), 'nameTooLong()', 'spawn'],
  [fault.forkFails(), 'forkFails()', 'spawn'],
  [fault.tooManyFiles(), 'tooManyFiles()', 'spawn'],
  [fault.exit(), 'exit(1)', 'ready'],
  [fault.exit(255), 'exit(255)', 'ready'],
  [fault.signal(), "signal('SIGKILL')", 'ready'],
  [fault.abort(), 'abort()', 'ready'],
  [fault.uncaughtException(), 'uncaughtException()', 'ready'],
  [fault.unhandledRejection(), 'unhandledRejection()', 'ready'],
  [fault.hang(), 'hang()', 'ready'],
  [fault.freeze(), 'freeze()', 'ready'],
  [fault.busyLoop(), 'busyLoop()', 'ready'],
  [fault.silent(), 'silent()', 'ready'],
  [fault.deaf(), 'deaf()', 'ready'],
  [fault.ignoreSignal(), "ignoreSignal('SIGTERM')", 'ready'],
  [fault.slowStop(5), "slowStop(5, 'SIGTERM')", 'ready'],
  [fault.exitOnSignal(), "exitOnSignal(0, 'SIGTERM')", 'ready'],
  [fault.crashOnSignal(), "crashOnSignal('SIGSEGV', 'SIGTERM')", 'ready'],
  [fault.crashOnSignal('SIGKILL', 'SIGINT'), "crashOnSignal('SIGKILL', 'SIGINT')", 'ready'],
  [fault.flood(1), "flood(1, 'stdout')", 'ready'],
  [fault.flood(256 * MIB, 'stderr'), "flood(268435456, 'stderr')", 'ready'],
  [fault.endlessLine(9), "endlessLine(9, 'stdout')", 'ready'],
  [fault.partialLine(), "partialLine(1, 'stdout')", 'ready'],
  [fault.splitCharacter(), "splitCharacter('stdout')", 'ready'],
  [fault.invalidUtf8(), "invalidUtf8('stdout')", 'ready'],
  [fault.closeOutput(), "closeOutput('stdout')", 'ready'],
  [fault.fullOutput(), "fullOutput('stdout')", 'ready'],
  [fault.holdOutput(), 'holdOutput()', 'ready'],
  [fault.closeSocket(), 'closeSocket()', 'ready'],
  [fault.halfCloseSocket(), 'halfCloseSocket()', 'ready'],
  [fault.garbageFrame(), 'garbageFrame()', 'ready'],
  [fault.truncatedFrame(), 'truncatedFrame()', 'ready'],
  [fault.oversizedFrame(), 'oversizedFrame()', 'ready'],
  [fault.duplicatedFrame(), 'duplicatedFrame()', 'ready'],
  [fault.staleFrame(), 'staleFrame()', 'ready'],
  [fault.slowSocket(), 'slowSocket()', 'ready'],
  [fault.fullDisk(), 'fullDisk()', 'ready'],
  [fault.corruptPidFile(), 'corruptPidFile()', 'ready'],
  [fault.corruptPidFile('x.pid'), "corruptPidFile('x.pid')", 'ready'],
  [fault.stalePidFile(), 'stalePidFile()', 'ready'],
  [fault.stalePidFile('..x/y'), "stalePidFile('..x/y')", 'ready'],
  [fault.stalePidFile('a../b'), "stalePidFile('a../b')", 'ready'],
  [fault.unwritableDirectory('.'), "unwritableDirectory('.')", 'ready'],
  [fault.removedDirectory(), 'removedDirectory()', 'ready'],
  [fault.leaveChild(), "leaveChild('ordinary')", 'ready'],
  [fault.leaveChild('ignore-sigterm'), "leaveChild('ignore-sigterm')", 'ready'],
  [fault.leaveChild('setsid'), "leaveChild('setsid')", 'ready'],
  [fault.daemonize(), 'daemonize()', 'ready'],
  [fault.forkStorm(1), 'forkStorm(1)', 'ready'],
  [fault.forkStorm(1000), 'forkStorm(1000)', 'ready'],
  [fault.noFileDescriptors(), 'noFileDescriptors(0)', 'ready'],
  [fault.memoryCeiling(8 * MIB), 'memoryCeiling(8388608)', 'ready'],
  [fault.outOfMemory(), 'outOfMemory()', 'ready'],
  [fault.cpuQuota(), 'cpuQuota()', 'ready'],
  [fault.fileTooLarge(), 'fileTooLarge(0)', 'ready'],
  [fault.noProcesses(), 'noProcesses()', 'ready'],
  [fault.cpuStarvation(), 'cpuStarvation(4)', 'ready'],
  [fault.cpuStarvation(256), 'cpuStarvation(256)', 'ready'],
  [fault.noSpace(), "noSpace(0, '.')", 'start'],
  [fault.noSpace(2 ** 30, 'd'), "noSpace(1073741824, 'd')", 'start'],
  [fault.noInodes(), "noInodes(0, '.')", 'start'],
  [fault.noInodes(10_000), "noInodes(10000, '.')", 'start'],
  [fault.readOnlyDirectory(), "readOnlyDirectory('.')", 'start'],
  [fault.noNetwork(), 'noNetwork()', 'start'],
  [fault.jumpWallClock(-5), 'jumpWallClock(-5)', 'ready'],
  [fault.diesAtSystemCall('fsync'), "diesAtSystemCall('fsync', 1)", 'start'],
  [fault.diesAtSystemCall('pwrite64', 65_535, '/x'), "diesAtSystemCall('pwrite64', 65535, '/x')", 'start'],
  [fault.failSystemCall('fsync', 'EIO'), "failSystemCall('fsync', 'EIO', 1)", 'start'],
  [fault.failSystemCall('fsync', 'EIO', 2, 'x'), "failSystemCall('fsync', 'EIO', 2, 'x')", 'start'],
]

test('each fault has its name, its defaults and its own point', () => {
  expect(MADE.map(([{ name, text, at }]) => [name, text, at])).toEqual(
    MADE.map(([, text, at]) => [text.split('(')[0], text, at]),
  )
  expect(new Set(MADE.map(([{ name }]) => name))).toEqual(new Set(Object.keys(faultFacts)))
})

test.each<[string, string, () => Fault]>([
  ['slowStart', 'ms', () => fault.slowStart(-1)],
  ['portTaken', 'port', () => fault.portTaken(0)],
  ['portTaken', 'port', () => fault.portTaken(65_536)],
  ['portTaken', 'port', () => fault.portTaken(1.5)],
  ['staleSocketFile', 'path', () => fault.staleSocketFile('')],
  ['staleSocketFile', 'path', () => fault.staleSocketFile('..')],
  ['staleSocketFile', 'path', () => fault.staleSocketFile('a\0')],
  ['ignoreSignal', 'signal', () => fault.ignoreSignal('SIGSTOP')],
  ['slowStop', 'ms', () => fault.slowStop(NaN)],
  ['slowStop', 'signal', () => fault.slowStop(1, 'SIGKILL')],
  ['exitOnSignal', 'code', () => fault.exitOnSignal(256)],
  ['exitOnSignal', 'signal', () => fault.exitOnSignal(0, 'SIGKILL')],
  ['crashOnSignal', 'by', () => fault.crashOnSignal('SIGNIX' as never)],
  ['crashOnSignal', 'signal', () => fault.crashOnSignal('SIGSEGV', 'SIGKILL')],
  ['flood', 'bytes', () => fault.flood(0)],
  ['flood', 'bytes', () => fault.flood(256 * MIB + 1)],
  ['endlessLine', 'stream', () => fault.endlessLine(1, 'stdin' as never)],
  ['partialLine', 'code', () => fault.partialLine(256)],
  ['partialLine', 'stream', () => fault.partialLine(1, 'both' as never)],
  ['unwritableDirectory', 'path', () => fault.unwritableDirectory('/tmp')],
  ['corruptPidFile', 'file', () => fault.corruptPidFile('a/../..')],
  ['leaveChild', 'kind', () => fault.leaveChild('orphan' as never)],
  ['forkStorm', 'children', () => fault.forkStorm(0)],
  ['forkStorm', 'children', () => fault.forkStorm(1001)],
  ['forkStorm', 'children', () => fault.forkStorm(1.5)],
  ['noFileDescriptors', 'left', () => fault.noFileDescriptors(-1)],
  ['memoryCeiling', 'bytes', () => fault.memoryCeiling(8 * MIB - 1)],
  ['memoryCeiling', 'bytes', () => fault.memoryCeiling(8.5 * MIB + 0.5)],
  ['fileTooLarge', 'bytes', () => fault.fileTooLarge(1.5)],
  ['cpuStarvation', 'busy', () => fault.cpuStarvation(0)],
  ['cpuStarvation', 'busy', () => fault.cpuStarvation(257)],
  ['noSpace', 'bytes', () => fault.noSpace(2 ** 30 + 1)],
  ['noSpace', 'directory', () => fault.noSpace(0, '..')],
  ['noInodes', 'files', () => fault.noInodes(10_001)],
  ['noInodes', 'directory', () => fault.noInodes(0, '/')],
  ['readOnlyDirectory', 'directory', () => fault.readOnlyDirectory('/etc')],
  ['jumpWallClock', 'ms', () => fault.jumpWallClock(0)],
  ['jumpWallClock', 'ms', () => fault.jumpWallClock(Infinity)],
  ['diesAtSystemCall', 'name', () => fault.diesAtSystemCall('fsync,write')],
  ['diesAtSystemCall', 'name', () => fault.diesAtSystemCall('!write')],
  ['diesAtSystemCall', 'name', () => fault.diesAtSystemCall(['fsync'] as never)],
  ['diesAtSystemCall', 'n', () => fault.diesAtSystemCall('fsync', 0)],
  ['diesAtSystemCall', 'n', () => fault.diesAtSystemCall('fsync', 65_536)],
  ['diesAtSystemCall', 'n', () => fault.diesAtSystemCall('fsync', 1.5)],
  ['diesAtSystemCall', 'path', () => fault.diesAtSystemCall('fsync', 1, '')],
  ['failSystemCall', 'errno', () => fault.failSystemCall('fsync', 'toString')],
  ['failSystemCall', 'errno', () => fault.failSystemCall('fsync', ['EIO'] as never)],
  ['failSystemCall', 'name', () => fault.failSystemCall('', 'EIO')],
])('%s takes not every %s', (name, argument, make) => {
  expect(make).toThrow(
    expect.objectContaining({
      option: argument,
      message: expect.stringContaining(`\`${argument}\` of fault.${name}`),
    }),
  )
})

test.each<[string, string, () => Fault]>([
  ['NaN', 'a finite number of milliseconds', () => fault.slowStart(NaN)],
  ['"1"', 'a whole number', () => fault.exit('1' as never)],
  ['undefined', 'a path', () => fault.staleSocketFile(undefined as never)],
  ['""', 'a path', () => fault.diesAtSystemCall('fsync', 1, '')],
  ['{"a":1}', 'a signal', () => fault.signal({ a: 1 } as never)],
])('a bad argument is shown, %s, with what it must be: %s', (shown, expected, make) => {
  expect(make).toThrow(` is ${shown}, but must be ${expected}`)
})

test('each fault happens on the systems that it names', () => {
  const [everywhere, posix, linux] = ['exit', 'freeze', 'fullDisk'].map((name) => faultFacts[name]?.on)
  expect([everywhere, posix, linux]).toEqual([['linux', 'darwin', 'win32'], ['linux', 'darwin'], ['linux']])
})

test('what a machine has to have for a fault is known', () => {
  const needing = (need: string): string[] =>
    Object.keys(faultFacts).filter((name) => faultFacts[name]?.needs?.includes(need as never))
  expect(needing('mount namespaces')).toEqual(['noSpace', 'noInodes', 'readOnlyDirectory'])
  expect(needing('network namespaces')).toEqual(['noNetwork'])
  expect(needing('faketime')).toEqual(['jumpWallClock'])
  expect(needing('strace')).toEqual(['diesAtSystemCall', 'failSystemCall'])
  expect(needing('mkfifo')).toEqual(['forkFails', 'tooManyFiles'])
  expect(needing('limited processes')).toEqual(['forkFails', 'noProcesses'])
  expect(needing('limited permissions')).toEqual(['unwritableDirectory'])
  expect(needing('prlimit').toSorted()).toEqual([
    'cpuQuota',
    'fileTooLarge',
    'forkFails',
    'memoryCeiling',
    'noFileDescriptors',
    'noProcesses',
    'outOfMemory',
    'tooManyFiles',
  ])
})
