import path from 'node:path'

import { expect, test } from 'vitest'

import { launchError } from '../../src/process/launch-error.ts'
import { Scratch } from '../support/scratch.ts'

const PATH = '/bin:/usr/bin'
const failed = (code: string): Error => Object.assign(new Error(`spawn ${code}`), { code })

/** How a start of this program, or of an agent, is explained. */
function explained(file: string, code: string, { isProgram = false, cwd = '/' } = {}): [string, string] {
  const error = launchError({ what: 'it', file, isProgram, cwd, env: { PATH } }, failed(code))
  expect(error).toMatchObject({ file, cwd, cause: { code } })
  return [error.code, error.message]
}

test.each([
  ['E2BIG', 'are longer than the system takes (E2BIG)'],
  ['ETXTBSY', 'open for writing (ETXTBSY)'],
  ['ELOOP', 'loop of symbolic links (ELOOP)'],
  ['ENAMETOOLONG', 'than the file system takes (ENAMETOOLONG)'],
  ['EAGAIN', 'as many processes as the system lets him have (EAGAIN)'],
  ['EMFILE', 'as many descriptors as it may have (EMFILE)'],
  ['EIO', 'refused to run /bin/sh: EIO.'],
])('%s is told with its reason', (code, text) => {
  expect(explained('/bin/sh', code)).toEqual(['ERR_AGENT_SPAWN_FAILED', expect.stringContaining(text)])
})

test.each(['ENOENT', 'ENOTDIR'])('%s is the interpreter of a file that is there', (code) => {
  expect(explained('/bin/sh', code)).toEqual([
    'ERR_AGENT_NOT_EXECUTABLE',
    expect.stringContaining('interpreter'),
  ])
  expect(explained('/bin/no', code)).toEqual([
    'ERR_AGENT_NOT_FOUND',
    expect.stringContaining('no file /bin/no'),
  ])
})

test.each([
  ['/bin/no', 'ENOENT'],
  ['/bin/sh', 'ENOENT'],
  ['/bin/sh', 'EACCES'],
])('advice for the program %s, %s, is not that for an agent', (file, code) => {
  const namesBuild = (isProgram: boolean): boolean =>
    explained(file, code, { isProgram })[1].includes('buildAgentForTest')
  expect([namesBuild(true), namesBuild(false)]).toEqual([false, true])
})

test.each<[string, string]>([
  ['no-such', `no directory of its PATH has a program no-such (${PATH})`],
  ['/bin/no-such', 'there is no file /bin/no-such.'],
  ['/no/such/npm', 'there is no file /no/such/npm.'],
  ['npm run dev', "as in `supervise('npm', ['run', 'dev'])`"],
  ['  npm   start ', "as in `supervise('npm', ['start'])`"],
  ['npm run "my dev"', "as in `supervise('npm', ['run', 'start'])`"],
  ['a | b', "as in `supervise('npm', ['run', 'start'])`"],
  ['/bin/npm run dev', "as in `supervise('npm', ['run', 'start'])`"],
  ['/no such/place/npm', "as in `supervise('npm', ['run', 'start'])`"],
])('a program %j that is missing is explained', (file, text) => {
  const [code, message] = explained(file, 'ENOENT', { isProgram: true })
  expect([code, message]).toEqual(['ERR_AGENT_NOT_FOUND', expect.stringContaining(text)])
})

test('a missing program in a directory with a space is no command line', () => {
  const scratch = new Scratch()
  const file = path.join(path.dirname(scratch.write('my tools/other', '')), 'npm')
  const [, message] = explained(file, 'ENOENT', { isProgram: true })
  expect(message).toContain(`there is no file ${file}.`)
})

test('a program without a PATH, and a file that cannot be looked at, are explained, too', () => {
  const request = { what: 'it', file: 'npm', isProgram: true, cwd: '/', env: {} }
  expect(launchError(request, failed('ENOENT')).message).toContain('has a program npm ().')
  expect(explained('/no/such/npm', 'EACCES')[1]).toContain('/no/such/npm is not executable.')
})

test('a directory and a file without permission are told apart', () => {
  const file = new Scratch().write('agent', '', 0o600)
  expect(explained(file, 'EACCES')[1]).toContain('is not executable. Run `chmod +x`')
  expect(explained('/bin', 'EACCES')[1]).toContain('/bin is a directory')
})

test('a directory that is missing comes first, and what there is to leave out', () => {
  const cwd = '/no/such/place'
  const [code, message] = explained('/bin/sh', 'ENOENT', { cwd })
  expect([code, message]).toEqual([
    'ERR_RUNTIME_DIR',
    expect.stringContaining('`cwd` and `runtimeDir` to get'),
  ])
  expect(explained('/bin/sh', 'ENOENT', { cwd, isProgram: true })[1]).toContain('leave out `cwd` to get')
  expect(explained('/bin/sh', 'ENOENT', { cwd: '/bin/sh' })[0]).toBe('ERR_RUNTIME_DIR')
})

test('a fault that has it so is named, with the error that it gives', () => {
  const request = { what: 'it', file: '/no', cwd: '/', env: {}, fault: 'notFound()' }
  expect(launchError(request, failed('ENOENT')).message).toMatch(
    /The fault notFound\(\) of the test has it so \(ENOENT\)\.$/,
  )
  expect(launchError(request, 'odd').message).toContain('has it so (odd)')
  const { fault: _, ...other } = request
  expect(launchError(other, failed('ENOENT')).message).not.toContain('fault')
})
