/* An agent that asks for the same every 5 s of the test's time, and says now and then whether a timer of Node's would wake it up
while the test lasts, which is two minutes. */
import { connect } from '../../../dist/agent/index.js'

const agent = await connect()
await agent.ready()
for (let polls = 1; ; polls++) {
  const response = await fetch('https://api.example.com/poll')
  await response.text()
  if (polls % 100 === 0) {
    // The first one is that of all JavaScript.
    const timer = process.report.getReport().libuv.find(({ type }) => type === 'timer')
    const isAhead = timer.is_active && timer.firesInMsFromNow < 120_000
    console.log(isAhead ? `a timer goes off in ${timer.firesInMsFromNow} ms` : 'no timer is about to go off')
  }
  await agent.sleep(5000)
}
