import { readFileSync, readlinkSync, readdirSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { buildProgram } from './build.ts'
import { markedProcesses } from './mark.ts'
import { startAgent } from './started-agent.ts'

const program = buildProgram('agent/main.ts')

test('says hello with its id, its pid and what it can do, then ready', async () => {
  const agent = await startAgent(program)
  expect(await agent.frame('hello')).toEqual({
    t: 'hello',
    v: 1,
    id: 'web',
    pid: agent.pid,
    can: expect.arrayContaining(['exit', 'signal', 'hang', 'ignoreSignal', 'slowStart', 'closeSocket']),
  })
  await agent.frame('ready')
  await agent.rest()
  expect(agent.stdout.all + agent.stderr.all).toBe('')
})

test('calls itself "agent" when nobody gives it a name', async () => {
  const agent = await startAgent(program, { env: { SUPERVISE_AGENT: '' } })
  expect((await agent.frame('hello')).id).toBe('agent')
})

test('is not ready before it is welcome', async () => {
  const agent = await startAgent(program, { unwelcome: true })
  await agent.frame('hello')
  await agent.write('{"t":"of a later version"}\n')
  expect(agent.untaken).toEqual([])
  await agent.welcome()
  await agent.frame('ready')
})

test('waits startDelay of the test’s time before it is ready', async () => {
  const agent = await startAgent(program, { script: { startDelay: 60_000 } })
  const { ms, n } = await agent.frame('sleep')
  expect(ms).toBe(60_000)
  await agent.rest()
  expect(agent.untaken.map((frame) => frame.t)).not.toContain('ready')
  await agent.send({ t: 'go', n })
  await agent.frame('ready')
})

test('prints its line of the start before its delay and that of ready after it', async () => {
  const agent = await startAgent(program, {
    script: { startDelay: 10, stdout: { start: 'hi', ready: 'up' } },
  })
  const { n } = await agent.frame('sleep')
  await agent.stdout.says('hi\n')
  expect(agent.stdout.all).toBe('hi\n')
  await agent.send({ t: 'go', n })
  await agent.stdout.says('up\n')
  await agent.frame('ready')
})

test('writes its pid file before ready and removes it when it ends by itself', async () => {
  const agent = await startAgent(program, { script: { pidFile: 'web.pid', lifetime: 5 } })
  await agent.frame('ready')
  expect(readFileSync(join(agent.directory, 'web.pid'), 'utf8')).toBe(`${agent.pid}\n`)
  await agent.grant()
  await agent.exit
  expect(readdirSync(agent.directory)).toEqual([])
})

test('leaves its pid file behind when it is killed', async () => {
  const agent = await startAgent(program, { script: { pidFile: 'web.pid' } })
  await agent.frame('ready')
  agent.process.kill('SIGKILL')
  await agent.exit
  expect(readdirSync(agent.directory)).toEqual(['web.pid'])
})

test('says in one line that it cannot write its pid file', async () => {
  const agent = await startAgent(program, { script: { pidFile: 'nowhere/web.pid' } })
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.ended
  expect(agent.stderr.all).toMatch(/^vitest-supervise agent: ENOENT.*\n$/)
})

test('listens before it is ready, and says where', async () => {
  const agent = await startAgent(program, { script: { listen: 0 } })
  await agent.frame('ready')
  const { listening } = (await agent.message()) as { listening: number }
  const client = connect(listening, '127.0.0.1')
  const connected = new Promise<void>((resolve, reject) =>
    client.once('connect', resolve).once('error', reject),
  )
  await expect(connected).resolves.toBeUndefined()
  client.destroy()
})

test('says in one line that its port is taken, and exits with 1', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const agent = await startAgent(program, { script: { listen: port } })
  expect(await agent.exit).toEqual({ code: 1, signal: null })
  await agent.stderr.ended
  expect(agent.stderr.all).toBe(
    `vitest-supervise agent: cannot listen on 127.0.0.1:${port}: the port is taken (EADDRINUSE).\n`,
  )
  expect(agent.untaken.map((frame) => frame.t)).not.toContain('ready')
})

test.runIf(process.platform === 'linux')('keeps its claim to the descriptor to itself', async () => {
  const agent = await startAgent(program, { script: { children: ['ordinary'] } })
  await agent.frame('ready')
  const child = markedProcesses(agent.mark).find((pid) => pid !== agent.pid)
  expect(readFileSync(`/proc/${child}/environ`, 'latin1')).not.toContain('SUPERVISE_FD')
})

test.runIf(process.platform === 'linux')(
  'starts children that hold none of its pipes, each of its kind, before it is ready',
  async () => {
    const agent = await startAgent(program, {
      script: { children: ['ordinary', 'ignore-sigterm', 'setsid'] },
    })
    await agent.frame('ready')
    const children = markedProcesses(agent.mark).filter((pid) => pid !== agent.pid)
    const own = new Set([0, 1, 2, 3].map((fd) => readlinkSync(`/proc/${agent.pid}/fd/${fd}`)))
    const seen = children.map((pid) => ({
      command: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(),
      shared: filesOf(pid).filter((file) => own.has(file)),
      ownSession: sessionOf(pid) === pid,
      ignoresSigterm: ignores(pid, 15),
    }))
    const child = { command: 'sleep', shared: [], ownSession: false, ignoresSigterm: false }
    expect(seen).toEqual([child, { ...child, ignoresSigterm: true }, { ...child, ownSession: true }])
  },
)

function filesOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
}

function sessionOf(pid: number): number {
  return Number(
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')[3],
  )
}

function ignores(pid: number, signal: number): boolean {
  const mask = /^SigIgn:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n
}
