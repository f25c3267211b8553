/* An agent that asks for each URL that it is sent, and sends back what it got: a text, or the code of an error. */
import { connect } from '../../../dist/agent/index.js'

const agent = await connect()
agent.onMessage((url) => {
  void fetch(url)
    .then(
      (response) => response.text(),
      (error) => `${error.cause?.code ?? error}`,
    )
    .then((answer) => agent.send(answer))
})
await agent.ready()
