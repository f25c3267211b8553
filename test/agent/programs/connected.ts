// A user's own agent that comes to every point at which a fault can strike.
import { appendFileSync } from 'node:fs'

import { connect } from '../../../agent/index.ts'

const agent = await connect()
process.stdin.on('data', (chunk) => process.stdout.write(chunk))
agent.onMessage((message) => void agent.send(message))
await agent.ready()
await agent.cue('here')
appendFileSync('state', 'written\n')
await agent.send('written')
