/*
 * The program under test: reads a thermometer behind an API once a minute. While that fails it asks again after 1 s, then
 * after twice as long each time, up to 30 s.
 */
import { connect } from 'vitest-supervise/agent'

const THERMOMETER = 'https://api.example.com/temperature'

const agent = await connect()
await agent.ready()
let failures = 0

for (;;) {
  const celsius = await read()
  if (celsius === undefined) {
    await agent.sleep(Math.min(1000 * 2 ** failures, 30_000))
    failures += 1
  } else {
    await agent.send({ celsius })
    failures = 0
    await agent.sleep(60_000)
  }
}

/** Undefined if the API does not answer, or has none. */
async function read(): Promise<number | undefined> {
  try {
    const response = await fetch(THERMOMETER)
    if (!response.ok) return undefined
    const { celsius } = (await response.json()) as { celsius: number }
    return celsius
  } catch {
    return undefined
  }
}
