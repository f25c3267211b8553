import { expect, test } from 'vitest-supervise'

test('answers its visitors', async ({ agent }) => {
  const url = await urlOf(agent)
  expect(await get(url)).toBe('visitor 1')
  expect(await get(url)).toBe('visitor 2')
})

test('goes on counting after a crash', async ({ spawnAgent }) => {
  const first = await spawnAgent({ id: 'server' })
  await get(await urlOf(first))
  await fetch(`${await urlOf(first)}/crash`).catch(() => 'the connection broke')
  await first.wait()
  expect(first).toHaveExited({ code: 70 })

  const second = await spawnAgent({ id: 'server' })
  expect(second.attempt).toBe(2)
  expect(await get(await urlOf(second))).toBe('visitor 2')
})

test('answers what it has begun before it obeys SIGTERM', async ({ agent }) => {
  const answer = get(`${await urlOf(agent)}/slow`)
  expect((await agent.messages().next()).value).toEqual({ working: true })
  agent.kill('SIGTERM')
  expect(await answer).toBe('finished in time')
  await agent.wait()
  expect(agent).toHaveExited({ code: 0 })
})

async function urlOf(agent: { stdout: { line(match: RegExp): Promise<string> } }): Promise<string> {
  return (await agent.stdout.line(/^listening on/)).replace('listening on ', '')
}

async function get(url: string): Promise<string> {
  const response = await fetch(url, { headers: { connection: 'close' } })
  return response.text()
}
