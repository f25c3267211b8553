// A user's own agent: does what its first argument says.
import { writeSync } from 'node:fs'

import { connect } from '../../../agent/index.ts'

const say = (text: string): number => writeSync(1, `${text}\n`)

const acts: Record<string, () => Promise<void>> = {
  async facts() {
    const { supervised, id, attempt, runtimeDir, now } = await connect()
    say(JSON.stringify({ supervised, id, attempt, runtimeDir, started: now >= 0 && now < 5000 }))
    say(`same ${(await connect()) === (await connect())}`)
  },
  async everything() {
    const agent = await connect()
    await agent.ready()
    await agent.cue('here')
    await agent.send({ dropped: true })
    const stopListening = agent.onMessage(() => say('a message'))
    await agent.sleep(1)
    let beats = 0
    await new Promise<void>((resolve) => {
      const stop = agent.every(1, () => {
        if (++beats < 3) return
        stop()
        resolve()
      })
    })
    say(`done ${beats}`)
    stopListening()
  },
  async listen() {
    const agent = await connect()
    const stop = agent.onMessage((message) => {
      void agent.send({ got: message })
      if (message === 'enough') stop()
    })
    await agent.ready()
  },
  async ready() {
    const agent = await connect()
    await agent.ready()
    await agent.ready()
    say('said ready')
    setInterval(() => {}, 60_000)
  },
  async messages() {
    const agent = await connect()
    setInterval(() => {}, 60_000)
    await agent.ready()
    await agent.cue('before listening')
    const stop = agent.onMessage((message) => {
      void agent.send({ got: message })
      if (message === 'enough') stop()
    })
  },
  async sleep() {
    const agent = await connect()
    await agent.sleep(3_600_000)
    say('slept')
  },
  async forever() {
    const agent = await connect()
    await Promise.race([agent.sleep(Infinity), agent.sleep(5)])
    say('the shorter one')
    process.exit(0)
  },
  async abort() {
    const agent = await connect()
    await agent
      .sleep(60_000, AbortSignal.abort(new Error('too late')))
      .catch((error: Error) => say(error.message))
    const controller = new AbortController()
    const sleep = agent.sleep(60_000, controller.signal)
    controller.abort(new Error('no more'))
    await sleep.catch((error: Error) => say(error.message))
  },
  async huge() {
    const agent = await connect()
    await agent.send('x'.repeat(1024 * 1024)).catch((error: Error) => say(error.name))
    await agent.send('x'.repeat(1024 * 1024 - 100))
    process.exit(0)
  },
  async handler() {
    const agent = await connect()
    process.on('SIGTERM', () => {
      say('bye')
      if (process.argv[3] === 'exits') process.exit(12)
    })
    setInterval(() => {}, 60_000)
    agent.onMessage((message) => void agent.send(message))
    await agent.ready()
    say('up')
  },
}

void acts[process.argv[2] ?? '']?.()
