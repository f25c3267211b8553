import { describeSupervisor } from 'vitest-supervise/conformance'
import { ListBackoff } from 'vitest-supervise/core'

/** What it ends with: an exit code, as if it were a process. */
const ended = (exitCode: number) => ({ exitCode, signal: null })

describeSupervisor('RestartLoop', {
  time: 'virtual',
  start({ restartLoop, spawner, spawn, policy }) {
    const stop = new AbortController()
    let close = async (): Promise<unknown> => undefined
    const loop = restartLoop({
      policy,
      maxRestarts: 5,
      resetAfter: 60_000,
      backoff: new ListBackoff([1000, 2000, 4000]),
      starter: {
        async start(signal) {
          const agent = await spawner.spawn('agent', { ...spawn, signal })
          close = () => agent.close()
          await agent.ready
          return agent
        },
      },
    })
    const exited = loop.run(stop.signal).then(
      () => ended(0),
      () => ended(1),
    )
    return {
      exited,
      // Stopping it is the policy's business: it starts the next one.
      restart: () => close(),
      async stop() {
        stop.abort()
        await exited
        await close()
      },
    }
  },
  stop: (loop) => loop.stop(),
  restart: (loop) => loop.restart(),
  facts: {
    policies: ['always', 'on-failure', 'never'],
    delays: [1000, 2000, 4000],
    resetAfter: 60_000,
    maxRestarts: 5,
    grace: 3000,
    afterGrace: 'kill',
    exitCodes: { failure: 'non-zero', signal: 'non-zero', givenUp: 'non-zero' },
  },
  report: 'scores/restart-loop',
})
