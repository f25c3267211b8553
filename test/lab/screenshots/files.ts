/** A small project with what people test, and two failures. */
export const files: Readonly<Record<string, string>> = {
  'test/restarts.test.js': `
import { describe } from 'vitest'
import { expect, fault, test, ExponentialBackoff } from 'vitest-supervise'

describe('restarts', () => {
  test('gives up after four crashes', async ({ restartLoop, faults, clock, timeline }) => {
    faults.inject(fault.exit(1), { attempts: 'every' })
    const loop = restartLoop({ policy: 'on-failure', maxRestarts: 4 })
    await clock.runUntil(loop.run()).catch(() => timeline.note('the loop has given up'))
    expect(timeline).toHaveAttempts(4)
  })
  test('comes back after a crash', async ({ restartLoop, faults, clock, timeline }) => {
    faults.inject(fault.exit(1), { attempts: 1 })
    const end = new AbortController()
    const running = restartLoop({ policy: 'on-failure' }).run(end.signal)
    await clock.runUntil(timeline.until('ready', { attempt: 2 }))
    end.abort()
    await clock.runUntil(running.catch(() => {}))
    expect(timeline).toHaveAttempts(2)
  })
  test('two workers do not disturb each other', async ({ spawnAgent, timeline }) => {
    const api = await spawnAgent({ id: 'api' })
    const mailer = await spawnAgent({ id: 'mailer' })
    await api.kill('SIGKILL')
    timeline.note('the mailer is still there')
    await expect(mailer).toBeRunning()
  })
})
`,
  'test/client.test.js': `
import { http, HttpResponse } from 'msw'
import { expect, test } from 'vitest-supervise'

const ASK = \`
const ask = async () => {
  const { status } = await fetch('https://api.example.com/user')
  if (status === 200) console.log('answered')
  else setTimeout(ask, 250)
}
ask()\`

test('asks again until it is answered', async ({ network, supervise, timeline }) => {
  let asked = 0
  network.use(http.get('https://api.example.com/user', () => new HttpResponse('{}', { status: ++asked > 3 ? 200 : 503 })))
  const client = await supervise('node', ['-e', ASK])
  await client.stdout.line('answered')
  timeline.note('answered')
  expect(network.requests).toHaveLength(3)
})
test('needs no network', ({ timeline }) => timeline.note('nothing to do'))
test.todo('follows redirects')
`,
}
