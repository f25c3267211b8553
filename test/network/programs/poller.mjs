/* An agent that asks for the same every 5 s of the test's time, and says now and then whether Node has a timer to wait for. */
import { connect } from '../../../dist/agent/index.js'

const agent = await connect()
await agent.ready()
for (let polls = 1; ; polls++) {
  const response = await fetch('https://api.example.com/poll')
  await response.text()
  if (polls % 100 === 0) {
    // The first one is that of all JavaScript.
    const timer = process.report.getReport().libuv.find(({ type }) => type === 'timer')
    console.log(timer.is_active ? 'a timer waits' : 'no timer waits')
  }
  await agent.sleep(5000)
}
