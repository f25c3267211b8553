/* An agent that asks for the same every 5 s of the test's time. */
import { connect } from '../../../dist/agent/index.js'

const agent = await connect()
await agent.ready()
for (;;) {
  const response = await fetch('https://api.example.com/poll')
  console.log(await response.text())
  await agent.sleep(5000)
}
