import { describeSupervisor, type SupervisorEnd } from '../../fixtures/conformance.ts'
import type { AgentHandle } from '../../src/process/agent-handle.ts'
import { ListBackoff } from '../../src/restart/backoff.ts'

/** Our own restart loop over our own agents, which passes whatever applies to it. */
describeSupervisor('RestartLoop', {
  time: 'virtual',
  start({ restartLoop, spawner, spawn, policy }) {
    const stopped = new AbortController()
    let program: AgentHandle | undefined
    const loop = restartLoop({
      policy,
      maxRestarts: 5,
      resetAfter: 60_000,
      backoff: new ListBackoff([1000, 2000, 4000]),
      starter: {
        async start(signal) {
          program = await spawner.spawn('agent', { ...spawn, signal })
          await program.ready
          return program
        },
      },
    })
    const exited: Promise<SupervisorEnd> = loop.run(stopped.signal).then(
      () => ({ exitCode: 0, signal: null }),
      () => ({ exitCode: 1, signal: null }),
    )
    return {
      exited,
      restart: () => program?.close(),
      async stop() {
        stopped.abort()
        await exited
        await program?.close()
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
})
