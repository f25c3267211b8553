import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'

import { expect, onTestFinished, test } from 'vitest'

import { start } from '../support/agents.ts'
import { alive } from '../support/alive.ts'
import { openHarness } from '../support/harness.ts'
import { Scratch } from '../support/scratch.ts'

const onWindows = process.platform === 'win32'

/** A process that belongs to no test. */
function bystander(): number {
  const { PATH = '' } = process.env
  const child = spawn('sleep', ['86400'], { env: { PATH }, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? 0
}

test.runIf(process.platform === 'linux')(
  'no process is stopped because an agent says that it is one',
  async () => {
    const harness = await openHarness()
    const victim = bystander()
    const socket = net.connect(harness.agentCommand.env['SUPERVISE_SOCKET'] ?? '')
    onTestFinished(() => void socket.destroy())
    socket.write(`{"t":"hello","v":1,"id":"web","pid":${victim}}\n{"t":"ready"}\n`)
    await once(socket, 'data')
    await harness.close()
    expect(alive(victim)).toBe(true)
  },
)

test.skipIf(onWindows)('an agent that names itself another remains the one that was started', async () => {
  const frames = '{"t":"hello","v":1,"id":"other","pid":1}\n{"t":"ready"}\n{"t":"exit","code":0}\n'
  const scratch = new Scratch()
  const handle = await start(scratch.shell(`cat ${scratch.write('frames', frames)} >&3\nexec sleep 86400`), {
    closeGrace: 50,
  })
  await handle.ready
  expect([handle.id, alive(handle.pid)]).toEqual(['a', true])
  expect(await handle.close()).toMatchObject({ pid: handle.pid, signal: 'SIGTERM' })
})

test.skipIf(onWindows)('what a link in a runtime directory leads to outlives the directory', async () => {
  const scratch = new Scratch()
  const precious = scratch.write('precious/file', 'x')
  const harness = await openHarness()
  const { runtimeDir } = harness
  const agent = await harness.spawner.spawn('a', {
    readyWhen: { stdout: 'linked' },
    script: { stdout: { start: 'linked' } },
  })
  await agent.ready
  fs.symlinkSync(scratch.path('precious'), `${runtimeDir}/link`)
  fs.mkdirSync(`${runtimeDir}/sealed/deep`, { recursive: true })
  fs.symlinkSync(scratch.path('precious'), `${runtimeDir}/sealed/deep/link`)
  fs.chmodSync(`${runtimeDir}/sealed`, 0)
  await harness.close()
  expect([fs.existsSync(runtimeDir), fs.readFileSync(precious, 'utf8')]).toEqual([false, 'x'])
  expect(fs.statSync(scratch.path('precious')).mode & 0o777).toBe(0o755 & ~process.umask())
})

test('what an agent says changes no object of the test', async () => {
  const harness = await openHarness()
  const agent = await harness.spawnAgent()
  await agent.send(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'))
  const { value } = await agent.messages().next()
  expect(Object.hasOwn(value as object, '__proto__')).toBe(true)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})
