import { expect, onTestFinished, test } from 'vitest'

import type { SpawnOptions } from '../../src/options.ts'
import { hermeticEnvironment } from '../../src/process/environment.ts'
import { Spawner } from '../../src/process/spawner.ts'
import { owned } from '../support/agents.ts'
import { Scratch } from '../support/scratch.ts'

/** The environment that an agent really sees, and its runtime directory. */
async function seen(
  options: SpawnOptions = {},
  extraEnv: Record<string, string> = {},
): Promise<{ env: Record<string, string>; dir: string }> {
  const scratch = new Scratch()
  const agentPath = scratch.node('say(JSON.stringify(process.env))')
  const handle = owned(
    await new Spawner({ agentPath, runtimeDir: scratch.root, extraEnv }).spawn('a', options),
  )
  return { env: JSON.parse(await handle.stdout.line('{')) as Record<string, string>, dir: scratch.root }
}

function setParent(name: string, value: string): void {
  const before = process.env[name]
  process.env[name] = value
  onTestFinished(() => {
    if (before === undefined) delete process.env[name]
    else process.env[name] = before
  })
}

const PROTOCOL = ['SUPERVISE_AGENT', 'SUPERVISE_FD', 'SUPERVISE_MARK', 'SUPERVISE_RUNTIME_DIR']

test('an agent sees an allowlist of the parent environment and the protocol, nothing else', async () => {
  setParent('LANG', 'C.UTF-8')
  setParent('SECRET_TOKEN', 'hunter2')
  setParent('NODE_OPTIONS', '--no-warnings')
  setParent('SUPERVISE_SOCKET', '/another/socket')
  const { env, dir } = await seen()
  const allowed = new Set([
    'HOME',
    'LANG',
    'LC_ALL',
    'LC_CTYPE',
    'LOGNAME',
    'NODE_V8_COVERAGE',
    'PATH',
    'TMPDIR',
    'TZ',
    'USER',
  ])
  // macOS adds this to every process.
  const names = Object.keys(env).filter((name) => name !== '__CF_USER_TEXT_ENCODING')
  expect(names.filter((name) => !allowed.has(name)).sort()).toEqual(PROTOCOL)
  expect(JSON.stringify(env)).not.toContain('hunter2')
  expect(env).toMatchObject({ PATH: process.env['PATH'], LANG: 'C.UTF-8', HOME: dir, TMPDIR: dir })
})

test('the protocol variables tell the agent its id, its directory and its socket', async () => {
  const { env, dir } = await seen()
  expect(env).toMatchObject({ SUPERVISE_AGENT: 'a', SUPERVISE_FD: '3', SUPERVISE_RUNTIME_DIR: dir })
  expect(env['SUPERVISE_MARK']).toMatch(/\.s[0-9a-f]{8}\.1$/)
})

test('inheritEnv true gives everything of the parent, its home too', async () => {
  setParent('SECRET_TOKEN', 'hunter2')
  setParent('HOME', '/parent/home')
  const { env } = await seen({ inheritEnv: true })
  expect(env).toMatchObject({ SECRET_TOKEN: 'hunter2', HOME: '/parent/home', SUPERVISE_FD: '3' })
})

test('an inheritEnv list gives these variables besides the allowlist, and those that exist only', async () => {
  setParent('SECRET_TOKEN', 'hunter2')
  setParent('HOME', '/parent/home')
  setParent('OTHER', 'other')
  const { env, dir } = await seen({ inheritEnv: ['SECRET_TOKEN', 'HOME', 'NOT_SET_ANYWHERE'] })
  expect(env).toMatchObject({ SECRET_TOKEN: 'hunter2', HOME: '/parent/home', TMPDIR: dir })
  expect(env).not.toHaveProperty('OTHER')
  expect(env).not.toHaveProperty('NOT_SET_ANYWHERE')
})

test('each variable of the allowlist is passed on if it is set, and only then', () => {
  const allowed = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LOGNAME', 'TZ', 'USER', 'NODE_V8_COVERAGE']
  for (const name of allowed) setParent(name, `my ${name}`)
  const home = { HOME: '/d', TMPDIR: '/d' }
  expect(hermeticEnvironment('/d')).toEqual({
    ...Object.fromEntries(allowed.map((name) => [name, `my ${name}`])),
    ...home,
  })
  for (const name of allowed) delete process.env[name]
  expect(hermeticEnvironment('/d')).toStrictEqual(home)
})

test('inheritEnv false and an empty list are the default', () => {
  expect(hermeticEnvironment('/d', false)).toEqual(hermeticEnvironment('/d'))
  expect(hermeticEnvironment('/d', [])).toEqual(hermeticEnvironment('/d'))
})

test('env wins over what is inherited and over extraEnv, also with an empty value', async () => {
  setParent('SECRET_TOKEN', 'hunter2')
  const { env } = await seen(
    { inheritEnv: ['SECRET_TOKEN'], env: { SECRET_TOKEN: '', HOME: '/mine', BOTH: 'env' } },
    { BOTH: 'extra', EXTRA: 'extra' },
  )
  expect(env).toMatchObject({ SECRET_TOKEN: '', HOME: '/mine', BOTH: 'env', EXTRA: 'extra' })
})

test('the protocol variables win over everything', async () => {
  setParent('SUPERVISE_AGENT', 'parent')
  const forged = { SUPERVISE_AGENT: 'x', SUPERVISE_FD: '9', SUPERVISE_MARK: 'x', SUPERVISE_RUNTIME_DIR: '/x' }
  const { env, dir } = await seen({ inheritEnv: true, env: forged }, forged)
  expect(env).toMatchObject({ SUPERVISE_AGENT: 'a', SUPERVISE_FD: '3', SUPERVISE_RUNTIME_DIR: dir })
  expect(env['SUPERVISE_MARK']).not.toBe('x')
})
