// A user's own agent on top of connect(): answers every message with itself.
import { writeSync } from 'node:fs'

import { connect } from '../../../../agent/index.ts'

const agent = await connect()
agent.onMessage((message) => {
  agent.send(message).catch(() => {
    writeSync(2, 'cannot answer\n')
    process.exit(1)
  })
})
await agent.ready()
