// A user's own agent with faults of its own.
import { connect } from '../../../agent/index.ts'

const agent = await connect({
  faults: {
    async 'lose-database'(options, confirm) {
      await confirm({ lost: options['table'] ?? 'all' })
      process.exit(4)
    },
    throws() {
      throw new Error('no database here')
    },
    async forgets() {},
    async slow(_options, confirm) {
      await agent.sleep(1)
      await confirm()
    },
  },
})
agent.onMessage((message) => void agent.send(message))
await agent.ready()
