/* An agent whose first act is a request, before it has said a word to the test. Notes the answer, and stays. */
import { appendFileSync } from 'node:fs'
import path from 'node:path'

import { connect } from '../../../dist/agent/index.js'

const answer = await fetch('https://api.example.com/start').then(
  (response) => response.text(),
  (error) => `${error.cause?.code ?? error}`,
)
const agent = await connect()
appendFileSync(path.join(agent.runtimeDir, 'answers'), `${answer}\n`)
agent.onMessage(() => {})
await agent.ready()
