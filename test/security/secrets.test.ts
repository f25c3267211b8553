import fs from 'node:fs'
import path from 'node:path'

import { http, HttpResponse } from 'msw'
import { expect, onTestFinished, test } from 'vitest'

import { failureText, readFailure } from '../../src/explore/replay/failure-file.ts'
import { Authority } from '../../src/network/certificates/authority.ts'
import { Run } from '../../src/reap/run.ts'
import { failure } from '../support/agents.ts'
import { openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'

const SECRET = 'hunter2-3f9a'

const onLinux = process.platform === 'linux'

/** What a process was started with; nothing where that cannot be read. */
function environmentOf(pid: number): string {
  return onLinux ? fs.readFileSync(`/proc/${pid}/environ`, 'utf8') : ''
}

function setSecret(): void {
  process.env['API_TOKEN'] = SECRET
  onTestFinished(() => void delete process.env['API_TOKEN'])
}

/** The files of the run, wherever they are, that hold the secret. */
function filesWithSecret(runtimeDir: string): string[] {
  const run = runtimeDir.slice(0, runtimeDir.indexOf(path.sep, runtimeDir.indexOf(`${path.sep}vs-`) + 1))
  expect(path.basename(run)).toMatch(/^vs-/)
  return fs
    .readdirSync(run, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(run, name))
    .filter((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false)
    .filter((file) => fs.readFileSync(file, 'utf8').includes(SECRET))
}

test('a secret of the environment reaches no agent, no file of the run, and nothing that is shown', async () => {
  setSecret()
  const harness = await openHarness()
  const network = await harness.openNetwork()
  network.use(http.get('https://api.example.com/', () => HttpResponse.json([])))
  const agent = await harness.spawnAgent()
  const { env, file } = harness.agentCommand
  expect(environmentOf(agent.pid)).not.toContain(SECRET)
  expect(JSON.stringify(env)).not.toContain(SECRET)
  expect(fs.existsSync(file)).toBe(true)
  expect(filesWithSecret(harness.runtimeDir)).toEqual([])
  const error = await failure(agent.stdout.line('never', { signal: AbortSignal.abort(new Error('over')) }))
  expect([error.message, harness.output, `${harness.timeline}`].join('\n')).not.toContain(SECRET)
})

test('what inheritEnv lets through is in the environment of the agent alone', async () => {
  setSecret()
  for (const inheritEnv of [true, ['API_TOKEN']]) {
    const harness = await openHarness({ spawn: { inheritEnv } })
    const agent = await harness.spawnAgent()
    expect(harness.agentCommand.file).not.toBe('')
    expect(environmentOf(agent.pid)).toContain(onLinux ? SECRET : '')
    expect(filesWithSecret(harness.runtimeDir)).toEqual([])
  }
})

test('the key of the authority is gone with the run, and signs for no other', async () => {
  const scratch = new Scratch()
  const keys: string[] = []
  for (let round = 0; round < 2; round++) {
    const run = await Run.start(scratch.root)
    const authority = await Authority.ofRun(run.root)
    keys.push(fs.readFileSync(path.join(path.dirname(authority.caFile), 'authority.json'), 'utf8'))
    const kept = await run.nextDirectory()
    run.keep(kept)
    await run.close()
    expect([fs.existsSync(authority.caFile), fs.existsSync(kept)]).toEqual([false, true])
  }
  expect(keys[0]).not.toBe(keys[1])
  expect(fs.readdirSync(scratch.root, { recursive: true, encoding: 'utf8' }).join()).not.toContain(
    'authority',
  )
})

test('a file of a failure is data: nothing in it is run, and no name in it is more than a name', async () => {
  const scratch = new Scratch()
  const planted = scratch.path('planted')
  const sound = {
    format: 1,
    exploration: 'e',
    breaks: 'x',
    message: 'm',
    schedule: [],
    seed: 0,
    agents: ['agent'],
    timeline: [],
  }
  const struck = (fault: string, agent = 'agent'): string =>
    JSON.stringify({ ...sound, schedule: [{ agent, attempt: 1, fault }] })
  expect(readFailure(scratch.write('sound.json', struck('hang')))).toMatchObject({ breaks: 'x' })
  const code = `require('fs').writeFileSync(${JSON.stringify(planted)}, '')`
  const hostile = [
    code,
    `module.exports = ${failureText(sound as never)}`,
    '[]',
    'null',
    '{"__proto__": {"format": 1}}',
    `${'['.repeat(100_000)}`,
    ...['constructor', '__proto__', 'toString', '../../x'].map((fault) => struck(fault)),
    struck('hang', '../x'),
  ]
  for (const [at, text] of hostile.entries()) {
    const file = scratch.write(`${at}.json`, text)
    expect(() => readFailure(file)).toThrow(expect.objectContaining({ code: 'ERR_FAILURE_INVALID' }))
  }
  expect(fs.existsSync(planted)).toBe(false)
  expect(({} as { format?: unknown }).format).toBeUndefined()
})
